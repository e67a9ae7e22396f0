package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.Await;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a measurement keeps its trace, where it loses it, and what keeps it there: with the stock
 * trace SDK, every span sampled, and the default exemplar filter. The table in docs/exemplars.md
 * names these tests.
 */
@Timeout(60)
class ContextAcrossThreadsTest {
  private static final SpanContext NO_EXEMPLAR = SpanContext.getInvalid();
  private static final int BUCKETS = 64;

  /** What happens in a span. */
  private interface Body {
    void run() throws Exception;
  }

  private final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider meterProvider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();
  private final SdkTracerProvider tracerProvider = tracerProvider(Sampler.alwaysOn());
  private final Tracer tracer = tracerProvider.get("context");
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);

  /** One bucket for each whole number, so that each can have an exemplar. */
  private final DoubleHistogram histogram =
      meterProvider
          .get("context")
          .histogramBuilder("latency")
          .setExplicitBucketBoundariesAdvice(
              IntStream.range(0, BUCKETS).mapToObj(i -> i + 0.5).toList())
          .build();

  /** Without a span processor the SDK makes spans that are none, and there are no exemplars. */
  private static SdkTracerProvider tracerProvider(Sampler sampler) {
    return SdkTracerProvider.builder()
        .setSampler(sampler)
        .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
        .build();
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
    scheduler.shutdownNow();
    meterProvider.close();
    tracerProvider.close();
  }

  /** Runs something in the scope of a new span, which ends with it, and says which span it was. */
  private SpanContext inSpan(Body body) throws Exception {
    final Span span = tracer.spanBuilder("request").startSpan();
    try (Scope ignored = span.makeCurrent()) {
      body.run();
    } finally {
      span.end();
    }
    assertThat(span.getSpanContext().isSampled()).isTrue();
    return span.getSpanContext();
  }

  private void record() {
    histogram.record(1);
  }

  private static void get(CompletableFuture<?> future) throws Exception {
    final var unused = future.get(30, TimeUnit.SECONDS);
  }

  private static void runOnNewThread(Runnable runnable) throws InterruptedException {
    final Thread thread = new Thread(runnable);
    thread.start();
    thread.join();
  }

  private HistogramPointData collect() {
    final MetricData metric = reader.collectAllMetrics().iterator().next();
    return metric.getHistogramData().getPoints().iterator().next();
  }

  /**
   * The span that the only measurement since the last call is linked to, or {@link #NO_EXEMPLAR}.
   */
  private SpanContext linkedSpan() {
    final HistogramPointData point = collect();
    assertThat(point.getCount()).as("the measurement counts, with and without a span").isEqualTo(1);
    final List<DoubleExemplarData> exemplars = point.getExemplars();
    assertThat(exemplars).hasSizeLessThanOrEqualTo(1);
    return exemplars.isEmpty() ? NO_EXEMPLAR : exemplars.get(0).getSpanContext();
  }

  // ------------------------------------------------------------------------------- on one thread

  @Test
  void aMeasurementInTheScopeOfASampledSpanIsLinkedToIt() throws Exception {
    final SpanContext span = inSpan(this::record);
    assertThat(linkedSpan()).isEqualTo(span);
  }

  @Test
  void aMeasurementInASpanThatIsNotSampledIsNotLinked() {
    try (SdkTracerProvider unsampled = tracerProvider(Sampler.alwaysOff())) {
      final Span span = unsampled.get("context").spanBuilder("request").startSpan();
      try (Scope ignored = span.makeCurrent()) {
        record();
      }
      span.end();
    }
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
  }

  @Test
  void aTracerProviderWithoutASpanProcessorMakesNoSpansToLinkTo() {
    try (SdkTracerProvider unprocessed =
        SdkTracerProvider.builder().setSampler(Sampler.alwaysOn()).build()) {
      final Span span = unprocessed.get("context").spanBuilder("request").startSpan();
      try (Scope ignored = span.makeCurrent()) {
        record();
      }
      span.end();
    }
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
  }

  @Test
  void aSpanThatWasStartedButNotMadeCurrentIsNotLinked() {
    final Span span = tracer.spanBuilder("request").startSpan();
    record();
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    histogram.record(1, Attributes.empty(), Context.current().with(span));
    assertThat(linkedSpan()).isEqualTo(span.getSpanContext());
    span.end();
  }

  @Test
  void theInnermostCurrentSpanIsLinked() throws Exception {
    final AtomicReference<SpanContext> inner = new AtomicReference<>();
    inSpan(
        () -> {
          inner.set(inSpan(this::record));
        });
    assertThat(linkedSpan()).isEqualTo(inner.get());
    final SpanContext outer =
        inSpan(
            () -> {
              inSpan(() -> {});
              record();
            });
    assertThat(linkedSpan()).isEqualTo(outer);
  }

  @Test
  void aMeasurementAfterTheScopeWasClosedIsNotLinked() throws Exception {
    final Span span = tracer.spanBuilder("request").startSpan();
    final Context context = Context.current().with(span);
    try (Scope ignored = context.makeCurrent()) {
      // The request.
    }
    record();
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    histogram.record(1, Attributes.empty(), context);
    assertThat(linkedSpan()).isEqualTo(span.getSpanContext());
    span.end();
  }

  @Test
  void aFinallyBlockOfTheStatementThatHoldsTheScopeIsOutsideOfIt() throws Exception {
    final Span lost = tracer.spanBuilder("request").startSpan();
    try (Scope ignored = lost.makeCurrent()) {
      // The request.
    } finally {
      // Resources are closed before finally runs.
      record();
      lost.end();
    }
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);

    final Span kept = tracer.spanBuilder("request").startSpan();
    try (Scope ignored = kept.makeCurrent()) {
      try {
        // The request.
      } finally {
        record();
      }
    } finally {
      kept.end();
    }
    assertThat(linkedSpan()).isEqualTo(kept.getSpanContext());
  }

  @Test
  void aSpanThatHasEndedIsLinkedWhileItsScopeIsOpen() throws Exception {
    final SpanContext span =
        inSpan(
            () -> {
              Span.current().end();
              record();
            });
    assertThat(linkedSpan()).isEqualTo(span);
  }

  @Test
  void baggageAloneIsNoSpanAndBaggageOnASpanKeepsIt() throws Exception {
    final Baggage baggage = Baggage.builder().put("tenant", "acme").build();
    try (Scope ignored = Context.root().with(baggage).makeCurrent()) {
      record();
    }
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    inSpan(
        () -> {
          try (Scope ignored = Context.root().with(baggage).makeCurrent()) {
            record();
          }
        });
    assertThat(linkedSpan()).as("a context made of the root has no span").isEqualTo(NO_EXEMPLAR);
    final SpanContext span =
        inSpan(
            () -> {
              try (Scope ignored = Context.current().with(baggage).makeCurrent()) {
                record();
              }
            });
    assertThat(linkedSpan()).isEqualTo(span);
  }

  @Test
  void aSampledRemoteParentWithoutASpanOfItsOwnIsLinked() {
    final SpanContext remote =
        SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    try (Scope ignored = Span.wrap(remote).makeCurrent()) {
      record();
    }
    assertThat(linkedSpan()).isEqualTo(remote);
  }

  @Test
  void anExplicitContextCountsAndNotTheCurrentOne() throws Exception {
    final Context[] captured = new Context[1];
    final SpanContext span = inSpan(() -> captured[0] = Context.current());
    runOnNewThread(() -> histogram.record(1, Attributes.empty(), captured[0]));
    assertThat(linkedSpan()).isEqualTo(span);
    inSpan(() -> histogram.record(1, Attributes.empty(), captured[0]));
    assertThat(linkedSpan()).isEqualTo(span);
    inSpan(() -> histogram.record(1, Attributes.empty(), Context.root()));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
  }

  // --------------------------------------------------------------------------- threads and pools

  @Test
  void aNewThreadHasNoContextUnlessItsRunnableIsWrapped() throws Exception {
    inSpan(() -> runOnNewThread(this::record));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    final SpanContext span =
        inSpan(() -> runOnNewThread(Context.current().wrap((Runnable) this::record)));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  @Test
  void aScopeIsOfTheThreadThatMadeItCurrent() throws Exception {
    final Span span = tracer.spanBuilder("request").startSpan();
    final CountDownLatch isCurrent = new CountDownLatch(1);
    final CountDownLatch isRecorded = new CountDownLatch(1);
    final CompletableFuture<Void> other =
        CompletableFuture.runAsync(
            () -> {
              try (Scope ignored = span.makeCurrent()) {
                isCurrent.countDown();
                Await.open(isRecorded);
              }
            },
            pool);
    Await.open(isCurrent);
    record();
    isRecorded.countDown();
    get(other);
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    try (Scope ignored = span.makeCurrent()) {
      record();
    }
    assertThat(linkedSpan()).isEqualTo(span.getSpanContext());
    span.end();
  }

  @Test
  void aScopeClosedOnAnotherThreadStaysAndLendsItsSpanToTheNextRequest() throws Exception {
    final ExecutorService worker = Executors.newSingleThreadExecutor();
    try {
      final Span span = tracer.spanBuilder("request").startSpan();
      final Scope scope = worker.submit(() -> leakScope(span)).get(30, TimeUnit.SECONDS);
      scope.close();
      span.end();
      worker.submit(this::record).get(30, TimeUnit.SECONDS);
      assertThat(linkedSpan())
          .as("the trace of a request that is over")
          .isEqualTo(span.getSpanContext());
    } finally {
      worker.shutdownNow();
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // The mistake that is shown.
  private static Scope leakScope(Span span) {
    return span.makeCurrent();
  }

  @Test
  void aPoolHasNoContextUnlessItIsWrapped() throws Exception {
    inSpan(() -> pool.submit(this::record).get(30, TimeUnit.SECONDS));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    final ExecutorService wrapped = Context.taskWrapping(pool);
    final SpanContext first = inSpan(() -> wrapped.submit(this::record).get(30, TimeUnit.SECONDS));
    assertThat(linkedSpan()).isEqualTo(first);
    final SpanContext second = inSpan(() -> wrapped.submit(this::record).get(30, TimeUnit.SECONDS));
    assertThat(linkedSpan()).as("the context of each submission").isEqualTo(second);
    final Runnable task = this::record;
    final SpanContext third =
        inSpan(() -> pool.submit(Context.current().wrap(task)).get(30, TimeUnit.SECONDS));
    assertThat(linkedSpan()).isEqualTo(third);
  }

  @Test
  void aPoolThreadDoesNotKeepTheContextOfItsLastTask() throws Exception {
    final ExecutorService single = Executors.newSingleThreadExecutor();
    try {
      inSpan(() -> Context.taskWrapping(single).submit(() -> {}).get(30, TimeUnit.SECONDS));
      single.submit(this::record).get(30, TimeUnit.SECONDS);
      assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    } finally {
      single.shutdownNow();
    }
  }

  @Test
  void aDelayedTaskHasNoContextUnlessTheSchedulerIsWrapped() throws Exception {
    inSpan(
        () -> scheduler.schedule(this::record, 1, TimeUnit.MILLISECONDS).get(30, TimeUnit.SECONDS));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    final ScheduledExecutorService wrapped = Context.taskWrapping(scheduler);
    final SpanContext span =
        inSpan(
            () ->
                wrapped.schedule(this::record, 1, TimeUnit.MILLISECONDS).get(30, TimeUnit.SECONDS));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  /** Long-lived as it is, {@code taskWrapping} leaves it alone on purpose. */
  @Test
  void aPeriodicTaskHasTheContextOfItsStartOnlyIfItIsWrappedItself() throws Exception {
    final ScheduledExecutorService wrapped = Context.taskWrapping(scheduler);
    inSpan(() -> runPeriodicallyOnce(wrapped, this::record));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    final SpanContext span =
        inSpan(
            () -> runPeriodicallyOnce(scheduler, Context.current().wrap((Runnable) this::record)));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  private static void runPeriodicallyOnce(ScheduledExecutorService on, Runnable task)
      throws Exception {
    final CompletableFuture<Void> ran = new CompletableFuture<>();
    final var unused =
        on.scheduleAtFixedRate(
            () -> {
              task.run();
              ran.complete(null);
              // Ends the repetition.
              throw new IllegalStateException("once is enough");
            },
            0,
            1,
            TimeUnit.MILLISECONDS);
    get(ran);
  }

  @Test
  void aForkJoinPoolHasNoContextUnlessItsTaskIsWrapped() throws Exception {
    final ForkJoinPool forkJoin = new ForkJoinPool(2);
    try {
      inSpan(() -> forkJoin.submit(this::record).get(30, TimeUnit.SECONDS));
      assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
      final Runnable task = this::record;
      final SpanContext span =
          inSpan(() -> forkJoin.submit(Context.current().wrap(task)).get(30, TimeUnit.SECONDS));
      assertThat(linkedSpan()).isEqualTo(span);
    } finally {
      forkJoin.shutdownNow();
    }
  }

  @Test
  void aParallelStreamHasTheContextOnTheCallingThreadOnlyUnlessItIsPassed() throws Exception {
    final Thread caller = Thread.currentThread();
    final Set<Double> onCaller = ConcurrentHashMap.newKeySet();
    inSpan(
        () ->
            DoubleStream.iterate(0, i -> i + 1)
                .limit(BUCKETS)
                .parallel()
                .forEach(
                    value -> {
                      if (Thread.currentThread() == caller) {
                        onCaller.add(value);
                      }
                      histogram.record(value);
                    }));
    assertThat(collect().getExemplars())
        .extracting(DoubleExemplarData::getValue)
        .containsExactlyInAnyOrderElementsOf(onCaller);

    final SpanContext span =
        inSpan(
            () -> {
              final Context context = Context.current();
              DoubleStream.iterate(0, i -> i + 1)
                  .limit(BUCKETS)
                  .parallel()
                  .forEach(value -> histogram.record(value, Attributes.empty(), context));
            });
    assertThat(collect().getExemplars())
        .hasSize(BUCKETS)
        .extracting(DoubleExemplarData::getSpanContext)
        .containsOnly(span);
  }

  // --------------------------------------------------------------------------- CompletableFuture

  @Test
  void supplyAsyncHasNoContextUnlessItsExecutorIsWrapped() throws Exception {
    inSpan(() -> get(CompletableFuture.runAsync(this::record)));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    final Executor wrapped = Context.taskWrapping((Executor) ForkJoinPool.commonPool());
    final SpanContext common = inSpan(() -> get(CompletableFuture.runAsync(this::record, wrapped)));
    assertThat(linkedSpan()).isEqualTo(common);
    final SpanContext supplied =
        inSpan(
            () ->
                get(
                    CompletableFuture.supplyAsync(
                        Context.current()
                            .wrapSupplier(
                                () -> {
                                  record();
                                  return "done";
                                }))));
    assertThat(linkedSpan()).isEqualTo(supplied);
  }

  @Test
  void thenApplyHasTheContextOfWhicheverThreadRunsItUnlessItIsWrapped() throws Exception {
    final CompletableFuture<String> source = new CompletableFuture<>();
    final List<CompletableFuture<String>> dependent = new ArrayList<>();
    inSpan(() -> dependent.add(source.thenApply(this::recordAndReturn)));
    inSpan(
        () ->
            pool.submit(() -> source.complete("by a thread without context"))
                .get(30, TimeUnit.SECONDS));
    get(dependent.get(0));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);

    final SpanContext last = inSpan(() -> get(source.thenApply(this::recordAndReturn)));
    assertThat(linkedSpan()).as("complete already: runs here").isEqualTo(last);

    final CompletableFuture<String> another = new CompletableFuture<>();
    final SpanContext span =
        inSpan(
            () ->
                dependent.add(
                    another.thenApply(Context.current().wrapFunction(this::recordAndReturn))));
    pool.submit(() -> another.complete("by a thread without context")).get(30, TimeUnit.SECONDS);
    get(dependent.get(1));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  private String recordAndReturn(String value) {
    record();
    return value;
  }

  @Test
  void thenApplyAsyncOnAWrappedExecutorHasTheContextOfWhoCompletes() throws Exception {
    final CompletableFuture<String> source = new CompletableFuture<>();
    final List<CompletableFuture<String>> dependent = new ArrayList<>();
    final Executor wrapped = Context.taskWrapping((Executor) pool);
    inSpan(() -> dependent.add(source.thenApplyAsync(this::recordAndReturn, wrapped)));
    // The executor is called when the source completes, so that is whose context it captures.
    final SpanContext completer = inSpan(() -> source.complete("done"));
    get(dependent.get(0));
    assertThat(linkedSpan()).isEqualTo(completer);
  }

  @Test
  void aCompletionFromAnIoThreadHasNoContextUnlessItIsWrapped() throws Exception {
    final CompletableFuture<String> response = new CompletableFuture<>();
    final List<CompletableFuture<String>> dependent = new ArrayList<>();
    inSpan(() -> dependent.add(response.whenComplete((body, failure) -> record())));
    runOnNewThread(() -> response.complete("200"));
    get(dependent.get(0));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);

    final CompletableFuture<String> next = new CompletableFuture<>();
    final SpanContext span =
        inSpan(
            () ->
                dependent.add(
                    next.whenComplete(
                        Context.current().wrapConsumer((body, failure) -> record()))));
    runOnNewThread(() -> next.complete("200"));
    get(dependent.get(1));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  // ----------------------------------------------------------------------------- virtual threads

  private static final boolean HAS_VIRTUAL_THREADS = Runtime.version().feature() >= 21;

  private static void runOnVirtualThread(Runnable runnable) throws Exception {
    final Object thread =
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, runnable);
    ((Thread) thread).join();
  }

  @Test
  void aVirtualThreadHasNoContextUnlessItsRunnableIsWrapped() throws Exception {
    assumeTrue(HAS_VIRTUAL_THREADS, "virtual threads came with Java 21");
    inSpan(() -> runOnVirtualThread(this::record));
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
    final SpanContext span =
        inSpan(() -> runOnVirtualThread(Context.current().wrap((Runnable) this::record)));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  @Test
  void aVirtualThreadPerTaskExecutorHasNoContextUnlessItIsWrapped() throws Exception {
    assumeTrue(HAS_VIRTUAL_THREADS, "virtual threads came with Java 21");
    final ExecutorService virtual =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    try {
      inSpan(() -> virtual.submit(this::record).get(30, TimeUnit.SECONDS));
      assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);
      final SpanContext span =
          inSpan(
              () -> Context.taskWrapping(virtual).submit(this::record).get(30, TimeUnit.SECONDS));
      assertThat(linkedSpan()).isEqualTo(span);
    } finally {
      virtual.shutdownNow();
    }
  }

  @Test
  void aVirtualThreadThatWasUnmountedStillHasItsContext() throws Exception {
    assumeTrue(HAS_VIRTUAL_THREADS, "virtual threads came with Java 21");
    final SpanContext span =
        inSpan(
            () ->
                runOnVirtualThread(
                    Context.current()
                        .wrap(
                            () -> {
                              try {
                                Thread.sleep(5);
                              } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                              }
                              record();
                            })));
    assertThat(linkedSpan()).isEqualTo(span);
  }

  // ------------------------------------------------------------------------------------ reactive

  @Test
  void aSubscriberHasNoContextUnlessItIsWrapped() throws Exception {
    try (SubmissionPublisher<String> publisher = new SubmissionPublisher<>(pool, 16)) {
      final CompletableFuture<Void> consumed = publisher.consume(this::recordAndReturn);
      inSpan(() -> publisher.submit("item"));
      publisher.close();
      get(consumed);
    }
    assertThat(linkedSpan()).isEqualTo(NO_EXEMPLAR);

    try (SubmissionPublisher<String> publisher = new SubmissionPublisher<>(pool, 16)) {
      final List<CompletableFuture<Void>> consumed = new ArrayList<>();
      final SpanContext subscribing =
          inSpan(
              () ->
                  consumed.add(
                      publisher.consume(
                          Context.current().wrapConsumer(item -> recordAndReturn(item)))));
      publisher.submit("item");
      publisher.close();
      get(consumed.get(0));
      assertThat(linkedSpan()).isEqualTo(subscribing);
    }
  }

  @Test
  void anItemThatCarriesItsContextIsLinkedToTheSpanThatPublishedIt() throws Exception {
    try (SubmissionPublisher<Context> publisher = new SubmissionPublisher<>(pool, 16)) {
      final CompletableFuture<Void> consumed =
          publisher.consume(context -> histogram.record(1, Attributes.empty(), context));
      final SpanContext publishing = inSpan(() -> publisher.submit(Context.current()));
      publisher.close();
      get(consumed);
      assertThat(linkedSpan()).isEqualTo(publishing);
    }
  }

  /** One task takes all that is waiting, so its context is right for the first item only. */
  @Test
  void aWrappedExecutorUnderAPublisherGivesItemsTheContextOfTheFirstOfThem() throws Exception {
    final Queue<Runnable> tasks = new ArrayDeque<>();
    final Executor wrapped = Context.taskWrapping((Executor) tasks::add);
    try (SubmissionPublisher<Double> publisher = new SubmissionPublisher<>(wrapped, 16)) {
      publisher.subscribe(new Recording());
      tasks.remove().run();
      final SpanContext first = inSpan(() -> publisher.submit(1d));
      inSpan(() -> publisher.submit(2d));
      assertThat(tasks).hasSize(1);
      tasks.remove().run();
      assertThat(collect().getExemplars())
          .hasSize(2)
          .extracting(DoubleExemplarData::getSpanContext)
          .containsOnly(first);
    }
  }

  private final class Recording implements Flow.Subscriber<Double> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Double item) {
      histogram.record(item);
    }

    @Override
    public void onError(Throwable throwable) {}

    @Override
    public void onComplete() {}
  }

  // --------------------------------------------------------------------- asynchronous instruments

  @ParameterizedTest
  @ValueSource(longs = {0, 5})
  void aCallbackNeverHasAContext(long callbackTimeoutSeconds) throws Exception {
    final InMemoryMetricReader observing = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(observing)
            .setCallbackTimeout(Duration.ofSeconds(callbackTimeoutSeconds))
            .build()) {
      provider
          .get("context")
          .gaugeBuilder("observed")
          .buildWithCallback(
              measurement -> {
                try (Scope ignored = tracer.spanBuilder("callback").startSpan().makeCurrent()) {
                  measurement.record(1);
                }
              });
      inSpan(
          () -> {
            final MetricData metric = observing.collectAllMetrics().iterator().next();
            final PointData point = metric.getData().getPoints().iterator().next();
            assertThat(point.getExemplars()).isEmpty();
          });
      final SpanContext span =
          inSpan(() -> provider.get("context").gaugeBuilder("set").build().set(1));
      final List<SpanContext> linked = new ArrayList<>();
      for (final MetricData metric : observing.collectAllMetrics()) {
        metric
            .getData()
            .getPoints()
            .forEach(
                point ->
                    point
                        .getExemplars()
                        .forEach(exemplar -> linked.add(exemplar.getSpanContext())));
      }
      assertThat(linked).containsExactly(span);
    }
  }
}
