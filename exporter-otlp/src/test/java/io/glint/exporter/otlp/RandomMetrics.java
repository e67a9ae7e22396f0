package io.glint.exporter.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Collections of metrics of every kind, with whatever the data interfaces allow. */
final class RandomMetrics {
  private static final String[] TEXTS = {
    "",
    "a",
    "http.route",
    "Gr\u00fc\u00dfe",
    "\u4e16\u754c",
    "\uD83D\uDE00",
    "\"\\/\b\f\n\r\t\u0001",
    "x".repeat(200)
  };

  private final SplittableRandom random;

  RandomMetrics(long seed) {
    this.random = new SplittableRandom(seed);
  }

  List<MetricData> collection() {
    // The stock exporters group by identity.
    final List<Resource> resources = list(3, this::resource).stream().distinct().toList();
    final List<InstrumentationScopeInfo> scopes = list(4, this::scope).stream().distinct().toList();
    final List<MetricData> metrics = new ArrayList<>();
    final int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      final Resource resource =
          resources.isEmpty() ? Resource.empty() : resources.get(random.nextInt(resources.size()));
      final InstrumentationScopeInfo scope =
          scopes.isEmpty()
              ? InstrumentationScopeInfo.empty()
              : scopes.get(random.nextInt(scopes.size()));
      metrics.add(metric(resource, scope, "metric." + i + "." + text()));
    }
    return metrics;
  }

  private MetricData metric(Resource resource, InstrumentationScopeInfo scope, String name) {
    final String description = text();
    final String unit = text();
    final AggregationTemporality temporality =
        random.nextBoolean() ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
    final boolean isMonotonic = random.nextBoolean();
    return switch (random.nextInt(7)) {
      case 0 ->
          ImmutableMetricData.createLongGauge(
              resource,
              scope,
              name,
              description,
              unit,
              GaugeData.createLongGaugeData(points(this::longPoint)));
      case 1 ->
          ImmutableMetricData.createDoubleGauge(
              resource,
              scope,
              name,
              description,
              unit,
              GaugeData.createDoubleGaugeData(points(this::doublePoint)));
      case 2 ->
          ImmutableMetricData.createLongSum(
              resource,
              scope,
              name,
              description,
              unit,
              SumData.createLongSumData(isMonotonic, temporality, points(this::longPoint)));
      case 3 ->
          ImmutableMetricData.createDoubleSum(
              resource,
              scope,
              name,
              description,
              unit,
              SumData.createDoubleSumData(isMonotonic, temporality, points(this::doublePoint)));
      case 4 ->
          ImmutableMetricData.createDoubleHistogram(
              resource,
              scope,
              name,
              description,
              unit,
              HistogramData.create(temporality, points(this::histogramPoint)));
      case 5 ->
          ImmutableMetricData.createExponentialHistogram(
              resource,
              scope,
              name,
              description,
              unit,
              ExponentialHistogramData.create(temporality, points(this::exponentialPoint)));
      default ->
          ImmutableMetricData.createDoubleSummary(
              resource,
              scope,
              name,
              description,
              unit,
              ImmutableSummaryData.create(points(this::summaryPoint)));
    };
  }

  private LongPointData longPoint() {
    return ImmutableLongPointData.create(
        time(), time(), attributes(), longValue(), list(3, this::longExemplar));
  }

  private DoublePointData doublePoint() {
    return ImmutableDoublePointData.create(
        time(), time(), attributes(), doubleValue(), list(3, this::doubleExemplar));
  }

  private HistogramPointData histogramPoint() {
    final int bounds = random.nextInt(6);
    final List<Double> boundaries = new ArrayList<>();
    final List<Long> counts = new ArrayList<>();
    for (int i = 0; i < bounds; i++) {
      boundaries.add(i - 1.5);
      counts.add(count());
    }
    counts.add(count());
    return ImmutableHistogramPointData.create(
        time(),
        time(),
        attributes(),
        finiteValue(),
        random.nextBoolean(),
        finiteValue(),
        random.nextBoolean(),
        finiteValue(),
        boundaries,
        counts,
        list(3, this::doubleExemplar));
  }

  private ExponentialHistogramPointData exponentialPoint() {
    final int scale = random.nextInt(-10, 21);
    return ExponentialHistogramPointData.create(
        scale,
        finiteValue(),
        count(),
        random.nextBoolean(),
        finiteValue(),
        random.nextBoolean(),
        finiteValue(),
        buckets(scale),
        buckets(scale),
        time(),
        time(),
        attributes(),
        list(3, this::doubleExemplar));
  }

  private ExponentialHistogramBuckets buckets(int scale) {
    return ExponentialHistogramBuckets.create(
        scale, random.nextInt(-2000, 2000), list(5, this::count));
  }

  private SummaryPointData summaryPoint() {
    return SummaryPointData.create(
        time(),
        time(),
        attributes(),
        count(),
        finiteValue(),
        list(3, () -> ValueAtQuantile.create(random.nextDouble(), finiteValue())));
  }

  private LongExemplarData longExemplar() {
    return LongExemplarData.create(attributes(), time(), span(), longValue());
  }

  private DoubleExemplarData doubleExemplar() {
    return DoubleExemplarData.create(attributes(), time(), span(), doubleValue());
  }

  private SpanContext span() {
    return random.nextInt(4) == 0
        ? SpanContext.getInvalid()
        : SpanContext.create(
            String.format("%016x%016x", random.nextLong(), random.nextLong() | 1),
            String.format("%016x", random.nextLong() | 1),
            TraceFlags.getSampled(),
            TraceState.getDefault());
  }

  private Resource resource() {
    return random.nextBoolean()
        ? Resource.create(attributes())
        : Resource.create(attributes(), "https://schema/" + random.nextInt(3));
  }

  private InstrumentationScopeInfo scope() {
    final InstrumentationScopeInfoBuilder scope =
        InstrumentationScopeInfo.builder("scope." + random.nextInt(4)).setAttributes(attributes());
    if (random.nextBoolean()) {
      scope.setVersion("1." + random.nextInt(3));
    }
    if (random.nextBoolean()) {
      scope.setSchemaUrl("https://schema/" + random.nextInt(3));
    }
    return scope.build();
  }

  private Attributes attributes() {
    final AttributesBuilder attributes = Attributes.builder();
    final int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      final String key = "k" + random.nextInt(100);
      switch (random.nextInt(9)) {
        case 0 -> attributes.put(key, text());
        case 1 -> attributes.put(key, random.nextBoolean());
        case 2 -> attributes.put(key, longValue());
        case 3 -> attributes.put(key, doubleValue());
        case 4 -> attributes.put(AttributeKey.stringArrayKey(key), list(3, this::text));
        case 5 -> attributes.put(AttributeKey.booleanArrayKey(key), list(3, random::nextBoolean));
        case 6 -> attributes.put(AttributeKey.longArrayKey(key), list(3, this::longValue));
        case 7 -> attributes.put(AttributeKey.doubleArrayKey(key), list(3, this::doubleValue));
        default -> attributes.put(AttributeKey.valueKey(key), value(0));
      }
    }
    return attributes.build();
  }

  private Value<?> value(int depth) {
    return switch (random.nextInt(depth > 2 ? 5 : 7)) {
      case 0 -> Value.of(text());
      case 1 -> Value.of(random.nextBoolean());
      case 2 -> Value.of(longValue());
      case 3 -> Value.of(doubleValue());
      case 4 -> Value.of(new byte[] {0, (byte) random.nextInt(), -1});
      case 5 -> Value.of(list(3, () -> value(depth + 1)));
      default ->
          Value.of(
              list(3, () -> KeyValue.of("k" + random.nextInt(100), value(depth + 1)))
                  .toArray(KeyValue[]::new));
    };
  }

  private <T> List<T> points(Supplier<T> point) {
    return list(5, point);
  }

  private <T> List<T> list(int bound, Supplier<T> element) {
    final int size = random.nextInt(bound);
    final List<T> list = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      list.add(element.get());
    }
    return list;
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private long time() {
    return random.nextInt(10) == 0 ? 0 : random.nextLong(Long.MAX_VALUE);
  }

  private long count() {
    return random.nextInt(4) == 0 ? random.nextLong(Long.MAX_VALUE) : random.nextInt(3);
  }

  private long longValue() {
    return random.nextBoolean() ? random.nextLong() : random.nextInt(-2, 3);
  }

  private double doubleValue() {
    return switch (random.nextInt(8)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> Double.NEGATIVE_INFINITY;
      case 3 -> -0.0;
      case 4 -> Double.MIN_VALUE;
      default -> finiteValue();
    };
  }

  private double finiteValue() {
    return random.nextInt(4) == 0 ? 0.0 : (random.nextDouble() - 0.5) * 1e6;
  }
}
