package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServerBuilder;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetryBuilder;
import io.glint.sdk.GlintPeriodicMetricReaderBuilder;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.internal.ExporterBuilderUtil;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporterBuilder;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServerBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentSelectorBuilder;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.ViewBuilder;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReaderBuilder;
import io.opentelemetry.sdk.metrics.internal.SdkMeterProviderUtil;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of settings in docs/migrating.md names all that the stock builders have, and ours. */
class MigrationGuideTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (.*`.*) \\| (.*) \\|$");
  private static final Pattern SETTING =
      Pattern.compile("`[^`]*?\\b((?:set|add|register)[A-Z]\\w*)[^`]*`");

  private static final Predicate<String> IS_SETTING =
      Pattern.compile("(set|add|register)[A-Z]\\w*").asMatchPredicate();

  /** The builders, each with the first cell of the row from which on the table is about it. */
  private static final Map<Class<?>, String> STOCK =
      Map.of(
          SdkMeterProviderBuilder.class, "`SdkMeterProvider.builder()`",
          SdkMeterProviderUtil.class, "`SdkMeterProvider.builder()`",
          InstrumentSelectorBuilder.class, "`InstrumentSelector.builder()`",
          ViewBuilder.class, "`View.builder()`",
          PeriodicMetricReaderBuilder.class, "`PeriodicMetricReader`",
          OtlpHttpMetricExporterBuilder.class, "`OtlpHttpMetricExporter`, `OtlpGrpcMetricExporter`",
          PrometheusHttpServerBuilder.class, "`PrometheusHttpServer`");

  /** A key of a setting, or the parts of one that are put together with a signal. */
  private static final Pattern KEY = Pattern.compile("otel(\\.[a-z0-9_-]+)+");

  /** What variables of these begin with is about other signals, or is no variable. */
  private static final Pattern OF_OTHERS =
      Pattern.compile(
          "otel\\.(traces|logs|propagators|bsp|blrp|span|attribute|entities|exporter\\.otlp$"
              + "|global\\.opentelemetry|metric\\.overflow|component|experimental\\.sdk\\.jvm_stack"
              + "|sdk\\.(exporter|processor|log|span|metric_reader)\\.).*");

  private static final List<Class<?>> GLINT =
      List.of(
          GlintMeterProviderBuilder.class,
          GlintMeterProvider.class,
          GlintView.Builder.class,
          GlintPeriodicMetricReaderBuilder.class,
          OtlpMetricExporterBuilder.class,
          OpenMetricsServerBuilder.class);

  private final List<MatchResult> rows;

  MigrationGuideTest() throws Exception {
    final String page = Files.readString(Path.of("../docs/migrating.md"), UTF_8);
    final int start = page.indexOf("### If code configures it");
    rows = ROW.matcher(page.substring(start, page.indexOf("\n### ", start))).results().toList();
  }

  static Set<Class<?>> stockBuilders() {
    return STOCK.keySet();
  }

  /** The first cells that are about one builder, down to where the next one begins. */
  private List<String> cellsOf(Class<?> builder) {
    final List<String> cells = rows.stream().map(row -> row.group(1)).toList();
    final int start = cells.indexOf(STOCK.get(builder));
    assertThat(start).as("row of %s", STOCK.get(builder)).isNotNegative();
    int end = start + 1;
    while (end < cells.size() && !STOCK.containsValue(cells.get(end))) {
      end++;
    }
    return cells.subList(start, end);
  }

  @ParameterizedTest
  @MethodSource("stockBuilders")
  void eachSettingOfAStockBuilderIsInItsPartOfTheTable(Class<?> builder) {
    assertThat(named(cellsOf(builder).stream()))
        .containsAll(settings(List.of(builder)))
        .isNotEmpty();
  }

  /** Its class cannot be looked at, as it has a method for a channel of grpc-java. */
  @Test
  void eachSettingOfTheStockExporterForGrpcIsInItsPartOfTheTable() throws IOException {
    final String name = OtlpGrpcMetricExporterBuilder.class.getSimpleName() + ".class";
    try (InputStream in = OtlpGrpcMetricExporterBuilder.class.getResourceAsStream(name)) {
      final List<String> settings = ClassFile.read(in).methods.stream().filter(IS_SETTING).toList();
      assertThat(settings).as("settings that are looked for").contains("setChannel", "setTimeout");
      assertThat(named(cellsOf(OtlpHttpMetricExporterBuilder.class).stream()))
          .containsAll(settings);
    }
  }

  /** Constants of the class files of the stock artifacts that make metrics. */
  private static Set<String> keysThatTheStockOnesRead() throws IOException {
    final Set<String> keys = new TreeSet<>();
    for (final Class<?> anchor :
        List.of(
            AutoConfiguredOpenTelemetrySdk.class,
            SdkMeterProvider.class,
            Clock.class,
            OpenTelemetry.class,
            ExporterBuilderUtil.class,
            OtlpHttpMetricExporterBuilder.class,
            PrometheusHttpServerBuilder.class)) {
      final Path jar =
          Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().getPath());
      ClassFile.ofJar(jar).values().stream()
          .flatMap(file -> file.texts.stream())
          .filter(text -> KEY.matcher(text).matches())
          .filter(text -> !OF_OTHERS.matcher(text).matches())
          .forEach(keys::add);
    }
    return keys;
  }

  /** By its key or its variable. What auto-configuration puts together from parts is not seen. */
  @Test
  void eachKeyThatStockAutoConfigurationReadsIsInTheDocumentOfSettings() throws IOException {
    final String page = Files.readString(Path.of("../docs/autoconfigure.md"), UTF_8);
    final Set<String> keys = keysThatTheStockOnesRead();
    assertThat(keys)
        .as("keys that are looked for")
        .contains(
            "otel.metrics.exporter",
            "otel.exporter.otlp.timeout",
            "otel.java.exporter.memory_mode",
            "otel.exporter.prometheus.host",
            "otel.experimental.sdk.metrics.debug");
    assertThat(keys)
        .allSatisfy(
            key ->
                assertThat(page)
                    .containsAnyOf(
                        "`" + key + "`",
                        "`" + key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_") + "`"));
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
        .filter(IS_SETTING)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
