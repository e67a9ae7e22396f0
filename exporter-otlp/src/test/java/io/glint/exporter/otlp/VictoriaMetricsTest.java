package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.FreePort;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real VictoriaMetrics server has the values of all that is recorded. It keeps no exemplars. Runs
 * where the system property {@code glint.victoriametrics} names the program.
 */
@EnabledIfSystemProperty(
    named = VictoriaMetricsTest.PROPERTY,
    matches = ".+",
    disabledReason =
        "no VictoriaMetrics: name the program with -Dglint.victoriametrics; .ci/unstable has it")
@Timeout(180)
class VictoriaMetricsTest {
  static final String PROPERTY = "glint.victoriametrics";

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  private static final int RECORDINGS = 10_000;

  private final int port = FreePort.find();

  /** By name and attribute value, as the server has them. */
  private final Map<String, Double> recorded = new TreeMap<>();

  private final HttpClient client = HttpClient.newHttpClient();

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "none"})
  void valuesAreExactAfterARestart(String compression, @TempDir Path directory) throws Exception {
    try (ServerProcess server =
            new ServerProcess(
                List.of(
                    System.getProperty(PROPERTY),
                    "-httpListenAddr=127.0.0.1:" + port,
                    "-storageDataPath=" + directory.resolve("data"),
                    "-retentionPeriod=1y"),
                directory.resolve("victoriametrics.log"),
                port);
        GlintMeterProvider provider = provider(compression)) {
      for (int i = 0; i < 4; i++) {
        record(provider);
        Thread.sleep(200);
        if (i == 1) {
          server.restart(200);
        }
      }
      // An export that failed while it was down is no matter: the last one has the totals.
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      // What was flushed is seen by queries up to a few seconds later.
      final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      do {
        get("/internal/force_flush");
        Thread.sleep(200);
      } while (!lastValues().entrySet().containsAll(recorded.entrySet())
          && System.nanoTime() < deadline);
      assertThat(lastValues()).as("log: %s", server.log()).containsAllEntriesOf(recorded);
    }
  }

  private GlintMeterProvider provider(String compression) {
    return GlintMeterProvider.builder()
        .registerView(
            InstrumentSelector.builder().setName("exponential").build(),
            View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
        .registerMetricReader(
            GlintPeriodicMetricReader.builder(
                    OtlpMetricExporter.builder()
                        .setEndpoint("http://127.0.0.1:" + port + "/opentelemetry/v1/metrics")
                        .setCompression(compression)
                        .build())
                .setInterval(Duration.ofMillis(150))
                .build())
        .build();
  }

  private void record(GlintMeterProvider provider) {
    final Meter meter = provider.get("meter");
    final LongCounter counter = meter.counterBuilder("counter").build();
    final LongUpDownCounter level = meter.upDownCounterBuilder("level").build();
    final LongGauge gauge = meter.gaugeBuilder("gauge").ofLongs().build();
    final DoubleHistogram explicit =
        meter
            .histogramBuilder("explicit")
            .setExplicitBucketBoundariesAdvice(List.of(100.0, 500.0))
            .build();
    final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
    final SplittableRandom random = new SplittableRandom(recorded.size());
    for (int i = 0; i < RECORDINGS; i++) {
      final String key = "k" + random.nextInt(20);
      final Attributes attributes = Attributes.of(KEY, key);
      final int value = random.nextInt(1, 1_000);
      counter.add(value, attributes);
      level.add(500 - value, attributes);
      gauge.set(value, attributes);
      explicit.record(value, attributes);
      exponential.record(value, attributes);
      add("counter " + key, value);
      add("level " + key, 500 - value);
      recorded.put("gauge " + key, (double) value);
      add("explicit_bucket " + key + " +Inf", 1);
      add("explicit_bucket " + key + " 100", value <= 100 ? 1 : 0);
      add("explicit_bucket " + key + " 500", value <= 500 ? 1 : 0);
      for (final String histogram : List.of("explicit", "exponential")) {
        add(histogram + "_count " + key, 1);
        add(histogram + "_sum " + key, value);
      }
    }
  }

  private void add(String name, double value) {
    recorded.merge(name, value, Double::sum);
  }

  private Map<String, Double> lastValues() throws Exception {
    final String query = URLEncoder.encode("{__name__!=\"\"}", StandardCharsets.UTF_8);
    final Map<String, Double> values = new TreeMap<>();
    for (final String line : get("/api/v1/export?match%5B%5D=" + query).lines().toList()) {
      final JsonObject series = JsonParser.parseString(line).getAsJsonObject();
      final JsonObject labels = series.getAsJsonObject("metric");
      if (labels.has("key")) {
        final String name =
            labels.get("__name__").getAsString() + " " + labels.get("key").getAsString();
        final String bucket = labels.has("le") ? " " + labels.get("le").getAsString() : "";
        final JsonArray all = series.getAsJsonArray("values");
        values.put(name + bucket, all.get(all.size() - 1).getAsDouble());
      }
    }
    return values;
  }

  private String get(String path) throws Exception {
    final HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30))
            .build();
    final HttpResponse<String> response =
        client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }
}
