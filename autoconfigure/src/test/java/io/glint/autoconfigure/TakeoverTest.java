package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.Await;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.glint.testing.SettableClock;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the artifact on the class path, what auto-configuration makes has Glint's metrics. */
@Timeout(60)
class TakeoverTest {
  private static final Logger STOCK_LOGGER =
      Logger.getLogger("io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder");

  private final LogCapture log = new LogCapture(GlintAutoConfiguration.class);
  private OtlpServer receiver;

  @BeforeEach
  void open() throws Exception {
    GlobalOpenTelemetry.resetForTest();
    receiver = new OtlpServer();
  }

  @AfterEach
  void close() {
    GlobalOpenTelemetry.resetForTest();
    receiver.close();
    log.close();
  }

  private Map<String, String> settings() {
    final Map<String, String> settings = new HashMap<>();
    settings.put("otel.exporter.otlp.protocol", "http/protobuf");
    settings.put("otel.exporter.otlp.endpoint", receiver.url(""));
    settings.put("otel.traces.exporter", "none");
    settings.put("otel.logs.exporter", "none");
    return settings;
  }

  private AutoConfiguredOpenTelemetrySdkBuilder builder(Map<String, String> settings) {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook()
        .addPropertiesSupplier(() -> settings);
  }

  @Test
  void theGlobalOneHasGlintsMetricsAndClosingTheStockOneExportsThem() {
    final OpenTelemetrySdk sdk =
        builder(settings()).setResultAsGlobal().build().getOpenTelemetrySdk();

    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    assertThat(GlobalOpenTelemetry.getTracerProvider()).isSameAs(sdk.getTracerProvider());
    GlobalOpenTelemetry.getMeter("application").counterBuilder("requests").build().add(3);
    sdk.close();

    assertThat(receiver.received).extracting(OtlpServer.Received::uri).contains("/v1/metrics");
    assertThat(receiver.metrics().get("requests").getSum().getDataPoints(0).getAsInt())
        .isEqualTo(3);
    assertThat(log.messages())
        .filteredOn(line -> line.startsWith("Metrics are recorded by Glint"))
        .singleElement()
        .asString()
        .matches("Metrics are recorded by Glint \\d+\\.\\d+\\S*, in place of .*");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theLoggerOfTheStockAutoConfigurationIsLeftAsItWas() {
    final java.util.logging.Level level = STOCK_LOGGER.getLevel();
    builder(settings()).setResultAsGlobal().build().getOpenTelemetrySdk().close();
    assertThat(STOCK_LOGGER.getFilter()).isNull();
    assertThat(STOCK_LOGGER.getLevel()).isEqualTo(level);
  }

  @Test
  void whatIsNotToBeGlobalIsComposedOnRequest() {
    final OpenTelemetrySdk sdk = builder(settings()).build().getOpenTelemetrySdk();
    final OpenTelemetry openTelemetry = GlintAutoConfiguration.of(sdk);

    assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isNotInstanceOf(GlintMeterProvider.class);
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(2);
    ((GlintOpenTelemetry) openTelemetry).close();

    assertThat(receiver.metrics()).containsKey("requests");
  }

  @Test
  void whatIsNotToBeGlobalLeavesTheGlobalOneToBeSet() {
    final OpenTelemetrySdk sdk = builder(settings()).build().getOpenTelemetrySdk();
    GlobalOpenTelemetry.set(GlintAutoConfiguration.of(sdk));
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    sdk.close();
  }

  @Test
  void whatIsComposedIsKeptAsLongAsTheStockOne() throws Exception {
    final OpenTelemetrySdk sdk = builder(settings()).build().getOpenTelemetrySdk();
    collectGarbage();
    final OpenTelemetry openTelemetry = GlintAutoConfiguration.of(sdk);

    assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(2);
    sdk.close();
    assertThat(receiver.metrics()).containsKey("requests");
  }

  @Test
  void anSdkIsKnownByItsMeterProvider() {
    final OpenTelemetrySdk sdk = builder(settings()).build().getOpenTelemetrySdk();
    final OpenTelemetrySdk other =
        OpenTelemetrySdk.builder().setMeterProvider(sdk.getSdkMeterProvider()).build();
    assertThat(GlintAutoConfiguration.of(other)).isSameAs(GlintAutoConfiguration.of(sdk));
    sdk.close();
  }

  /** Returns when what nobody holds is gone. */
  private static void collectGarbage() throws InterruptedException {
    final WeakReference<Object> garbage = new WeakReference<>(new Object());
    while (garbage.get() != null) {
      System.gc();
      Thread.sleep(10);
    }
  }

  @Test
  void whatIsMadeGlobalInsideOfAnotherOneHasGlintsMetricsOnRequest() {
    final OpenTelemetrySdk sdk = builder(settings()).build().getOpenTelemetrySdk();
    GlobalOpenTelemetry.set(new Wrapper(sdk));
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isNotInstanceOf(GlintMeterProvider.class);

    final OpenTelemetry openTelemetry = GlintAutoConfiguration.of(sdk);

    assertThat(GlobalOpenTelemetry.getMeterProvider()).isSameAs(openTelemetry.getMeterProvider());
    assertThat(GlobalOpenTelemetry.getPropagators()).isSameAs(Wrapper.PROPAGATORS);
    final OpenTelemetry global = GlobalOpenTelemetry.get();
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(openTelemetry);
    assertThat(GlobalOpenTelemetry.get()).as("replaced once").isSameAs(global);
    sdk.close();
  }

  /** As the Java agent's, which knows more than the SDK inside. */
  private record Wrapper(OpenTelemetrySdk sdk) implements OpenTelemetry {
    private static final ContextPropagators PROPAGATORS =
        ContextPropagators.create(W3CBaggagePropagator.getInstance());

    @Override
    public TracerProvider getTracerProvider() {
      return sdk.getTracerProvider();
    }

    @Override
    public MeterProvider getMeterProvider() {
      return sdk.getMeterProvider();
    }

    @Override
    public ContextPropagators getPropagators() {
      return PROPAGATORS;
    }
  }

  @Test
  void aBuilderMakesAllInOneCall() {
    final OpenTelemetry openTelemetry =
        GlintAutoConfiguration.build(builder(settings()).setResultAsGlobal());
    assertThat(openTelemetry.getMeterProvider())
        .isInstanceOf(GlintMeterProvider.class)
        .isSameAs(GlobalOpenTelemetry.getMeterProvider());
    ((GlintOpenTelemetry) openTelemetry).close();
  }

  @Test
  void theResourceAndViewsOfCustomizersAreTakenOver() {
    final Map<String, String> settings = settings();
    settings.put("otel.service.name", "shop");
    final OpenTelemetry openTelemetry =
        GlintAutoConfiguration.build(
            builder(settings)
                .addMeterProviderCustomizer(
                    (provider, config) ->
                        provider.registerView(
                            InstrumentSelector.builder().setName("requests").build(),
                            View.builder()
                                .setName("renamed")
                                .setAttributeFilter(Set.of("kept"))
                                .build())));
    openTelemetry
        .getMeter("application")
        .counterBuilder("requests")
        .build()
        .add(
            1,
            Attributes.of(
                AttributeKey.stringKey("kept"), "a", AttributeKey.stringKey("other"), "b"));
    ((GlintOpenTelemetry) openTelemetry).close();

    final Metric metric = receiver.metrics().get("renamed");
    assertThat(metric.getSum().getDataPoints(0).getAttributesList())
        .extracting(attribute -> attribute.getKey())
        .containsExactly("kept");
    assertThat(receiver.requests().get(0).getResourceMetrics(0).getResource().getAttributesList())
        .anyMatch(attribute -> attribute.getValue().getStringValue().equals("shop"));
  }

  @Test
  void whatIsRecordedByTheStockProviderIsExportedTooAndSaidOnce() {
    final OpenTelemetrySdk sdk = builder(settings()).build().getOpenTelemetrySdk();
    final GlintOpenTelemetry openTelemetry = (GlintOpenTelemetry) GlintAutoConfiguration.of(sdk);
    sdk.getMeter("old.code").counterBuilder("stock").build().add(5);
    openTelemetry.getMeter("new.code").counterBuilder("glint").build().add(6);
    openTelemetry.getMeterProvider().forceFlush().join(10, java.util.concurrent.TimeUnit.SECONDS);
    sdk.getMeter("old.code").counterBuilder("stock").build().add(1);
    openTelemetry.close();

    assertThat(receiver.metrics()).containsKeys("stock", "glint");
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("old.code", "GlintAutoConfiguration.of");
  }

  @Test
  void exemplarsLeadToTheSpan() {
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry)
            GlintAutoConfiguration.build(
                builder(settings())
                    .addTracerProviderCustomizer(
                        (tracers, config) ->
                            tracers.addSpanProcessor(
                                SimpleSpanProcessor.create(InMemorySpanExporter.create()))));
    final Span span = openTelemetry.getTracer("application").spanBuilder("request").startSpan();
    try (Scope scope = span.makeCurrent()) {
      openTelemetry.getMeter("application").histogramBuilder("duration").build().record(7);
    } finally {
      span.end();
    }
    openTelemetry.close();
    assertThat(
            receiver.metrics().get("duration").getHistogram().getDataPoints(0).getExemplarsList())
        .singleElement()
        .satisfies(
            exemplar ->
                assertThat(HexFormat.of().formatHex(exemplar.getTraceId().toByteArray()))
                    .isEqualTo(span.getSpanContext().getTraceId()));
  }

  @ParameterizedTest
  @CsvSource({"'', ", "true, true"})
  void spansOfExemplarsAreMarkedOnRequest(String setting, String expected) {
    final Map<String, String> settings = settings();
    settings.put("glint.exemplar.span.marking", setting);
    final InMemorySpanExporter spans = InMemorySpanExporter.create();
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry)
            GlintAutoConfiguration.build(
                builder(settings)
                    .addTracerProviderCustomizer(
                        (tracers, config) ->
                            tracers.addSpanProcessor(SimpleSpanProcessor.create(spans))));
    final Span span = openTelemetry.getTracer("application").spanBuilder("request").startSpan();
    try (Scope scope = span.makeCurrent()) {
      openTelemetry.getMeter("application").histogramBuilder("duration").build().record(7);
    } finally {
      span.end();
    }
    assertThat(spans.getFinishedSpanItems())
        .singleElement()
        .satisfies(
            ended ->
                assertThat(ended.getAttributes().get(AttributeKey.stringKey("exemplar")))
                    .isEqualTo(expected));
    openTelemetry.close();
  }

  @Test
  void withNoneThereIsNoReaderAndTheStockOneIsReturned() throws Exception {
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exporter", "none");
    settings.put("otel.metric.export.interval", "50");
    final int port = FreePort.find();
    settings.put("otel.exporter.prometheus.port", String.valueOf(port));
    final Set<Thread> before = Thread.getAllStackTraces().keySet();
    final OpenTelemetrySdk sdk = builder(settings).build().getOpenTelemetrySdk();
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
    sdk.getMeter("application").counterBuilder("requests").build().add(1);
    final Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
    after.removeAll(before);
    assertThat(after).as("threads").noneMatch(TakeoverTest::isOfMetrics);
    assertThatThrownBy(() -> new Socket("localhost", port).close())
        .as("nobody listens")
        .isInstanceOf(ConnectException.class);
    sdk.close();
    assertThat(receiver.requests()).isEmpty();
  }

  /** By what it runs, whatever its name is: a reader of Glint, or a stock one. */
  private static boolean isOfMetrics(Thread thread) {
    return thread.getName().matches("(?i).*(glint|metric|http|prometheus).*")
        || Stream.of(thread.getStackTrace())
            .anyMatch(
                frame ->
                    frame.getClassName().startsWith("io.glint.")
                        || frame.getClassName().startsWith("io.opentelemetry.sdk.metrics."));
  }

  /** Else the test above would see nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"otlp", "prometheus"})
  void withAReaderThereIsAThreadOfMetrics(String exporter) throws Exception {
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exporter", exporter);
    settings.put("otel.metric.export.interval", "50");
    settings.put("otel.exporter.prometheus.port", String.valueOf(FreePort.find()));
    final Set<Thread> before = Thread.getAllStackTraces().keySet();
    final OpenTelemetrySdk sdk = builder(settings).build().getOpenTelemetrySdk();
    final Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
    after.removeAll(before);
    assertThat(after).anyMatch(TakeoverTest::isOfMetrics);
    sdk.close();
  }

  @Test
  void disabledMeansThatNothingIsMade() {
    final Map<String, String> settings = settings();
    settings.put("otel.sdk.disabled", "TRUE");
    final OpenTelemetrySdk sdk =
        builder(settings).setResultAsGlobal().build().getOpenTelemetrySdk();
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isNotInstanceOf(GlintMeterProvider.class);
    sdk.close();
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void onlyTrueDisables() {
    final Map<String, String> settings = settings();
    settings.put("otel.sdk.disabled", "on");
    assertThat(GlintAutoConfiguration.build(builder(settings)))
        .isInstanceOf(GlintOpenTelemetry.class);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("otel.sdk.disabled", "'on'", "true or false", "Used instead: false");
  }

  @Test
  void theIntervalAndTheTimeoutAreThoseOfTheReader() {
    final Map<String, String> settings = settings();
    settings.put("otel.metric.export.interval", "5000");
    settings.put("otel.metric.export.timeout", "700");
    assertThat(GlintAutoConfiguration.build(builder(settings)).getMeterProvider().toString())
        .contains("interval=PT5S", "exportTimeout=PT0.7S");
  }

  @Test
  void theExemplarFilterIsThatOfTheProvider() {
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exemplar.filter", "always_on");
    assertThat(exemplarsOfAMeasurementOutsideOfSpans(builder(settings))).isEqualTo(1);
  }

  private int exemplarsOfAMeasurementOutsideOfSpans(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry) GlintAutoConfiguration.build(builder);
    openTelemetry.getMeter("application").histogramBuilder("duration").build().record(7);
    openTelemetry.close();
    return receiver.metrics().get("duration").getHistogram().getDataPoints(0).getExemplarsCount();
  }

  @Test
  void theCardinalityLimitIsThatOfEachReader() {
    final Map<String, String> settings = settings();
    settings.put("otel.java.metrics.cardinality.limit", "3");
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry) GlintAutoConfiguration.build(builder(settings));
    for (int i = 0; i < 10; i++) {
      openTelemetry
          .getMeter("application")
          .counterBuilder("requests")
          .build()
          .add(1, Attributes.of(AttributeKey.stringKey("user"), "user " + i));
    }
    openTelemetry.close();
    assertThat(receiver.metrics().get("requests").getSum().getDataPointsList())
        .hasSizeLessThanOrEqualTo(4)
        .anyMatch(
            point ->
                point.getAttributesList().stream()
                    .anyMatch(attribute -> attribute.getKey().equals("otel.metric.overflow")));
  }

  @Test
  void ifGlintCannotTakeOverTheStockProviderHasItsReaders() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider other =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final OpenTelemetrySdk sdk =
          builder(settings())
              .addMetricReaderCustomizer((replaced, config) -> reader)
              .build()
              .getOpenTelemetrySdk();
      assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
      assertThat(log.warnings()).singleElement().asString().contains("stock SDK");
      sdk.getMeter("application").counterBuilder("requests").build().add(1);
      assertThat(reader.collectAllMetrics()).hasSize(1);
    }
  }

  @Test
  void aReaderThatRefusesEndsNothingButMetricsAndThatIsSaid() {
    final OpenTelemetrySdk sdk =
        builder(settings())
            .addMetricReaderCustomizer((replaced, config) -> new RefusingReader())
            .build()
            .getOpenTelemetrySdk();
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
    assertThat(log.warnings())
        .hasSize(2)
        .anyMatch(line -> line.contains("RefusingReader") && line.contains("refuses"))
        .anyMatch(line -> line.contains("No metrics are exported"));
    sdk.close();
  }

  /** Takes no registration. */
  private static final class RefusingReader implements MetricReader {
    @Override
    public void register(CollectionRegistration registration) {
      throw new IllegalStateException("on purpose");
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
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return AggregationTemporality.CUMULATIVE;
    }
  }

  @Test
  void aPeriodicReaderThatACustomizerPutsInPlaceOfAnotherOneStays() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    final OpenTelemetrySdk sdk =
        builder(settings())
            .addMetricReaderCustomizer(
                (replaced, config) ->
                    PeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build())
            .build()
            .getOpenTelemetrySdk();
    assertRecordsInto(exporter, sdk);
    sdk.close();
    assertThat(receiver.received).isEmpty();
  }

  private static void assertRecordsInto(InMemoryMetricExporter exporter, OpenTelemetrySdk sdk) {
    final OpenTelemetry openTelemetry = GlintAutoConfiguration.of(sdk);
    assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(1);
    sdk.getSdkMeterProvider().forceFlush().join(10, TimeUnit.SECONDS);
    assertThat(exporter.getFinishedMetricItems())
        .extracting(MetricData::getName)
        .containsExactly("requests");
  }

  @Test
  void anotherIntervalForTheSameExporterStays() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    final OpenTelemetrySdk sdk =
        builder(settings())
            .addMetricExporterCustomizer((replaced, config) -> exporter)
            .addMetricReaderCustomizer(
                (replaced, config) ->
                    PeriodicMetricReader.builder(exporter)
                        .setInterval(Duration.ofMillis(10))
                        .build())
            .build()
            .getOpenTelemetrySdk();
    GlintAutoConfiguration.of(sdk)
        .getMeter("application")
        .counterBuilder("requests")
        .build()
        .add(1);
    Await.until(() -> !exporter.getFinishedMetricItems().isEmpty());
    sdk.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"otlp", "none"})
  void whatCustomizersRegisterAndSetOnTheStockBuilderIsTakenOver(String exporters) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final SettableClock clock = new SettableClock(1_700_000_000_000_000_000L);
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exporter", exporters);
    final OpenTelemetrySdk sdk =
        builder(settings)
            .setResultAsGlobal()
            .addMeterProviderCustomizer(
                (provider, config) ->
                    provider
                        .registerMetricReader(reader)
                        .setClock(clock)
                        .addResource(Resource.builder().put("team", "blue").build()))
            .build()
            .getOpenTelemetrySdk();
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    GlobalOpenTelemetry.getMeter("application").counterBuilder("requests").build().add(1);
    final MetricData metric = reader.collectAllMetrics().stream().findFirst().orElseThrow();
    assertThat(metric.getName()).isEqualTo("requests");
    assertThat(metric.getResource().getAttribute(AttributeKey.stringKey("team"))).isEqualTo("blue");
    assertThat(metric.getLongSumData().getPoints())
        .singleElement()
        .matches(point -> point.getEpochNanos() == clock.now());
    sdk.close();
    assertThat(receiver.metrics().containsKey("requests")).isEqualTo(exporters.equals("otlp"));
    assertThat(log.warnings()).isEmpty();
  }

  /** Such a reader takes one provider only, and the stock one must not be the first. */
  @Test
  void aReaderOfGlintOnTheStockBuilderReadsGlintsMetrics() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    final OpenTelemetrySdk sdk =
        builder(settings())
            .addMeterProviderCustomizer(
                (provider, config) ->
                    provider.registerMetricReader(GlintPeriodicMetricReader.create(exporter)))
            .build()
            .getOpenTelemetrySdk();
    assertRecordsInto(exporter, sdk);
    sdk.close();
    assertThat(receiver.metrics()).containsKey("requests");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theStockExporterIsUsedOnRequest() {
    final Map<String, String> settings = settings();
    settings.put("glint.exporters", "stock");
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry) GlintAutoConfiguration.build(builder(settings));
    assertThat(openTelemetry.getMeterProvider().toString())
        .contains("GlintPeriodicMetricReader", "OtlpHttpMetricExporter");
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(1);
    openTelemetry.close();
    assertThat(receiver.metrics()).containsKey("requests");
  }

  @Test
  void prometheusIsServedByGlintAndItsPortIsFreeAfterwards() throws Exception {
    final int port = FreePort.find();
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exporter", "prometheus");
    settings.put("otel.exporter.prometheus.port", String.valueOf(port));
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry) GlintAutoConfiguration.build(builder(settings));
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(1);
    final String page =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    assertThat(page).contains("requests_total");
    openTelemetry.close();
    try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getByName("localhost"))) {
      assertThat(again.isBound()).isTrue();
    }
  }

  @Test
  void theLivePageLinksToTheTracesThatASettingNamesAndCanBeSwitchedOff() throws Exception {
    final String template = "https://traces.example/{traceId}";
    assertThat(livePage("glint.prometheus.trace.url.template", template))
        .satisfies(data -> assertThat(data.statusCode()).isEqualTo(200))
        .satisfies(data -> assertThat(data.body()).contains(template));
    assertThat(livePage("glint.prometheus.live.page", "false"))
        .satisfies(data -> assertThat(data.statusCode()).isEqualTo(404));
  }

  private HttpResponse<String> livePage(String key, String value) throws Exception {
    final int port = FreePort.find();
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exporter", "prometheus");
    settings.put("otel.exporter.prometheus.port", String.valueOf(port));
    settings.put(key, value);
    final GlintOpenTelemetry openTelemetry =
        (GlintOpenTelemetry) GlintAutoConfiguration.build(builder(settings));
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/-/live/data.json"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } finally {
      openTelemetry.close();
    }
  }

  @Test
  void aCustomizerHasTheLastWordOnGlintsBuilder() {
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exemplar.filter", "always_off");
    final AutoConfiguredOpenTelemetrySdkBuilder builder = builder(settings);
    GlintAutoConfiguration.customize(
        builder, glint -> glint.setExemplarFilter(CustomExemplarFilter.alwaysOn()));
    assertThat(exemplarsOfAMeasurementOutsideOfSpans(builder)).isEqualTo(1);
  }

  @Test
  void theReaderOfACustomizerReadsGlintIfNoOtherDoesAndIsClosedWithTheStockOne() {
    final Map<String, String> settings = settings();
    settings.put("otel.metrics.exporter", "none");
    final AutoConfiguredOpenTelemetrySdkBuilder builder = builder(settings);
    GlintAutoConfiguration.customize(
        builder,
        glint ->
            glint.registerMetricReader(
                GlintPeriodicMetricReader.create(
                    OtlpMetricExporter.builder()
                        .setEndpoint(receiver.url("/v1/metrics"))
                        .build())));
    final OpenTelemetrySdk sdk = builder.build().getOpenTelemetrySdk();
    final OpenTelemetry openTelemetry = GlintAutoConfiguration.of(sdk);
    assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(1);
    sdk.close();
    assertThat(receiver.metrics()).containsOnlyKeys("requests");
    assertThat(log.messages())
        .singleElement()
        .asString()
        .endsWith("for the readers that customizers have registered.");
  }

  @Test
  void noCustomizerIsAskedIfAllIsDisabled() {
    final Map<String, String> settings = settings();
    settings.put("otel.sdk.disabled", "true");
    final AutoConfiguredOpenTelemetrySdkBuilder builder = builder(settings);
    GlintAutoConfiguration.customize(
        builder,
        glint -> {
          throw new AssertionError("asked");
        });
    assertThat(GlintAutoConfiguration.build(builder)).isNotInstanceOf(GlintOpenTelemetry.class);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void ifACustomizerThrowsTheStockProviderHasItsReaders() {
    final AutoConfiguredOpenTelemetrySdkBuilder builder = builder(settings());
    GlintAutoConfiguration.customize(
        builder,
        glint -> {
          throw new IllegalStateException("on purpose");
        });
    final OpenTelemetrySdk sdk = builder.build().getOpenTelemetrySdk();
    assertThat(GlintAutoConfiguration.of(sdk)).isSameAs(sdk);
    assertThat(log.warnings()).singleElement().asString().contains("stock SDK");
    sdk.getMeter("application").counterBuilder("requests").build().add(1);
    sdk.close();
    assertThat(receiver.metrics()).containsKey("requests");
  }
}
