package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What Glint collects is encoded as the stock exporter does it: each kind of instrument, with
 * exemplars, over several collections, of which the later ones find what the encoder has kept.
 */
@Timeout(120)
@Tag("long")
class CollectedRoundTripTest {
  private static final int COLLECTIONS = 20;
  private static final AttributeKey<Long> USER = AttributeKey.longKey("user.id");

  @ParameterizedTest
  @CsvSource({
    "CUMULATIVE, IMMUTABLE_DATA",
    "CUMULATIVE, REUSABLE_DATA",
    "DELTA, IMMUTABLE_DATA",
    "DELTA, REUSABLE_DATA"
  })
  void whatGlintCollectsIsEncodedAsByTheStockMarshaler(
      AggregationTemporality temporality, MemoryMode mode) throws IOException {
    final InMemoryMetricReader reader =
        InMemoryMetricReader.builder()
            .setAggregationTemporalitySelector(type -> temporality)
            .setMemoryMode(mode)
            .build();
    final MetricsEncoder encoder = new MetricsEncoder(1 << 26);
    final Set<String> kinds = new HashSet<>();
    final List<Exemplar> exemplars = new ArrayList<>();
    try (GlintMeterProvider provider = provider(reader)) {
      final Meter meter =
          provider
              .meterBuilder("meter")
              .setInstrumentationVersion("1.2")
              .setSchemaUrl("https://schema/s")
              .build();
      observe(meter);
      final SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < COLLECTIONS; i++) {
        for (int j = 0; j < 50; j++) {
          final Context context = context(random);
          record(meter, random, context);
          record(provider.get("another"), random, context);
        }
        final Collection<MetricData> metrics = reader.collectAllMetrics();
        final int unused = encoder.encode(metrics, new RequestExemplars());
        final ExportMetricsServiceRequest request =
            ExportMetricsServiceRequest.parseFrom(encoder.toByteArray());
        assertThat(RoundTripTest.sorted(request))
            .as("collection %s", i)
            .isEqualTo(RoundTripTest.ofStock(metrics));
        look(request, kinds, exemplars);
      }
    }
    // What was not there was not compared.
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "GAUGE long",
            "GAUGE double",
            "SUM long monotonic",
            "SUM double monotonic",
            "SUM long",
            "SUM double",
            "HISTOGRAM",
            "EXPONENTIAL_HISTOGRAM");
    assertThat(exemplars)
        .anyMatch(Exemplar::hasAsInt)
        .anyMatch(Exemplar::hasAsDouble)
        .anyMatch(exemplar -> exemplar.getTraceId().size() == 16)
        .anyMatch(exemplar -> exemplar.getTraceId().isEmpty())
        .anyMatch(exemplar -> exemplar.getFilteredAttributesCount() > 0)
        .anyMatch(exemplar -> exemplar.getFilteredAttributesCount() == 0);
  }

  private static GlintMeterProvider provider(InMemoryMetricReader reader) {
    return GlintMeterProvider.builder()
        .setResource(TestMetrics.RESOURCE)
        .setExemplarFilter(CustomExemplarFilter.alwaysOn())
        .registerView(
            InstrumentSelector.builder().setName("exponential*").build(),
            View.builder()
                .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                .setAttributeFilter(key -> !key.equals(USER.getKey()))
                .build())
        .registerView(
            InstrumentSelector.builder().setName("filtered*").build(),
            View.builder().setAttributeFilter(key -> !key.equals(USER.getKey())).build())
        .registerMetricReader(reader)
        .build();
  }

  /** In a span or not, sampled or not. */
  private static Context context(SplittableRandom random) {
    if (random.nextInt(3) == 0) {
      return Context.root();
    }
    final SpanContext span =
        SpanContext.create(
            String.format("%016x%016x", random.nextLong(), random.nextLong() | 1),
            String.format("%016x", random.nextLong() | 1),
            random.nextBoolean() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
            TraceState.getDefault());
    return Context.root().with(Span.wrap(span));
  }

  private static Attributes attributes(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> Attributes.empty();
      case 1 -> TestMetrics.ALL_TYPES;
      case 2 -> Attributes.of(USER, random.nextLong(1_000));
      default ->
          Attributes.of(
              AttributeKey.stringKey("route"), "/" + random.nextInt(5), USER, random.nextLong(9));
    };
  }

  private static void record(Meter meter, SplittableRandom random, Context context) {
    final Attributes attributes = attributes(random);
    final long amount = random.nextInt(5) == 0 ? 0 : random.nextLong(1L << random.nextInt(1, 40));
    final double value = random.nextInt(5) == 0 ? 0 : amount / 16.0;
    meter.counterBuilder("filtered.sum.long").build().add(amount, attributes, context);
    meter.counterBuilder("sum.double").ofDoubles().build().add(value, attributes, context);
    meter.upDownCounterBuilder("level.long").build().add(5 - amount, attributes, context);
    meter
        .upDownCounterBuilder("filtered.level.double")
        .ofDoubles()
        .build()
        .add(5 - value, attributes, context);
    meter.gaugeBuilder("gauge.long").ofLongs().build().set(-amount, attributes, context);
    meter.gaugeBuilder("filtered.gauge.double").build().set(-value, attributes, context);
    meter
        .histogramBuilder("filtered.histogram")
        .setUnit("ms")
        .setDescription("explicit")
        .build()
        .record(value, attributes, context);
    meter.histogramBuilder("histogram.long").ofLongs().build().record(amount, attributes, context);
    meter.histogramBuilder("exponential").build().record(value, attributes, context);
    meter
        .histogramBuilder("exponential.long")
        .ofLongs()
        .build()
        .record(amount, attributes, context);
  }

  private static void observe(Meter meter) {
    final Attributes attributes = Attributes.of(AttributeKey.stringKey("pool"), "main");
    meter.counterBuilder("observed.sum").buildWithCallback(to -> to.record(7, attributes));
    meter
        .counterBuilder("observed.sum.double")
        .ofDoubles()
        .buildWithCallback(to -> to.record(7.5, attributes));
    meter.upDownCounterBuilder("observed.level").buildWithCallback(to -> to.record(-7, attributes));
    meter
        .upDownCounterBuilder("observed.level.double")
        .ofDoubles()
        .buildWithCallback(to -> to.record(-7.5, attributes));
    meter.gaugeBuilder("observed.gauge").buildWithCallback(to -> to.record(0, attributes));
    meter
        .gaugeBuilder("observed.gauge.long")
        .ofLongs()
        .buildWithCallback(to -> to.record(0, attributes));
  }

  private static void look(
      ExportMetricsServiceRequest request, Set<String> kinds, List<Exemplar> exemplars) {
    request.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .forEach(
            metric -> {
              kinds.add(kind(metric));
              exemplars(metric).forEach(exemplars::addAll);
            });
  }

  /** Of each point, of whichever kind it is. */
  private static Stream<List<Exemplar>> exemplars(Metric metric) {
    return Stream.of(
            metric.getSum().getDataPointsList().stream().map(NumberDataPoint::getExemplarsList),
            metric.getGauge().getDataPointsList().stream().map(NumberDataPoint::getExemplarsList),
            metric.getHistogram().getDataPointsList().stream()
                .map(HistogramDataPoint::getExemplarsList),
            metric.getExponentialHistogram().getDataPointsList().stream()
                .map(ExponentialHistogramDataPoint::getExemplarsList))
        .flatMap(points -> points);
  }

  private static String kind(Metric metric) {
    return switch (metric.getDataCase()) {
      case SUM ->
          "SUM "
              + (metric.getSum().getDataPoints(0).hasAsInt() ? "long" : "double")
              + (metric.getSum().getIsMonotonic() ? " monotonic" : "");
      case GAUGE -> "GAUGE " + (metric.getGauge().getDataPoints(0).hasAsInt() ? "long" : "double");
      default -> metric.getDataCase().toString();
    };
  }
}
