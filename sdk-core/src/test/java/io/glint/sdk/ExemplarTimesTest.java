package io.glint.sdk;

import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The times of exemplars: that they are true, and in which order points show them. */
class ExemplarTimesTest {
  private static final String[] METRICS = {"counter", "gauge", "histogram", "exponential"};
  private static final double[] BOUNDS = {2, 5, 20};

  private final SettableClock clock = new SettableClock();
  private GlintMeterProvider provider;

  private Meter meter(
      ExemplarReservoirFactory reservoir, CustomExemplarFilter filter, MetricReader... readers) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().setClock(clock).setExemplarFilter(filter);
    for (final String metric : METRICS) {
      final GlintView.Builder view = GlintView.builder();
      if (metric.equals("exponential")) {
        view.setAggregation(Aggregation.base2ExponentialBucketHistogram());
      }
      if (reservoir != null) {
        view.setExemplarReservoir(reservoir);
      }
      builder.registerView(InstrumentSelector.builder().setName(metric).build(), view.build());
    }
    for (final MetricReader reader : readers) {
      builder.registerMetricReader(reader);
    }
    provider = builder.build();
    return provider.get("times");
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private static void record(Meter meter, double value, int number) {
    final var context = span(number, true);
    meter.counterBuilder("counter").ofDoubles().build().add(value, Attributes.empty(), context);
    meter.gaugeBuilder("gauge").build().set(value, Attributes.empty(), context);
    meter
        .histogramBuilder("histogram")
        .setExplicitBucketBoundariesAdvice(List.of(BOUNDS[0], BOUNDS[1], BOUNDS[2]))
        .build()
        .record(value, Attributes.empty(), context);
    meter.histogramBuilder("exponential").build().record(value, Attributes.empty(), context);
  }

  static Stream<Arguments> readers() {
    final List<Arguments> readers = new ArrayList<>();
    for (final AggregationTemporality temporality : AggregationTemporality.values()) {
      for (final MemoryMode mode : MemoryMode.values()) {
        readers.add(Arguments.of(temporality, mode));
      }
    }
    return readers.stream();
  }

  @ParameterizedTest
  @MethodSource("readers")
  void anExemplarMadeDuringTheCollectionHasItsTimeInEachCollectionOfEachReader(
      AggregationTemporality temporality, MemoryMode mode) {
    final ModeReader first = new ModeReader(mode, temporality);
    final ModeReader second = new ModeReader(mode, temporality);
    final Meter meter = meter(null, CustomExemplarFilter.traceBased(), first, second);
    final int[] runs = {0};
    meter
        .gaugeBuilder("slow")
        .buildWithCallback(
            measurement -> {
              if (runs[0]++ == 0) {
                clock.advance(200);
                record(meter, 3, 1);
                clock.advance(100);
              }
            });
    final long begun = clock.now();
    int seen = 0;
    for (int round = 0; round < 3; round++) {
      for (final ModeReader reader : List.of(first, second)) {
        // A delta reader has no points when it has seen them.
        for (final PointData point : points(reader).values()) {
          for (final ExemplarData exemplar : point.getExemplars()) {
            assertThat(exemplar.getEpochNanos()).isEqualTo(begun + 200);
            seen++;
          }
        }
      }
      clock.advance(1000);
    }
    assertThat(seen)
        .isEqualTo(
            temporality == AggregationTemporality.DELTA
                ? 2 * METRICS.length
                : 2 * 3 * METRICS.length);
  }

  @Test
  void anObservationHasTheTimeAtWhichItWasMade() {
    final ModeReader reader =
        new ModeReader(MemoryMode.REUSABLE_DATA, AggregationTemporality.CUMULATIVE);
    final Meter meter = meter(null, CustomExemplarFilter.alwaysOn(), reader);
    meter
        .gaugeBuilder("observed")
        .buildWithCallback(
            measurement -> {
              clock.advance(30);
              measurement.record(1);
              clock.advance(40);
            });
    for (int round = 0; round < 2; round++) {
      final long begun = clock.now();
      assertThat(points(reader).get("observed").getExemplars())
          .extracting(ExemplarData::getEpochNanos)
          .isEqualTo(List.of(begun + 30));
    }
  }

  @ParameterizedTest
  @EnumSource(ExemplarSampling.Filter.class)
  void anObservationThatCannotBecomeAnExemplarReadsNoClock(ExemplarSampling.Filter filter) {
    final ModeReader reader =
        new ModeReader(MemoryMode.REUSABLE_DATA, AggregationTemporality.CUMULATIVE);
    final Meter meter =
        meter(
            null,
            switch (filter) {
              case OFF -> CustomExemplarFilter.alwaysOff();
              case ON -> CustomExemplarFilter.alwaysOn();
              case TRACE_BASED -> CustomExemplarFilter.traceBased();
              case CUSTOM -> (CustomExemplarFilter) (value, attributes, context) -> true;
            },
            reader);
    final long[] readings = new long[1];
    meter
        .gaugeBuilder("observed")
        .buildWithCallback(
            measurement -> {
              final long before = clock.readings;
              measurement.record(1);
              readings[0] = clock.readings - before;
            });
    reader.collect();
    final boolean mayBeEligible =
        filter == ExemplarSampling.Filter.ON || filter == ExemplarSampling.Filter.CUSTOM;
    assertThat(readings[0]).isEqualTo(mayBeEligible ? 1 : 0);
  }

  @ParameterizedTest
  @MethodSource("readers")
  void pointsShowExemplarsInTheOrderOfTimeAndOfBucketsFirst(
      AggregationTemporality temporality, MemoryMode mode) {
    for (final ExemplarReservoirFactory reservoir :
        List.of(
            ExemplarReservoirFactory.fixedSize(160),
            ExemplarReservoirFactory.extremes(20, 20),
            ExemplarReservoirFactory.octaveAligned(),
            (ExemplarReservoirFactory) Reversed::new)) {
      final ModeReader reader = new ModeReader(mode, temporality);
      final Meter meter = meter(reservoir, CustomExemplarFilter.traceBased(), reader);
      final SplittableRandom random = new SplittableRandom(11);
      int most = 0;
      for (int round = 0; round < 10; round++) {
        for (int i = random.nextInt(400); i > 0; i--) {
          clock.advance(1);
          record(meter, Math.scalb(1 + random.nextDouble(), random.nextInt(9) - 1), i);
        }
        clock.advance(1);
        for (final PointData point : points(reader).values()) {
          most = Math.max(most, point.getExemplars().size());
          final List<Long> keys = new ArrayList<>();
          for (final ExemplarData exemplar : point.getExemplars()) {
            final double value = ((DoubleExemplarData) exemplar).getValue();
            final long bucket = point instanceof HistogramPointData ? bucket(value) : 0;
            keys.add((bucket << 62) + exemplar.getEpochNanos());
          }
          assertThat(keys).isSorted();
        }
      }
      assertThat(most).isGreaterThan(7);
      provider.close();
    }
  }

  private static long bucket(double value) {
    int bucket = 0;
    while (bucket < BOUNDS.length && value > BOUNDS[bucket]) {
      bucket++;
    }
    // Shifted by 62 bits, the four of them fill a long.
    return bucket - 2L;
  }

  @Test
  void aWallClockThatWasSetBackDoesNotTakeExemplarsWithIt() {
    final ModeReader one =
        new ModeReader(MemoryMode.IMMUTABLE_DATA, AggregationTemporality.CUMULATIVE);
    final ModeReader other =
        new ModeReader(MemoryMode.IMMUTABLE_DATA, AggregationTemporality.DELTA);
    final Meter meter = meter(null, CustomExemplarFilter.traceBased(), one, other);
    record(meter, 1, 1);
    clock.advance(1000);
    final long before = clock.now();
    one.collect();
    clock.setBack(600);
    clock.advance(1000);
    final PointData next = points(other).get("histogram");
    assertThat(next.getEpochNanos()).isEqualTo(before + 1000);
    // At half the pace, until the wall clock has caught up.
    clock.advance(1000);
    record(meter, 1, 2);
    clock.advance(1000);
    for (final ModeReader reader : List.of(one, other)) {
      final PointData point = points(reader).get("histogram");
      assertThat(point.getExemplars())
          .extracting(ExemplarData::getEpochNanos)
          .isEqualTo(List.of(before + 1500));
      assertThat(point.getEpochNanos()).isEqualTo(before + 2400).isEqualTo(clock.now());
    }
    // When the wall clock has caught up, it counts again.
    clock.advance(3_600_000_000_000L);
    final long later = clock.now();
    assertThat(points(one).get("histogram").getEpochNanos()).isEqualTo(later);
    record(meter, 1, 3);
    assertThat(points(one).get("histogram").getExemplars())
        .extracting(ExemplarData::getEpochNanos)
        .isEqualTo(List.of(later));
  }

  /** Keeps all, and hands over the last one first. */
  private static final class Reversed implements ExemplarReservoir {
    private final ReservoirSettings settings;
    private final List<Exemplar> kept = new ArrayList<>();

    Reversed(ReservoirSettings settings) {
      this.settings = settings;
    }

    @Override
    public boolean offerDouble(
        double value, int bucket, Attributes attributes, io.opentelemetry.context.Context context) {
      final Exemplar exemplar = new Exemplar();
      exemplar.setDouble(value, settings.epochNanoClock().getAsLong(), attributes, context);
      kept.add(exemplar);
      return true;
    }

    @Override
    public boolean offerLong(
        long value, int bucket, Attributes attributes, io.opentelemetry.context.Context context) {
      throw new AssertionError();
    }

    @Override
    public void mergeFrom(ExemplarReservoir other) {
      kept.addAll(((Reversed) other).kept);
      ((Reversed) other).kept.clear();
    }

    @Override
    public void collect(ExemplarVisitor visitor) {
      Collections.reverse(kept);
      for (int i = 0; i < kept.size(); i++) {
        visitor.visit(i, kept.get(i));
      }
      kept.clear();
    }
  }

  private static final class SettableClock implements Clock {
    private long nanoTime = 5;
    private long offset = 1_000_000_000_000_000_000L;
    private long readings;

    void advance(long nanos) {
      nanoTime += nanos;
    }

    void setBack(long nanos) {
      offset -= nanos;
    }

    @Override
    public long now() {
      readings++;
      return offset + nanoTime;
    }

    @Override
    public long nanoTime() {
      readings++;
      return nanoTime;
    }
  }

  /** The only point of each metric that has one. */
  private static Map<String, PointData> points(ModeReader reader) {
    final Map<String, PointData> points = new HashMap<>();
    for (final MetricData metric : reader.collect()) {
      points.put(metric.getName(), metric.getData().getPoints().iterator().next());
    }
    return points;
  }
}
