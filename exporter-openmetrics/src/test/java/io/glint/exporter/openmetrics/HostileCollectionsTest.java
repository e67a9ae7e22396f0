package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.exporter.openmetrics.Metrics.Metric;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Metrics whose names, types, units, descriptions and labels clash in every way: what is shown does
 * not depend on any order, no parser objects to it, and what can be added is added to the last bit.
 */
@Tag("long")
class HostileCollectionsTest {

  private static final int SEEDS = 400;

  private static final String[] NAMES = {
    "a",
    "a.total",
    "a.created",
    "a.count",
    "a.sum",
    "a.bucket",
    "a.created.total",
    "a.count.sum",
    "a_",
    "A",
    "a.bytes",
    "a.total.total",
    "a.info",
    "target",
    "target.info",
    "日本",
    "中国",
    "_a",
  };
  private static final String[] UNITS = {"", "", "", "By", "bytes", "total", "count"};
  private static final String[] TEXTS = {"", "one", "two"};
  private static final String[] KEYS = {
    "k.x", "k_x", "k-x", "le", "quantile", "日本", "中国", "", "_", "1", "a b", "\"", "__name__",
  };

  /** Most are the same, so that label sets clash. */
  private static final String[] VALUES = {
    "1", "1", "1", "1", "", "\"", "\\", "\n", "a=\"b\",c", "{}", "\0", "\uD83D", "😀", "# EOF",
  };

  private static final List<InstrumentationScopeInfo> SCOPES =
      List.of(
          InstrumentationScopeInfo.create(""),
          InstrumentationScopeInfo.create("a"),
          InstrumentationScopeInfo.builder("a").setVersion("1").build(),
          InstrumentationScopeInfo.builder("a").setVersion("1").setSchemaUrl("u").build(),
          InstrumentationScopeInfo.builder("a")
              .setAttributes(Attributes.builder().put("x", 1).build())
              .build(),
          InstrumentationScopeInfo.create("b"));

  private static final List<List<Double>> BOUNDS =
      List.of(
          List.of(), List.of(1.0), List.of(1.0, 4.0), List.of(1.0, 3.0, 4.0), List.of(-1.0, 4.0));

  /** What is asked for: all formats, with each scheme of escaping. */
  private static final List<Request> REQUESTS = requests();

  private record Request(ScrapeFormat format, Escaping escaping) {}

  private static List<Request> requests() {
    final List<Request> requests = new ArrayList<>();
    for (final ScrapeFormat format : ScrapeFormat.values()) {
      for (final Escaping escaping : Escaping.values()) {
        requests.add(new Request(format, escaping));
      }
    }
    return requests;
  }

  @ParameterizedTest
  @EnumSource(TranslationStrategy.class)
  void noOrderOfCreationOrCollectionChangesWhatIsShown(TranslationStrategy strategy) {
    // Other ones for each strategy, so that all together take no longer than one would.
    final List<TranslationStrategy> all = List.of(TranslationStrategy.values());
    for (int seed = all.indexOf(strategy); seed < SEEDS; seed += all.size()) {
      final Random random = new Random(seed);
      final List<Metric> metrics = collection(random);
      final ExpositionSettings settings =
          new ExpositionSettings(
              strategy, random.nextBoolean(), true, random.nextBoolean(), key -> true);
      final Map<Request, List<String>> first = new HashMap<>();
      for (int order = 0; order < 4; order++) {
        final Renderer renderer = new Renderer(settings);
        final MetricData[] shuffled = shuffled(metrics, random);
        final List<Request> requests = new ArrayList<>(REQUESTS);
        // The one that comes first must not decide for others.
        Collections.shuffle(requests, random);
        for (final Request request : requests) {
          if (order > 1) {
            // The history differs too: some come later, and some are not there for a while.
            shown(renderer, request, some(shuffled, random));
          }
        }
        for (final Request request : requests) {
          final List<String> shown = shown(renderer, request, shuffled);
          final List<String> before = first.putIfAbsent(request, shown);
          if (before != null && !before.equals(shown)) {
            // Only then: the description of as many would take longer than all else.
            assertThat(shown).as("seed " + seed + ' ' + request).isEqualTo(before);
          }
        }
      }
    }
  }

  /** The lines, or messages of protobuf, in one order. */
  private static List<String> shown(Renderer renderer, Request request, MetricData[] metrics) {
    if (request.format() != ScrapeFormat.PROTOBUF) {
      return sorted(renderer.text(request.format(), request.escaping(), metrics));
    }
    final List<String> shown = new ArrayList<>();
    for (final MetricFamily family : renderer.protobuf(request.escaping(), metrics)) {
      final String head = family.toBuilder().clearMetric().build().toString();
      family.getMetricList().forEach(metric -> shown.add(head + metric));
    }
    Collections.sort(shown);
    return shown;
  }

  @Test
  void typesAndCommentsStayWhateverComesAndGoes() {
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      final MetricData[] metrics = shuffled(collection(random), random);
      final Renderer renderer = new Renderer(random.nextBoolean(), true, true);
      renderer.openMetrics(metrics);
      renderer.text(metrics);
      final Map<String, String> openMetrics = new HashMap<>();
      final Map<String, String> text = new HashMap<>();
      for (int scrape = 0; scrape < 6; scrape++) {
        assertSameComments(openMetrics, renderer.openMetrics(some(metrics, random)), seed);
        assertSameComments(text, renderer.text(some(metrics, random)), seed);
      }
    }
  }

  /** Of each name the same comments in each scrape, if it is there at all. */
  private static void assertSameComments(Map<String, String> known, String exposition, int seed) {
    final Map<String, StringBuilder> comments = new HashMap<>();
    for (final String line : exposition.lines().toList()) {
      if (line.startsWith("# ") && !line.equals("# EOF")) {
        comments
            .computeIfAbsent(word(line, 2), unused -> new StringBuilder())
            .append(line)
            .append('\n');
      }
    }
    comments.forEach(
        (name, now) -> {
          final String before = known.putIfAbsent(name, now.toString());
          assertThat(now.toString())
              .as("seed " + seed)
              .isEqualTo(before == null ? now.toString() : before);
        });
  }

  @Test
  void theReferenceParserObjectsToNothing() throws Exception {
    try (ReferenceParser reference = ReferenceParser.start()) {
      assumeTrue(reference != null, "python3-prometheus-client is not installed");
      assertThat(
              reference.parse(
                  ScrapeFormat.OPEN_METRICS,
                  "# TYPE a counter\na_total 1\n# TYPE a_created gauge\na_created 1\n# EOF\n"))
          .contains("Clashing name");
      for (int seed = 0; seed < SEEDS; seed++) {
        final Random random = new Random(seed);
        final MetricData[] metrics = shuffled(collection(random), random);
        final Renderer renderer = new Renderer(random.nextBoolean(), true, random.nextBoolean());
        for (final Escaping escaping : new Escaping[] {Escaping.DOTS, Escaping.VALUES}) {
          final String escaped = renderer.text(ScrapeFormat.OPEN_METRICS, escaping, metrics);
          assertThat(reference.parse(ScrapeFormat.OPEN_METRICS, escaped))
              .as("seed " + seed + "\n" + escaped)
              .isEqualTo("good");
        }
        final String openMetrics = renderer.openMetrics(metrics);
        assertThat(reference.parse(ScrapeFormat.OPEN_METRICS, openMetrics))
            .as("seed " + seed + "\n" + openMetrics)
            .isEqualTo("good");
        final String text = renderer.text(metrics);
        assertThat(reference.parse(ScrapeFormat.PROMETHEUS_TEXT, text))
            .as("seed " + seed + "\n" + text)
            .isEqualTo("good");
      }
    }
  }

  @Test
  void protobufAndOpenMetrics2AreWellFormedForEachStrategyAndSchemeOfEscaping() {
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      final MetricData[] metrics = shuffled(collection(random), random);
      final TranslationStrategy strategy = pick(random, TranslationStrategy.values());
      final Escaping escaping = pick(random, Escaping.values());
      final Renderer renderer =
          new Renderer(
              new ExpositionSettings(strategy, random.nextBoolean(), true, true, key -> true));
      OpenMetrics2Grammar.check(renderer.text(ScrapeFormat.OPEN_METRICS_2, escaping, metrics));
      final Set<String> names = new HashSet<>();
      for (final MetricFamily family : renderer.protobuf(escaping, metrics)) {
        assertThat(names.add(family.getName())).as("seed " + seed).isTrue();
        final Set<Map<String, String>> series = new HashSet<>();
        family
            .getMetricList()
            .forEach(
                metric ->
                    assertThat(series.add(MetricFamilies.labels(metric.getLabelList()))).isTrue());
      }
    }
  }

  @Test
  void prometheusTextHasEachNameAndEachSeriesOnceAndExactSums() {
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      final List<Metric> metrics = collection(random);
      final Renderer renderer = new Renderer(random.nextBoolean(), true, false);
      final String text = renderer.text(shuffled(metrics, random));
      final Map<String, String> types = new HashMap<>();
      final Map<String, Long> totals = new HashMap<>();
      final Set<String> series = new HashSet<>();
      String current = "";
      for (final String line : text.lines().toList()) {
        if (line.startsWith("# TYPE ")) {
          current = word(line, 2);
          assertThat(types.put(current, word(line, 3))).as("seed " + seed).isNull();
        } else if (!line.startsWith("#")) {
          final int end = line.lastIndexOf(' ');
          assertThat(series.add(line.substring(0, end))).as("seed " + seed + line).isTrue();
          final String name = word(line.replace('{', ' '), 0);
          assertThat(name).as("seed " + seed).startsWith(current);
          final String type = types.get(current);
          if (type.equals("counter") || name.equals(current + "_count")) {
            totals.merge(type + ' ' + current, Long.parseLong(line.substring(end + 1)), Long::sum);
          }
        }
      }
      assertThat(totals).as("seed " + seed + "\n" + text).isEqualTo(expectedTotals(metrics, types));
    }
  }

  /** Of each counter, histogram and summary that is there, how much was counted in all. */
  private static Map<String, Long> expectedTotals(List<Metric> metrics, Map<String, String> types) {
    final Map<String, Long> totals = new HashMap<>();
    for (final Metric metric : metrics) {
      final String type =
          switch (metric.type()) {
            case LONG_SUM -> metric.getLongSumData().isMonotonic() ? "counter" : "gauge";
            case HISTOGRAM, EXPONENTIAL_HISTOGRAM -> "histogram";
            case SUMMARY -> "summary";
            default -> "gauge";
          };
      final boolean counter = type.equals("counter");
      final String family = Names.family(metric.name(), Units.word(metric.unit()), counter);
      final String name = counter ? family + "_total" : family;
      if (!type.equals("gauge") && type.equals(types.get(name))) {
        for (final PointData point : metric.data().getPoints()) {
          totals.merge(type + ' ' + name, count(point), Long::sum);
        }
      }
    }
    return totals;
  }

  private static long count(PointData point) {
    return point instanceof LongPointData counter
        ? counter.getValue()
        : point instanceof HistogramPoint histogram
            ? histogram.count()
            : point instanceof ExponentialHistogramPointData exponential
                ? exponential.getCount()
                : ((SummaryPointData) point).getCount();
  }

  private static List<Metric> collection(Random random) {
    final List<Metric> metrics = new ArrayList<>();
    final Set<String> identities = new HashSet<>();
    for (int i = random.nextInt(14); i >= 0; i--) {
      final Metric metric = metric(random);
      // The SDK gives each metric once; scope attributes alone do not tell two scopes apart here.
      if (identities.add(metric.scope() + metric.name() + metric.type() + metric.unit())) {
        metrics.add(metric);
      }
    }
    return metrics;
  }

  private static Metric metric(Random random) {
    final String name = pick(random, NAMES);
    final Set<Attributes> used = new HashSet<>();
    final List<PointData> points = new ArrayList<>();
    final int kind = random.nextInt(7);
    for (int i = random.nextInt(4); i >= 0; i--) {
      final Attributes attributes = attributes(random);
      if (used.add(attributes)) {
        points.add(point(kind, attributes, random));
      }
    }
    return of(kind, name, points)
        .in(pick(random, UNITS))
        .described(pick(random, TEXTS))
        .of(SCOPES.get(random.nextInt(SCOPES.size())))
        .of(Resource.create(Attributes.builder().put("r", random.nextInt(20) / 18).build()));
  }

  private static Metric of(int kind, String name, List<PointData> points) {
    return switch (kind) {
      case 0, 1 -> Metrics.counter(name, points.toArray(new LongPointData[0]));
      case 2 -> Metrics.upDownCounter(name, points.toArray(new LongPointData[0]));
      case 3 -> Metrics.gauge(name, points.toArray(new DoublePointData[0]));
      case 4 -> Metrics.histogram(name, points.toArray(new HistogramPoint[0]));
      case 5 -> Metrics.exponential(name, points.toArray(new ExponentialHistogramPointData[0]));
      default -> Metrics.summary(name, points.toArray(new SummaryPointData[0]));
    };
  }

  private static PointData point(int kind, Attributes attributes, Random random) {
    final long number = random.nextInt(1000);
    switch (kind) {
      case 0, 1, 2 -> {
        return Metrics.point(attributes, number);
      }
      case 3 -> {
        return Metrics.point(attributes, random.nextGaussian());
      }
      case 4 -> {
        final List<Double> bounds = BOUNDS.get(random.nextInt(BOUNDS.size()));
        final List<Long> counts = new ArrayList<>();
        for (int i = 0; i <= bounds.size(); i++) {
          counts.add((long) random.nextInt(9));
        }
        final double sum = random.nextInt(9) == 0 ? Double.NaN : random.nextDouble();
        return new HistogramPoint(attributes, sum, bounds, counts, List.of());
      }
      case 5 -> {
        return Metrics.exponentialPoint(
            attributes,
            random.nextDouble(),
            random.nextInt(25) - 4,
            random.nextInt(3),
            random.nextInt(100) - 50,
            List.of(number, 0L, 2L),
            random.nextInt(9) == 0 ? List.of(1L) : List.of());
      }
      default -> {
        return SummaryPointData.create(
            1, 2, attributes, number, 0.1, List.of(ValueAtQuantile.create(0.5, (double) number)));
      }
    }
  }

  private static Attributes attributes(Random random) {
    final AttributesBuilder attributes = Attributes.builder();
    for (int i = random.nextInt(3); i > 0; i--) {
      if (random.nextBoolean()) {
        attributes.put(pick(random, KEYS), pick(random, VALUES));
      } else {
        attributes.put(pick(random, KEYS), 1);
      }
    }
    return attributes.build();
  }

  private static MetricData[] shuffled(List<Metric> metrics, Random random) {
    final List<MetricData> shuffled = new ArrayList<>();
    for (final Metric metric : metrics) {
      final List<PointData> points = new ArrayList<>(metric.data().getPoints());
      Collections.shuffle(points, random);
      shuffled.add(
          of(kind(metric), metric.name(), points)
              .in(metric.unit())
              .described(metric.description())
              .of(metric.scope())
              .of(metric.resource()));
    }
    Collections.shuffle(shuffled, random);
    return shuffled.toArray(new MetricData[0]);
  }

  private static int kind(Metric metric) {
    return switch (metric.type()) {
      case LONG_SUM -> metric.getLongSumData().isMonotonic() ? 0 : 2;
      case DOUBLE_GAUGE -> 3;
      case HISTOGRAM -> 4;
      case EXPONENTIAL_HISTOGRAM -> 5;
      default -> 6;
    };
  }

  private static MetricData[] some(MetricData[] metrics, Random random) {
    final List<MetricData> some = new ArrayList<>();
    for (final MetricData metric : metrics) {
      if (random.nextBoolean()) {
        some.add(metric);
      }
    }
    return some.toArray(new MetricData[0]);
  }

  private static String word(String line, int index) {
    return line.split(" ", -1)[index];
  }

  private static List<String> sorted(String exposition) {
    return exposition.lines().sorted().toList();
  }

  private static <T> T pick(Random random, T[] from) {
    return from[random.nextInt(from.length)];
  }
}
