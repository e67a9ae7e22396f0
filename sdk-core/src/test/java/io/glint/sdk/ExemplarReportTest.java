package io.glint.sdk;

import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.series.Overflow;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleGauge;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each cause of missing exemplars is provoked, and named by the report and in the log. */
@Tag("long")
class ExemplarReportTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("keep");

  private final TestClock clock = TestClock.create();
  private final AccountingReader reader = new AccountingReader(AggregationTemporality.CUMULATIVE);
  private final List<GlintMeterProvider> providers = new ArrayList<>();
  private final LogCapture log = new LogCapture();

  /** A reader whose exports, and what becomes of them, a test decides. */
  private static final class AccountingReader implements MetricReader, ExemplarOutcomes.Source {
    private final AggregationTemporality temporality;
    private final OutcomeCounts outcomes = new OutcomeCounts();
    private Supplier<ExemplarOutcomes> brokenAccount;
    private CollectionRegistration registration = CollectionRegistration.noop();

    AccountingReader(AggregationTemporality temporality) {
      this.temporality = temporality;
    }

    /** Collects, and says that all exemplars had that outcome. */
    void export(ExemplarOutcomes.Outcome outcome) {
      for (final MetricData metric : registration.collectAllMetrics()) {
        outcomes.add(
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            outcome,
            metric.getData().getPoints().stream()
                .mapToLong(point -> point.getExemplars().size())
                .sum());
      }
    }

    @Override
    public void register(CollectionRegistration registration) {
      this.registration = registration;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return temporality;
    }

    @Override
    public ExemplarOutcomes exemplarOutcomes() {
      return brokenAccount != null ? brokenAccount.get() : outcomes;
    }
  }

  private GlintMeterProvider provider(Consumer<GlintMeterProviderBuilder> settings) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().setClock(clock).registerMetricReader(reader);
    settings.accept(builder);
    providers.add(builder.build());
    return providers.get(0);
  }

  private GlintMeterProvider provider() {
    return provider(builder -> {});
  }

  private static DoubleHistogram histogram(GlintMeterProvider provider) {
    return provider.get("shop").histogramBuilder("latency").build();
  }

  private static void recordMany(DoubleHistogram histogram, Context context) {
    for (int i = 0; i < 50; i++) {
      histogram.record(i, Attributes.empty(), context);
    }
  }

  private static ExemplarReport.Metric only(GlintMeterProvider provider) {
    final List<ExemplarReport.Metric> metrics = provider.explainExemplars().metrics();
    assertThat(metrics).hasSize(1);
    return metrics.get(0);
  }

  /** Exports now and after more than a minute, when advice is due. */
  private void exportForAWhile(ExemplarOutcomes.Outcome outcome) {
    exportForAWhile(outcome, reader);
  }

  private void exportForAWhile(ExemplarOutcomes.Outcome outcome, AccountingReader... readers) {
    for (int i = 0; i < 4; i++) {
      for (final AccountingReader reader : readers) {
        reader.export(outcome);
      }
      clock.advance(Duration.ofSeconds(61));
    }
  }

  private void assertAdvised(ExemplarReport.Metric metric, String... words) {
    assertThat(log.messages()).hasSize(1);
    assertThat(log.messages().get(0))
        .contains("'latency'", "no exemplars", "explainExemplars", metric.explanation());
    assertThat(List.of(words)).allMatch(metric.explanation()::contains);
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
    log.close();
  }

  @Test
  void exportedExemplarsHaveNoCause() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.NONE);
    assertThat(metric.measurements()).isEqualTo(50);
    assertThat(metric.eligible()).isEqualTo(50);
    assertThat(metric.kept()).isEqualTo(5);
    assertThat(metric.handedOver()).isEqualTo(20);
    assertThat(metric.outcomes().orElseThrow())
        .containsEntry(ExemplarOutcomes.Outcome.EXPORTED, 20L);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void measurementsOutsideOfASpan() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), Context.root());
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.NO_SPAN);
    assertThat(metric.outsideSpan()).isEqualTo(50);
    assertThat(metric.eligible()).isZero();
    assertAdvised(metric, "outside of a span", "scope was closed", "Context.current().wrap");
  }

  @Test
  void spansThatAreNotSampled() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, false));
    histogram(provider).record(1, Attributes.empty(), Context.root());
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.SPAN_NOT_SAMPLED);
    assertThat(metric.spanNotSampled()).isEqualTo(50);
    assertThat(metric.outsideSpan()).isEqualTo(1);
    // So few may be chance: a sampler that takes one in a hundred is nothing to tell of.
    assertThat(log.messages()).isEmpty();
    for (int i = 0; i < 20; i++) {
      recordMany(histogram(provider), span(1, false));
    }
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    assertAdvised(metric, "not sampled", "sampler");
  }

  @Test
  void aDisabledMeterIsNamed() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, true));
    provider.setMeterConfigurator(MeterConfigurator.disable("shop"));
    assertThat(only(provider).cause()).isEqualTo(ExemplarReport.Cause.METER_DISABLED);
    provider.setMeterConfigurator(scope -> null);
    assertThat(only(provider).cause()).isEqualTo(ExemplarReport.Cause.NOT_COLLECTED);
  }

  @Test
  void metricsAboutManyMetricsDoNotOverflow() {
    final GlintMeterProvider provider =
        provider(builder -> builder.setInternalTelemetryEnabled(true));
    for (int i = 0; i < 1100; i++) {
      provider.get("shop").counterBuilder("counter" + i).build().add(1);
    }
    // They tell what former collections have seen.
    reader.export(ExemplarOutcomes.Outcome.EXPORTED);
    assertThat(reader.registration.collectAllMetrics())
        .filteredOn(metric -> metric.getName().startsWith("glint.exemplar.m"))
        .singleElement()
        .satisfies(
            metric ->
                assertThat(metric.getLongSumData().getPoints())
                    .hasSize(1100 + 1100)
                    .noneMatch(point -> point.getAttributes().equals(Overflow.ATTRIBUTES)));
  }

  /** As two readers may do, each in a collection of the stream that the other one asks about. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void collectionsThatAskForTheReportDoNotWaitForEachOtherForEver() throws Exception {
    final AccountingReader other = new AccountingReader(AggregationTemporality.DELTA);
    final CyclicBarrier bothCollect = new CyclicBarrier(2);
    final AtomicReference<GlintMeterProvider> asked = new AtomicReference<>();
    final AtomicInteger asking = new AtomicInteger();
    final AtomicInteger told = new AtomicInteger();
    final ExemplarReservoirFactory curious =
        settings ->
            new ExemplarReservoir() {
              @Override
              public boolean offerDouble(double value, int bucket, Attributes a, Context c) {
                return false;
              }

              @Override
              public boolean offerLong(long value, int bucket, Attributes a, Context c) {
                return false;
              }

              @Override
              public void mergeFrom(ExemplarReservoir reservoir) {
                if (asking.getAndIncrement() < 2) {
                  await(bothCollect);
                  told.addAndGet(asked.get().explainExemplars().metrics().size());
                }
              }

              @Override
              public void collect(ExemplarVisitor visitor) {}
            };
    asked.set(
        provider(
            builder ->
                builder
                    .registerMetricReader(other)
                    .registerView(
                        InstrumentSelector.builder().setName("*").build(),
                        GlintView.builder().setExemplarReservoir(curious).build())));
    recordMany(histogram(asked.get()), span(1, true));
    final Thread thread = new Thread(() -> other.registration.collectAllMetrics());
    thread.start();
    assertThat(reader.registration.collectAllMetrics()).isNotEmpty();
    thread.join();
    // Each of the two was told of both.
    assertThat(told.get()).isEqualTo(4);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFilterThatAdmitsNothing() {
    final CustomExemplarFilter never =
        new CustomExemplarFilter() {
          @Override
          public boolean isEligible(double value, Attributes attributes, Context context) {
            return false;
          }

          @Override
          public String toString() {
            return "never";
          }
        };
    final GlintMeterProvider provider = provider(builder -> builder.setExemplarFilter(never));
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.REFUSED_BY_FILTER);
    assertThat(metric.refusedByFilter()).isEqualTo(50);
    assertThat(metric.filter()).isEqualTo("never");
    assertAdvised(metric, "refused every measurement");
  }

  @Test
  void filterOffIsNoReasonForAdvice() {
    final GlintMeterProvider provider =
        provider(builder -> builder.setExemplarFilter(ExemplarFilter.alwaysOff()));
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.FILTER_OFF);
    assertThat(metric.measurements()).isEqualTo(50);
    assertThat(metric.eligible()).isZero();
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void asynchronousInstrumentsHaveNoContext() {
    final GlintMeterProvider provider = provider();
    try (ObservableDoubleGauge gauge =
        provider
            .get("shop")
            .gaugeBuilder("queue")
            .buildWithCallback(measurement -> measurement.record(1))) {
      exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
      final ExemplarReport.Metric metric = only(provider);
      assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.ASYNCHRONOUS);
      assertThat(metric.measurements()).isEqualTo(4);
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void nothingRecordedAndNotYetCollected() {
    final GlintMeterProvider provider = provider();
    final DoubleHistogram histogram = histogram(provider);
    assertThat(only(provider).cause()).isEqualTo(ExemplarReport.Cause.NOTHING_RECORDED);
    recordMany(histogram, span(1, true));
    assertThat(only(provider).cause()).isEqualTo(ExemplarReport.Cause.NOT_COLLECTED);
    assertThat(only(provider).eligible()).isEqualTo(50);
  }

  @Test
  void collectedAndNotYetExported() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, true));
    assertThat(reader.registration.collectAllMetrics()).isNotEmpty();
    assertThat(only(provider).cause()).isEqualTo(ExemplarReport.Cause.NOT_EXPORTED_YET);
    assertThat(only(provider).handedOver()).isEqualTo(5);
  }

  @Test
  void aReservoirThatKeepsNothing() {
    final ExemplarReservoirFactory forgetful =
        settings ->
            new ExemplarReservoir() {
              @Override
              public boolean offerDouble(double value, int bucket, Attributes a, Context context) {
                return false;
              }

              @Override
              public boolean offerLong(long value, int bucket, Attributes a, Context context) {
                return false;
              }

              @Override
              public void mergeFrom(ExemplarReservoir other) {}

              @Override
              public void collect(ExemplarVisitor visitor) {}
            };
    final GlintMeterProvider provider =
        provider(
            builder ->
                builder.registerView(
                    InstrumentSelector.builder().setName("*").build(),
                    GlintView.builder().setExemplarReservoir(forgetful).build()));
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.RESERVOIR_KEPT_NONE);
    assertAdvised(metric, "reservoir, which kept none");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"EXPORTED", "EXPORTED_IN_PART"})
  void whatTheExporterLeavesOut(ExemplarOutcomes.Outcome outcome) {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(outcome);
    final ExemplarReport.Metric metric = only(provider);
    final ExemplarReport.Cause cause =
        switch (outcome) {
          case NOT_REQUESTED -> ExemplarReport.Cause.NOT_REQUESTED;
          case LABELS_TOO_LONG -> ExemplarReport.Cause.LABELS_TOO_LONG;
          case NOT_REPRESENTABLE -> ExemplarReport.Cause.NOT_REPRESENTABLE;
          case EXPORT_FAILED -> ExemplarReport.Cause.EXPORT_FAILED;
          case EXPORTED, EXPORTED_IN_PART -> ExemplarReport.Cause.NONE;
        };
    assertThat(metric.cause()).isEqualTo(cause);
    assertThat(metric.outcomes().orElseThrow()).containsEntry(outcome, 20L);
    if (cause == ExemplarReport.Cause.NOT_REPRESENTABLE) {
      assertThat(log.messages()).isEmpty();
    } else {
      assertAdvised(metric);
    }
  }

  @Test
  void whereThereIsNoRoomForAllAttributesThatIsToldWithWhatToDo() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED_IN_PART);
    final ExemplarReport.Metric metric = only(provider);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.NONE);
    assertThat(metric.explanation()).contains("128 characters", "setExemplarAttributes");
    assertThat(metric.toString()).contains("exported: 20 (without all attributes: 20)");
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void anExporterThatKeepsNoAccountIsTakenToExport() {
    final InMemoryMetricReader stock = InMemoryMetricReader.create();
    final GlintMeterProvider provider = provider(builder -> builder.registerMetricReader(stock));
    recordMany(histogram(provider), span(1, true));
    stock.collectAllMetrics();
    final ExemplarReport.Metric metric = provider.explainExemplars().metrics().get(1);
    assertThat(metric.reader()).contains("InMemoryMetricReader/0");
    assertThat(metric.outcomes()).isEmpty();
    assertThat(metric.handedOver()).isEqualTo(5);
    assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.NONE);
    assertThat(provider.explainExemplars().metrics().get(0).cause())
        .isEqualTo(ExemplarReport.Cause.NOT_COLLECTED);
  }

  @Test
  void anExporterThatCannotTellDisturbsNoCollection() {
    reader.brokenAccount =
        () -> {
          throw new IllegalStateException("broken");
        };
    nothingIsSaidAndNothingDisturbed();
  }

  @Test
  void anAccountOfAnExporterThatCannotTellDisturbsNoCollection() {
    reader.brokenAccount =
        () ->
            (scope, metric, outcome) -> {
              throw new IllegalStateException("broken");
            };
    nothingIsSaidAndNothingDisturbed();
  }

  private void nothingIsSaidAndNothingDisturbed() {
    final GlintMeterProvider provider =
        provider(builder -> builder.setInternalTelemetryEnabled(true));
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    assertThat(reader.registration.collectAllMetrics())
        .extracting(MetricData::getName)
        .contains("latency", "glint.exemplar.exports");
    assertThat(provider.explainExemplars().metrics())
        .allMatch(metric -> metric.outcomes().isEmpty());
    assertThat(log.messages()).hasSize(1);
    assertThat(log.messages().get(0)).contains("AccountingReader", "exemplarOutcomes()", "get()");
  }

  @Test
  void everyMeasurementIsInOneOfTheNumbersOfEachTemporality() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final GlintMeterProvider provider = provider(builder -> builder.registerMetricReader(delta));
    final DoubleHistogram histogram = histogram(provider);
    final List<Context> contexts = List.of(span(1, true), span(2, false), Context.root());
    for (int i = 0; i < 300; i++) {
      histogram.record(i, Attributes.of(KEY, "" + i % 7), contexts.get(i % 3));
      if (i % 50 == 0) {
        delta.collectAllMetrics();
        reader.export(ExemplarOutcomes.Outcome.EXPORTED);
      }
    }
    for (final ExemplarReport.Metric metric : provider.explainExemplars().metrics()) {
      assertThat(metric.measurements()).isEqualTo(300);
      assertThat(metric.eligible()).isEqualTo(100);
      assertThat(metric.spanNotSampled()).isEqualTo(100);
      assertThat(metric.outsideSpan()).isEqualTo(100);
    }
  }

  @Test
  void noNumberGoesBackWhileARecorderIsStopped() throws Exception {
    final CountDownLatch stopped = new CountDownLatch(1);
    final CountDownLatch goesOn = new CountDownLatch(1);
    final ExemplarReservoirFactory stopping =
        settings ->
            new ExemplarReservoir() {
              @Override
              public boolean offerDouble(double value, int bucket, Attributes a, Context context) {
                if (value == 0) {
                  stopped.countDown();
                  await(goesOn);
                }
                return false;
              }

              @Override
              public boolean offerLong(long value, int bucket, Attributes a, Context context) {
                return false;
              }

              @Override
              public void mergeFrom(ExemplarReservoir other) {}

              @Override
              public void collect(ExemplarVisitor visitor) {}
            };
    final GlintMeterProvider provider =
        provider(
            builder ->
                builder
                    .setInternalTelemetryEnabled(true)
                    .registerView(
                        InstrumentSelector.builder().setName("latency").build(),
                        GlintView.builder().setExemplarReservoir(stopping).build()));
    final DoubleHistogram histogram = histogram(provider);
    for (int i = 0; i < 100; i++) {
      histogram.record(1, Attributes.empty(), span(1, true));
    }
    reader.registration.collectAllMetrics();
    assertThat(eligibleAsMetric()).isEqualTo(100);
    final Thread recorder =
        new Thread(() -> histogram.record(0, Attributes.empty(), span(1, true)));
    recorder.start();
    try {
      stopped.await();
      recordMany(histogram, Context.root());
      // Waits for the recorder for a second, and leaves its cell out.
      reader.registration.collectAllMetrics();
      goesOn.countDown();
      recorder.join();
      assertThat(eligibleAsMetric()).isEqualTo(100);
      assertThat(eligibleAsMetric()).isEqualTo(101);
    } finally {
      goesOn.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As of the collection before. */
  private long eligibleAsMetric() {
    return reader.registration.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("glint.exemplar.measurements"))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .filter(
            point ->
                "latency".equals(point.getAttributes().get(AttributeKey.stringKey("glint.metric")))
                    && "eligible"
                        .equals(
                            point
                                .getAttributes()
                                .get(AttributeKey.stringKey("glint.exemplar.verdict"))))
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  @Test
  void theNumbersOutliveSeriesThatAreDropped() {
    final GlintMeterProvider provider =
        provider(builder -> builder.setIdleSeriesTimeout(Duration.ofMinutes(5)));
    final DoubleHistogram histogram = histogram(provider);
    histogram.record(1, Attributes.of(KEY, "a"), span(1, true));
    for (int i = 0; i < 10; i++) {
      reader.export(ExemplarOutcomes.Outcome.EXPORTED);
      clock.advance(Duration.ofMinutes(2));
    }
    histogram.record(1, Attributes.of(KEY, "b"), span(1, true));
    reader.export(ExemplarOutcomes.Outcome.EXPORTED);
    assertThat(only(provider).measurements()).isEqualTo(2);
  }

  @Test
  void whatADisabledMeterDropsIsHandedOverToNobody() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().setClock(clock).registerMetricReader(delta).build();
    providers.add(provider);
    histogram(provider).record(1, Attributes.empty(), span(1, true));
    provider.setMeterConfigurator(MeterConfigurator.disable("*"));
    assertThat(delta.collectAllMetrics()).isEmpty();
    assertThat(only(provider).kept()).isEqualTo(1);
    assertThat(only(provider).handedOver()).isZero();
    assertThat(only(provider).cause()).isNotEqualTo(ExemplarReport.Cause.NONE);
  }

  @Test
  void metricsWithOneCauseShareAMessageAndAreToldOnce() {
    final GlintMeterProvider provider = provider();
    final Meter meter = provider.get("shop");
    for (int i = 0; i < 8; i++) {
      recordMany(meter.histogramBuilder("latency" + i).build(), Context.root());
    }
    recordMany(meter.histogramBuilder("sampled").build(), span(1, true));
    meter.histogramBuilder("rare").build().record(1);
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    assertThat(log.messages()).hasSize(1);
    assertThat(log.messages().get(0)).contains("and 3 more have no exemplars");
    assertThat(log.messages().get(0)).doesNotContain("sampled'", "rare");
  }

  @Test
  void severalReadersAreOneReasonForAdvice() {
    final AccountingReader second = new AccountingReader(AggregationTemporality.DELTA);
    final GlintMeterProvider provider = provider(builder -> builder.registerMetricReader(second));
    recordMany(histogram(provider), Context.root());
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED, reader, second);
    assertThat(log.messages()).hasSize(1);
  }

  @Test
  void adviceOnAnExporterNamesTheReader() {
    final AccountingReader second = new AccountingReader(AggregationTemporality.DELTA);
    final GlintMeterProvider provider = provider(builder -> builder.registerMetricReader(second));
    recordMany(histogram(provider), span(1, true));
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORT_FAILED, second);
    assertThat(log.messages()).hasSize(1);
    assertThat(log.messages().get(0)).contains("no exemplars for ", "AccountingReader/1. ");
  }

  @Test
  void whatExportersSayOfThemselvesNeedsNoAdvice() {
    final GlintMeterProvider provider = provider();
    for (final String scope : List.of("io.glint.exporter.otlp", "io.glint.exporter.openmetrics")) {
      recordMany(provider.get(scope).histogramBuilder("duration").build(), Context.root());
    }
    exportForAWhile(ExemplarOutcomes.Outcome.EXPORTED);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void nobodyIsAdvisedBeforeAWhileHasPassed() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), Context.root());
    for (int i = 0; i < 50; i++) {
      reader.export(ExemplarOutcomes.Outcome.EXPORTED);
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void saysItAllInWords() {
    final GlintMeterProvider provider = provider();
    recordMany(histogram(provider), span(1, true));
    recordMany(histogram(provider), span(1, false));
    recordMany(histogram(provider), Context.root());
    reader.export(ExemplarOutcomes.Outcome.NOT_REQUESTED);
    assertThat(provider.explainExemplars())
        .hasToString(
            """
            Exemplars, by reader and metric

            'latency' of meter 'shop' for io.glint.sdk.ExemplarReportTest$AccountingReader/0
              measurements: 150, eligible: 50 (filter trace_based), outside of a span: 50, in a span \
            that is not sampled: 50
              exemplars kept: 5 (reservoir alignedHistogramBucket(UNIFORM)), handed over: 5, exported: 0, \
            not requested: 5
              The scraper asks for Prometheus text, which has no exemplars. Let it ask for \
            application/openmetrics-text: Prometheus does so by default and keeps exemplars if it was \
            started with --enable-feature=exemplar-storage; check scrape_protocols, and proxies that \
            change the Accept header.
            """);
  }

  @Test
  void metricsWithoutExemplarsAreNotThereAsMetricsEvenBeforeTheyAreRecorded() {
    final GlintMeterProvider provider =
        provider(
            builder ->
                builder
                    .setExemplarFilter(ExemplarFilter.alwaysOff())
                    .setInternalTelemetryEnabled(true));
    final DoubleHistogram histogram = histogram(provider);
    assertThat(reader.registration.collectAllMetrics())
        .extracting(MetricData::getName)
        .contains("glint.measurement.dropped")
        .doesNotContain("glint.exemplar.measurements", "glint.exemplar.exports");
    recordMany(histogram, span(1, true));
    assertThat(reader.registration.collectAllMetrics())
        .extracting(MetricData::getName)
        .contains("latency")
        .doesNotContain("glint.exemplar.measurements", "glint.exemplar.exports");
  }

  @Test
  void isThereAsMetricsToo() {
    final GlintMeterProvider provider =
        provider(builder -> builder.setInternalTelemetryEnabled(true));
    recordMany(histogram(provider), Context.root());
    recordMany(histogram(provider), span(1, true));
    reader.export(ExemplarOutcomes.Outcome.EXPORTED);
    final Collection<MetricData> metrics = reader.registration.collectAllMetrics();
    final Set<String> texts = new java.util.TreeSet<>();
    for (final MetricData metric : metrics) {
      if (metric.getName().startsWith("glint.exemplar.") && !metric.getName().endsWith("dropped")) {
        metric
            .getLongSumData()
            .getPoints()
            .forEach(
                point ->
                    texts.add(
                        metric.getName().substring(15)
                            + " "
                            + point.getAttributes().get(AttributeKey.stringKey("glint.metric"))
                            + " "
                            + point.getAttributes().asMap().entrySet().stream()
                                .filter(e -> e.getKey().getKey().startsWith("glint.exemplar"))
                                .map(e -> e.getValue())
                                .toList()
                            + " "
                            + point.getValue()));
      }
    }
    assertThat(texts)
        .contains(
            "measurements latency [eligible] 50",
            "measurements latency [no_span] 50",
            "exports latency [handed_over] 5",
            "exports latency [exported] 5");
    assertThat(texts).noneMatch(text -> text.endsWith(" 0"));
  }

  @Test
  void aReaderIsToldOfItsOwnMetricsAndTheirLimits() {
    final AccountingReader other = new AccountingReader(AggregationTemporality.DELTA);
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerMetricReader(other)
            .registerView(
                InstrumentSelector.builder().setName("few").build(),
                GlintView.builder().setCardinalityLimit(7).build())
            .build();
    providers.add(provider);
    provider.get("m").counterBuilder("few").build().add(1);
    reader.registration.collectAllMetrics();

    final List<ExemplarReport.Metric> told =
        ((ExemplarReport.Source) reader.registration).explainExemplars().metrics();
    assertThat(told).extracting(ExemplarReport.Metric::name).containsExactly("few");
    assertThat(told.get(0).cardinalityLimit()).isEqualTo(7);
    assertThat(told.get(0).measurements()).isEqualTo(1);
    assertThat(provider.explainExemplars().metrics()).hasSize(2);
  }
}
