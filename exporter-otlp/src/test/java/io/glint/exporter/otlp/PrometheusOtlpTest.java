package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus 3 with its receiver of OTLP has all that is recorded, native histograms and
 * exemplars among it. Runs where the system property {@code glint.prometheus.otlp} names the
 * program; that of Debian is built without the receiver.
 */
@EnabledIfSystemProperty(
    named = PrometheusOtlpTest.PROPERTY,
    matches = ".+",
    disabledReason =
        "no Prometheus with the receiver of OTLP: name the program with -Dglint.prometheus.otlp")
@Timeout(180)
class PrometheusOtlpTest {
  static final String PROPERTY = "glint.prometheus.otlp";

  private static final Attributes ATTRIBUTES = Attributes.of(AttributeKey.stringKey("key"), "k");

  private final int port = FreePort.find();
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void itHasWhatIsRecorded(@TempDir Path directory) throws Exception {
    double sum = 0;
    double times = 0;
    final Set<Double> values = new HashSet<>();
    try (ServerProcess server = start(directory);
        GlintMeterProvider provider = provider(exporter())) {
      final Meter meter = provider.get("meter");
      final LongCounter counter = meter.counterBuilder("counter").build();
      final DoubleHistogram explicit = meter.histogramBuilder("explicit").setUnit("s").build();
      final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
      final SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 10_000; i++) {
        final int amount = random.nextInt(1, 100);
        final double time = random.nextInt(1, 8_000) / 16.0;
        counter.add(amount, ATTRIBUTES);
        explicit.record(time, ATTRIBUTES);
        exponential.record(time, ATTRIBUTES);
        sum += amount;
        times += time;
        values.add(time);
      }
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(value("counter_total{key=\"k\"}")).as(server.log()).isEqualTo(sum);
      assertThat(value("explicit_seconds_count{key=\"k\"}")).isEqualTo(10_000);
      assertThat(value("explicit_seconds_sum{key=\"k\"}")).isEqualTo(times);
      assertThat(value("histogram_count(exponential{key=\"k\"})")).isEqualTo(10_000);
      assertThat(value("histogram_sum(exponential{key=\"k\"})")).isEqualTo(times);
      final Instant now = Instant.now();
      final JsonArray exemplars =
          get("query_exemplars?query=explicit_seconds_bucket&start="
                  + now.minusSeconds(600).getEpochSecond()
                  + "&end="
                  + now.plusSeconds(60).getEpochSecond())
              .getAsJsonArray("data")
              .get(0)
              .getAsJsonObject()
              .getAsJsonArray("exemplars");
      assertThat(exemplars).isNotEmpty();
      for (final JsonElement exemplar : exemplars) {
        assertThat(values).contains(exemplar.getAsJsonObject().get("value").getAsDouble());
      }
    }
  }

  @Test
  void deltaIsRefusedWithTheSettingThatHelps(@TempDir Path directory) throws Exception {
    try (LogCapture log = new LogCapture(OtlpMetricExporter.class);
        ServerProcess server = start(directory);
        GlintMeterProvider provider =
            provider(
                exporter()
                    .setAggregationTemporalitySelector(
                        AggregationTemporalitySelector.deltaPreferred()))) {
      provider.get("meter").counterBuilder("counter").build().add(1);
      provider.forceFlush().join(30, TimeUnit.SECONDS);
      assertThat(log.warnings())
          .as(server.log())
          .singleElement()
          .asString()
          .contains("alwaysCumulative()", "otlp-deltatocumulative");
    }
  }

  private ServerProcess start(Path directory) throws Exception {
    final Path configuration =
        Files.writeString(directory.resolve("prometheus.yml"), "global: {}\n");
    return new ServerProcess(
        List.of(
            System.getProperty(PROPERTY),
            "--config.file=" + configuration,
            "--storage.tsdb.path=" + directory.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port,
            "--web.enable-otlp-receiver",
            "--enable-feature=native-histograms,exemplar-storage"),
        directory.resolve("prometheus.log"),
        port);
  }

  private OtlpMetricExporterBuilder exporter() {
    // It listens before it takes anything, and answers 503 until then.
    return OtlpMetricExporter.builder()
        .setEndpoint("http://127.0.0.1:" + port + "/api/v1/otlp/v1/metrics");
  }

  private static GlintMeterProvider provider(OtlpMetricExporterBuilder exporter) {
    return GlintMeterProvider.builder()
        .setExemplarFilter(CustomExemplarFilter.alwaysOn())
        .registerView(
            InstrumentSelector.builder().setName("exponential").build(),
            View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
        .registerMetricReader(
            GlintPeriodicMetricReader.builder(exporter.build())
                .setInterval(Duration.ofHours(1))
                .build())
        .build();
  }

  private double value(String query) throws Exception {
    return get("query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
        .getAsJsonObject("data")
        .getAsJsonArray("result")
        .get(0)
        .getAsJsonObject()
        .getAsJsonArray("value")
        .get(1)
        .getAsDouble();
  }

  private JsonObject get(String path) throws Exception {
    final HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
            .timeout(Duration.ofSeconds(30))
            .build();
    final HttpResponse<String> response =
        client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }
}
