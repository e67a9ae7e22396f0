package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads come and go, in any number: nothing is lost, and a series has as many cells as threads
 * were in mid-record at one moment, not as many as there have been threads.
 */
@Timeout(120)
@Tag("long")
class ManyThreadsTest {
  private static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.stringKey("key"), "value");

  /**
   * What a series may always have beside its first: twice the processors, to a power of two, or 8.
   */
  private static final int CELLS_TO_SPREAD =
      Math.max(8, 2 * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();

  private static DoubleHistogram histogram(GlintMeterProvider provider) {
    return provider.get("threads").histogramBuilder("histogram").build();
  }

  private GlintMeterProvider provider() {
    return GlintMeterProvider.builder().registerMetricReader(reader).build();
  }

  private static int cells(DoubleHistogram histogram) {
    return ((SyncInstrument) histogram).first.seriesMap().find(ATTRIBUTES).cellCount();
  }

  private long count() {
    final List<HistogramPointData> points =
        List.copyOf(Readers.collect(reader, "histogram").getHistogramData().getPoints());
    assertThat(points).hasSize(1);
    return points.get(0).getCount();
  }

  private static void record(DoubleHistogram histogram, Context span, int times) {
    try (Scope ignored = span.makeCurrent()) {
      for (int i = 0; i < times; i++) {
        histogram.record(i & 1023, ATTRIBUTES);
      }
    }
  }

  private static List<Thread> start(int threads, Runnable action) {
    final List<Thread> started = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      final Thread thread = new Thread(action);
      thread.start();
      started.add(thread);
    }
    return started;
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (final Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(60));
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void aSeriesHasNotMoreCellsForThousandsOfThreadsThatAreGone() throws Exception {
    final int atOnce = 20;
    final int rounds = 200;
    final int times = 200;
    try (GlintMeterProvider provider = provider()) {
      final DoubleHistogram histogram = histogram(provider);
      for (int round = 0; round < rounds; round++) {
        final Context span = Readers.span(1 + round, /* sampled= */ true);
        join(start(atOnce, () -> record(histogram, span, times)));
      }
      assertThat(count()).isEqualTo((long) atOnce * rounds * times);
      assertThat(cells(histogram)).isLessThanOrEqualTo(1 + Math.max(CELLS_TO_SPREAD, 2 * atOnce));
    }
  }

  @Test
  void aSeriesHasNotMoreCellsThanFiveHundredThreadsNeedAtOnce() throws Exception {
    final int atOnce = 500;
    final int times = 10_000;
    try (GlintMeterProvider provider = provider()) {
      final DoubleHistogram histogram = histogram(provider);
      for (int round = 1; round <= 2; round++) {
        final CountDownLatch begin = new CountDownLatch(1);
        final List<Thread> threads =
            start(
                atOnce,
                () -> {
                  try {
                    begin.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                  record(histogram, Readers.span(1, /* sampled= */ true), times);
                });
        begin.countDown();
        join(threads);
        assertThat(count()).isEqualTo((long) round * atOnce * times);
        assertThat(cells(histogram)).isLessThanOrEqualTo(1 + Math.max(CELLS_TO_SPREAD, 2 * atOnce));
      }
    }
  }

  @Test
  void aThreadThatIsGoneIsGarbage() throws Exception {
    try (GlintMeterProvider provider = provider()) {
      final DoubleHistogram histogram = histogram(provider);
      final List<WeakReference<Thread>> gone = new ArrayList<>();
      final List<Thread> threads =
          start(50, () -> record(histogram, Readers.span(1, /* sampled= */ true), 1000));
      join(threads);
      threads.forEach(thread -> gone.add(new WeakReference<>(thread)));
      threads.clear();
      final long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (gone.stream().anyMatch(thread -> thread.get() != null)
          && System.nanoTime() - giveUp < 0) {
        System.gc();
      }
      assertThat(gone).allMatch(thread -> thread.get() == null);
      assertThat(count()).isEqualTo(50_000);
    }
  }

  @Test
  void aHundredThousandVirtualThreadsNeedNoMoreCellsThanTheirCarriers() throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
    final int threads = 100_000;
    try (GlintMeterProvider provider = provider()) {
      final DoubleHistogram histogram = histogram(provider);
      final ExecutorService executor =
          (ExecutorService)
              Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      final AtomicInteger failed = new AtomicInteger();
      final CountDownLatch allThere = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        final Context span = Readers.span(1 + i, /* sampled= */ true);
        executor.execute(
            () -> {
              try {
                record(histogram, span, 5);
                allThere.countDown();
                assertThat(allThere.await(60, TimeUnit.SECONDS)).isTrue();
                record(histogram, span, 5);
              } catch (Throwable t) {
                failed.getAndIncrement();
              }
            });
      }
      executor.shutdown();
      assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      assertThat(failed).hasValue(0);
      assertThat(count()).isEqualTo(10L * threads);
      assertThat(cells(histogram)).isLessThanOrEqualTo(1 + CELLS_TO_SPREAD);
    }
  }

  // --------------------------------------------------------------- user code that ends a thread

  /** What a recording calls that is not Glint's. */
  enum Thrower {
    ATTRIBUTES,
    CONTEXT,
    EXEMPLAR_FILTER,
    RESERVOIR_FACTORY,
    RESERVOIR
  }

  private static final class Bomb extends Error {
    private static final long serialVersionUID = 1;
  }

  private static ExemplarReservoir reservoir(Thrower thrower) {
    if (thrower == Thrower.RESERVOIR_FACTORY) {
      throw new Bomb();
    }
    return new ExemplarReservoir() {
      @Override
      public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
        if (thrower == Thrower.RESERVOIR) {
          throw new Bomb();
        }
        assertThat(context.get(ContextKey.<String>named("any"))).isNull();
        return false;
      }

      @Override
      public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
        return false;
      }

      @Override
      public void mergeFrom(ExemplarReservoir other) {}

      @Override
      public void collect(ExemplarVisitor visitor) {}
    };
  }

  private static CustomExemplarFilter filter(Thrower thrower) {
    final CustomExemplarFilter throwing =
        (value, attributes, context) -> {
          throw new Bomb();
        };
    return thrower == Thrower.EXEMPLAR_FILTER ? throwing : CustomExemplarFilter.alwaysOn();
  }

  private static final class ThrowingContext implements Context {
    @Override
    public <V> V get(ContextKey<V> key) {
      throw new Bomb();
    }

    @Override
    public <V> Context with(ContextKey<V> key, V value) {
      throw new Bomb();
    }
  }

  @ParameterizedTest
  @EnumSource(Thrower.class)
  void aThreadThatEndsInMidRecordLeavesNoCellTaken(Thrower thrower) throws Exception {
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(reader)
                .setExemplarFilter(filter(thrower))
                .registerView(
                    InstrumentSelector.builder().setName("histogram").build(),
                    GlintView.builder()
                        .setExemplarReservoir(settings -> reservoir(thrower))
                        .build())
                .build()) {
      final DoubleHistogram histogram = histogram(provider);
      final Context context = thrower == Thrower.CONTEXT ? new ThrowingContext() : Context.root();
      histogram.record(1, ATTRIBUTES);
      join(
          start(
              20,
              () -> {
                if (thrower == Thrower.ATTRIBUTES) {
                  histogram.record(1, throwingAttributes(), context);
                } else {
                  histogram.record(1, ATTRIBUTES, context);
                }
              }));
      final boolean isLost = thrower == Thrower.ATTRIBUTES;
      assertThat(count()).isEqualTo(isLost ? 1 : 21);
      assertThat(log.messages()).isNotEmpty();
      ((SyncInstrument) histogram)
          .first
          .seriesMap()
          .find(ATTRIBUTES)
          .visitCells(
              cell -> {
                assertThat(cell.tryAcquire()).isTrue();
                cell.release();
              });
    }
  }

  private static Attributes throwingAttributes() {
    return (Attributes)
        Proxy.newProxyInstance(
            ManyThreadsTest.class.getClassLoader(),
            new Class<?>[] {Attributes.class},
            (proxy, method, arguments) -> {
              throw new Bomb();
            });
  }
}
