package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jol.info.GraphLayout;
import org.openjdk.jol.util.Multiset;

/** What exemplars cost in memory: nothing, until a series has a measurement that is eligible. */
@Tag("long")
class ExemplarMemoryTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final int SERIES = 200;
  private static final int ATTEMPTS = 4;

  static {
    // JOL cannot see into lambdas otherwise.
    System.setProperty("jol.magicFieldOffset", "true");
  }

  static Map<String, ExemplarReservoirFactory> reservoirs() {
    return Map.of(
        "aligned", ExemplarReservoirFactory.alignedHistogramBucket(),
        "most recent", ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT),
        "fixed size", ExemplarReservoirFactory.fixedSize(20),
        "octave aligned", ExemplarReservoirFactory.octaveAligned(),
        "extremes", ExemplarReservoirFactory.extremes(3, 3));
  }

  static List<String> names() {
    return List.copyOf(reservoirs().keySet());
  }

  private static Context span(TraceFlags flags) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.create(
                    "0123456789abcdef0123456789abcdef",
                    "0123456789abcdef",
                    flags,
                    TraceState.getDefault())));
  }

  /**
   * What is reachable from an instrument and Glint's own: its objects, and arrays of them and of
   * numbers. Loggers and classes are reachable too, and change with what else the JVM does.
   */
  private static long bytesOfGlint(Object instrument) {
    final Multiset<Class<?>> sizes = GraphLayout.parseInstance(instrument).getClassSizes();
    return sizes.keys().stream()
        .filter(type -> type.getName().matches("(\\[L)?io\\.glint\\..*|\\[+[JDI]"))
        .mapToLong(sizes::count)
        .sum();
  }

  /** Bytes that {@value #SERIES} further series of a histogram keep, their attributes included. */
  private static long bytesOfSeries(
      ExemplarFilter filter,
      ExemplarReservoirFactory reservoir,
      Aggregation aggregation,
      Context context) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setExemplarFilter(filter)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder()
                    .setAggregation(aggregation)
                    .setExemplarReservoir(reservoir)
                    .setCardinalityLimit(4 * SERIES)
                    .build())
            .registerMetricReader(reader)
            .build()) {
      final DoubleHistogram histogram = provider.get("memory").histogramBuilder("h").build();
      final List<Attributes> attributes = new ArrayList<>();
      for (long i = 0; i < 2 * SERIES; i++) {
        attributes.add(Attributes.of(KEY, i));
      }
      attributes.subList(0, SERIES).forEach(each -> histogram.record(30, each, context));
      final long before = bytesOfGlint(histogram);
      attributes.subList(SERIES, 2 * SERIES).forEach(each -> histogram.record(30, each, context));
      return bytesOfGlint(histogram) - before;
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void beforeTheFirstSampledMeasurementExemplarsTakeNoMemory(String name) {
    for (final Aggregation aggregation :
        List.of(
            Aggregation.explicitBucketHistogram(), Aggregation.base2ExponentialBucketHistogram())) {
      final ExemplarReservoirFactory reservoir = reservoirs().get(name);
      assertOnce(() -> assertNoMemoryBefore(reservoir, aggregation));
    }
  }

  private static void assertNoMemoryBefore(
      ExemplarReservoirFactory reservoir, Aggregation aggregation) {
    final long off =
        bytesOfSeries(
            ExemplarFilter.alwaysOff(), reservoir, aggregation, span(TraceFlags.getSampled()));
    final long outsideOfSpans =
        bytesOfSeries(ExemplarFilter.traceBased(), reservoir, aggregation, Context.root());
    final long notSampled =
        bytesOfSeries(
            ExemplarFilter.traceBased(), reservoir, aggregation, span(TraceFlags.getDefault()));
    assertThat(outsideOfSpans).isEqualTo(off);
    assertThat(notSampled).isEqualTo(off);
  }

  /**
   * Asserts it again where it does not hold. Caches of the JVM hold arrays of numbers too, and let
   * go of them between two counts. What Glint itself keeps is there each time.
   */
  private static void assertOnce(Runnable assertion) {
    for (int attempt = 1; ; attempt++) {
      try {
        assertion.run();
        return;
      } catch (AssertionError e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  @Test
  void aSampledMeasurementTakesSome() {
    final ExemplarReservoirFactory aligned = ExemplarReservoirFactory.alignedHistogramBucket();
    final Aggregation histogram = Aggregation.explicitBucketHistogram();
    final Context sampled = span(TraceFlags.getSampled());
    final long off = bytesOfSeries(ExemplarFilter.alwaysOff(), aligned, histogram, sampled);
    final long on = bytesOfSeries(ExemplarFilter.traceBased(), aligned, histogram, sampled);
    assertThat((on - off) / SERIES).isBetween(100L, 800L);
  }
}
