package io.glint.it.prometheus;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Metrics as no SDK makes them, by a seed: names, units, descriptions, labels and exemplars of
 * characters that formats have a meaning for, or no form; values of all kinds; names and label sets
 * that clash.
 */
final class HostileMetrics {
  private static final String[] TEXTS = {
    "a",
    "a.b",
    "a_b",
    "a-b",
    "a b",
    "A",
    "a.total",
    "a_total",
    "a.count",
    "a.sum",
    "a.bucket",
    "a.created",
    "a.info",
    "a.bytes",
    "_a",
    "__a",
    "__name__",
    "9lives",
    "日本",
    "中国",
    "métrique",
    "😀",
    "\uD83D",
    "a\uDE00",
    "\"",
    "a\"b",
    "\\",
    "a\\nb",
    "a\nb",
    "\n",
    "a\rb",
    "\r\n",
    "\t",
    "\u0000",
    "\uFEFFa",
    "{a}",
    "a}",
    "a=b",
    "a,b",
    "# EOF",
    "# TYPE a counter",
    "a:b",
    "le",
    "quantile",
    "job",
    "instance",
    "target",
    "target.info",
    "otel_scope_name",
    "otel.scope.name",
    "U__a",
    "a__b",
    "_",
    ".",
    " ",
    "trace_id",
    "%",
    "\u2028",
    "x".repeat(300),
  };
  private static final String[] UNITS = {
    "", "", "1", "By", "s", "{req}/s", "total", "%", "日", "\n", "\"", "a b"
  };
  private static final double[] VALUES = {
    0,
    -0.0,
    1,
    -1,
    0.1,
    1e-300,
    1e300,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    123456789012345.0,
    1e21,
  };

  private static final List<MetricDataType> TYPES = List.of(MetricDataType.values());

  private final Random random;
  private final long now = System.currentTimeMillis() * 1_000_000;

  private HostileMetrics(Random random) {
    this.random = random;
  }

  /** The same metrics for the same seed, but for their times. */
  static List<MetricData> of(int seed, Resource resource) {
    return new HostileMetrics(new Random(seed)).metrics(resource);
  }

  private List<MetricData> metrics(Resource resource) {
    final List<MetricData> metrics = new ArrayList<>();
    for (int i = 5 + random.nextInt(20); i > 0; i--) {
      metrics.add(metric(resource));
    }
    return metrics;
  }

  private String text() {
    final String text = TEXTS[random.nextInt(TEXTS.length)];
    return random.nextInt(4) == 0 ? text + TEXTS[random.nextInt(TEXTS.length)] : text;
  }

  private double value() {
    return random.nextBoolean() ? VALUES[random.nextInt(VALUES.length)] : random.nextGaussian();
  }

  private MetricData metric(Resource resource) {
    final InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder(random.nextInt(3) == 0 ? text() : "")
            .setAttributes(random.nextInt(3) == 0 ? attributes() : Attributes.empty())
            .build();
    final MetricDataType type = TYPES.get(random.nextInt(TYPES.size()));
    return new Hostile(
        resource,
        scope,
        text(),
        random.nextInt(3) == 0 ? text() : "",
        UNITS[random.nextInt(UNITS.length)],
        type,
        data(type));
  }

  private Attributes attributes() {
    final AttributesBuilder attributes = Attributes.builder();
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> attributes.put(text(), random.nextLong());
        case 1 -> attributes.put(AttributeKey.stringArrayKey(text()), List.of(text(), text()));
        default -> attributes.put(text(), text());
      }
    }
    return attributes.build();
  }

  private Data<?> data(MetricDataType type) {
    final int points = 1 + random.nextInt(3);
    final AggregationTemporality temporality = AggregationTemporality.CUMULATIVE;
    return switch (type) {
      case LONG_GAUGE, DOUBLE_GAUGE -> GaugeData.createDoubleGaugeData(doublePoints(points));
      case LONG_SUM, DOUBLE_SUM ->
          SumData.createDoubleSumData(
              type == MetricDataType.LONG_SUM, temporality, doublePoints(points));
      case HISTOGRAM -> HistogramData.create(temporality, histogramPoints(points));
      case EXPONENTIAL_HISTOGRAM ->
          ExponentialHistogramData.create(temporality, exponentialPoints(points));
      case SUMMARY -> SummaryData.create(summaryPoints(points));
    };
  }

  private List<DoublePointData> doublePoints(int size) {
    final List<DoublePointData> points = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      points.add(DoublePointData.create(start(), now, attributes(), value(), exemplars()));
    }
    return points;
  }

  private long start() {
    return random.nextInt(4) == 0 ? 0 : now - 60_000_000_000L;
  }

  private List<DoubleExemplarData> exemplars() {
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      exemplars.add(
          DoubleExemplarData.create(
              attributes(),
              now - random.nextInt(1_000_000_000),
              random.nextBoolean()
                  ? SpanContext.getInvalid()
                  : SpanContext.create(
                      String.format("%032x", 1 + random.nextInt(9)),
                      String.format("%016x", 1 + random.nextInt(9)),
                      TraceFlags.getSampled(),
                      TraceState.getDefault()),
              value()));
    }
    return exemplars;
  }

  private List<HistogramPointData> histogramPoints(int size) {
    final List<HistogramPointData> points = new ArrayList<>();
    final List<Double> bounds = random.nextBoolean() ? List.of(-1.0, 0.0, 1e-5, 1e7) : List.of(1.0);
    for (int i = 0; i < size; i++) {
      points.add(
          ImmutableHistogramPointData.create(
              start(),
              now,
              attributes(),
              value(),
              false,
              0,
              false,
              0,
              bounds,
              counts(bounds.size() + 1),
              exemplars()));
    }
    return points;
  }

  private List<Long> counts(int size) {
    final List<Long> counts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      counts.add((long) random.nextInt(5));
    }
    return counts;
  }

  private List<ExponentialHistogramPointData> exponentialPoints(int size) {
    final List<ExponentialHistogramPointData> points = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      final int scale = random.nextInt(31) - 10;
      points.add(
          ExponentialHistogramPointData.create(
              scale,
              value(),
              random.nextInt(3),
              false,
              0,
              false,
              0,
              ExponentialHistogramBuckets.create(
                  scale, random.nextInt(), counts(random.nextInt(20))),
              ExponentialHistogramBuckets.create(
                  scale, random.nextInt(100) - 50, counts(random.nextInt(4))),
              start(),
              now,
              attributes(),
              exemplars()));
    }
    return points;
  }

  private List<SummaryPointData> summaryPoints(int size) {
    final List<SummaryPointData> points = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      points.add(
          SummaryPointData.create(
              start(),
              now,
              attributes(),
              random.nextInt(9),
              value(),
              List.of(ValueAtQuantile.create(0.9, value()), ValueAtQuantile.create(0, value()))));
    }
    return points;
  }

  private record Hostile(
      Resource resource,
      InstrumentationScopeInfo scope,
      String name,
      String description,
      String unit,
      MetricDataType type,
      Data<?> data)
      implements MetricData {
    @Override
    public Resource getResource() {
      return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return scope;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getDescription() {
      return description;
    }

    @Override
    public String getUnit() {
      return unit;
    }

    @Override
    public MetricDataType getType() {
      // Both kinds of numbers are doubles here.
      return switch (type) {
        case LONG_GAUGE -> MetricDataType.DOUBLE_GAUGE;
        case LONG_SUM -> MetricDataType.DOUBLE_SUM;
        default -> type;
      };
    }

    @Override
    public Data<?> getData() {
      return data;
    }
  }
}
