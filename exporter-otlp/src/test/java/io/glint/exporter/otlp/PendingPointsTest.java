package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Points of requests that were not delivered are merged without changing a total. */
class PendingPointsTest {
  private static final Attributes A = Attributes.builder().put("route", "/a").build();
  private static final Attributes B = Attributes.builder().put("route", "/b").build();

  private final MetricsEncoder encoder = new MetricsEncoder(64 << 20);
  private final PendingPoints pending = new PendingPoints(100, /* keepsGauges= */ false);

  @Test
  void sumsAreAddedFromTheOldestStartToTheLatestTime() {
    keep(
        longSum("c", true, LongPointData.create(10, 20, A, 3), LongPointData.create(10, 20, B, 4)));
    keep(longSum("c", true, LongPointData.create(20, 30, B, Long.MAX_VALUE - 4)));
    final Metric metric = theMetric();

    assertThat(metric.getName()).isEqualTo("c");
    assertThat(metric.getUnit()).isEqualTo("{item}");
    assertThat(metric.getDescription()).isEqualTo("A sum");
    assertThat(metric.getSum().getIsMonotonic()).isTrue();
    assertThat(metric.getSum().getAggregationTemporality().getNumber()).isEqualTo(1);
    final NumberDataPoint a = metric.getSum().getDataPoints(0);
    assertThat(List.of(a.getStartTimeUnixNano(), a.getTimeUnixNano(), a.getAsInt()))
        .containsExactly(10L, 20L, 3L);
    final NumberDataPoint b = metric.getSum().getDataPoints(1);
    assertThat(List.of(b.getStartTimeUnixNano(), b.getTimeUnixNano(), b.getAsInt()))
        .containsExactly(10L, 30L, Long.MAX_VALUE);
    assertThat(b.getAttributes(0).getValue().getStringValue()).isEqualTo("/b");
    assertThat(metric.getSum().getDataPointsCount()).isEqualTo(2);
  }

  @Test
  void doublesAndNegativeNumbersAreAddedToo() {
    keep(doubleSum(DoublePointData.create(10, 20, A, -1.5, List.of())));
    keep(doubleSum(DoublePointData.create(20, 30, A, 0.25, List.of())));
    assertThat(theMetric().getSum().getDataPoints(0).getAsDouble()).isEqualTo(-1.25);
    assertThat(theMetric().getSum().getIsMonotonic()).isFalse();
  }

  @Test
  void whatCannotBeMergedWaitsSideBySide() {
    keep(longSum("c", true, LongPointData.create(10, 20, A, 1)));
    keep(longSum("c", false, LongPointData.create(20, 30, A, 2)));
    keep(longSum("d", true, LongPointData.create(20, 30, A, 4)));
    keep(histogram(bounds(A, List.of(1.0, 2.0), List.of(8L, 0L, 0L))));
    keep(histogram(bounds(A, List.of(1.0, 3.0), List.of(16L, 0L, 0L))));
    keep(histogram(bounds(A, List.of(1.0, 2.0), List.of(32L, 0L, 0L))));

    final List<Metric> metrics = metrics();
    assertThat(metrics).hasSize(4);
    assertThat(metrics.stream().limit(3).map(m -> m.getSum().getDataPoints(0).getAsInt()))
        .containsExactly(1L, 2L, 4L);
    assertThat(metrics.get(3).getHistogram().getDataPointsList())
        .extracting(HistogramDataPoint::getCount)
        .containsExactly(40L, 16L);
  }

  @Test
  void sameNameInAnotherScopeOrResourceIsAnotherMetric() {
    final InstrumentationScopeInfo other = InstrumentationScopeInfo.builder("scope").build();
    final Resource elsewhere =
        Resource.create(Attributes.builder().put("service.name", "x").build());
    keep(sum(TestMetrics.RESOURCE, TestMetrics.SCOPE, 1));
    keep(sum(TestMetrics.RESOURCE, other, 2));
    keep(sum(elsewhere, TestMetrics.SCOPE, 4));
    keep(sum(TestMetrics.RESOURCE, other, 8));

    final ExportMetricsServiceRequest request = request();
    assertThat(request.getResourceMetricsCount()).isEqualTo(2);
    assertThat(request.getResourceMetrics(0).getScopeMetricsCount()).isEqualTo(2);
    assertThat(request.getResourceMetrics(0).getSchemaUrl()).isEqualTo("https://schema/r");
    assertThat(request.getResourceMetrics(0).getScopeMetrics(1).getScope().getName())
        .isEqualTo("scope");
    assertThat(metrics().stream().map(m -> m.getSum().getDataPoints(0).getAsInt()))
        .containsExactly(1L, 10L, 4L);
  }

  @Test
  void explicitHistogramsAddUpBucketByBucket() {
    keep(
        histogram(
            HistogramPointData.create(
                10, 20, A, 12.5, true, 0.5, true, 9, List.of(1.0, 5.0), List.of(1L, 0L, 2L))));
    keep(
        histogram(
            HistogramPointData.create(
                20, 30, A, 3.0, true, 0.75, true, 10, List.of(1.0, 5.0), List.of(4L, 300L, 0L))));
    final HistogramDataPoint point = theMetric().getHistogram().getDataPoints(0);
    assertThat(point.getBucketCountsList()).containsExactly(5L, 300L, 2L);
    assertThat(point.getExplicitBoundsList()).containsExactly(1.0, 5.0);
    assertThat(point.getCount()).isEqualTo(307);
    assertThat(point.getSum()).isEqualTo(15.5);
    assertThat(point.getMin()).isEqualTo(0.5);
    assertThat(point.getMax()).isEqualTo(10);
    assertThat(point.getStartTimeUnixNano()).isEqualTo(10);
    assertThat(point.getTimeUnixNano()).isEqualTo(30);
  }

  @Test
  void whatIsUnknownOfOnePointIsUnknownOfBoth() {
    keep(
        histogram(
            HistogramPointData.create(
                10, 20, A, Double.NaN, false, 0, true, 9, List.of(), List.of(2L))));
    keep(
        histogram(
            HistogramPointData.create(20, 30, A, 3, true, 1, true, 7, List.of(), List.of(1L))));
    final HistogramDataPoint point = theMetric().getHistogram().getDataPoints(0);
    assertThat(point.hasSum()).isFalse();
    assertThat(point.hasMin()).isFalse();
    assertThat(point.getMax()).isEqualTo(9);
    assertThat(point.getCount()).isEqualTo(3);
  }

  @Test
  void exponentialHistogramsOfAnyScalesAddUpToThoseOfAllValues() {
    final Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      pending.clear();
      final List<Double> all = new ArrayList<>();
      final int intervals = 1 + random.nextInt(4);
      for (int i = 0; i < intervals; i++) {
        final double center = Math.pow(10, random.nextInt(12) - 6);
        final double spread = Math.pow(10, random.nextInt(4));
        final List<Double> values = new ArrayList<>();
        for (int n = random.nextInt(50) + 1; n > 0; n--) {
          final double value = center * (1 + random.nextDouble() * spread);
          values.add(random.nextInt(10) == 0 ? 0 : value);
        }
        all.addAll(values);
        keep(collected(values));
      }
      final ExponentialHistogramDataPoint merged =
          theMetric().getExponentialHistogram().getDataPoints(0);
      assertThat(merged.getCount()).isEqualTo(all.size());
      assertThat(merged.getZeroCount()).isEqualTo(all.stream().filter(v -> v == 0).count());
      assertThat(merged.getMin()).isEqualTo(Collections.min(all));
      assertThat(merged.getMax()).isEqualTo(Collections.max(all));
      assertThat(merged.getPositive().getBucketCountsCount())
          .isLessThanOrEqualTo(PendingExponential.MAX_BUCKETS);
      // Each value is in the bucket that the scale gives it: the sums are exact, not shifted.
      final double base = Math.pow(2, Math.pow(2, -merged.getScale()));
      final long[] expected = new long[merged.getPositive().getBucketCountsCount()];
      for (final double value : all) {
        if (value > 0) {
          final int index = (int) Math.ceil(Math.log(value) / Math.log(base)) - 1;
          final int at = index - merged.getPositive().getOffset();
          // The logarithm is off by one at most, for a value on a bound.
          if (at >= 0 && at < expected.length) {
            expected[at]++;
          }
        }
      }
      long off = 0;
      for (int i = 0; i < expected.length; i++) {
        off += Math.abs(expected[i] - merged.getPositive().getBucketCounts(i));
      }
      assertThat(off).as("scale %d", merged.getScale()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void exponentialHistogramsHandMadeAreMergedAtTheLowerScale() {
    // Buckets 4..7 at scale 1 are 2 and 3 at scale 0; -3..-1 are -2 and -1.
    keep(exponential(1, 5, buckets(1, 4, 1, 2, 3, 4), buckets(1, -3, 1, 1, 1)));
    keep(exponential(0, 1, buckets(0, 1, 10, 20), buckets(0, 0)));
    final ExponentialHistogramDataPoint point =
        theMetric().getExponentialHistogram().getDataPoints(0);
    assertThat(point.getScale()).isZero();
    assertThat(point.getZeroCount()).isEqualTo(6);
    assertThat(point.getPositive().getOffset()).isEqualTo(1);
    assertThat(point.getPositive().getBucketCountsList()).containsExactly(10L, 23L, 7L);
    assertThat(point.getNegative().getOffset()).isEqualTo(-2);
    assertThat(point.getNegative().getBucketCountsList()).containsExactly(1L, 2L);
  }

  @Test
  void bucketsFarApartLowerTheScaleInsteadOfTakingMemory() {
    keep(exponential(20, 0, buckets(20, -20_000_000, 1), buckets(20, 0)));
    keep(exponential(20, 0, buckets(20, 20_000_000, 1), buckets(20, 0)));
    final ExponentialHistogramDataPoint point =
        theMetric().getExponentialHistogram().getDataPoints(0);
    assertThat(point.getPositive().getBucketCountsCount())
        .isBetween(80, PendingExponential.MAX_BUCKETS);
    assertThat(point.getPositive().getBucketCountsList().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(2);
    assertThat(point.getPositive().getOffset()).isEqualTo(-20_000_000 >> (20 - point.getScale()));
  }

  @Test
  void ofExemplarsTheLatestAreKeptInTheOrderReceiversExpect() {
    for (int i = 0; i < 3; i++) {
      final List<DoubleExemplarData> exemplars = new ArrayList<>();
      for (int n = 0; n < 20; n++) {
        exemplars.add(exemplar(/* epochNanos= */ 100L * i + n, /* value= */ n % 2 == 0 ? 0.5 : 7));
      }
      keep(
          histogram(
              ImmutableHistogramPointData.create(
                  10, 20, A, 1, false, 0, false, 0, List.of(1.0), List.of(10L, 10L), exemplars)));
    }
    final HistogramDataPoint point = theMetric().getHistogram().getDataPoints(0);
    assertThat(point.getExemplarsCount()).isEqualTo(PendingPoint.MAX_EXEMPLARS);
    // The oldest 28 of 60 are left out.
    assertThat(point.getExemplarsList().stream().mapToLong(e -> e.getTimeUnixNano()).min())
        .hasValue(108);
    // Bucket by bucket, and in a bucket by time.
    assertThat(point.getExemplarsList())
        .isSortedAccordingTo(
            (x, y) ->
                x.getAsDouble() == y.getAsDouble()
                    ? Long.compare(x.getTimeUnixNano(), y.getTimeUnixNano())
                    : Double.compare(x.getAsDouble(), y.getAsDouble()));
    assertThat(point.getExemplars(0).getTraceId().size()).isEqualTo(16);
    assertThat(point.getExemplars(0).getFilteredAttributes(0).getKey()).isEqualTo("user.id");
  }

  @Test
  void cumulativePointsGaugesAndSummariesAreNotKept() {
    keep(TestMetrics.longSum());
    keep(TestMetrics.exponentialHistogram());
    keep(TestMetrics.longGauge("g", TestMetrics.point(1)));
    keep(TestMetrics.summary());
    assertThat(pending.isEmpty()).isTrue();
  }

  @Test
  void ofGaugesThatAreKeptTheLatestValueWins() {
    final PendingPoints keeping = new PendingPoints(100, /* keepsGauges= */ true);
    keep(keeping, gauge(LongPointData.create(0, 30, A, 3)));
    keep(keeping, gauge(LongPointData.create(0, 20, A, 2), LongPointData.create(0, 20, B, 7)));
    final List<NumberDataPoint> points = metrics(keeping).get(0).getGauge().getDataPointsList();
    assertThat(points).extracting(NumberDataPoint::getAsInt).containsExactly(3L, 7L);
    assertThat(points.get(0).getTimeUnixNano()).isEqualTo(30);
  }

  @Test
  void beyondTheLimitTotalsAreKeptInASeriesForAllOthers() {
    final PendingPoints few = new PendingPoints(3, /* keepsGauges= */ false);
    PendingPoints.Added added = null;
    for (int i = 0; i < 10; i++) {
      final Attributes attributes = Attributes.builder().put("id", i).build();
      added =
          keep(
              few,
              longSum("c", true, LongPointData.create(10, 20, attributes, 1 << i)),
              histogram(bounds(attributes, List.of(1.0), List.of((long) i, 1L))));
    }
    assertThat(added.folded()).isEqualTo(2);
    assertThat(added.dropped()).isZero();
    assertThat(few.count().all()).isEqualTo(5);
    final List<Metric> metrics = metrics(few);
    assertThat(
            metrics.get(0).getSum().getDataPointsList().stream()
                .mapToLong(NumberDataPoint::getAsInt)
                .sum())
        .isEqualTo(1023);
    final NumberDataPoint rest =
        metrics.get(0).getSum().getDataPoints(metrics.get(0).getSum().getDataPointsCount() - 1);
    assertThat(rest.getAttributesList())
        .singleElement()
        .satisfies(
            attribute -> {
              assertThat(attribute.getKey()).isEqualTo("otel.metric.overflow");
              assertThat(attribute.getValue().getBoolValue()).isTrue();
            });
    assertThat(
            metrics.get(1).getHistogram().getDataPointsList().stream()
                .mapToLong(HistogramDataPoint::getCount)
                .sum())
        .isEqualTo(45 + 10);
  }

  @Test
  void seriesForOthersAreBoundedTooAndWhatHasNoPlaceIsCounted() {
    final PendingPoints few = new PendingPoints(2, /* keepsGauges= */ false);
    int dropped = 0;
    for (int i = 0; i < 10; i++) {
      dropped += keep(few, longSum("c" + i, true, LongPointData.create(10, 20, A, 1))).dropped();
    }
    assertThat(few.count().all()).isEqualTo(4);
    assertThat(dropped).isEqualTo(6);
  }

  @Test
  void joinedWithALaterRequestEachSeriesHasOnePoint() {
    keep(longSum("c", true, LongPointData.create(10, 20, A, 3)));
    encoder.encode(
        List.of(
            longSum("c", true, LongPointData.create(20, 30, A, 4)),
            TestMetrics.longSum(),
            TestMetrics.longGauge("g", TestMetrics.point(1))),
        new RequestExemplars());
    final ProtoWriter later = encoder.output();
    pending.join(later.array(), later.start(), later.end(), new PendingPoints.Added());

    assertThat(metrics()).extracting(Metric::getName).containsExactly("c", "sum.long", "g");
    assertThat(metrics().get(0).getSum().getDataPoints(0).getAsInt()).isEqualTo(7);
    assertThat(metrics().get(1).getSum().getDataPointsCount()).isEqualTo(3);
    assertThat(pending.count().all()).isEqualTo(5);
    assertThat(pending.count().delta()).isEqualTo(1);
  }

  @Test
  void whatIsNotMergedIsWrittenAsItWas() throws InvalidProtocolBufferException {
    final List<MetricData> metrics = TestMetrics.everyKind();
    encoder.encode(metrics, new RequestExemplars());
    final ProtoWriter out = encoder.output();
    pending.join(out.array(), out.start(), out.end(), new PendingPoints.Added());
    assertThat(request()).isEqualTo(ExportMetricsServiceRequest.parseFrom(out.toByteArray()));
  }

  @Test
  void intExemplarsAreTakenAsTheyAre() {
    keep(
        longSum(
            "c",
            true,
            ImmutableLongPointData.create(
                10,
                20,
                A,
                1,
                List.of(LongExemplarData.create(B, 15, SpanContext.getInvalid(), 5)))));
    keep(longSum("c", true, LongPointData.create(20, 30, A, 1)));
    assertThat(theMetric().getSum().getDataPoints(0).getExemplarsList())
        .singleElement()
        .satisfies(exemplar -> assertThat(exemplar.getAsInt()).isEqualTo(5));
  }

  private PendingPoints.Added keep(MetricData... metrics) {
    return keep(pending, metrics);
  }

  private PendingPoints.Added keep(PendingPoints target, MetricData... metrics) {
    return keep(target, List.of(metrics));
  }

  private PendingPoints.Added keep(Collection<MetricData> metrics) {
    return keep(pending, metrics);
  }

  private PendingPoints.Added keep(PendingPoints target, Collection<MetricData> metrics) {
    encoder.encode(metrics, new RequestExemplars());
    final ProtoWriter out = encoder.output();
    return target.keep(out.array(), out.start(), out.end());
  }

  private Metric theMetric() {
    assertThat(metrics()).hasSize(1);
    return metrics().get(0);
  }

  private List<Metric> metrics() {
    return metrics(pending);
  }

  private static List<Metric> metrics(PendingPoints points) {
    return request(points).getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .collect(Collectors.toList());
  }

  private ExportMetricsServiceRequest request() {
    return request(pending);
  }

  private static ExportMetricsServiceRequest request(PendingPoints points) {
    final ProtoWriter out = new ProtoWriter(64 << 20);
    points.writeTo(out);
    try {
      return ExportMetricsServiceRequest.parseFrom(out.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static MetricData longSum(String name, boolean isMonotonic, LongPointData... points) {
    return ImmutableMetricData.createLongSum(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        name,
        "A sum",
        "{item}",
        SumData.createLongSumData(isMonotonic, AggregationTemporality.DELTA, List.of(points)));
  }

  private static MetricData sum(Resource resource, InstrumentationScopeInfo scope, long value) {
    return ImmutableMetricData.createLongSum(
        resource,
        scope,
        "c",
        "",
        "1",
        SumData.createLongSumData(
            true, AggregationTemporality.DELTA, List.of(LongPointData.create(10, 20, A, value))));
  }

  private static MetricData doubleSum(DoublePointData... points) {
    return ImmutableMetricData.createDoubleSum(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        "d",
        "",
        "1",
        SumData.createDoubleSumData(false, AggregationTemporality.DELTA, List.of(points)));
  }

  private static MetricData gauge(LongPointData... points) {
    return ImmutableMetricData.createLongGauge(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        "g",
        "",
        "1",
        GaugeData.createLongGaugeData(List.of(points)));
  }

  private static MetricData histogram(HistogramPointData point) {
    return TestMetrics.histogram(point);
  }

  private static HistogramPointData bounds(
      Attributes attributes, List<Double> bounds, List<Long> counts) {
    return HistogramPointData.create(10, 20, attributes, 1, false, 0, false, 0, bounds, counts);
  }

  private static DoubleExemplarData exemplar(long epochNanos, double value) {
    return DoubleExemplarData.create(TestMetrics.FILTERED, epochNanos, TestMetrics.SPAN, value);
  }

  private static ExponentialHistogramBuckets buckets(int scale, int offset, long... counts) {
    final List<Long> list = new ArrayList<>();
    for (final long count : counts) {
      list.add(count);
    }
    return ExponentialHistogramBuckets.create(scale, offset, list);
  }

  private static MetricData exponential(
      int scale,
      long zeros,
      ExponentialHistogramBuckets positive,
      ExponentialHistogramBuckets negative) {
    return ImmutableMetricData.createExponentialHistogram(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        "e",
        "",
        "By",
        ExponentialHistogramData.create(
            AggregationTemporality.DELTA,
            List.of(
                ExponentialHistogramPointData.create(
                    scale, 99.5, zeros, false, 0, false, 0, positive, negative, 10, 20, A,
                    List.of()))));
  }

  /** What Glint collects of these values as delta. */
  private static Collection<MetricData> collected(List<Double> values) {
    final InMemoryMetricReader reader =
        InMemoryMetricReader.create(
            type -> AggregationTemporality.DELTA,
            type ->
                type == InstrumentType.HISTOGRAM
                    ? Aggregation.base2ExponentialBucketHistogram()
                    : Aggregation.defaultAggregation());
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setResource(TestMetrics.RESOURCE)
            .registerMetricReader(reader)
            .build()) {
      final var histogram = provider.get("scope").histogramBuilder("e").build();
      values.forEach(value -> histogram.record(value, A));
      return reader.collectAllMetrics();
    }
  }
}
