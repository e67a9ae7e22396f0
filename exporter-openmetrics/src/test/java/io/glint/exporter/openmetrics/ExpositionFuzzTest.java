package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.exporter.openmetrics.Metrics.LongPoint;
import io.glint.exporter.openmetrics.Metrics.Metric;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the metrics hold, the exposition is one the strict parser accepts. */
class ExpositionFuzzTest {

  private static final String[] NAMES = {
    "a",
    "a.b",
    "a_b",
    "a__b",
    "_a",
    "9",
    "a_total",
    "a_created",
    "a_bucket",
    "a_sum",
    "a_count",
    "a_info",
    "target",
    "target_info",
    "a_seconds",
    "é",
    "a:b",
    "",
    "le",
    "quantile",
    "otel.scope.name",
    "otel_scope_version",
    "trace_id",
    "span.id",
    "name",
    "b",
    "c",
    "d",
  };
  private static final String[] UNITS = {
    "", "1", "s", "By", "By/s", "{x}", "{x}/s", "seconds", "%", "é", "total", "m/s/s", "_",
  };
  private static final String[] TEXTS = {
    "",
    "x",
    "\n",
    "\r",
    "\\",
    "\"",
    "\\\"\n",
    "# EOF",
    "{}",
    "😀",
    "\uD83D",
    "\u0000",
    "a,b=c",
    "long text ".repeat(20),
  };
  private static final double[] NUMBERS = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    1e-5,
    1e6,
    -3.25,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
  };

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyExpositionIsValid(boolean scopeLabels) {
    for (int seed = 0; seed < 1500; seed++) {
      final Random random = new Random(seed);
      final MetricData[] metrics = new MetricData[random.nextInt(12)];
      final Resource resource =
          Resource.create(
              Attributes.builder()
                  .put("service.name", pick(random, TEXTS))
                  .put("service_name", pick(random, TEXTS))
                  .build());
      for (int i = 0; i < metrics.length; i++) {
        metrics[i] = metric(random).of(resource);
      }
      final Renderer renderer =
          new Renderer(scopeLabels, random.nextBoolean(), random.nextBoolean());
      // openMetrics() parses what it returns.
      final String openMetrics = renderer.openMetrics(metrics);
      final String text = renderer.text(metrics);
      assertThat(openMetrics).as("seed " + seed).endsWith("# EOF\n");
      assertThat(text).as("seed " + seed).doesNotContain("\n# EOF", "# UNIT");
      assertThat(text.isEmpty() || text.endsWith("\n")).as("seed " + seed).isTrue();
      assertEachExemplarHasOneOutcome(seed, metrics, renderer, openMetrics);
    }
  }

  private static void assertEachExemplarHasOneOutcome(
      int seed, MetricData[] metrics, Renderer renderer, String openMetrics) {
    final Map<InstrumentationScopeInfo, Map<String, Long>> held = new HashMap<>();
    for (final MetricData metric : metrics) {
      final long exemplars =
          metric.getData().getPoints().stream().mapToLong(p -> p.getExemplars().size()).sum();
      held.computeIfAbsent(metric.getInstrumentationScopeInfo(), scope -> new HashMap<>())
          .merge(metric.getName(), exemplars, Long::sum);
    }
    long exported = 0;
    for (final var scope : held.entrySet()) {
      for (final var metric : scope.getValue().entrySet()) {
        final ToLongFunction<Outcome> count =
            outcome -> renderer.exemplars.get(scope.getKey(), metric.getKey(), outcome);
        final long written =
            count.applyAsLong(Outcome.EXPORTED) + count.applyAsLong(Outcome.EXPORTED_IN_PART);
        // Once as OpenMetrics, once as Prometheus text.
        assertThat(
                written
                    + count.applyAsLong(Outcome.NOT_REQUESTED)
                    + count.applyAsLong(Outcome.NOT_REPRESENTABLE))
            .as("seed " + seed)
            .isEqualTo(2 * metric.getValue());
        assertThat(count.applyAsLong(Outcome.NOT_REQUESTED))
            .as("seed " + seed)
            .isBetween(written, metric.getValue());
        exported += written;
      }
    }
    final Exposition parsed = StrictOpenMetricsParser.parse(openMetrics.getBytes(UTF_8));
    assertThat(
            parsed.familyNames().stream()
                .flatMap(name -> parsed.family(name).samples.stream())
                .filter(sample -> sample.exemplar() != null)
                .count())
        .as("seed " + seed)
        .isEqualTo(exported);
  }

  private static Metric metric(Random random) {
    final String name = pick(random, NAMES);
    final Metric metric =
        switch (random.nextInt(7)) {
          case 0 -> Metrics.counter(name, many(random, () -> longPoint(random), new LongPoint[0]));
          case 1 ->
              Metrics.doubleCounter(
                  name, many(random, () -> doublePoint(random), new DoublePointData[0]));
          case 2 ->
              Metrics.upDownCounter(name, many(random, () -> longPoint(random), new LongPoint[0]));
          case 3 ->
              Metrics.gauge(name, many(random, () -> doublePoint(random), new DoublePointData[0]));
          case 4 -> Metrics.summary(name, summaryPoint(random));
          default ->
              Metrics.histogram(
                  name, many(random, () -> histogramPoint(random), new HistogramPoint[0]));
        };
    return metric
        .in(pick(random, UNITS))
        .described(pick(random, TEXTS))
        .of(
            InstrumentationScopeInfo.builder(pick(random, TEXTS))
                .setVersion(pick(random, TEXTS))
                .setAttributes(attributes(random))
                .build());
  }

  private static <T> T[] many(Random random, Supplier<T> one, T[] type) {
    final List<T> list = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      list.add(one.get());
    }
    return list.toArray(type);
  }

  private static LongPoint longPoint(Random random) {
    final LongExemplarData exemplar =
        LongExemplarData.create(
            attributes(random), random.nextLong(), Metrics.span(1), random.nextLong());
    return new LongPoint(
        attributes(random),
        random.nextLong(),
        random.nextBoolean() ? List.of(exemplar) : List.of());
  }

  private static DoublePointData doublePoint(Random random) {
    return Metrics.point(
        attributes(random), number(random), exemplars(random).toArray(new DoubleExemplarData[0]));
  }

  private static SummaryPointData summaryPoint(Random random) {
    final List<ValueAtQuantile> values = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      values.add(ValueAtQuantile.create(number(random), number(random)));
    }
    return SummaryPointData.create(
        1, 2, attributes(random), random.nextInt(10) - 2L, number(random), values);
  }

  private static HistogramPoint histogramPoint(Random random) {
    final TreeSet<Double> bounds = new TreeSet<>();
    final List<Long> counts = new ArrayList<>(List.of((long) random.nextInt(5)));
    for (int i = random.nextInt(5); i > 0; i--) {
      if (bounds.add(number(random))) {
        counts.add((long) random.nextInt(5) - (random.nextInt(20) == 0 ? 3 : 0));
      }
    }
    return new HistogramPoint(
        attributes(random), number(random), new ArrayList<>(bounds), counts, exemplars(random));
  }

  private static List<DoubleExemplarData> exemplars(Random random) {
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      exemplars.add(
          Metrics.exemplar(
              number(random), random.nextLong(), random.nextInt(2), attributes(random)));
    }
    return exemplars;
  }

  private static Attributes attributes(Random random) {
    final AttributesBuilder attributes = Attributes.builder();
    for (int i = random.nextInt(4); i > 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> attributes.put(pick(random, NAMES), random.nextLong());
        case 1 -> attributes.put(pick(random, NAMES), pick(random, TEXTS), pick(random, TEXTS));
        case 2 -> attributes.put(pick(random, NAMES), number(random));
        default -> attributes.put(pick(random, NAMES), pick(random, TEXTS));
      }
    }
    return attributes.build();
  }

  private static double number(Random random) {
    return random.nextBoolean()
        ? NUMBERS[random.nextInt(NUMBERS.length)]
        : random.nextGaussian() * 100;
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }
}
