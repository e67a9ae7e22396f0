package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.GlintView;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.LogCapture;
import io.glint.testing.ThrowingHandler;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever users, servers and foreign code call things, each log record is one line of its own. */
@Timeout(60)
class HostileTextTest {
  /** A line break of each kind, a terminal's command, and what makes text run backwards. */
  private static final String HOSTILE = "x\r\nWARNING: forged\u001b[2J\u2028\u0085\u202ey";

  private static final Pattern UNSAFE = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029\\u202e]");

  /** A call of a logger, whatever the field is called. */
  private static final Pattern LOGGER_CALL =
      Pattern.compile(
          "(?i)logger\\s*\\.\\s*(logp?|logrb|severe|warning|info|config|fine|finer|finest|throwing)\\(");

  private final LogCapture log = new LogCapture();

  @AfterEach
  void release() {
    log.close();
  }

  private void assertSafe(int atLeast) {
    assertThat(log.records()).hasSizeGreaterThanOrEqualTo(atLeast);
    assertThat(log.records())
        .allSatisfy(
            told -> {
              assertThat(told.getMessage()).doesNotContainPattern(UNSAFE);
              assertThat(printed(told.getThrown()).lines())
                  .noneMatch(line -> line.startsWith("WARNING"));
              assertThat(printed(told.getThrown())).doesNotContain("\u001b", "\u202e");
            });
  }

  private static String printed(Throwable thrown) {
    final StringWriter text = new StringWriter();
    if (thrown != null) {
      thrown.printStackTrace(new PrintWriter(text));
    }
    return text.toString();
  }

  @Test
  void everyCallOfALoggerGoesThroughTheOneThatCleansAndContains() throws IOException {
    for (final String module :
        List.of(
            "reservoirs", "sdk-core", "exporter-openmetrics", "exporter-otlp", "autoconfigure")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
        assertThat(files.filter(file -> file.toString().endsWith(".java")))
            .filteredOn(file -> LOGGER_CALL.matcher(read(file)).find())
            .allMatch(file -> file.endsWith("SafeLog.java"));
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static IllegalStateException hostileFailure() {
    return new IllegalStateException(HOSTILE, new IllegalArgumentException(HOSTILE));
  }

  @Test
  void sdkWithHostileNamesAndForeignCodeThatThrows() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder()
            .registerMetricReader(reader, type -> 2)
            .registerMetricProducer(new HostileProducer())
            .registerView(
                InstrumentSelector.builder().setName("renamed*").build(),
                GlintView.builder().setName(HOSTILE).setDescription(HOSTILE).build())
            .registerView(
                InstrumentSelector.builder().setName("filtered").build(),
                GlintView.builder()
                    .setName(HOSTILE + "2")
                    .setAttributeFilter(
                        key -> {
                          throw hostileFailure();
                        })
                    .build())
            .registerView(
                InstrumentSelector.builder().setName("sampled").build(),
                GlintView.builder()
                    .setExemplarFilter(
                        (CustomExemplarFilter)
                            (value, attributes, context) -> {
                              throw hostileFailure();
                            })
                    .build())
            .registerView(
                InstrumentSelector.builder().setName("kept").build(),
                GlintView.builder()
                    .setExemplarFilter((CustomExemplarFilter) (value, attributes, context) -> true)
                    .setExemplarReservoir(
                        ExemplarReservoirFactory.named(
                            HOSTILE,
                            settings -> {
                              throw hostileFailure();
                            }))
                    .build());
    try (GlintMeterProvider provider = builder.build()) {
      final Meter meter = provider.get(HOSTILE);
      meter.counterBuilder(HOSTILE).build().add(1);
      final LongCounter counter =
          meter.counterBuilder("requests").setUnit(HOSTILE).setDescription(HOSTILE).build();
      counter.add(-1);
      counter.add(1, null);
      for (int i = 0; i < 5; i++) {
        counter.add(1, Attributes.of(AttributeKey.stringKey(HOSTILE), HOSTILE + i));
      }
      meter.counterBuilder("requests").setUnit(HOSTILE + "2").build();
      meter.counterBuilder("Requests").setUnit(HOSTILE).setDescription(HOSTILE + "3").build();
      meter.counterBuilder("renamed1").setDescription(HOSTILE).build().add(1);
      meter.counterBuilder("renamed2").setUnit(HOSTILE).build().add(1);
      meter.counterBuilder("filtered").setUnit(HOSTILE).build().add(1, attributes());
      meter.counterBuilder("sampled").setUnit(HOSTILE).build().add(1, attributes());
      meter.counterBuilder("kept").setUnit(HOSTILE).build().add(1, attributes());
      meter
          .histogramBuilder("h")
          .setUnit(HOSTILE)
          .setExplicitBucketBoundariesAdvice(List.of(2.0, 1.0))
          .build()
          .record(Double.NaN);
      meter.gaugeBuilder("g").setDescription(HOSTILE).buildObserver().record(1);
      meter
          .counterBuilder("observed")
          .setDescription(HOSTILE)
          .buildWithCallback(
              measurement -> {
                measurement.record(-1);
                for (int i = 0; i < 5; i++) {
                  measurement.record(1, Attributes.of(AttributeKey.stringKey(HOSTILE), "" + i));
                }
                throw hostileFailure();
              });
      meter.batchCallback(
          () -> {}, provider.get(HOSTILE + "2").gaugeBuilder("o").setUnit(HOSTILE).buildObserver());
      provider.setMeterConfigurator(
          scope -> {
            throw hostileFailure();
          });
      reader.collectAllMetrics();
    }
    assertSafe(18);
  }

  private static Attributes attributes() {
    return Attributes.of(AttributeKey.stringKey(HOSTILE), HOSTILE);
  }

  /** Calls itself what it likes, and throws. */
  private static final class HostileProducer implements MetricProducer {
    @Override
    public Collection<MetricData> produce(Resource resource) {
      throw hostileFailure();
    }

    @Override
    public String toString() {
      return HOSTILE;
    }
  }

  @Test
  void readerWithAForeignExporterThatFailsInManyWords() {
    final MetricExporter exporter =
        new MetricExporter() {
          @Override
          public CompletableResultCode export(Collection<MetricData> metrics) {
            return CompletableResultCode.ofExceptionalFailure(hostileFailure());
          }

          @Override
          public CompletableResultCode flush() {
            throw hostileFailure();
          }

          @Override
          public CompletableResultCode shutdown() {
            throw hostileFailure();
          }

          @Override
          public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.DELTA;
          }

          @Override
          public String toString() {
            return HOSTILE;
          }
        };
    final GlintPeriodicMetricReader reader = GlintPeriodicMetricReader.create(exporter);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      provider.get("m").counterBuilder("c").build().add(1);
      assertThat(provider.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isFalse();
      assertThat(reader.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isFalse();
    }
    assertSafe(1);
  }

  @Test
  void otlpServerThatAnswersInManyLines() throws IOException {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          final byte[] body = HOSTILE.getBytes(UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "text/plain");
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().equals("/ok") ? 200 : 400, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      for (final String path : List.of("/ok", "/bad")) {
        final GlintPeriodicMetricReader reader =
            GlintPeriodicMetricReader.create(
                OtlpMetricExporter.builder()
                    .setEndpoint("http://127.0.0.1:" + server.getAddress().getPort() + path)
                    .build());
        try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build()) {
          provider.get("m").counterBuilder("c").build().add(1);
          final int before = log.records().size();
          assertThat(provider.forceFlush().join(20, TimeUnit.SECONDS).isSuccess())
              .isEqualTo(path.equals("/ok"));
          assertThat(log.records()).as("one failure, one line").hasSize(before + 1);
        }
      }
    } finally {
      server.stop(0);
    }
    assertSafe(2);
  }

  @Test
  void scrapeOfHostileNames() throws Exception {
    final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(server)
            .registerMetricProducer(new HostileProducer())
            .registerView(
                InstrumentSelector.builder().setName("one").build(),
                GlintView.builder().setName(HOSTILE).build())
            .registerView(
                InstrumentSelector.builder().setName("two").build(),
                GlintView.builder().setName(HOSTILE + "_").build())
            .build()) {
      for (final String scope : List.of(HOSTILE, HOSTILE + "2")) {
        final Meter meter = provider.get(scope);
        meter.upDownCounterBuilder("one").setDescription(HOSTILE + scope).build().add(1);
        meter.gaugeBuilder("two").setUnit(HOSTILE).build().set(1);
        meter.counterBuilder("clash").setUnit(HOSTILE).build().add(1, attributes());
        meter.gaugeBuilder("clash.total").setUnit(HOSTILE).build().set(1);
      }
      final HttpResponse<String> answer = scrape(server);
      assertThat(answer.statusCode()).isEqualTo(200);
    }
    assertSafe(1);
  }

  @Test
  void aLogThatThrowsComesOutOfNoExportAndNoScrape() throws Exception {
    final Logger logger = Logger.getLogger("io.glint");
    final Handler hostile = new ThrowingHandler();
    logger.addHandler(hostile);
    final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
    final GlintPeriodicMetricReader pushing =
        GlintPeriodicMetricReader.create(
            OtlpMetricExporter.builder()
                .setEndpoint("http://127.0.0.1:1/v1/metrics")
                .setRetryPolicy(null)
                .setMaxRequestSize(100)
                .build());
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(server)
            .registerMetricReader(pushing)
            .build()) {
      final Meter meter = provider.get("m");
      meter.counterBuilder("clash").build().add(1);
      meter.gaugeBuilder("clash.total").build().set(1);
      assertThat(pushing.forceFlush().join(20, TimeUnit.SECONDS).getFailureThrowable())
          .hasMessageContaining("larger than 100 bytes");
      final HttpResponse<String> answer = scrape(server);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).endsWith("\n").contains("clash_total");
    } finally {
      logger.removeHandler(hostile);
    }
    assertThat(log.records()).isNotEmpty();
  }

  private static HttpResponse<String> scrape(OpenMetricsServer server)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + server.getPort() + "/metrics"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
