package io.glint.sdk.internal.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A delta collector passes by what holds nothing. */
class QuietSeriesTest {
  private static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.stringKey("key"), "value");

  private final StreamCollector collector = DeltaSums.createSampled(10);
  private final MetricStream stream = collector.stream();
  private final PointPool points = new PointPool(/* isReused= */ true);
  private final Series series = stream.seriesMap().findOrAdd(ATTRIBUTES);

  /** Held, so that the series is not evicted. */
  private final Object pin = series.pin();

  QuietSeriesTest() {
    collector.addReader(points);
    assertThat(pin).isNotNull();
  }

  private void record() {
    stream.recordLong(1, ATTRIBUTES, Context.root());
  }

  private int collect() {
    final var data = collector.collect(0, 1, points);
    return data == null ? 0 : data.getPoints().size();
  }

  @Test
  void holdsNothingUntilAMeasurementAndAfterItsCollection() {
    assertThat(series.isEmptyOptimistic()).isTrue();
    record();
    assertThat(series.isEmptyOptimistic()).isFalse();
    assertThat(collect()).isEqualTo(1);
    assertThat(series.isEmptyOptimistic()).isTrue();
    assertThat(collect()).isZero();
    assertThat(collect()).isZero();
    record();
    assertThat(collect()).isEqualTo(1);
  }

  @Test
  void mayHoldSomethingWhileAThreadRecords() {
    final Cell cell = series.acquire();

    assertThat(series.isEmptyOptimistic()).isFalse();
    cell.release();
    assertThat(series.isEmptyOptimistic()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void eachCellIsLookedAt(int which) {
    final List<Cell> cells =
        List.of(series.acquire(), series.acquire(), series.acquire(), series.acquire());
    ((SumCell) cells.get(which)).addLong(1);
    cells.forEach(Cell::release);

    assertThat(series.cellCount()).isEqualTo(4);
    assertThat(series.isEmptyOptimistic()).isFalse();
    assertThat(collect()).isEqualTo(1);
    assertThat(series.isEmptyOptimistic()).isTrue();
  }

  @Test
  void exemplarsOfThePastAreForgotten() {
    record();
    assertThat(collect()).isEqualTo(1);
    assertThat(series.retainedExemplars).hasSize(1);

    assertThat(collect()).isZero();

    assertThat(series.retainedExemplars).isEmpty();
  }

  @Test
  void oneThatNobodyHoldsIsEvicted() {
    final StreamCollector unsampled = DeltaSums.create(10);
    unsampled.stream().recordLong(1, ATTRIBUTES, Context.root());
    final Series silent = unsampled.stream().seriesMap().find(ATTRIBUTES);
    assertThat(unsampled.collect(0, 1, points).getPoints()).hasSize(1);
    assertThat(silent.isEmptyOptimistic()).isTrue();

    assertThat(unsampled.collect(0, 2, points)).isNull();

    assertThat(silent.isEvicted()).isTrue();
    assertThat(silent.isEmptyOptimistic()).isFalse();
  }
}
