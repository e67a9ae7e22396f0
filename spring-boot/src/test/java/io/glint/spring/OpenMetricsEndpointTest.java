package io.glint.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.LogCapture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

/** When there is an endpoint; what it answers is in the examples, with a real server. */
class OpenMetricsEndpointTest {
  private final LogCapture log = new LogCapture();
  private final AutoConfigurations glint =
      AutoConfigurations.of(GlintMetricsAutoConfiguration.class);
  private final WebApplicationContextRunner web =
      new WebApplicationContextRunner().withConfiguration(glint);

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void itIsThereIfItIsExposedAndItsReaderReadsGlint() {
    web.withPropertyValues("management.endpoints.web.exposure.include=openmetrics")
        .run(
            context -> {
              assertThat(context).hasSingleBean(OpenMetricsEndpoint.class);
              assertThat(context.getBean(GlintOpenTelemetry.class).getMeterProvider().toString())
                  .contains(context.getBean(OpenMetricsReader.class).toString());
            });
  }

  @Test
  void withoutExposureThereIsNeitherAnEndpointNorAReader() {
    web.run(
        context ->
            assertThat(context)
                .hasSingleBean(GlintOpenTelemetry.class)
                .doesNotHaveBean(OpenMetricsEndpoint.class)
                .doesNotHaveBean(OpenMetricsReader.class));
  }

  @Test
  void withoutAWebServerThereIsNone() {
    new ApplicationContextRunner()
        .withConfiguration(glint)
        .withPropertyValues("management.endpoints.web.exposure.include=openmetrics")
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(GlintOpenTelemetry.class)
                    .doesNotHaveBean(OpenMetricsEndpoint.class));
  }

  /** Spring reads the class as it does in an application, without loading it. */
  @ImportAutoConfiguration(GlintMetricsAutoConfiguration.class)
  static class ByName {}

  @Test
  void withoutActuatorAndServletsOnTheClassPathThereIsNone() {
    new ApplicationContextRunner()
        .withUserConfiguration(ByName.class)
        .withClassLoader(
            new FilteredClassLoader(
                "org.springframework.boot.actuate", "org.springframework.web", "jakarta.servlet"))
        .withPropertyValues("management.endpoints.web.exposure.include=openmetrics")
        .run(
            context ->
                assertThat(context)
                    .hasSingleBean(GlintOpenTelemetry.class)
                    .doesNotHaveBean(OpenMetricsReader.class));
  }
}
