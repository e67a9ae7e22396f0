package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/configuration.md has the settings of each builder: all, and no others. */
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
    final String page = DocumentedPage.of("docs/configuration.md").text();
    final int start = page.indexOf("\n## " + heading + "\n");
    assertThat(start).as(heading).isPositive();
    final int end = page.indexOf("\n## ", start + 1);
    final Set<String> documented =
        SETTING
            .matcher(page.substring(start, end < 0 ? page.length() : end))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    final Set<String> settings =
        Arrays.stream(builder.getMethods())
            .map(Method::getName)
            .filter(name -> name.matches("(set|add|register)[A-Z].*"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documented).isEqualTo(settings);
  }
}
