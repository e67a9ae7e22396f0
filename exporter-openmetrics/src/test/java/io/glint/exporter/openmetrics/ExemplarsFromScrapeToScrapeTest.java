package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.glint.sdk.MeterConfigurator;
import io.glint.testing.SettableClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Bucket;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Exemplar;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Metric;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricFamily;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a scraper sees on a line, or of several exemplars as the latest of a sample, in each format:
 * Prometheus refuses an exemplar that is older than the last one of the line, and of one time the
 * smaller value after the larger.
 *
 * <p>Of metrics of two meters the names and labels become the same, and there is a delta reader
 * beside.
 */
@Tag("long")
class ExemplarsFromScrapeToScrapeTest {
  private static final List<ScrapeFormat> FORMATS =
      Stream.of(ScrapeFormat.values()).filter(ScrapeFormat::hasExemplars).toList();

  private static final List<String> METERS = List.of("one", "two");
  private static final Pattern EXEMPLAR = Pattern.compile(" # \\{[^}]*\\} (\\S+) (\\S+)");

  private final SettableClock clock = new SettableClock(1_700_000_000_000_000_000L);
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemoryMetricReader deltaReader = InMemoryMetricReader.createDelta();
  private final List<DoubleCounter> counters = new ArrayList<>();
  private final List<DoubleHistogram> histograms = new ArrayList<>();
  private final Renderer renderer = new Renderer(false, true, false);
  private GlintMeterProvider provider;
  private int spans;

  /** The time and value of what is shown on a line. */
  private record Shown(BigDecimal seconds, double value) {
    static Shown of(String value, String seconds) {
      return new Shown(new BigDecimal(seconds), Exposition.ParsedSample.number(value));
    }

    static Shown of(Exemplar exemplar) {
      return new Shown(
          BigDecimal.valueOf(MetricFamilies.nanos(exemplar.getTimestamp()), 9),
          exemplar.getValue());
    }

    boolean isBefore(Shown other) {
      final int order = seconds.compareTo(other.seconds);
      return order < 0 || (order == 0 && value < other.value);
    }
  }

  private void start(ExemplarReservoirFactory reservoir) {
    provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .registerMetricReader(reader)
            .registerMetricReader(deltaReader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setExemplarReservoir(reservoir).build())
            .registerView(
                InstrumentSelector.builder().setName("h*").build(),
                GlintView.builder()
                    .setName("e")
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .setExemplarReservoir(reservoir)
                    .build())
            .build();
    for (final String name : METERS) {
      final Meter meter = provider.get(name);
      final char dot = counters.isEmpty() ? '.' : '_';
      counters.add(meter.counterBuilder("c" + dot + "x").ofDoubles().build());
      histograms.add(
          meter
              .histogramBuilder("h" + dot + "x")
              .setExplicitBucketBoundariesAdvice(
                  counters.size() == 1 ? List.of(100.0, 1000.0) : List.of(30.0, 100.0, 1000.0))
              .build());
    }
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private void record(SplittableRandom random) {
    for (int i = random.nextInt(6); i > 0; i--) {
      final int meter = random.nextInt(2);
      final Attributes attributes =
          Attributes.of(AttributeKey.stringKey(random.nextBoolean() ? "a.b" : "a_b"), "x");
      record(meter, Math.scalb(1 + random.nextDouble(), random.nextInt(12)), attributes);
    }
  }

  private void record(int meter, double value, Attributes attributes) {
    clock.advance(1_000_000);
    final Context context = Context.root().with(Span.wrap(Metrics.span(++spans)));
    histograms.get(meter).record(value, attributes, context);
    counters.get(meter).add(value, attributes, context);
  }

  private Map<String, Shown> scrape(ScrapeFormat format) {
    clock.advance(1_000_000);
    final MetricData[] metrics = reader.collectAllMetrics().toArray(new MetricData[0]);
    return switch (format) {
      case OPEN_METRICS -> linesOfOpenMetrics(renderer.parsed(metrics));
      case OPEN_METRICS_2 -> linesOfOpenMetrics2(renderer.openMetrics2(metrics));
      case PROTOBUF -> linesOfProtobuf(renderer.protobuf(metrics));
      case PROMETHEUS_TEXT -> throw new IllegalArgumentException();
    };
  }

  private static Map<String, Shown> linesOfOpenMetrics(Exposition exposition) {
    final Map<String, Shown> lines = new TreeMap<>();
    for (final Exposition.ParsedFamily family : exposition.families) {
      for (final Exposition.ParsedSample sample : family.samples) {
        final Exposition.ParsedExemplar exemplar = sample.exemplar();
        if (exemplar != null) {
          lines.put(
              sample.name() + sample.labels(),
              new Shown(exemplar.timestamp(), Exposition.ParsedSample.number(exemplar.value())));
        }
      }
    }
    return lines;
  }

  private static Map<String, Shown> linesOfOpenMetrics2(String text) {
    final Map<String, Shown> lines = new TreeMap<>();
    for (final String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      final Matcher exemplar = EXEMPLAR.matcher(line);
      while (exemplar.find()) {
        add(
            lines,
            line.substring(0, line.indexOf("} ")),
            Shown.of(exemplar.group(1), exemplar.group(2)));
      }
    }
    return lines;
  }

  private static Map<String, Shown> linesOfProtobuf(List<MetricFamily> families) {
    final Map<String, Shown> lines = new TreeMap<>();
    for (final MetricFamily family : families) {
      for (final Metric metric : family.getMetricList()) {
        final String series = family.getName() + MetricFamilies.labels(metric.getLabelList());
        if (metric.getCounter().hasExemplar()) {
          add(lines, series, Shown.of(metric.getCounter().getExemplar()));
        }
        for (final Bucket bucket : metric.getHistogram().getBucketList()) {
          if (bucket.hasExemplar()) {
            add(lines, series + bucket.getUpperBound(), Shown.of(bucket.getExemplar()));
          }
        }
        for (final Exemplar exemplar : metric.getHistogram().getExemplarsList()) {
          add(lines, series, Shown.of(exemplar));
        }
      }
    }
    return lines;
  }

  /** The latest of a line, which comes last. */
  private static void add(Map<String, Shown> lines, String line, Shown shown) {
    final Shown before = lines.put(line, shown);
    assertThat(before == null || before.isBefore(shown)).as("%s: %s", line, shown).isTrue();
  }

  private static void assertNoneGoesBack(Map<String, Shown> before, Map<String, Shown> now) {
    now.forEach(
        (line, shown) -> {
          final Shown last = before.get(line);
          assertThat(last != null && shown.isBefore(last))
              .as("%s: %s after %s", line, shown, last)
              .isFalse();
        });
  }

  static Stream<Arguments> formatsAndReservoirs() {
    return FORMATS.stream()
        .flatMap(
            format ->
                Stream.of(
                        ExemplarReservoirFactory.alignedHistogramBucket(),
                        ExemplarReservoirFactory.fixedSize(4),
                        ExemplarReservoirFactory.octaveAligned(),
                        ExemplarReservoirFactory.extremes(2))
                    .map(reservoir -> Arguments.of(format, reservoir)));
  }

  @ParameterizedTest
  @MethodSource("formatsAndReservoirs")
  void aLineNeverGoesBackAndKeepsWhatItHasBesideADeltaReader(
      ScrapeFormat format, ExemplarReservoirFactory reservoir) {
    start(reservoir);
    final SplittableRandom random = new SplittableRandom(11);
    Map<String, Shown> before = Map.of();
    final Set<Shown> seen = new HashSet<>();
    for (int round = 0; round < 300; round++) {
      record(random);
      if (random.nextInt(50) == 0) {
        clock.setBack(30_000_000_000L);
      }
      if (random.nextInt(2) == 0) {
        assertThat(deltaReader.collectAllMetrics()).isNotNull();
        continue;
      }
      final Map<String, Shown> now = scrape(format);
      assertThat(now.keySet()).containsAll(before.keySet());
      assertNoneGoesBack(before, now);
      seen.addAll(now.values());
      before = now;
    }
    assertThat(seen).as("exemplars that were shown").hasSizeGreaterThan(100);
  }

  /** Its part with the newest exemplar is in a meter that is switched off and on again. */
  @ParameterizedTest
  @MethodSource("formatsAndReservoirs")
  void aLineThatLosesAPartForAWhileDoesNotGoBack(
      ScrapeFormat format, ExemplarReservoirFactory reservoir) {
    start(reservoir);
    final SplittableRandom random = new SplittableRandom(13);
    final Map<String, Shown> latest = new HashMap<>();
    final Map<Integer, Set<String>> shownWith = new TreeMap<>();
    for (int round = 0; round < 400; round++) {
      // One is off for some rounds: 2 is none.
      final int off = round / 8 % 4 == 0 ? 0 : round / 8 % 4 == 2 ? 1 : 2;
      provider.setMeterConfigurator(
          off == 2 ? scope -> null : MeterConfigurator.disable(METERS.get(off)));
      if (random.nextInt(3) == 0) {
        record(random);
      }
      final Map<String, Shown> now = scrape(format);
      assertNoneGoesBack(latest, now);
      latest.putAll(now);
      shownWith.computeIfAbsent(off, unused -> new TreeSet<>()).addAll(now.keySet());
    }
    assertThat(shownWith.keySet()).containsExactly(0, 1, 2);
    assertThat(shownWith.values()).allSatisfy(lines -> assertThat(lines).hasSizeGreaterThan(2));
  }

  /** Far more than points may be ahead: then a line follows, and does not wait. */
  @ParameterizedTest
  @EnumSource(names = "PROMETHEUS_TEXT", mode = EnumSource.Mode.EXCLUDE)
  void whereTimeIsSetBackByHoursLinesGoOnFromThere(ScrapeFormat format) {
    start(ExemplarReservoirFactory.alignedHistogramBucket());
    final Attributes attributes = Attributes.of(AttributeKey.stringKey("a.b"), "x");
    record(0, 5, attributes);
    record(1, 6, attributes);
    final Map<String, Shown> before = scrape(format);
    clock.setBack(2 * 3600 * 1_000_000_000L);
    assertThat(scrape(format).keySet()).isEqualTo(before.keySet());
    record(0, 7, attributes);
    final Map<String, Shown> now = scrape(format);
    assertThat(now).hasSameSizeAs(before);
    assertThat(now.values())
        .allSatisfy(
            shown -> {
              assertThat(shown.value()).isEqualTo(7);
              assertThat(shown.seconds()).isLessThan(BigDecimal.valueOf(clock.now(), 9));
            });
    record(1, 8, attributes);
    assertThat(scrape(format).values()).allSatisfy(shown -> assertThat(shown.value()).isEqualTo(8));
  }
}
