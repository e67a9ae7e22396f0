package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.exponential;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.point;
import static io.glint.exporter.openmetrics.Metrics.upDownCounter;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a writer keeps from scrape to scrape saves work, and never shows in what is written. */
@Tag("long")
class SteadyScrapeTest {

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("series");
  private static final AttributeKey<String> OTHER_KEY = AttributeKey.stringKey("Series");
  private static final AttributeKey<String> LIKE_KEY = AttributeKey.stringKey("se.ries");
  private static final AttributeKey<String> LIKE_KEY_TOO = AttributeKey.stringKey("se-ries");

  private final ScrapeExemplars tally = new ScrapeExemplars();

  private static ExpositionWriter newWriter(boolean scopeLabels) {
    final Logger logger = Logger.getAnonymousLogger();
    logger.setUseParentHandlers(false);
    return new ExpositionWriter(
        new ExpositionSettings(
            TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES, scopeLabels, true, true, null),
        ProblemLog.every(Duration.ofMinutes(10), logger, 1024, () -> 0));
  }

  private String write(ExpositionWriter writer, List<MetricData> metrics, ScrapeFormat format) {
    final TextBuffer out = new TextBuffer(16);
    writer.write(metrics, format, Escaping.UNDERSCORES, NameFilter.ALL, out, tally);
    return new String(out.toByteArray(), ISO_8859_1);
  }

  @Test
  void whatIsWrittenDependsOnTheScrapeAndNotOnTheOnesBefore() {
    final Random random = new Random(4);
    for (final boolean scopeLabels : new boolean[] {true, false}) {
      final ExpositionWriter kept = newWriter(scopeLabels);
      for (int scrape = 0; scrape < 2000; scrape++) {
        final List<MetricData> metrics = metrics(random, scrape);
        for (final ScrapeFormat format : ScrapeFormat.values()) {
          assertThat(write(kept, metrics, format))
              .isEqualTo(write(newWriter(scopeLabels), metrics, format));
        }
      }
    }
  }

  /** Series that come, go, come back, change their order, and end up with one label set. */
  private static List<MetricData> metrics(Random random, int scrape) {
    final List<MetricData> metrics = new ArrayList<>();
    final int scopes = 1 + random.nextInt(10) / 8;
    for (int scope = 0; scope < scopes; scope++) {
      final List<LongPointData> points = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        if (random.nextInt(50) > 0) {
          points.add(point(attributes(random, i + 60 * scope), scrape + i));
        }
      }
      if (random.nextInt(30) == 0) {
        points.subList(0, random.nextInt(points.size())).clear();
      }
      if (random.nextInt(30) == 0) {
        Collections.shuffle(points, random);
      }
      final String name = random.nextInt(20) == 0 ? "other" : "requests";
      metrics.add(
          upDownCounter(name, points.toArray(LongPointData[]::new))
              .of(InstrumentationScopeInfo.create("scope" + (scope + random.nextInt(20) / 19))));
    }
    return metrics;
  }

  private static Attributes attributes(Random random, int series) {
    final String value = "value \"" + series + '"';
    return switch (random.nextInt(400)) {
      case 0 -> Attributes.of(OTHER_KEY, value);
      case 1 -> Attributes.of(LIKE_KEY, value);
      case 2 -> Attributes.of(LIKE_KEY, "1", LIKE_KEY_TOO, "2");
      case 3 -> Attributes.of(LIKE_KEY, "1;2");
      default -> Attributes.of(KEY, value);
    };
  }

  @ParameterizedTest
  @EnumSource
  void aSteadyScrapeAllocatesNoMoreForMoreSeries(ScrapeFormat format) {
    assertThat(allocated(format, 2000)).isLessThan(allocated(format, 20) + 1000);
  }

  /** Bytes of a scrape of the same series as before. */
  private long allocated(ScrapeFormat format, int series) {
    final List<MetricData> metrics =
        List.of(
            histogram(
                "duration",
                IntStream.range(0, series)
                    .mapToObj(SteadyScrapeTest::histogramPoint)
                    .toArray(HistogramPointData[]::new)),
            exponential(
                "size",
                IntStream.range(0, series)
                    .mapToObj(SteadyScrapeTest::exponentialPoint)
                    .toArray(ExponentialHistogramPointData[]::new)),
            counter(
                "requests",
                IntStream.range(0, series)
                    .mapToObj(i -> point(Attributes.of(KEY, "" + i), 1L << (i % 63)))
                    .toArray(LongPointData[]::new)),
            gauge("level", gaugePoints(series)));
    return allocated(format, metrics, metrics);
  }

  @ParameterizedTest
  @EnumSource
  void aGaugeSeriesThatComesOrGoesAllocatesNothingForTheOthers(ScrapeFormat format) {
    assertThat(allocatedByOneThatComesAndGoes(format, 25_000))
        .isLessThan(allocatedByOneThatComesAndGoes(format, 100) + 10_000);
  }

  private long allocatedByOneThatComesAndGoes(ScrapeFormat format, int series) {
    final DoublePointData[] all = gaugePoints(series);
    final List<DoublePointData> others = new ArrayList<>(List.of(all));
    others.remove(series / 2);
    final MetricData without = gauge("level", others.toArray(DoublePointData[]::new));
    return allocated(format, List.of(gauge("level", all)), List.of(without));
  }

  private static DoublePointData[] gaugePoints(int series) {
    return IntStream.range(0, series)
        .mapToObj(i -> point(Attributes.of(KEY, "" + i), i / 7.0))
        .toArray(DoublePointData[]::new);
  }

  /** The least bytes of a scrape, of several that have one and the other by turns. */
  private long allocated(ScrapeFormat format, List<MetricData> one, List<MetricData> other) {
    final ExpositionWriter writer = newWriter(true);
    final TextBuffer out = new TextBuffer(16);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 6; i++) {
      final List<MetricData> metrics = i % 2 == 0 ? one : other;
      least = Math.min(least, allocatedByScrape(writer, metrics, format, out));
    }
    return least;
  }

  private long allocatedByScrape(
      ExpositionWriter writer, List<MetricData> metrics, ScrapeFormat format, TextBuffer out) {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    out.clear();
    final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    writer.write(metrics, format, Escaping.UNDERSCORES, NameFilter.ALL, out, tally);
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }

  @ParameterizedTest
  @EnumSource
  void scrapersOfEverythingAndOfOneNameTakeTurnsAndAllocateNothingThatGrows(ScrapeFormat format) {
    final List<MetricData> metrics =
        List.of(gauge("few", gaugePoints(1)), gauge("level", gaugePoints(100_000)));
    final ExpositionWriter writer = newWriter(true);
    final TextBuffer out = new TextBuffer(16);
    final NameFilter few = NameFilter.of("name[]=few");
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 6; i++) {
      out.reset();
      final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      writer.write(metrics, format, Escaping.UNDERSCORES, NameFilter.ALL, out, tally);
      least =
          Math.min(least, threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
      out.reset();
      writer.write(metrics, format, Escaping.UNDERSCORES, few, out, tally);
    }
    // The body has more than two million bytes.
    assertThat(least).isLessThan(50_000);
  }

  @Test
  void labelsOfAFormatThatNobodyAsksForAnyMoreAreNotKept() {
    final List<MetricData> metrics = List.of(gauge("level", gaugePoints(2000)));
    final ExpositionWriter writer = newWriter(true);
    final TextBuffer out = new TextBuffer(16);
    for (int i = 0; i < 3; i++) {
      write(writer, metrics, ScrapeFormat.OPEN_METRICS);
      allocatedByScrape(writer, metrics, ScrapeFormat.PROTOBUF, out);
    }
    final byte[] expected = out.toByteArray();
    for (int i = 1; i < ExpositionWriter.SCRAPES_REMEMBERED; i++) {
      write(writer, metrics, ScrapeFormat.OPEN_METRICS);
    }
    assertThat(allocatedByScrape(writer, metrics, ScrapeFormat.PROTOBUF, out)).isLessThan(10_000);
    for (int i = 0; i < ExpositionWriter.SCRAPES_REMEMBERED; i++) {
      write(writer, metrics, ScrapeFormat.OPEN_METRICS);
    }
    assertThat(allocatedByScrape(writer, metrics, ScrapeFormat.PROTOBUF, out))
        .isGreaterThan(20_000);
    assertThat(out.toByteArray()).isEqualTo(expected);
  }

  private static ExponentialHistogramPointData exponentialPoint(int series) {
    return Metrics.exponentialPoint(
        Attributes.of(KEY, "" + series),
        series / 7.0,
        20,
        series % 3,
        series - 1000,
        // Boxed once, not at each scrape.
        List.of(1L, 0L, 0L, 0L, 0L, 0L, 1000L, 1L << 40),
        List.of(3L),
        exemplar(0.01 + series / 1e6, NOW + series, 1),
        exemplar(1e9, NOW, 2));
  }

  private static HistogramPoint histogramPoint(int series) {
    return new HistogramPoint(
        Attributes.of(KEY, "" + series),
        series / 7.0,
        List.of(0.1, 1.0, 1e9),
        List.of(1L, 1000L, 1L << 40, 3L),
        List.of(exemplar(0.01 + series / 1e6, NOW + series, 1), exemplar(1e9, NOW, 2)));
  }
}
