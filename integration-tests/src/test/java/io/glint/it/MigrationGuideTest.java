package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServerBuilder;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetryBuilder;
import io.glint.sdk.GlintPeriodicMetricReaderBuilder;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServerBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReaderBuilder;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of settings in docs/migrating.md names all that the stock builders have, and ours. */
class MigrationGuideTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (.*`.*) \\| (.*) \\|$");
  private static final Pattern SETTING =
      Pattern.compile("`[^`]*?\\b((?:set|add|register)[A-Z]\\w*)[^`]*`");

  private static final List<Class<?>> STOCK =
      List.of(
          SdkMeterProviderBuilder.class,
          PeriodicMetricReaderBuilder.class,
          OtlpHttpMetricExporterBuilder.class,
          PrometheusHttpServerBuilder.class);

  private static final List<Class<?>> GLINT =
      List.of(
          GlintMeterProviderBuilder.class,
          GlintMeterProvider.class,
          GlintPeriodicMetricReaderBuilder.class,
          OtlpMetricExporterBuilder.class,
          OpenMetricsServerBuilder.class);

  private final List<MatchResult> rows;

  MigrationGuideTest() throws Exception {
    final String page = Files.readString(Path.of("../docs/migrating.md"), UTF_8);
    final int start = page.indexOf("### If code configures it");
    rows = ROW.matcher(page.substring(start, page.indexOf("\n### ", start))).results().toList();
  }

  @Test
  void eachSettingOfTheStockBuildersIsInTheTable() {
    assertThat(named(rows.stream().map(row -> row.group(1)))).containsAll(settings(STOCK));
  }

  @Test
  void whatIsTheSameHasTheSameName() {
    final Set<String> same =
        named(
            rows.stream()
                .filter(row -> row.group(2).startsWith("the same"))
                .map(row -> row.group(1)));
    assertThat(same).isNotEmpty();
    assertThat(settings(GLINT)).containsAll(same);
  }

  @Test
  void whatGlintHasInsteadIsThere() {
    final Set<String> instead = named(rows.stream().map(row -> row.group(2)));
    assertThat(instead).isNotEmpty();
    assertThat(settings(GLINT)).containsAll(instead);
  }

  @Test
  void theBuilderOfTheWholeHasTheSameMethods() {
    assertThat(settings(List.of(GlintOpenTelemetryBuilder.class)))
        .containsAll(settings(List.of(OpenTelemetrySdkBuilder.class)));
  }

  private static Set<String> named(Stream<String> cells) {
    return cells
        .flatMap(cell -> SETTING.matcher(cell).results())
        .map(name -> name.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> settings(Collection<Class<?>> builders) {
    return builders.stream()
        .flatMap(builder -> Arrays.stream(builder.getMethods()))
        .map(Method::getName)
        .filter(name -> name.matches("(set|add|register)[A-Z].*"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
