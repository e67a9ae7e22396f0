package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A reservoir of somebody else's that breaks its contract costs exemplars of its own instrument and
 * nothing else: every measurement counts, nothing is thrown, and the failure is told.
 */
@Timeout(60)
@Tag("long")
class BadReservoirsTest {
  private static final int RECORDS = 10;
  private static final int ROUNDS = 3;
  private static final double SLOW = 99;
  private static final Context SPAN =
      Context.root()
          .with(
              Span.wrap(
                  SpanContext.create(
                      "0af7651916cd43dd8448eb211c80319c",
                      "b7ad6b7169203331",
                      TraceFlags.getSampled(),
                      TraceState.getDefault())));

  /** A good one, that keeps the last measurement; each bad one differs in one thing. */
  private static class Last implements ExemplarReservoir {
    private final LongSupplier epochNanoClock;
    Exemplar kept = new Exemplar();
    boolean isFull;

    Last(ReservoirSettings settings) {
      this.epochNanoClock = settings.epochNanoClock();
    }

    @Override
    public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
      kept.setDouble(value, epochNanoClock.getAsLong(), attributes, context);
      isFull = true;
      return true;
    }

    @Override
    public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
      kept.setLong(value, epochNanoClock.getAsLong(), attributes, context);
      isFull = true;
      return true;
    }

    @Override
    public void mergeFrom(ExemplarReservoir reservoir) {
      final Last other = (Last) reservoir;
      if (other.isFull) {
        final Exemplar spare = kept;
        kept = other.kept;
        other.kept = spare;
        isFull = true;
        other.isFull = false;
      }
    }

    @Override
    public void collect(ExemplarVisitor visitor) {
      if (isFull) {
        visit(visitor);
        isFull = false;
      }
    }

    void visit(ExemplarVisitor visitor) {
      visitor.visit(0, kept);
    }
  }

  private static ExemplarReservoirFactory offering(Runnable instead) {
    return settings ->
        new Last(settings) {
          @Override
          public boolean offerDouble(
              double value, int bucket, Attributes attributes, Context context) {
            instead.run();
            return true;
          }
        };
  }

  private static ExemplarReservoirFactory merging(Runnable instead) {
    return settings ->
        new Last(settings) {
          @Override
          public void mergeFrom(ExemplarReservoir other) {
            instead.run();
          }
        };
  }

  private interface Visit {
    void visit(ExemplarVisitor visitor, Exemplar kept);
  }

  private static ExemplarReservoirFactory visiting(Visit instead) {
    return settings ->
        new Last(settings) {
          @Override
          void visit(ExemplarVisitor visitor) {
            instead.visit(visitor, kept);
          }
        };
  }

  private static ExemplarReservoirFactory sharing() {
    final Last[] only = new Last[1];
    return settings -> {
      if (only[0] == null) {
        only[0] = new Last(settings);
      }
      return only[0];
    };
  }

  /** The visitor is kept, and used from the next offer on. */
  private static ExemplarReservoirFactory visitingLate() {
    final ExemplarVisitor[] late = new ExemplarVisitor[1];
    return settings ->
        new Last(settings) {
          @Override
          public boolean offerDouble(
              double value, int bucket, Attributes attributes, Context context) {
            final var unused = super.offerDouble(value, bucket, attributes, context);
            if (late[0] != null) {
              late[0].visit(0, kept);
            }
            return true;
          }

          @Override
          void visit(ExemplarVisitor visitor) {
            late[0] = visitor;
          }
        };
  }

  /** Another class each time, so that none can merge the other. */
  private static ExemplarReservoirFactory alternating() {
    final AtomicInteger made = new AtomicInteger();
    return settings ->
        made.getAndIncrement() % 2 == 0
            ? ExemplarReservoirFactory.fixedSize(1).create(settings)
            : ExemplarReservoirFactory.alignedHistogramBucket().create(settings);
  }

  private static void fail() {
    throw new IllegalStateException("thrown by a reservoir");
  }

  @SuppressWarnings("InfiniteRecursion") // The point of it.
  private static int overflowTheStack(int depth) {
    return overflowTheStack(depth + 1) + 1;
  }

  private static void failWithError() {
    throw new NoClassDefFoundError("thrown by a reservoir");
  }

  private static void runOutOfMemory() {
    throw new OutOfMemoryError("thrown by a reservoir");
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of("offer throws", offering(BadReservoirsTest::fail)),
        Arguments.of("offer throws an error", offering(BadReservoirsTest::failWithError)),
        Arguments.of("offer overflows the stack", offering(() -> overflowTheStack(0))),
        Arguments.of("offer runs out of memory", offering(BadReservoirsTest::runOutOfMemory)),
        Arguments.of("mergeFrom throws", merging(BadReservoirsTest::fail)),
        Arguments.of("mergeFrom throws an error", merging(BadReservoirsTest::failWithError)),
        Arguments.of("mergeFrom overflows the stack", merging(() -> overflowTheStack(0))),
        Arguments.of("mergeFrom is handed another class", alternating()),
        Arguments.of("collect throws", visiting((visitor, kept) -> fail())),
        Arguments.of("collect throws an error", visiting((visitor, kept) -> failWithError())),
        Arguments.of(
            "collect overflows the stack", visiting((visitor, kept) -> overflowTheStack(0))),
        Arguments.of(
            "collect throws after a visit",
            visiting(
                (visitor, kept) -> {
                  visitor.visit(0, kept);
                  fail();
                })),
        Arguments.of("slot is negative", visiting((visitor, kept) -> visitor.visit(-1, kept))),
        Arguments.of(
            "slot is one too high", visiting((visitor, kept) -> visitor.visit(1 << 16, kept))),
        Arguments.of(
            "slot is huge", visiting((visitor, kept) -> visitor.visit(1_000_000_000, kept))),
        Arguments.of(
            "slot is the largest int",
            visiting((visitor, kept) -> visitor.visit(Integer.MAX_VALUE, kept))),
        Arguments.of("exemplar is null", visiting((visitor, kept) -> visitor.visit(0, null))),
        Arguments.of("visitor is used later", visitingLate()),
        Arguments.of("reservoir is shared", sharing()),
        Arguments.of(
            "factory throws",
            (ExemplarReservoirFactory)
                settings -> {
                  throw new IllegalStateException("thrown by a factory");
                }),
        Arguments.of("factory returns null", (ExemplarReservoirFactory) settings -> null));
  }

  private final LogCapture log = new LogCapture();

  @AfterEach
  void releaseLog() {
    log.close();
  }

  private static InMemoryMetricReader reader(AggregationTemporality temporality) {
    return InMemoryMetricReader.create(
        type -> temporality, DefaultAggregationSelector.getDefault());
  }

  private static GlintMeterProvider provider(
      InMemoryMetricReader reader, ExemplarReservoirFactory factory) {
    return GlintMeterProvider.builder()
        .registerMetricReader(reader)
        .setInternalTelemetryEnabled(true)
        .registerView(
            InstrumentSelector.builder().setName("bad").build(),
            GlintView.builder().setExemplarReservoir(factory).build())
        .build();
  }

  private static DoubleHistogram histogram(GlintMeterProvider provider, String name) {
    return provider.get("reservoirs").histogramBuilder(name).build();
  }

  private static MetricData find(Collection<MetricData> metrics, String name) {
    return metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static HistogramPointData point(Collection<MetricData> metrics, String name) {
    return find(metrics, name).getHistogramData().getPoints().iterator().next();
  }

  private static long dropped(Collection<MetricData> metrics) {
    return find(metrics, "glint.exemplar.dropped")
        .getLongSumData()
        .getPoints()
        .iterator()
        .next()
        .getValue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void aBadReservoirCostsItsOwnExemplarsOnly(String what, ExemplarReservoirFactory factory) {
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    long dropped = 0;
    try (GlintMeterProvider provider = provider(reader, factory)) {
      final DoubleHistogram bad = histogram(provider, "bad");
      final DoubleHistogram good = histogram(provider, "good");
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < RECORDS; i++) {
          bad.record(1, Attributes.empty(), SPAN);
        }
        good.record(1, Attributes.empty(), SPAN);
        final Collection<MetricData> metrics = reader.collectAllMetrics();
        assertThat(point(metrics, "bad").getCount()).isEqualTo(RECORDS);
        assertThat(point(metrics, "good").getExemplars()).hasSize(1);
        dropped += dropped(metrics);
      }
      // What the last collection lost is told by the next one.
      dropped += dropped(reader.collectAllMetrics());
      assertThat(log.records()).as("rate-limited").hasSize(1);
    }
    assertThat(dropped).as("glint.exemplar.dropped").isPositive();
    assertThat(log.records())
        .as("the shutdown tells what came after the first message")
        .hasSizeBetween(1, 2)
        .allSatisfy(
            told -> assertThat(told.getMessage()).contains("exemplar reservoir", "'bad'", "lost"));
  }

  @Test
  void theGoodOneIsToldOfNothing() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    try (GlintMeterProvider provider = provider(reader, Last::new)) {
      histogram(provider, "bad").record(1, Attributes.empty(), SPAN);
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars()).hasSize(1);
      assertThat(dropped(reader.collectAllMetrics())).isZero();
    }
    assertThat(log.records()).isEmpty();
  }

  @Test
  void theHighestSlotCanBeUsed() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    final ExemplarReservoirFactory factory =
        visiting((visitor, kept) -> visitor.visit((1 << 16) - 1, kept));
    try (GlintMeterProvider provider = provider(reader, factory)) {
      histogram(provider, "bad").record(1, Attributes.empty(), SPAN);
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars()).hasSize(1);
    }
    assertThat(log.records()).isEmpty();
  }

  @Test
  void whatWasVisitedBeforeTheFailureStays() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    final ExemplarReservoirFactory factory =
        visiting(
            (visitor, kept) -> {
              visitor.visit(0, kept);
              visitor.visit(-1, kept);
            });
    try (GlintMeterProvider provider = provider(reader, factory)) {
      histogram(provider, "bad").record(1, Attributes.empty(), SPAN);
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars()).hasSize(1);
    }
  }

  @Test
  void whatAFailedMergeLeftBehindDoesNotShowUpInALaterInterval() {
    final AtomicInteger merged = new AtomicInteger();
    final ExemplarReservoirFactory factory =
        settings ->
            new Last(settings) {
              @Override
              public void mergeFrom(ExemplarReservoir other) {
                if (merged.getAndIncrement() == 0) {
                  fail();
                }
                super.mergeFrom(other);
              }
            };
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    try (GlintMeterProvider provider = provider(reader, factory)) {
      final DoubleHistogram bad = histogram(provider, "bad");
      bad.record(1, Attributes.empty(), SPAN);
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars()).isEmpty();
      bad.record(2, Attributes.empty(), Context.root());
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars()).isEmpty();
      bad.record(3, Attributes.empty(), SPAN);
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars())
          .extracting(DoubleExemplarData::getValue)
          .containsExactly(3d);
    }
  }

  @Test
  void aVisitorThatIsUsedLaterDoesNotReachTheNextSeries() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    try (GlintMeterProvider provider = provider(reader, visitingLate())) {
      final DoubleHistogram bad = histogram(provider, "bad");
      bad.record(1, Attributes.empty(), SPAN);
      assertThat(point(reader.collectAllMetrics(), "bad").getExemplars()).isEmpty();
      bad.record(2, Attributes.empty(), SPAN);
      bad.record(3, Attributes.of(AttributeKey.stringKey("series"), "other"));
      assertThat(find(reader.collectAllMetrics(), "bad").getHistogramData().getPoints())
          .hasSize(2)
          .allMatch(point -> point.getExemplars().isEmpty());
    }
  }

  @Test
  void anExemplarThatIsOverwrittenAfterItsVisitIsExportedAsItWas() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.CUMULATIVE);
    final ExemplarReservoirFactory factory =
        visiting(
            (visitor, kept) -> {
              visitor.visit(0, kept);
              kept.setDouble(-1, 1, Attributes.empty(), Context.root());
            });
    try (GlintMeterProvider provider = provider(reader, factory)) {
      histogram(provider, "bad").record(1, Attributes.empty(), SPAN);
      for (int scrape = 0; scrape < 2; scrape++) {
        final List<DoubleExemplarData> exemplars =
            point(reader.collectAllMetrics(), "bad").getExemplars();
        assertThat(exemplars).extracting(DoubleExemplarData::getValue).containsExactly(1d);
        assertThat(exemplars.get(0).getSpanContext())
            .isEqualTo(Span.fromContext(SPAN).getSpanContext());
      }
    }
  }

  /** Blocks in a method until it is told to go on. */
  private static final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    void pass() {
      reached.countDown();
      Await.open(open);
    }
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void anOfferThatBlocksHoldsUpItsOwnThreadOnlyAndLosesNothing(AggregationTemporality temporality)
      throws Exception {
    final Gate gate = new Gate();
    final ExemplarReservoirFactory factory =
        settings ->
            new Last(settings) {
              @Override
              public boolean offerDouble(
                  double value, int bucket, Attributes attributes, Context context) {
                if (value == SLOW) {
                  gate.pass();
                }
                return super.offerDouble(value, bucket, attributes, context);
              }
            };
    final boolean isDelta = temporality == AggregationTemporality.DELTA;
    final InMemoryMetricReader reader = reader(temporality);
    try (GlintMeterProvider provider = provider(reader, factory)) {
      final DoubleHistogram bad = histogram(provider, "bad");
      final Thread blocked = new Thread(() -> bad.record(SLOW, Attributes.empty(), SPAN));
      blocked.start();
      Await.open(gate.reached);
      for (int i = 0; i < 1000; i++) {
        bad.record(1, Attributes.empty(), SPAN);
      }
      // Ends although the cell is not given back; it waits for about a second.
      final Collection<MetricData> meanwhile = reader.collectAllMetrics();
      assertThat(blocked.isAlive()).isTrue();
      if (isDelta) {
        assertThat(point(meanwhile, "bad").getCount()).isEqualTo(1000);
      } else {
        assertThat(meanwhile).extracting(MetricData::getName).doesNotContain("bad");
        assertThat(log.records())
            .singleElement()
            .satisfies(told -> assertThat(told.getMessage()).contains("'bad'", "left out"));
      }
      gate.open.countDown();
      blocked.join();
      final HistogramPointData after = point(reader.collectAllMetrics(), "bad");
      assertThat(after.getCount()).isEqualTo(isDelta ? 1 : 1001);
      assertThat(after.getMax()).isEqualTo(SLOW);
      // A cumulative point goes on showing the one of the other bucket.
      assertThat(after.getExemplars()).hasSize(isDelta ? 1 : 2);
    }
  }

  @Test
  void aMergeThatBlocksHoldsUpTheCollectionAndNoRecorder() throws Exception {
    final Gate gate = new Gate();
    final ExemplarReservoirFactory factory =
        settings ->
            new Last(settings) {
              @Override
              public void mergeFrom(ExemplarReservoir other) {
                gate.pass();
                super.mergeFrom(other);
              }
            };
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA);
    try (GlintMeterProvider provider = provider(reader, factory)) {
      final DoubleHistogram bad = histogram(provider, "bad");
      bad.record(1, Attributes.empty(), SPAN);
      final List<Collection<MetricData>> first = new CopyOnWriteArrayList<>();
      final Thread collector = new Thread(() -> first.add(reader.collectAllMetrics()));
      collector.start();
      Await.open(gate.reached);
      for (int i = 0; i < 1000; i++) {
        bad.record(1, Attributes.empty(), SPAN);
      }
      assertThat(collector.isAlive()).isTrue();
      gate.open.countDown();
      collector.join();
      final long counted = point(first.get(0), "bad").getCount();
      assertThat(counted + point(reader.collectAllMetrics(), "bad").getCount()).isEqualTo(1001);
    }
  }
}
