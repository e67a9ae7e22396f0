package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.glint.testing.SettableClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What scrapers of a Glint provider see on a line, from scrape to scrape: Prometheus refuses an
 * exemplar that is older than the last one of the line.
 */
class ExemplarsOnLinesTest {
  private final SettableClock clock = new SettableClock(1_700_000_000_000_000_000L);
  private final List<InMemoryMetricReader> readers =
      List.of(InMemoryMetricReader.create(), InMemoryMetricReader.create());
  private final Renderer renderer = Renderer.plain();
  private GlintMeterProvider provider;
  private DoubleHistogram histogram;
  private DoubleCounter counter;
  private int spans;

  static Stream<Arguments> reservoirs() {
    return Stream.of(
            ExemplarReservoirFactory.alignedHistogramBucket(),
            ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT),
            ExemplarReservoirFactory.fixedSize(1),
            ExemplarReservoirFactory.fixedSize(4),
            ExemplarReservoirFactory.octaveAligned(),
            ExemplarReservoirFactory.extremes(2),
            ExemplarReservoirFactory.extremes(0, 2),
            ExemplarReservoirFactory.extremes(1, 1),
            (ExemplarReservoirFactory) Shuffled::new)
        .map(Arguments::of);
  }

  private void start(ExemplarReservoirFactory reservoir) {
    provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .registerMetricReader(readers.get(0))
            .registerMetricReader(readers.get(1))
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setExemplarReservoir(reservoir).build())
            .registerView(
                InstrumentSelector.builder().setName("h").build(),
                GlintView.builder()
                    .setName("e")
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .setExemplarReservoir(reservoir)
                    .build())
            .build();
    histogram =
        provider
            .get("lines")
            .histogramBuilder("h")
            .setExplicitBucketBoundariesAdvice(List.of(100.0, 1000.0))
            .build();
    counter = provider.get("lines").counterBuilder("c").ofDoubles().build();
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private void record(double... values) {
    record(Attributes.empty(), values);
  }

  private void record(Attributes attributes, double... values) {
    for (final double value : values) {
      clock.advance(1_000_000);
      final Context context = Context.root().with(Span.wrap(Metrics.span(++spans)));
      histogram.record(value, attributes, context);
      counter.add(value, attributes, context);
    }
  }

  /** The exemplar of each line that has one. */
  private Map<String, Exposition.ParsedExemplar> scrape(InMemoryMetricReader reader) {
    clock.advance(1_000_000);
    return lines(reader.collectAllMetrics());
  }

  private Map<String, Exposition.ParsedExemplar> lines(Collection<MetricData> metrics) {
    final Map<String, Exposition.ParsedExemplar> lines = new TreeMap<>();
    final Exposition parsed = renderer.parsed(metrics.toArray(new MetricData[0]));
    for (final Exposition.ParsedFamily family : parsed.families) {
      for (final Exposition.ParsedSample sample : family.samples) {
        if (sample.exemplar() != null) {
          lines.put(family.name + sample.labels().getOrDefault("le", ""), sample.exemplar());
        }
      }
    }
    return lines;
  }

  private String firstBucket() {
    return scrape(readers.get(0)).get("h100.0").value();
  }

  @ParameterizedTest
  @MethodSource("reservoirs")
  void aBucketThatGetsSmallerAndSmallerMeasurementsShowsEachOfThem(
      ExemplarReservoirFactory reservoir) {
    start(reservoir);
    record(5, 9);
    assertThat(firstBucket()).isIn("5.0", "9.0");
    record(10);
    assertThat(firstBucket()).isEqualTo("10.0");
    record(1);
    assertThat(firstBucket()).isEqualTo("1.0");
    record(2);
    assertThat(firstBucket()).isEqualTo("2.0");
    assertThat(firstBucket()).isEqualTo("2.0");
  }

  @ParameterizedTest
  @MethodSource("reservoirs")
  void aLineNeverGoesBackAndKeepsWhatItHas(ExemplarReservoirFactory reservoir) {
    start(reservoir);
    final SplittableRandom random = new SplittableRandom(5);
    final List<Map<String, Exposition.ParsedExemplar>> seen = new ArrayList<>();
    seen.add(new HashMap<>());
    seen.add(new HashMap<>());
    for (int round = 0; round < 400; round++) {
      for (int i = random.nextInt(6); i > 0; i--) {
        // Two series that become one.
        final Attributes attributes =
            Attributes.of(AttributeKey.stringKey(random.nextBoolean() ? "a.b" : "a_b"), "x");
        record(attributes, Math.scalb(1 + random.nextDouble(), random.nextInt(12)));
      }
      if (random.nextInt(50) == 0) {
        clock.setBack(30_000_000_000L);
      }
      final int reader = random.nextInt(2);
      final Map<String, Exposition.ParsedExemplar> before = seen.get(reader);
      final Map<String, Exposition.ParsedExemplar> now = scrape(readers.get(reader));
      assertThat(now.keySet()).containsAll(before.keySet());
      before.forEach(
          (line, exemplar) ->
              assertThat(now.get(line).timestamp())
                  .as(line)
                  .isGreaterThanOrEqualTo(exemplar.timestamp()));
      seen.set(reader, now);
    }
    assertThat(seen.get(0))
        .containsKeys("c", "h100.0", "h1000.0", "h+Inf", "e4.0", "e16.0", "e64.0", "e4096.0");
  }

  static Stream<Arguments> ofTheNewest() {
    return Stream.of(
            ExemplarReservoirFactory.alignedHistogramBucket(),
            ExemplarReservoirFactory.fixedSize(4),
            ExemplarReservoirFactory.octaveAligned(),
            (ExemplarReservoirFactory) Shuffled::new)
        .map(Arguments::of);
  }

  /** Of all exemplars that a collection has for a line, of one series or of two that become one. */
  @ParameterizedTest
  @MethodSource("ofTheNewest")
  void aLineShowsTheNewestThatThereIs(ExemplarReservoirFactory reservoir) {
    start(reservoir);
    final SplittableRandom random = new SplittableRandom(7);
    int choices = 0;
    for (int round = 0; round < 100; round++) {
      for (int i = random.nextInt(8); i > 0; i--) {
        final Attributes attributes =
            Attributes.of(AttributeKey.stringKey(random.nextBoolean() ? "a.b" : "a_b"), "x");
        record(attributes, Math.scalb(1 + random.nextDouble(), random.nextInt(12)));
      }
      final Collection<MetricData> metrics = readers.get(0).collectAllMetrics();
      final Map<String, DoubleExemplarData> newest = new TreeMap<>();
      int exemplars = 0;
      for (final MetricData metric : metrics) {
        for (final PointData point : metric.getData().getPoints()) {
          for (final ExemplarData exemplar : point.getExemplars()) {
            final DoubleExemplarData candidate = (DoubleExemplarData) exemplar;
            final String line = line(metric.getName(), candidate.getValue());
            if (line != null) {
              exemplars++;
              newest.merge(
                  line,
                  candidate,
                  (one, other) -> one.getEpochNanos() > other.getEpochNanos() ? one : other);
            }
          }
        }
      }
      choices += exemplars - newest.size();
      final Map<String, Exposition.ParsedExemplar> shown = lines(metrics);
      newest.forEach(
          (line, exemplar) ->
              assertThat(Double.parseDouble(shown.get(line).value()))
                  .as(line)
                  .isEqualTo(exemplar.getValue()));
    }
    assertThat(choices).as("exemplars that were not the newest").isGreaterThan(100);
  }

  /** Null for the exponential histogram, whose lines have other bounds than its buckets. */
  private static String line(String metric, double value) {
    return switch (metric) {
      case "c" -> "c";
      case "h" -> value <= 100 ? "h100.0" : value <= 1000 ? "h1000.0" : "h+Inf";
      default -> null;
    };
  }

  static Stream<Arguments> ofTheLargest() {
    return Stream.of(
        Arguments.of(ExemplarReservoirFactory.extremes(2)),
        Arguments.of(ExemplarReservoirFactory.extremes(1, 1)));
  }

  @ParameterizedTest
  @MethodSource("ofTheLargest")
  void extremesShowTheLargestOfTheNewestIntervalThatHasOne(ExemplarReservoirFactory reservoir) {
    start(reservoir);
    record(9, 5);
    assertThat(firstBucket()).isEqualTo("9.0");
    record(7, 8, 6, 3);
    Map<String, Exposition.ParsedExemplar> lines = scrape(readers.get(0));
    assertThat(lines.get("h100.0").value()).isEqualTo("8.0");
    assertThat(lines.get("c").value()).isEqualTo("8.0");
    record(500, 300);
    lines = scrape(readers.get(0));
    assertThat(lines.get("h100.0").value()).as("the newest that has one").isEqualTo("8.0");
    assertThat(lines.get("h1000.0").value()).isEqualTo("500.0");
    assertThat(lines.get("c").value()).isEqualTo("500.0");
  }

  /** Keeps what it is offered in any slots, and hands it over in any order. */
  private static final class Shuffled implements ExemplarReservoir {
    private final ReservoirSettings settings;
    private final SplittableRandom random = new SplittableRandom(3);
    private final Map<Integer, Exemplar> kept = new HashMap<>();

    Shuffled(ReservoirSettings settings) {
      this.settings = settings;
    }

    @Override
    public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
      final Exemplar exemplar = new Exemplar();
      exemplar.setDouble(value, settings.epochNanoClock().getAsLong(), attributes, context);
      kept.put(random.nextInt(5) * 37 % 11, exemplar);
      return true;
    }

    @Override
    public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
      throw new AssertionError();
    }

    @Override
    public void mergeFrom(ExemplarReservoir other) {
      kept.putAll(((Shuffled) other).kept);
      ((Shuffled) other).kept.clear();
    }

    @Override
    public void collect(ExemplarVisitor visitor) {
      kept.forEach(visitor::visit);
      kept.clear();
    }
  }
}
