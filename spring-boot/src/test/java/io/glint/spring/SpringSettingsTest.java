package io.glint.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.LogCapture;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Properties of Spring as auto-configuration of OpenTelemetry reads them. */
class SpringSettingsTest {
  private final StandardEnvironment environment = new StandardEnvironment();

  private Map<String, String> settings(Map<String, Object> properties) {
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("test" + properties.hashCode(), properties));
    return SpringSettings.of(environment);
  }

  @Test
  void namesKeepTheirUnderscores() {
    assertThat(settings(Map.of("otel.java.exporter.memory_mode", "immutable_data")))
        .containsEntry("otel.java.exporter.memory_mode", "immutable_data");
  }

  @Test
  void theElementsOfAListAreOneValueInTheirOrder() {
    assertThat(
            settings(
                Map.of(
                    "otel.metrics.exporter[1]", "prometheus",
                    "otel.metrics.exporter[0]", "otlp")))
        .containsEntry("otel.metrics.exporter", "otlp,prometheus");
  }

  /** The application must start with whatever variables are there. */
  @Test
  void aNumberThatIsNoPlaceInAListIsPartOfTheName() {
    assertThat(
            settings(
                Map.of("otel.build.20261203120000", "1", "otel.metrics.exporter.99999999999", "x")))
        .containsEntry("otel.build.20261203120000", "1")
        .containsEntry("otel.metrics.exporter.99999999999", "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"otel", "glint"})
  void aValueInThePlaceOfAllPropertiesIsSaidAndLeftOut(String root) {
    try (LogCapture log = new LogCapture()) {
      assertThat(settings(Map.of(root, "yes please"))).isEmpty();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .startsWith(root + " is 'yes please', which is not accepted")
          .contains("such as " + root + ".");
    }
    assertThat(settings(Map.of(root + ".one", "two"))).containsEntry(root + ".one", "two");
  }

  @Test
  void theEntriesOfAMapAreOneValueThatIsPercentEncoded() {
    assertThat(
            settings(
                Map.of(
                    "otel.exporter.otlp.headers.api-key", "a,b=c",
                    "otel.exporter.otlp.metrics.headers.tenant", "1",
                    "otel.resource.attributes.service.namespace", "shops of 2+1")))
        .containsEntry("otel.exporter.otlp.headers", "api-key=a%2Cb%3Dc")
        .containsEntry("otel.exporter.otlp.metrics.headers", "tenant=1")
        .containsEntry("otel.resource.attributes", "service.namespace=shops%20of%202%2B1");
  }

  @Test
  void theNameOfAnEntryMayEndInANumber() {
    assertThat(settings(Map.of("otel.resource.attributes.version.2", "two")))
        .isEqualTo(Map.of("otel.resource.attributes", "version.2=two"));
    assertThat(
            settings(
                Map.of(
                    "otel.exporter.otlp.headers[0]",
                    "a=b",
                    "otel.exporter.otlp.headers[1]",
                    "c=d")))
        .as("a list in the place of a map")
        .containsEntry("otel.exporter.otlp.headers", "a=b,c=d");
  }

  /** A variable has all in one value, a file has lists and maps. */
  @Test
  void aValueWinsOverTheListOfASourceThatCountsLessAndTheReverse() {
    final Map<String, Object> value =
        Map.of(
            "otel.metrics.exporter", "otlp",
            "otel.resource.attributes", "team=red,zone=1",
            "otel.exporter.otlp.headers", "");
    final Map<String, Object> parts =
        Map.of(
            "otel.metrics.exporter[0]", "prometheus",
            "otel.resource.attributes.team", "blue",
            "otel.exporter.otlp.headers.key", "1");
    settings(parts);
    assertThat(settings(value))
        .containsEntry("otel.metrics.exporter", "otlp")
        .containsEntry("otel.resource.attributes", "team=blue,team=red,zone=1")
        .containsEntry("otel.exporter.otlp.headers", "key=1");
    environment
        .getPropertySources()
        .forEach(source -> environment.getPropertySources().remove(source.getName()));
    settings(value);
    assertThat(settings(parts))
        .containsEntry("otel.metrics.exporter", "prometheus")
        .containsEntry("otel.resource.attributes", "team=red,zone=1,team=blue")
        .containsEntry("otel.exporter.otlp.headers", "key=1");
  }

  @Test
  void placeholdersAreReplacedAndOtherPropertiesLeft() {
    assertThat(
            settings(
                Map.of(
                    "collector", "http://collector:4318",
                    "otel.exporter.otlp.endpoint", "${collector}",
                    "glint.exporters", "stock")))
        .containsEntry("otel.exporter.otlp.endpoint", "http://collector:4318")
        .containsEntry("glint.exporters", "stock")
        .doesNotContainKey("collector");
  }

  @Test
  void environmentVariablesHaveTheNamesOfTheirProperties() {
    environment
        .getPropertySources()
        .addFirst(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(
                    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta",
                    "GLINT_OTLP_PENDING_FILE", "file")));
    assertThat(SpringSettings.of(environment))
        .containsEntry("otel.exporter.otlp.metrics.temporality.preference", "delta")
        .containsEntry("glint.otlp.pending.file", "file");
  }
}
