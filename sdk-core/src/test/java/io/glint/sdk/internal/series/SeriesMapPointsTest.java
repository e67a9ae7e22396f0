package io.glint.sdk.internal.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.collect.DeltaSums;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What another thread does between two steps of a change of the table. */
@Tag("protocol-points")
class SeriesMapPointsTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  private final SeriesMap map = DeltaSums.create(100).seriesMap();

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
}
