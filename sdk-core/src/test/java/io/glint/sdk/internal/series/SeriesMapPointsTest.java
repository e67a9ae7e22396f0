package io.glint.sdk.internal.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What another thread does between two steps of a change of the table. */
@Tag("protocol-points")
class SeriesMapPointsTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  /** What one call looks at to make room. */
  private static final int LOOKED_AT = 4096;

  private final SeriesMap map = DeltaSums.create(100).stream().seriesMap();

  @AfterEach
  void leaveProtocolPointsAlone() {
    ProtocolPoint.setVisitor(point -> {});
  }

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  /** Otherwise each recording into it would miss the index until the next collection. */
  @Test
  void aSeriesThatComesBackWhileOthersAreRemovedIsFoundAtOnce() {
    final Series gone = map.findOrAdd(attributes(0));
    final Series back = map.findOrAdd(attributes(1));
    assertThat(map.tryEvict(gone, 0)).isTrue();
    final AtomicInteger returns = new AtomicInteger();
    ProtocolPoint.setVisitor(
        point -> {
          // All entries are copied, and the table is still open.
          if (point == ProtocolPoint.TABLE_CLOSING) {
            returns.incrementAndGet();
            assertThat(map.tryEvict(back, 0)).isTrue();
            assertThat(map.findOrAdd(attributes(1))).isNotNull().isNotSameAs(back);
          }
        });
    assertThat(map.removeEvicted()).isTrue();
    assertThat(returns).hasValue(1);
    final Series found = map.find(attributes(1));
    assertThat(found.isEvicted()).isFalse();
    assertThat(map.findOrAdd(attributes(1))).isSameAs(found);
    assertThat(map.size()).isEqualTo(1);
  }

  /** Otherwise measurements of this interval overflow although there is an idle series. */
  @Test
  void seriesThatMoveWhileARecorderLooksForRoomAreLookedAtByTheNext() {
    final int limit = 5000;
    final int moving = 100;
    final StreamCollector collector = DeltaSums.create(limit);
    final MetricStream stream = collector.stream();
    final SeriesMap map = stream.seriesMap();
    record(stream, 0, limit);
    assertThat(collector.collect(0, 1, new PointPool(false)).getPoints()).hasSize(limit);
    // The first ones are evicted, and others behind take their places.
    for (int i = 0; i < moving; i++) {
      assertThat(map.tryEvict(map.find(attributes(i)), 0)).isTrue();
    }
    // All are in use but for one behind the first ones that a call looks at.
    final int idle = LOOKED_AT + moving / 2;
    record(stream, moving, idle);
    record(stream, idle + 1, limit + moving);
    assertThat(map.size()).isEqualTo(limit);

    record(stream, -1, 0);
    assertThat(map.find(attributes(-1))).as("the first ones are in use").isNull();
    ProtocolPoint.setVisitor(
        point -> {
          if (point == ProtocolPoint.ROOM_MAKING) {
            map.removeEvicted();
          }
        });
    record(stream, -1, 0);
    assertThat(map.find(attributes(-1))).as("the idle one was passed by").isNull();
    record(stream, -1, 0);
    assertThat(map.find(attributes(-1))).isNotNull();
    assertThat(map.find(attributes(idle)).isEvicted()).isTrue();
  }

  /** Records into the series of these numbers. */
  private static void record(MetricStream stream, int from, int to) {
    for (int i = from; i < to; i++) {
      stream.recordLong(1, attributes(i), Context.root());
    }
  }
}
