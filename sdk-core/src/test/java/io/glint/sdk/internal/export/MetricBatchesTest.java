package io.glint.sdk.internal.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.sdk.FakeSource;
import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricBatchesTest {
  private static final Resource RESOURCE =
      Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop"));
  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("scope");

  @ParameterizedTest
  @EnumSource(MetricDataType.class)
  void theSlicesOfAMetricAreTheMetricAgain(MetricDataType type) {
    final MetricData whole = metric(type, "whole", 7);
    final List<Collection<MetricData>> batches = batches(List.of(whole), 3);

    assertThat(batches)
        .extracting(batch -> UndeliveredPoints.of(batch).all())
        .containsExactly(3, 3, 1);
    final List<PointData> points = new ArrayList<>();
    for (final Collection<MetricData> batch : batches) {
      assertThat(batch).hasSize(1);
      final MetricData slice = batch.iterator().next();
      points.addAll(slice.getData().getPoints());
      // The data of the slice under the metadata of the whole: nothing else differs.
      assertThat(slice).isEqualTo(metric(type, "whole", slicePoints(slice)));
      assertThat(slice.getType()).isEqualTo(type);
      assertThat(slice.getResource()).isSameAs(RESOURCE);
      assertThat(slice.getInstrumentationScopeInfo()).isSameAs(SCOPE);
    }
    assertThat(points).usingElementComparator((a, b) -> a == b ? 0 : 1).isEqualTo(points(whole));
  }

  @Test
  void wholeBatchesAreFilledFirstAndMetricsThatFitAreNotTouched() {
    final MetricData a = FakeSource.gauge("a", 2);
    final MetricData b = FakeSource.gauge("b", 5);
    final MetricData c = FakeSource.gauge("c", 1);
    final MetricData d = FakeSource.gauge("d", 3);
    final List<Collection<MetricData>> batches = batches(List.of(a, b, c, d), 4);

    assertThat(batches.stream().map(MetricBatchesTest::describe))
        .containsExactly("a[0, 1] b[0, 1]", "b[2, 3, 4] c[0]", "d[0, 1, 2]");
    assertThat(batches.get(0).iterator().next()).isSameAs(a);
    assertThat(batches.get(2).iterator().next()).isSameAs(d);
  }

  @Test
  void whateverTheSizesNothingIsLostDoubledOrReordered() {
    final Random random = new Random(42);
    for (int run = 0; run < 500; run++) {
      final int size = 1 + random.nextInt(12);
      final List<MetricData> metrics = new ArrayList<>();
      final List<PointData> all = new ArrayList<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        final MetricData metric = FakeSource.gauge("m" + i, random.nextInt(30));
        metrics.add(metric);
        all.addAll(points(metric));
      }
      final List<Collection<MetricData>> batches = batches(metrics, size);

      assertThat(batches.stream().flatMap(Collection::stream).flatMap(m -> points(m).stream()))
          .usingElementComparator((a, b) -> a == b ? 0 : 1)
          .containsExactlyElementsOf(all);
      assertThat(batches).hasSize((all.size() + size - 1) / size);
      assertThat(batches.stream().limit(all.size() / size))
          .allMatch(batch -> UndeliveredPoints.of(batch).all() == size);
    }
  }

  @Test
  void pointsThatAreNoListAreCutToo() {
    final MetricData list = FakeSource.gauge("a", 5);
    final MetricData set =
        ImmutableMetricData.createLongGauge(
            RESOURCE,
            SCOPE,
            "a",
            "",
            "",
            ImmutableGaugeData.create(new LinkedHashSet<>(list.getLongGaugeData().getPoints())));
    assertThat(batches(List.of(set), 2).stream().map(MetricBatchesTest::describe))
        .containsExactly("a[0, 1]", "a[2, 3]", "a[4]");
  }

  @Test
  void withoutALimitTheCollectionIsPassedAsItIs() {
    final List<MetricData> metrics = List.of(FakeSource.gauge("a", 0), FakeSource.gauge("b", 9));
    final Iterator<Collection<MetricData>> batches =
        MetricBatches.of(metrics, MetricBatches.UNLIMITED);
    assertThat(batches.next()).isSameAs(metrics);
    assertThat(batches.hasNext()).isFalse();
  }

  @Test
  void withoutPointsThereIsNoBatch() {
    for (final int size : new int[] {1, MetricBatches.UNLIMITED}) {
      assertThat(batches(List.of(), size)).isEmpty();
      assertThat(batches(List.of(FakeSource.gauge("a", 0)), size)).isEmpty();
      assertThatThrownBy(() -> MetricBatches.of(List.of(), size).next())
          .isInstanceOf(NoSuchElementException.class);
    }
  }

  private static List<Collection<MetricData>> batches(List<MetricData> metrics, int size) {
    final List<Collection<MetricData>> batches = new ArrayList<>();
    MetricBatches.of(metrics, size).forEachRemaining(batches::add);
    return batches;
  }

  private static String describe(Collection<MetricData> batch) {
    return String.join(
        " ",
        batch.stream()
            .map(
                metric ->
                    metric.getName()
                        + metric.getLongGaugeData().getPoints().stream()
                            .map(point -> point.getValue())
                            .toList())
            .toList());
  }

  private static List<PointData> points(MetricData metric) {
    return List.copyOf(metric.getData().getPoints());
  }

  /** The numbers that the points of a slice were made from. */
  private static int[] slicePoints(MetricData slice) {
    return slice.getData().getPoints().stream()
        .mapToInt(point -> Math.toIntExact(point.getEpochNanos()))
        .toArray();
  }

  private static MetricData metric(MetricDataType type, String name, int points) {
    return metric(type, name, IntStream.rangeClosed(1, points).toArray());
  }

  /** A metric with everything unlike the defaults, with a point for each number. */
  private static MetricData metric(MetricDataType type, String name, int[] numbers) {
    final AggregationTemporality delta = AggregationTemporality.DELTA;
    return switch (type) {
      case LONG_GAUGE ->
          ImmutableMetricData.createLongGauge(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableGaugeData.create(each(numbers, MetricBatchesTest::longPoint)));
      case DOUBLE_GAUGE ->
          ImmutableMetricData.createDoubleGauge(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableGaugeData.create(each(numbers, MetricBatchesTest::doublePoint)));
      case LONG_SUM ->
          ImmutableMetricData.createLongSum(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableSumData.create(true, delta, each(numbers, MetricBatchesTest::longPoint)));
      case DOUBLE_SUM ->
          ImmutableMetricData.createDoubleSum(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableSumData.create(true, delta, each(numbers, MetricBatchesTest::doublePoint)));
      case SUMMARY ->
          ImmutableMetricData.createDoubleSummary(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableSummaryData.create(
                  each(
                      numbers,
                      n ->
                          ImmutableSummaryPointData.create(
                              0, n, Attributes.empty(), n, n, List.of()))));
      case HISTOGRAM ->
          ImmutableMetricData.createDoubleHistogram(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableHistogramData.create(
                  delta,
                  each(
                      numbers,
                      n ->
                          ImmutableHistogramPointData.create(
                              0,
                              n,
                              Attributes.empty(),
                              n,
                              true,
                              n,
                              true,
                              n,
                              List.of(1.0),
                              List.of((long) n, 0L)))));
      case EXPONENTIAL_HISTOGRAM ->
          ImmutableMetricData.createExponentialHistogram(
              RESOURCE,
              SCOPE,
              name,
              "description",
              "unit",
              ImmutableExponentialHistogramData.create(
                  delta,
                  each(
                      numbers,
                      n ->
                          ImmutableExponentialHistogramPointData.create(
                              0,
                              n,
                              n,
                              true,
                              n,
                              true,
                              n,
                              ExponentialHistogramBuckets.create(0, 0, List.of((long) n)),
                              ExponentialHistogramBuckets.create(0, 0, List.of()),
                              0,
                              n,
                              Attributes.empty(),
                              List.of()))));
    };
  }

  private static LongPointData longPoint(int n) {
    return ImmutableLongPointData.create(0, n, Attributes.empty(), n);
  }

  private static DoublePointData doublePoint(int n) {
    return ImmutableDoublePointData.create(0, n, Attributes.empty(), n);
  }

  private static <T> List<T> each(int[] numbers, IntFunction<T> point) {
    return IntStream.of(numbers).mapToObj(point).toList();
  }
}
