package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.FreePort;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import java.net.URI;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The names that a Prometheus server sees, beside those of the stock exporter. Where they differ,
 * the user guide says so and why.
 */
@Timeout(60)
@Tag("long")
class StockNamesTest {
  private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) \\S+\n");

  @ParameterizedTest
  @CsvSource({
    // The units that the stock exporter has a word for.
    "m, a, m_years",
    "m, mo, m_months",
    "m, wk, m_weeks",
    "m, d, m_days",
    "m, h, m_hours",
    "m, min, m_minutes",
    "m, s, m_seconds",
    "m, ms, m_milliseconds",
    "m, us, m_microseconds",
    "m, ns, m_nanoseconds",
    "m, By, m_bytes",
    "m, KiBy, m_kibibytes",
    "m, MiBy, m_mebibytes",
    "m, GiBy, m_gibibytes",
    "m, TiBy, m_tebibytes",
    "m, kBy, m_kilobytes",
    "m, MBy, m_megabytes",
    "m, GBy, m_gigabytes",
    "m, TBy, m_terabytes",
    "m, m, m_meters",
    "m, V, m_volts",
    "m, A, m_amperes",
    "m, J, m_joules",
    "m, W, m_watts",
    "m, g, m_grams",
    "m, Cel, m_celsius",
    "m, Hz, m_hertz",
    "m, %, m_percent",
    // Other units.
    "m, '', m",
    "m, 1, m",
    "m, {request}, m",
    "m, {request}/s, m_per_second",
    "m, By{compressed}, m_bytes",
    "m, By/s, m_bytes_per_second",
    "m, By/wk, m_bytes_per_week",
    "m, By/y, m_bytes_per_y",
    "m, bit, m_bit",
    "m, Mbit/s, m_Mbit_per_second",
    "m, W.h, m_W_h",
    "m, request, m_request",
    // Names that have the unit.
    "request.duration.seconds, s, request_duration_seconds",
    "seconds.elapsed, s, seconds_elapsed_seconds",
    "milliseconds, s, milliseconds_seconds",
    "cache.ratio, 1, cache_ratio",
    "a__b..c, '', a_b_c",
  })
  void namesAreThoseOfTheStockExporter(String name, String unit, String expected) throws Exception {
    for (final String kind : List.of("gauge", "counter", "histogram")) {
      final String ofKind = kind.equals("counter") ? expected + "_total" : expected;
      assertThat(names(kind, name, unit)).as(kind).isEqualTo(new Names(ofKind, ofKind));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // What the stock exporter of old, and the Collector, have a word for in place of kBy.
    "gauge, m, KBy, m_kilobytes, m_KBy",
    // Rates: "1" is no unit, and each part is spelled out.
    "gauge, m, 1/s, m_per_second, m_1_per_second",
    "gauge, m, 1/Hz, m_per_hertz, m_1_per_Hz",
    "gauge, m, 1/%, m_per_percent, m_1_per",
    "gauge, m, m/s/s, m_meters_per_second_per_second, m_meters_per_s_s",
    // The name is not changed but for what a name cannot hold.
    "gauge, jobs_total, '', jobs_total, jobs",
    "gauge, jobs_total, By, jobs_total_bytes, jobs_bytes",
    "counter, jobs.total.total, '', jobs_total_total, jobs_total",
    "counter, cache.created, '', cache_created_total, cache_total",
    "gauge, build.info, '', build_info, build",
    "histogram, job.bucket, '', job_bucket, job",
    "gauge, m, info, m_info, m",
    "gauge, m, total, m_total, m",
    // Suffixes make no runs of underscores, and "total" is not said twice.
    "counter, a_total_, '', a_total, a_total__total",
    "counter, a_, s, a_seconds_total, a__seconds_total",
    "histogram, a_, '', a, a_",
    "counter, m, total, m_total, m_total",
    "counter, m_total, total, m_total, m_total",
  })
  void namesAreThoseOfTheSpecificationWhereTheStockExporterHasOthers(
      String kind, String name, String unit, String ours, String stock) throws Exception {
    assertThat(names(kind, name, unit)).isEqualTo(new Names(ours, stock));
  }

  private record Names(String ours, String stock) {}

  private static Names names(String kind, String name, String unit) throws Exception {
    final int port = FreePort.find();
    final OpenMetricsServer ours =
        OpenMetricsServer.builder().setPort(0).setTargetInfoEnabled(false).build();
    final PrometheusHttpServer stock =
        PrometheusHttpServer.builder()
            .setHost("localhost")
            .setPort(port)
            .setTargetInfoMetricEnabled(false)
            .build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(ours)
            .registerMetricReader(stock)
            .build()) {
      final Meter meter = provider.get("names");
      switch (kind) {
        case "gauge" -> meter.gaugeBuilder(name).setUnit(unit).build().set(1);
        case "counter" -> meter.counterBuilder(name).setUnit(unit).build().add(1);
        case "histogram" -> meter.histogramBuilder(name).setUnit(unit).build().record(1);
        default -> throw new IllegalArgumentException(kind);
      }
      return new Names(nameAt(ours.getPort()), nameAt(port));
    }
  }

  private static String nameAt(int port) throws Exception {
    final String text =
        WebstoreProcess.get(URI.create("http://localhost:" + port + "/metrics"), "text/plain")
            .body();
    final List<MatchResult> types = TYPE.matcher(text).results().toList();
    assertThat(types).as(text).hasSize(1);
    return types.get(0).group(1);
  }
}
