package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** No recording call does work that grows with the number of series. Counts steps, not time. */
@Tag("protocol-points")
@Tag("long")
class ManySeriesTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final int SERIES = 20_000;

  /** What one call copies of a table. */
  private static final int COPIED_AT_ONCE = 128;

  /** What one call looks at to make room. */
  private static final int LOOKED_AT = 4096;

  private final Map<ProtocolPoint, Integer> steps = new EnumMap<>(ProtocolPoint.class);

  @AfterEach
  void leaveProtocolPointsAlone() {
    ProtocolPoint.setVisitor(point -> {});
  }

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  private void record(MetricStream stream, long value) {
    steps.clear();
    ProtocolPoint.setVisitor(point -> steps.merge(point, 1, Integer::sum));
    stream.recordLong(1, attributes(value), Context.root());
    ProtocolPoint.setVisitor(point -> {});
  }

  private int steps(ProtocolPoint point) {
    return steps.getOrDefault(point, 0);
  }

  @Test
  void aNewSeriesCopiesFewOthers() {
    final StreamCollector collector = DeltaSums.create(SERIES);
    final MetricStream stream = collector.stream();
    int copied = 0;
    for (int i = 0; i < SERIES; i++) {
      record(stream, i);
      assertThat(steps(ProtocolPoint.ENTRY_COPYING)).isLessThanOrEqualTo(COPIED_AT_ONCE);
      copied += steps(ProtocolPoint.ENTRY_COPYING);
    }
    assertThat(copied).as("each entry of each full table").isEqualTo(16_384 - 4 + 16_384);
    assertThat(sum(collector)).isEqualTo(SERIES);
  }

  @Test
  void aSeriesThatWasEvictedComesBackWithoutACopy() {
    final StreamCollector collector = DeltaSums.create(SERIES);
    final MetricStream stream = collector.stream();
    for (int i = 0; i < SERIES; i++) {
      record(stream, i);
    }
    assertThat(sum(collector)).isEqualTo(SERIES);
    final SeriesMap map = stream.seriesMap();
    for (int i = 0; i < SERIES; i += 2) {
      assertThat(map.tryEvict(map.find(attributes(i)), 0)).isTrue();
    }
    for (int i = 0; i < SERIES; i++) {
      record(stream, i);
      assertThat(steps(ProtocolPoint.TABLE_CLOSING)).isZero();
      assertThat(steps(ProtocolPoint.ENTRY_COPYING)).isLessThanOrEqualTo(COPIED_AT_ONCE);
    }
    assertThat(map.size()).isEqualTo(SERIES);
    assertThat(sum(collector)).isEqualTo(SERIES);
  }

  @Test
  void makingRoomLooksAtSomeSeriesAtATime() {
    final StreamCollector collector = DeltaSums.create(SERIES);
    final MetricStream stream = collector.stream();
    for (int i = 0; i < SERIES; i++) {
      record(stream, i);
    }
    assertThat(sum(collector)).isEqualTo(SERIES);
    // All but the last are in use again.
    for (int i = 0; i < SERIES - 1; i++) {
      record(stream, i);
    }
    int calls = 0;
    while (stream.seriesMap().find(attributes(SERIES)) == null) {
      calls++;
      record(stream, SERIES);
      assertThat(steps(ProtocolPoint.CELL_ACQUIRED)).isLessThanOrEqualTo(LOOKED_AT + 2);
      assertThat(steps(ProtocolPoint.ENTRY_COPYING)).isLessThanOrEqualTo(COPIED_AT_ONCE);
    }
    assertThat(calls).isEqualTo(1 + SERIES / LOOKED_AT);
    record(stream, SERIES + 1);
    assertThat(stream.seriesMap().find(attributes(SERIES + 1))).as("no room is left").isNull();
    assertThat(sum(collector)).isEqualTo(SERIES - 1 + calls + 1);
  }

  private static long sum(StreamCollector collector) {
    return collector.collect(0, 1, new PointPool(false)).getPoints().stream()
        .mapToLong(point -> ((LongPointData) point).getValue())
        .sum();
  }
}
