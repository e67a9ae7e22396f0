package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * docs/configuration.md has the settings of each builder, and docs/otlp.md those of the exporter:
 * all, and no others.
 */
class ConfigurationReferenceTest {
  private static final Pattern SETTING = Pattern.compile("`((?:set|add|register)[A-Z]\\w*)\\b");

  @ParameterizedTest
  @CsvSource({
    "The meter provider, io.glint.sdk.GlintMeterProviderBuilder",
    "A view, io.glint.sdk.GlintView$Builder",
    "The periodic reader, io.glint.sdk.GlintPeriodicMetricReaderBuilder",
    "All signals, io.glint.sdk.GlintOpenTelemetryBuilder",
    "The scrape endpoint, io.glint.exporter.openmetrics.OpenMetricsServerBuilder",
    "The OTLP exporter, io.glint.exporter.otlp.OtlpMetricExporterBuilder",
    "The file exporter, io.glint.exporter.otlp.OtlpFileMetricExporterBuilder",
    "Micrometer, io.glint.micrometer.GlintMeterRegistryBuilder",
  })
  void aSectionHasTheSettingsOfItsBuilder(String heading, Class<?> builder) throws Exception {
    assertThat(documented(section("docs/configuration.md", heading))).isEqualTo(settings(builder));
  }

  /** Only the first column: what is below the table names settings of others. */
  @Test
  void theTableOfTheOtlpExporterHasTheSettingsOfItsBuilder() throws Exception {
    final String firstColumn =
        section("docs/otlp.md", "Settings")
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(0, line.indexOf('|', 1)))
            .collect(Collectors.joining("\n"));
    assertThat(documented(firstColumn)).isEqualTo(settings(OtlpMetricExporterBuilder.class));
  }

  private static String section(String path, String heading) throws IOException {
    final String page = DocumentedPage.of(path).text();
    final int start = page.indexOf("\n## " + heading + "\n");
    assertThat(start).as(heading).isPositive();
    final int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }

  private static Set<String> documented(String text) {
    return SETTING
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> settings(Class<?> builder) {
    return Arrays.stream(builder.getMethods())
        .map(Method::getName)
        .filter(name -> name.matches("(set|add|register)[A-Z].*"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
