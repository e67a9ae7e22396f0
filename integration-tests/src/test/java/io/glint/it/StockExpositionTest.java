package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.TranslationStrategy;
import io.glint.testing.FreePort;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the endpoint writes, beside what the stock Prometheus exporter writes of the same
 * collection.
 *
 * <p>In text both are the same line for line, but for the following, each of which is shown to be
 * there by a test:
 *
 * <ol>
 *   <li>The stock exporter writes the integers of long instruments as floating-point numbers:
 *       {@code 5.0} for 5, and no more than 53 bits of them.
 *   <li>It writes {@code le} as the JDK prints a double, {@code 1.0E8} for {@code 1e+08}:
 *       OpenMetrics has the latter ("Canonical Numbers").
 *   <li>It orders the labels of an exemplar by name; here the ids of the span come first.
 *   <li>It writes an exponential histogram as a bucket of infinity alone; here it has 37 buckets.
 *   <li>{@code target_info} stands among the others there; here it is first, as OpenMetrics asks
 *       for, and has a HELP line.
 *   <li>Series of a family are in the order of collection there; here they are ordered by scope.
 *   <li>It does not tell the scheme of escaping, which Prometheus' documentation demands.
 *   <li>With {@code escaping=dots} it escapes {@code trace_id} and {@code span_id} as well, which
 *       OpenTelemetry's specification names literally; and it appends a unit of several words
 *       twice.
 *   <li>With strategies other than the default one it answers a request for OpenMetrics 1.0 with a
 *       mixture of 1.0 and 2.0, and leaves out {@code _total} also where the strategy has it.
 * </ol>
 *
 * <p>In protobuf both are the same message for message, but for units, which the stock exporter
 * does not have, the zero threshold (0 there, 1e-128 here, as the specification says), the
 * exemplars of native histograms (the latest one in a bucket of infinity there; all of them here),
 * the times at which histograms began, which it leaves out, and other times, of which it has
 * milliseconds.
 */
@Timeout(60)
class StockExpositionTest {
  private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
  private static final String PROMETHEUS_TEXT = "text/plain;version=0.0.4";
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  private static final TranslationStrategy DEFAULT =
      TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES;

  private static final Pattern SAMPLE =
      Pattern.compile("([^ ].*?\\}|\\w+) (\\S+)( # \\{(.*)\\} (\\S+) (\\S+))?");
  private static final Pattern BOUND = Pattern.compile("le=\"([^\"]+)\"");

  private final List<MetricData> metrics = sample();

  @ParameterizedTest
  @ValueSource(
      strings = {
        OPEN_METRICS,
        PROMETHEUS_TEXT,
        "",
        "*/*",
        "text/html",
        OPEN_METRICS + ";escaping=allow-utf-8",
        OPEN_METRICS + ";escaping=underscores",
        OPEN_METRICS + ";escaping=values",
        OPEN_METRICS + ";escaping=dots",
      })
  void textIsTheSameButForTheListedDifferences(String accept) throws Exception {
    assertThat(normalised(glint(accept, DEFAULT).text()))
        .isEqualTo(normalised(stock(accept, DEFAULT).text()));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** The lines, without what is listed as a difference, in one order. */
  private static List<String> normalised(String exposition) {
    final List<String> lines = new ArrayList<>();
    for (final String line : exposition.split("\n", -1)) {
      if (line.contains("exponential")
          || line.startsWith("# HELP target")
          || line.startsWith("rate__per__second")
          || line.matches("# \\w+ rate__per__second.*")) {
        continue;
      }
      final Matcher sample = SAMPLE.matcher(line);
      lines.add(line.startsWith("#") || !sample.matches() ? line : normalised(sample));
    }
    Collections.sort(lines);
    return lines;
  }

  private static String normalised(Matcher sample) {
    final String series =
        BOUND.matcher(sample.group(1)).replaceAll(bound -> "le=\"" + number(bound.group(1)) + '"');
    String exemplar = "";
    if (sample.group(3) != null) {
      final List<String> labels =
          new ArrayList<>(List.of(sample.group(4).replace("__id=", "_id=").split(",")));
      Collections.sort(labels);
      exemplar = labels + " " + Double.parseDouble(sample.group(5)) + ' ' + sample.group(6);
    }
    return series + ' ' + number(sample.group(2)) + exemplar;
  }

  @Test
  void eachListedDifferenceIsThere() throws Exception {
    final String glint = glint(OPEN_METRICS, DEFAULT).text();
    final String stock = stock(OPEN_METRICS, DEFAULT).text();
    final String scope =
        "{otel_scope_name=\"lib.one\",otel_scope_schema_url=\"http://s\",otel_scope_version=\"1.2\"";
    assertThat(glint)
        .startsWith("# TYPE target info\n# HELP target ")
        .contains("\nsent_bytes_total" + scope + "} 9007199254740993\n")
        .contains("\nrate_per_second_bucket" + scope + ",le=\"1e+08\"} 1\n")
        .contains("# {trace_id=\"00000000000000000000000000000003\",span_id=")
        .contains("\nexponential_bucket" + scope + ",le=\"16.0\"} 1 # {");
    assertThat(stock)
        .doesNotContain("# HELP target")
        .contains("\nsent_bytes_total" + scope + "} 9.007199254740992E15\n")
        .contains("\nrate_per_second_bucket" + scope + ",le=\"1.0E8\"} 1\n")
        .contains("# {span_id=\"0000000000000003\",trace_id=")
        .contains("exponential_bucket" + scope + ",le=\"+Inf\"} 1 # {")
        .doesNotContain("exponential_bucket" + scope + ",le=\"16.0\"}");
    assertThat(stock.indexOf("# TYPE target")).isPositive();
    final String dots = OPEN_METRICS + ";escaping=dots";
    assertThat(glint(dots, DEFAULT).contentType()).endsWith("; escaping=dots");
    assertThat(glint(dots, DEFAULT).text()).contains("# {trace_id=", "\nrate__per__second_count{");
    assertThat(stock(dots, DEFAULT).contentType()).doesNotContain("escaping");
    assertThat(stock(dots, DEFAULT).text())
        .contains("trace__id=", "\nrate__per__second_per_second_count{");
    final TranslationStrategy other = TranslationStrategy.NO_UTF8_ESCAPING_WITH_SUFFIXES;
    final String utf8 = OPEN_METRICS + ";escaping=allow-utf-8";
    assertThat(glint(utf8, other).text())
        .contains("\n{\"cpu.time_seconds_total\",")
        .doesNotContain(" st@");
    assertThat(stock(utf8, other).text())
        .contains("\n{\"cpu.time_seconds\",", " st@")
        .doesNotContain("{\"cpu.time_seconds_total\"");
  }

  @Test
  void protobufIsTheSameButForTheListedDifferences() throws Exception {
    assertThat(glint(PROTOBUF, DEFAULT).families()).isEqualTo(stock(PROTOBUF, DEFAULT).families());
  }

  /** An answer: the type and the bytes of the body. */
  private static final class Answer {
    private final String contentType;
    private final byte[] body;

    private Answer(String contentType, byte[] body) {
      this.contentType = contentType;
      this.body = body;
    }

    String contentType() {
      return contentType;
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** By name, without what is listed as a difference. */
    Map<String, Set<Metrics.Metric>> families() throws IOException {
      final Map<String, Set<Metrics.Metric>> families = new TreeMap<>();
      final ByteArrayInputStream stream = new ByteArrayInputStream(body);
      for (Metrics.MetricFamily family = Metrics.MetricFamily.parseDelimitedFrom(stream);
          family != null;
          family = Metrics.MetricFamily.parseDelimitedFrom(stream)) {
        final String help = family.getName().equals("target_info") ? "" : family.getHelp();
        families.put(
            family.getName() + ' ' + family.getType() + ' ' + help,
            family.getMetricList().stream()
                .map(metric -> normalised(metric.toBuilder()))
                .collect(Collectors.toSet()));
      }
      return families;
    }

    private static Metrics.Metric normalised(Metrics.Metric.Builder metric) {
      if (metric.hasCounter()) {
        metric
            .getCounterBuilder()
            .setCreatedTimestamp(truncated(metric.getCounter().getCreatedTimestamp()));
        if (metric.getCounter().hasExemplar()) {
          normalise(metric.getCounterBuilder().getExemplarBuilder());
        }
      }
      if (metric.hasHistogram()) {
        final Metrics.Histogram.Builder histogram = metric.getHistogramBuilder();
        histogram.clearCreatedTimestamp();
        if (histogram.getZeroThreshold() > 0 || histogram.hasSchema()) {
          histogram.clearZeroThreshold().clearBucket().clearExemplars();
        }
        histogram
            .getBucketBuilderList()
            .forEach(
                bucket -> {
                  if (bucket.hasExemplar()) {
                    normalise(bucket.getExemplarBuilder());
                  }
                });
      }
      return metric.build();
    }

    private static void normalise(Metrics.Exemplar.Builder exemplar) {
      exemplar.setTimestamp(truncated(exemplar.getTimestamp()));
      final List<Metrics.LabelPair> labels = new ArrayList<>(exemplar.getLabelList());
      labels.sort(Comparator.comparing(Metrics.LabelPair::getName));
      exemplar.clearLabel().addAllLabel(labels);
    }

    private static Timestamp truncated(Timestamp time) {
      return Timestamp.newBuilder()
          .setSeconds(time.getSeconds())
          .setNanos(time.getNanos() / 1_000_000 * 1_000_000)
          .build();
    }
  }

  private static List<MetricData> sample() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (SdkMeterProvider provider =
        SdkMeterProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "shop \"1\"\n\\",
                        AttributeKey.longKey("process.pid"),
                        12L,
                        AttributeKey.booleanKey("is.test"),
                        true)))
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                View.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerMetricReader(reader)
            .build()) {
      final Meter meter =
          provider
              .meterBuilder("lib.one")
              .setInstrumentationVersion("1.2")
              .setSchemaUrl("http://s")
              .build();
      final Meter other = provider.get("lib.two");
      final Attributes attributes =
          Attributes.of(
              AttributeKey.stringKey("http.method"),
              "GET",
              AttributeKey.stringKey("Zone"),
              "eu \"west\"\\1\n日本",
              AttributeKey.longKey("http.status"),
              200L,
              AttributeKey.stringArrayKey("list"),
              List.of("a", "b\""));
      meter
          .counterBuilder("requests")
          .setDescription("how \"many\" \\ there\nare")
          .build()
          .add(3, attributes, inSpan(1));
      other
          .counterBuilder("requests")
          .setDescription("how \"many\" \\ there\nare")
          .build()
          .add(4, attributes, inSpan(2));
      meter
          .counterBuilder("sent.bytes")
          .setUnit("By")
          .build()
          .add((1L << 53) + 1, Attributes.empty());
      meter
          .counterBuilder("cpu.time")
          .setUnit("s")
          .ofDoubles()
          .build()
          .add(0.1 + 0.2, attributes, inSpan(3));
      meter.counterBuilder("jobs_total").build().add(5, Attributes.empty());
      meter.gaugeBuilder("temperature").setUnit("Cel").build().set(-21.5, attributes);
      meter.gaugeBuilder("ratio").setUnit("1").build().set(1e-9, Attributes.empty());
      meter.gaugeBuilder("large").build().set(1.5e300, Attributes.empty());
      meter.gaugeBuilder("nan").build().set(Double.NaN, Attributes.empty());
      meter.gaugeBuilder("infinite").build().set(Double.NEGATIVE_INFINITY, Attributes.empty());
      meter.gaugeBuilder("whole").ofLongs().build().set(-7, attributes);
      meter
          .upDownCounterBuilder("queue.size")
          .setUnit("{item}")
          .build()
          .add(-3, attributes, inSpan(4));
      final DoubleHistogram histogram =
          meter.histogramBuilder("latency").setUnit("ms").setDescription("time").build();
      for (int i = 0; i < 20; i++) {
        histogram.record(i * i * 3.7, attributes, inSpan(10 + i));
      }
      meter
          .histogramBuilder("rate")
          .setUnit("{req}/s")
          .ofLongs()
          .setExplicitBucketBoundariesAdvice(List.of(1L, 10L, 1_000_000L, 100_000_000L))
          .build()
          .record(5, Attributes.empty());
      meter.histogramBuilder("exponential").build().record(5, Attributes.empty(), inSpan(50));
      return new ArrayList<>(reader.collectAllMetrics());
    }
  }

  private static Context inSpan(int number) {
    final String trace = String.format("%032x", number);
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.create(
                    trace, trace.substring(16), TraceFlags.getSampled(), TraceState.getDefault())));
  }

  private CollectionRegistration source() {
    return new CollectionRegistration() {
      @Override
      public Collection<MetricData> collectAllMetrics() {
        return metrics;
      }
    };
  }

  private Answer glint(String accept, TranslationStrategy strategy) throws Exception {
    try (OpenMetricsServer server =
        OpenMetricsServer.builder().setPort(0).setTranslationStrategy(strategy).build()) {
      server.register(source());
      return get(server.getPort(), accept);
    }
  }

  private Answer stock(String accept, TranslationStrategy strategy) throws Exception {
    final int port = FreePort.find();
    try (PrometheusHttpServer server =
        PrometheusHttpServer.builder()
            .setPort(port)
            .setTranslationStrategy(
                io.opentelemetry.exporter.prometheus.TranslationStrategy.valueOf(strategy.name()))
            .build()) {
      server.register(source());
      return get(port, accept);
    }
  }

  private static Answer get(int port, String accept) throws IOException, InterruptedException {
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"));
    if (!accept.isEmpty()) {
      request.header("Accept", accept);
    }
    final HttpResponse<byte[]> response =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new Answer(response.headers().firstValue("Content-Type").orElse(""), response.body());
  }
}
