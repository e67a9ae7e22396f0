package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.TranslationStrategy;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.FreePort;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The parameter {@code name[]}, beside that of the stock exporter: a name without a scheme of
 * escaping asks both for a metric, for each strategy and each scheme of escaping. The stock
 * exporter knows no others, not even those that it shows.
 */
@Timeout(60)
@Tag("long")
class StockNameFilterTest {
  private static final List<String> SCHEMES =
      List.of(
          "",
          ";escaping=underscores",
          ";escaping=allow-utf-8",
          ";escaping=dots",
          ";escaping=values");
  private static final List<String> FORMATS =
      List.of("application/openmetrics-text;version=1.0.0", "text/plain;version=0.0.4");

  private static final Pattern SAMPLE =
      Pattern.compile("(?:\\{\"([^\"]+)\".*|([^ #{]+)(?:\\{.*)?) \\S.*");

  @ParameterizedTest
  @EnumSource(TranslationStrategy.class)
  void aNameWithoutASchemeAsksBothForAMetric(TranslationStrategy strategy) throws Exception {
    final int port = FreePort.find();
    final OpenMetricsServer ours =
        OpenMetricsServer.builder().setPort(0).setTranslationStrategy(strategy).build();
    final PrometheusHttpServer stock =
        PrometheusHttpServer.builder()
            .setHost("localhost")
            .setPort(port)
            .setTranslationStrategy(
                io.opentelemetry.exporter.prometheus.TranslationStrategy.valueOf(strategy.name()))
            .build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(ours)
            .registerMetricReader(stock)
            .build()) {
      final Meter meter = provider.get("names");
      meter.counterBuilder("foo.bar").setUnit("By").build().add(1);
      meter.histogramBuilder("lat.ency").setUnit("s").build().record(1);
      meter.gaugeBuilder("temp.now").build().set(1);
      for (final String format : FORMATS) {
        final Set<String> plain = names(ours.getPort(), format, null);
        assertThat(plain).hasSizeGreaterThan(4);
        for (final String scheme : SCHEMES) {
          final String accept = format + scheme;
          final Set<String> escaped = names(ours.getPort(), accept, null);
          escaped.removeAll(plain);
          for (final String name : plain) {
            assertThat(names(port, accept, name)).as(accept + ' ' + name).isNotEmpty();
            assertThat(names(ours.getPort(), accept, name)).as(accept + ' ' + name).isNotEmpty();
          }
          for (final String name : escaped) {
            assertThat(names(port, accept, name)).as(accept + ' ' + name).isEmpty();
            assertThat(names(ours.getPort(), accept, name)).as(accept + ' ' + name).contains(name);
          }
        }
      }
    }
  }

  /** The names of the samples of an answer. */
  private static Set<String> names(int port, String accept, String name) throws Exception {
    final String query =
        name == null ? "" : "?name%5B%5D=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    final String text =
        WebstoreProcess.get(URI.create("http://localhost:" + port + "/metrics" + query), accept)
            .body();
    final Set<String> names = new TreeSet<>();
    for (final String line : text.lines().toList()) {
      final Matcher sample = SAMPLE.matcher(line);
      if (sample.matches()) {
        names.add(sample.group(1) == null ? sample.group(2) : sample.group(1));
      }
    }
    return names;
  }
}
