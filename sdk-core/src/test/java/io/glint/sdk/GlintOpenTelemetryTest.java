package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.incubator.ExtendedOpenTelemetry;
import io.opentelemetry.api.incubator.config.ConfigProvider;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.OpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GlintOpenTelemetryTest {
  private final List<String> events = new CopyOnWriteArrayList<>();

  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
  }

  /** Notes its end, and takes its time for it. */
  private final class Spans implements SpanExporter {
    private final Runnable whenShutDown;

    Spans(Runnable whenShutDown) {
      this.whenShutDown = whenShutDown;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      events.add("spans");
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      whenShutDown.run();
      events.add("spans end");
      return CompletableResultCode.ofSuccess();
    }
  }

  private final class Logs implements LogRecordExporter {
    @Override
    public CompletableResultCode export(Collection<LogRecordData> logs) {
      events.add("logs");
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      events.add("logs end");
      return CompletableResultCode.ofSuccess();
    }
  }

  private final class Metrics implements MetricExporter {
    private final boolean isFailing;

    Metrics(boolean isFailing) {
      this.isFailing = isFailing;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      metrics.forEach(
          metric ->
              events.add(
                  "metric of "
                      + metric.getLongSumData().getPoints().stream()
                          .mapToLong(LongPointData::getValue)
                          .sum()));
      return isFailing ? CompletableResultCode.ofFailure() : CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      events.add("metrics end");
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }
  }

  private GlintMeterProvider metrics(boolean isFailing) {
    return GlintMeterProvider.builder()
        .registerMetricReader(GlintPeriodicMetricReader.create(new Metrics(isFailing)))
        .build();
  }

  private static Set<String> methods(Class<?> builder) {
    return Arrays.stream(builder.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .map(GlintOpenTelemetryTest::describe)
        .collect(Collectors.toSet());
  }

  private static String describe(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(type -> type == SdkMeterProvider.class ? GlintMeterProvider.class : type)
            .map(Class::getSimpleName)
            .toList();
  }

  @Test
  void theBuilderHasTheMethodsOfTheStockOne() {
    assertThat(methods(GlintOpenTelemetryBuilder.class))
        .containsExactlyInAnyOrderElementsOf(methods(OpenTelemetrySdkBuilder.class));
  }

  @Test
  void closingExportsMetricsLastWithWhatTheEndOfTheOthersRecorded() {
    final GlintMeterProvider meters = metrics(/* isFailing= */ false);
    final LongCounter counter = meters.get("meter").counterBuilder("counter").build();
    counter.add(1);
    final GlintOpenTelemetry openTelemetry =
        GlintOpenTelemetry.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(
                        BatchSpanProcessor.builder(new Spans(() -> counter.add(10))).build())
                    .build())
            .setLoggerProvider(
                SdkLoggerProvider.builder()
                    .addLogRecordProcessor(BatchLogRecordProcessor.builder(new Logs()).build())
                    .build())
            .setMeterProvider(meters)
            .build();
    openTelemetry.getTracer("tracer").spanBuilder("span").startSpan().end();
    openTelemetry.getLogsBridge().get("logger").logRecordBuilder().setBody("log").emit();

    openTelemetry.close();

    assertThat(events)
        .containsExactlyInAnyOrder(
            "spans", "spans end", "logs", "logs end", "metric of 11", "metrics end");
    assertThat(events.subList(4, 6)).containsExactly("metric of 11", "metrics end");
    assertThat(openTelemetry.shutdown().isSuccess()).isTrue();
  }

  @Test
  void closingAgainDoesNothing() {
    final GlintOpenTelemetry openTelemetry =
        GlintOpenTelemetry.create(OpenTelemetry.noop(), metrics(/* isFailing= */ false));
    openTelemetry.close();
    openTelemetry.close();
    assertThat(events).containsExactly("metrics end");
    assertThat(openTelemetry.shutdown()).isSameAs(openTelemetry.shutdown());
  }

  @Test
  void shuttingDownFailsIfTheLastExportDoes() {
    final GlintMeterProvider meters = metrics(/* isFailing= */ true);
    meters.get("meter").counterBuilder("counter").build().add(1);
    final CompletableResultCode result =
        GlintOpenTelemetry.create(OpenTelemetry.noop(), meters).shutdown();
    assertThat(result.join(10, TimeUnit.SECONDS).isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
  }

  /** An OpenTelemetry that is not the stock SDK and can be closed. */
  private abstract static class Other implements OpenTelemetry, Closeable {
    @Override
    public TracerProvider getTracerProvider() {
      return TracerProvider.noop();
    }

    @Override
    public ContextPropagators getPropagators() {
      return ContextPropagators.noop();
    }
  }

  @Test
  void metricsAreExportedEvenIfTheOthersHang() throws Exception {
    final CountDownLatch end = new CountDownLatch(1);
    final Other hanging =
        new Other() {
          @Override
          public void close() throws IOException {
            try {
              end.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    final GlintMeterProvider meters = metrics(/* isFailing= */ false);
    meters.get("meter").counterBuilder("counter").build().add(1);
    final CompletableResultCode result =
        new GlintOpenTelemetry(hanging, meters, Duration.ofMillis(50)).shutdown();
    assertThat(result.join(10, TimeUnit.SECONDS).isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
    assertThat(events).containsExactly("metric of 1", "metrics end");
    end.countDown();
  }

  @Test
  void metricsAreExportedEvenIfTheOthersThrow() {
    final Other throwing =
        new Other() {
          @Override
          public void close() throws IOException {
            throw new IOException("of the others");
          }
        };
    final GlintMeterProvider meters = metrics(/* isFailing= */ false);
    meters.get("meter").counterBuilder("counter").build().add(1);
    final CompletableResultCode result = GlintOpenTelemetry.create(throwing, meters).shutdown();
    assertThat(result.join(10, TimeUnit.SECONDS).isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
    assertThat(events).containsExactly("metric of 1", "metrics end");
  }

  @Test
  void closingFromACallbackDoesNotWaitForItself() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final AtomicReference<GlintOpenTelemetry> closed = new AtomicReference<>();
    final GlintMeterProvider meters =
        GlintMeterProvider.builder().registerMetricReader(reader).build();
    closed.set(GlintOpenTelemetry.create(OpenTelemetry.noop(), meters));
    meters.get("meter").gaugeBuilder("gauge").buildWithCallback(observed -> closed.get().close());
    final long start = System.nanoTime();
    reader.collectAllMetrics();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(closed.get().shutdown().join(20, TimeUnit.SECONDS).isDone()).isTrue();
  }

  @Test
  void theGlobalOneIsGlintsAfterItWasRegistered() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintOpenTelemetry openTelemetry =
        GlintOpenTelemetry.builder()
            .setMeterProvider(GlintMeterProvider.builder().registerMetricReader(reader).build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .buildAndRegisterGlobal()) {
      GlobalOpenTelemetry.getMeter("meter").counterBuilder("counter").build().add(1);
      assertThat(reader.collectAllMetrics()).hasSize(1);
      assertThat(GlobalOpenTelemetry.getPropagators()).isSameAs(openTelemetry.getPropagators());
      assertThat(GlobalOpenTelemetry.get()).isInstanceOf(ExtendedOpenTelemetry.class);
      assertThatThrownBy(() -> GlintOpenTelemetry.builder().buildAndRegisterGlobal())
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void withNothingSetItDoesNothing() {
    try (GlintOpenTelemetry openTelemetry = GlintOpenTelemetry.builder().build()) {
      openTelemetry.getMeter("meter").counterBuilder("counter").build().add(1);
      openTelemetry.getTracer("tracer").spanBuilder("span").startSpan().end();
      assertThat(openTelemetry.getPropagators()).isSameAs(ContextPropagators.noop());
    }
  }

  @Test
  void theConfigurationOfInstrumentationsIsThatOfTheOtherOne() {
    final ConfigProvider configuration = DeclarativeConfigProperties::empty;
    final class Configured extends Other implements ExtendedOpenTelemetry {
      @Override
      public ConfigProvider getConfigProvider() {
        return configuration;
      }

      @Override
      public void close() {}
    }
    try (GlintOpenTelemetry openTelemetry =
            GlintOpenTelemetry.create(new Configured(), GlintMeterProvider.builder().build());
        GlintOpenTelemetry plain =
            GlintOpenTelemetry.create(
                OpenTelemetrySdk.builder().build(), GlintMeterProvider.builder().build())) {
      assertThat(((ExtendedOpenTelemetry) openTelemetry).getConfigProvider())
          .isSameAs(configuration);
      assertThat(((ExtendedOpenTelemetry) plain).getConfigProvider()).isNotNull();
    }
  }
}
