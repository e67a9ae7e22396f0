package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Who looks at the resource of metrics sees that Glint made them. */
class DistributionTest {
  private static final String SDK_VERSION =
      Resource.getDefault().getAttribute(AttributeKey.stringKey("telemetry.sdk.version"));

  private static Resource resource(UnaryOperator<GlintMeterProviderBuilder> setUp) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        setUp.apply(GlintMeterProvider.builder().registerMetricReader(reader)).build()) {
      provider.get("meter").counterBuilder("counter").build().add(1);
      return reader.collectAllMetrics().iterator().next().getResource();
    }
  }

  private static Map<String, Object> attributes(UnaryOperator<GlintMeterProviderBuilder> setUp) {
    final Map<String, Object> attributes = new TreeMap<>();
    resource(setUp).getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    return attributes;
  }

  private static Resource of(String... keysAndValues) {
    final var attributes = Attributes.builder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      attributes.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return Resource.create(attributes.build(), "https://example.org/schema");
  }

  @Test
  void theDefaultResourceNamesTheSdkAndGlintAsItsDistribution() {
    assertThat(attributes(builder -> builder))
        .containsEntry("service.name", "unknown_service:java")
        .containsEntry("telemetry.sdk.language", "java")
        .containsEntry("telemetry.sdk.name", "opentelemetry")
        .containsEntry("telemetry.sdk.version", SDK_VERSION)
        .containsEntry("telemetry.distro.name", "glint")
        .hasEntrySatisfying(
            "telemetry.distro.version",
            version -> assertThat(version.toString()).matches("\\d+\\.\\d+\\.\\d+.*"));
  }

  @Test
  void soDoesAResourceThatIsMadeOfIt() {
    assertThat(attributes(builder -> builder.addResource(of("service.name", "shop"))))
        .containsEntry("service.name", "shop")
        .containsEntry("telemetry.sdk.name", "opentelemetry")
        .containsEntry("telemetry.distro.name", "glint");
    assertThat(
            resource(
                builder ->
                    builder.setResource(Resource.getDefault().merge(of("service.name", "shop")))))
        .satisfies(
            resource -> {
              assertThat(resource.getSchemaUrl()).isEqualTo("https://example.org/schema");
              assertThat(resource.getAttributes().asMap())
                  .containsEntry(AttributeKey.stringKey("telemetry.distro.name"), "glint");
            });
  }

  @Test
  void whatTheUserSaysStays() {
    assertThat(
            attributes(
                builder -> builder.addResource(of("telemetry.distro.name", "parts-unlimited"))))
        .containsEntry("telemetry.distro.name", "parts-unlimited")
        .doesNotContainKey("telemetry.distro.version");
    assertThat(attributes(builder -> builder.addResource(of("telemetry.sdk.name", "io.glint.sdk"))))
        .containsEntry("telemetry.sdk.name", "io.glint.sdk")
        .containsEntry("telemetry.distro.name", "glint");
  }

  @Test
  void aResourceThatNamesNoSdkIsUsedAsItIs() {
    final Resource own = of("service.name", "shop");
    assertThat(resource(builder -> builder.setResource(own))).isSameAs(own);
    assertThat(resource(builder -> builder.setResource(Resource.empty())))
        .isSameAs(Resource.empty());
  }
}
