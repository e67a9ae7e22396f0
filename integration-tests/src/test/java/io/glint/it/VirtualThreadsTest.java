package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.Await;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that uses a virtual thread for each request. {@code ManyThreadsTest} counts the cells
 * that a hundred thousand of them make.
 */
@Timeout(120)
@Tag("long")
class VirtualThreadsTest {
  private static final int THREADS = 5_000;
  private static final int RECORDS = 20;

  @TempDir private Path directory;

  private final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();
  private final Meter meter = provider.get("service");
  private final LongCounter counter = meter.counterBuilder("requests").build();
  private final DoubleHistogram histogram = meter.histogramBuilder("duration").build();

  private final Queue<WeakReference<Thread>> threads = new ConcurrentLinkedQueue<>();
  private long requests;
  private long durations;
  private int exemplars;

  @BeforeEach
  void needsVirtualThreads() {
    assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
  }

  @AfterEach
  void close() {
    provider.close();
  }

  /**
   * Starts a virtual thread for each number, which is waited for at the end of the test at most.
   */
  private ExecutorService start(IntConsumer request) throws Exception {
    final ExecutorService executor =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    for (int i = 1; i <= THREADS; i++) {
      final int number = i;
      executor.execute(
          () -> {
            threads.add(new WeakReference<>(Thread.currentThread()));
            request.accept(number);
          });
    }
    executor.shutdown();
    return executor;
  }

  private static String traceId(long number) {
    return TraceId.fromLongs(1, number);
  }

  /** Records the number, in a span whose trace has it in its id, and is unmounted in between. */
  private void serve(int number) {
    final Span span =
        Span.wrap(
            SpanContext.create(
                traceId(number),
                SpanId.fromLong(number),
                TraceFlags.getSampled(),
                TraceState.getDefault()));
    try (Scope ignored = span.makeCurrent()) {
      for (int i = 0; i < RECORDS; i++) {
        counter.add(number, Attributes.empty());
        histogram.record(number, Attributes.empty());
        if (i % 5 == 0) {
          LockSupport.parkNanos(1_000);
        }
      }
    }
  }

  /** Adds up what is new, and holds exemplars against the measurement that they tell of. */
  private void collect() {
    final Collection<MetricData> metrics = reader.collectAllMetrics();
    for (final MetricData metric : metrics) {
      switch (metric.getType()) {
        case LONG_SUM -> {
          for (final LongPointData point : metric.getLongSumData().getPoints()) {
            requests += point.getValue();
            for (final LongExemplarData exemplar : point.getExemplars()) {
              assertOfOneRequest(exemplar.getSpanContext(), exemplar.getValue());
            }
          }
        }
        case HISTOGRAM -> {
          for (final HistogramPointData point : metric.getHistogramData().getPoints()) {
            durations += point.getCount();
            for (final DoubleExemplarData exemplar : point.getExemplars()) {
              assertOfOneRequest(exemplar.getSpanContext(), (long) exemplar.getValue());
            }
          }
        }
        default -> {}
      }
    }
  }

  private void assertOfOneRequest(SpanContext span, long number) {
    exemplars++;
    assertThat(number).isBetween(1L, (long) THREADS);
    assertThat(span.getTraceId()).isEqualTo(traceId(number));
    assertThat(span.getSpanId()).isEqualTo(SpanId.fromLong(number));
  }

  private void assertAllCounted() {
    assertThat(requests).isEqualTo((long) RECORDS * THREADS * (THREADS + 1) / 2);
    assertThat(durations).isEqualTo((long) RECORDS * THREADS);
    assertThat(exemplars).isPositive();
  }

  @Test
  void sumsAreExactAndExemplarsHaveTheTraceOfTheirMeasurementWhileItIsCollected() throws Exception {
    final ExecutorService executor = start(this::serve);
    while (!executor.awaitTermination(1, TimeUnit.MILLISECONDS)) {
      collect();
    }
    collect();
    assertAllCounted();
    assertThat(exemplars).as("of many collections").isGreaterThan(10);
  }

  @Test
  void threadsThatHaveEndedAreNotHeld() throws Exception {
    assertThat(start(this::serve).awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    collect();
    assertAllCounted();
    assertThat(threads).hasSize(THREADS);
    Await.until(
        () -> {
          System.gc();
          return threads.stream().allMatch(thread -> thread.get() == null);
        });
    // The provider was there all the time.
    counter.add(1);
    collect();
    assertThat(requests).isEqualTo((long) RECORDS * THREADS * (THREADS + 1) / 2 + 1);
  }

  @Test
  void noRecordingCallWaitsForACollectionOrPinsItsCarrier() throws Exception {
    final CountDownLatch isCollecting = new CountDownLatch(1);
    final CountDownLatch mayGoOn = new CountDownLatch(1);
    meter
        .gaugeBuilder("slow")
        .buildWithCallback(
            gauge -> {
              isCollecting.countDown();
              Await.open(mayGoOn);
            });
    final List<String> pinned;
    try (Recording recording = new Recording()) {
      recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO).withStackTrace();
      recording.start();
      final Thread collector = new Thread(this::collect);
      collector.start();
      try {
        Await.open(isCollecting);
        final ExecutorService executor =
            start(
                number -> {
                  serve(number);
                  if (number == 1) {
                    Pinning.touch();
                  }
                });
        assertThat(executor.awaitTermination(60, TimeUnit.SECONDS))
            .as("all of it while a collection is under way")
            .isTrue();
      } finally {
        mayGoOn.countDown();
      }
      collector.join(TimeUnit.SECONDS.toMillis(60));
      assertThat(collector.isAlive()).isFalse();
      recording.stop();
      recording.dump(directory.resolve("pinned.jfr"));
      pinned =
          RecordingFile.readAllEvents(directory.resolve("pinned.jfr")).stream()
              .map(event -> String.valueOf(event.getStackTrace()))
              .toList();
    }
    collect();
    assertAllCounted();
    assertThat(pinned)
        .as("what is pinned on purpose is seen")
        .anyMatch(stack -> stack.contains("VirtualThreadsTest$Pinning"))
        .as("and nothing of Glint is")
        .noneMatch(stack -> stack.contains("io.glint.sdk") || stack.contains("io.glint.reservoir"));
  }

  /** Waits in its initializer, where a virtual thread cannot leave its carrier. */
  private static final class Pinning {
    static {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }

    private Pinning() {}

    static void touch() {}
  }

  /** Where a thread local is set, each virtual thread that comes by has one of its own. */
  @Test
  void noClassOfGlintHasAThreadLocalVariable() throws Exception {
    final List<String> having = new ArrayList<>();
    ClassFile.ofModules()
        .forEach(
            (name, file) -> {
              if (file.texts.stream()
                  .anyMatch(text -> text.matches("L?java/lang/(Inheritable)?ThreadLocal;?"))) {
                having.add(name);
              }
            });
    assertThat(having).isEmpty();
  }
}
