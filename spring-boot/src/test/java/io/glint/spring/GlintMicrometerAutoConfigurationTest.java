package io.glint.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.micrometer.GlintMeterRegistry;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** What Micrometer records; what Spring Boot records through it is in the examples. */
@Tag("long")
@Timeout(120)
class GlintMicrometerAutoConfigurationTest {
  private final OtlpServer receiver = new OtlpServer();
  private final LogCapture log = new LogCapture();

  /** A field, as a gauge does not keep what it observes. */
  private final AtomicInteger queue = new AtomicInteger(7);

  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  GlintMicrometerAutoConfiguration.class,
                  GlintMetricsAutoConfiguration.class,
                  CompositeMeterRegistryAutoConfiguration.class,
                  SimpleMetricsExportAutoConfiguration.class,
                  MetricsAutoConfiguration.class))
          .withPropertyValues("otel.exporter.otlp.endpoint=" + receiver.url(""));

  @AfterEach
  void close() {
    receiver.close();
    log.close();
  }

  @Test
  void whatIsRecordedAndWhatIsObservedIsInTheLastExports() {
    application.run(
        context -> {
          final MeterRegistry registry = context.getBean(MeterRegistry.class);
          registry.counter("orders").increment(3);
          registry.gauge("queue", queue);
        });
    assertThat(receiver.metrics().get("orders").getSum().getDataPoints(0).getAsDouble())
        .isEqualTo(3);
    assertThat(receiver.metrics().get("queue").getGauge().getDataPoints(0).getAsDouble())
        .isEqualTo(7);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theSimpleRegistryThatSpringBootMakesIfThereIsNoOtherStays() {
    application.run(
        context ->
            assertThat(context.getBean(CompositeMeterRegistry.class).getRegistries())
                .extracting(Object::getClass)
                .containsExactlyInAnyOrder(GlintMeterRegistry.class, SimpleMeterRegistry.class));
  }

  @Test
  void theEndOfAContextBelowExportsNothing() {
    application.run(
        context -> {
          context.getBean(MeterRegistry.class).counter("orders").increment();
          final AnnotationConfigApplicationContext below = new AnnotationConfigApplicationContext();
          below.setParent(context);
          below.refresh();
          below.close();
          assertThat(receiver.requests()).isEmpty();
        });
    assertThat(receiver.metrics()).containsKey("orders");
  }

  @Test
  void itIsOffWhereItIsSwitchedOffAndWhereTheOpenTelemetryStarterRecordsTheSame() {
    application
        .withPropertyValues("glint.micrometer.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(GlintMeterRegistry.class));
    application
        .withPropertyValues("otel.instrumentation.micrometer.enabled=true")
        .run(context -> assertThat(context).doesNotHaveBean(GlintMeterRegistry.class));
    application
        .withPropertyValues("glint.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(GlintMeterRegistry.class));
    application
        .withPropertyValues(
            "glint.micrometer.enabled=no", "otel.instrumentation.micrometer.enabled=on")
        .run(context -> assertThat(context).hasSingleBean(GlintMeterRegistry.class));
  }

  @Test
  void aMalformedSwitchIsToldAndSwitchesNothingOff() {
    application
        .withPropertyValues("glint.enabled=off", "glint.micrometer.enabled=0")
        .run(context -> assertThat(context).hasSingleBean(GlintMeterRegistry.class));
    assertThat(log.warnings())
        .containsExactlyInAnyOrder(
            "glint.enabled is 'off', which is not accepted. It must be true or false. Used instead:"
                + " true.",
            "glint.micrometer.enabled is '0', which is not accepted. It must be true or false. Used"
                + " instead: true.");
  }

  /** Spring reads the classes as it does in an application, without loading them. */
  @ImportAutoConfiguration({
    GlintMetricsAutoConfiguration.class,
    GlintMicrometerAutoConfiguration.class
  })
  static class ByName {}

  @Test
  void withoutMicrometerOnTheClassPathThereIsNone() {
    new ApplicationContextRunner()
        .withUserConfiguration(ByName.class)
        .withClassLoader(
            new FilteredClassLoader(
                "io.micrometer", "org.springframework.boot.actuate", "jakarta.servlet"))
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(GlintOpenTelemetry.class)
                    .doesNotHaveBean("glintMeterRegistry"));
  }
}
