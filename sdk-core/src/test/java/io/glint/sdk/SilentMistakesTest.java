package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarReport;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Duration;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What has no effect, and what is easily overlooked, is said once. */
class SilentMistakesTest {
  private final LogCapture log = new LogCapture();
  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();

  @AfterEach
  void close() {
    log.close();
  }

  private GlintMeterProviderBuilder withViews() {
    return GlintMeterProvider.builder()
        .setClock(clock)
        .registerMetricReader(reader)
        .registerView(
            InstrumentSelector.builder().setName("requests").build(), View.builder().build())
        .registerView(
            InstrumentSelector.builder().setName("reqeusts").setMeterName("sh\nop").build(),
            View.builder().build())
        .registerView(
            InstrumentSelector.builder().setType(InstrumentType.GAUGE).build(),
            GlintView.builder().build());
  }

  @Test
  void viewThatMatchesNothingIsNamedOnceAfterTenCollectionsAndAMinute() {
    try (GlintMeterProvider provider = withViews().build()) {
      provider.get("shop").counterBuilder("requests").build().add(1);
      clock.advance(Duration.ofMinutes(2));
      for (int i = 0; i < 9; i++) {
        reader.collectAllMetrics();
      }
      assertThat(log.messages()).isEmpty();
      reader.collectAllMetrics();
      assertThat(log.messages())
          .hasSize(2)
          .allMatch(message -> message.contains("has matched no instrument"))
          .anyMatch(message -> message.contains("reqeusts") && message.contains("sh op"))
          .anyMatch(message -> message.contains("GAUGE"));
      assertThat(log.records()).allMatch(told -> told.getLevel().equals(Level.INFO));
      for (int i = 0; i < 20; i++) {
        clock.advance(Duration.ofMinutes(2));
        reader.collectAllMetrics();
      }
      assertThat(log.messages()).hasSize(2);
    }
  }

  @Test
  void viewIsNotNamedBeforeAMinuteHasPassedHoweverManyCollections() {
    try (GlintMeterProvider provider = withViews().build()) {
      provider.get("shop").counterBuilder("requests").build().add(1);
      for (int i = 0; i < 50; i++) {
        clock.advance(Duration.ofSeconds(1));
        reader.collectAllMetrics();
      }
      assertThat(log.messages()).isEmpty();
      // Late is not never.
      provider.get("shop").gaugeBuilder("late").build().set(1);
      clock.advance(Duration.ofSeconds(10));
      reader.collectAllMetrics();
      assertThat(log.messages()).singleElement().asString().contains("reqeusts");
    }
  }

  @Test
  void providerWithoutAReaderSaysSo() {
    GlintMeterProvider.builder().build().close();
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("without a metric reader", "record nothing", "registerMetricReader");
  }

  @Test
  void anotherMeterProviderBesideGlintIsNamed() {
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build();
        SdkMeterProvider other =
            SdkMeterProvider.builder()
                .registerMetricReader(InMemoryMetricReader.create())
                .build()) {
      assertThat(GlintOpenTelemetry.create(sdkWith(other), provider)).isNotNull();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("meter provider of its own", "SdkMeterProvider", "otel.metrics.exporter=none");
    }
  }

  @Test
  void sdkWithoutMetricReadersAndTheNoopAreFine() {
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build();
        SdkMeterProvider other = SdkMeterProvider.builder().build()) {
      final OpenTelemetry composed = GlintOpenTelemetry.create(sdkWith(other), provider);
      assertThat(GlintOpenTelemetry.create(composed, provider)).isNotNull();
      assertThat(GlintOpenTelemetry.create(OpenTelemetry.noop(), provider)).isNotNull();
      assertThat(log.messages()).isEmpty();
    }
  }

  private static OpenTelemetry sdkWith(MeterProvider meterProvider) {
    return new OpenTelemetry() {
      @Override
      public TracerProvider getTracerProvider() {
        return TracerProvider.noop();
      }

      @Override
      public MeterProvider getMeterProvider() {
        return meterProvider;
      }

      @Override
      public ContextPropagators getPropagators() {
        return ContextPropagators.noop();
      }
    };
  }

  @Test
  void reservoirIsShownByItsNameOrThePlaceOfItsLambda() {
    final ExemplarReservoirFactory lambda =
        settings -> ExemplarReservoirFactory.fixedSize(1).create(settings);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("named").build(),
                GlintView.builder()
                    .setExemplarReservoir(ExemplarReservoirFactory.named("mine(1)", lambda))
                    .build())
            .registerView(
                InstrumentSelector.builder().setName("unnamed").build(),
                GlintView.builder()
                    .setExemplarReservoir(lambda)
                    .setExemplarFilter((CustomExemplarFilter) (value, attributes, context) -> true)
                    .build())
            .build()) {
      provider.get("shop").counterBuilder("named").build().add(1);
      provider.get("shop").counterBuilder("unnamed").build().add(1);
      assertThat(provider.explainExemplars().metrics())
          .extracting(ExemplarReport.Metric::reservoir)
          .containsExactly("mine(1)", "a lambda of " + SilentMistakesTest.class.getName());
      assertThat(provider.explainExemplars().metrics().get(1).filter())
          .isEqualTo("a lambda of " + SilentMistakesTest.class.getName());
      assertThat(provider.explainExemplars()).asString().doesNotContain("$$Lambda");
    }
  }

  @Test
  void metricOfAReportSaysWhatTheReportSaysOfIt() {
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      provider.get("shop").counterBuilder("requests").build().add(1);
      final ExemplarReport report = provider.explainExemplars();
      assertThat(report.metrics().get(0)).asString().startsWith("'requests' of meter 'shop' for ");
      assertThat(report).asString().contains("\n" + report.metrics().get(0) + "\n");
    }
  }

  @Test
  void tracerProviderWithoutASpanProcessorIsNamedAsACause() {
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build();
        SdkTracerProvider tracers = SdkTracerProvider.builder().build()) {
      final LongHistogram latency = provider.get("shop").histogramBuilder("l").ofLongs().build();
      final Span span = tracers.get("shop").spanBuilder("request").startSpan();
      try (Scope ignored = span.makeCurrent()) {
        latency.record(1);
      }
      final ExemplarReport.Metric metric = provider.explainExemplars().metrics().get(0);
      assertThat(metric.cause()).isEqualTo(ExemplarReport.Cause.NO_SPAN);
      assertThat(metric.explanation()).contains("tracer provider has a span processor", "1.67");
    }
  }
}
