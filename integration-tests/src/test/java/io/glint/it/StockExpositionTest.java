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
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the endpoint writes, beside what the stock Prometheus exporter writes of the same
 * collection.
 *
 * <p>Both are the same line for line, and message for message, but for what docs/openmetrics.md
 * lists with the reasons. Each listed difference is shown to be there, and the list is held against
 * the one here.
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
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern BOUND = Pattern.compile("le=\"([^\"]+)\"");

  private static final String[] HOSTILE_NAMES = {
    "日本",
    "1st",
    "a b",
    "a\"b",
    "a\\b",
    "a\nb",
    "{a}",
    "a,b=c",
    "# EOF",
    "a:b",
    "A.Upper-Case/Name",
    "😀",
  };

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
    final List<String> glint = normalised(glint(accept, DEFAULT).text());
    final List<String> stock = normalised(stock(accept, DEFAULT).text());
    assertThat(List.of(without(glint, stock), without(stock, glint)))
        .as("lines that one alone has: Glint, stock")
        .containsOnly(List.of());
    assertThat(glint).isEqualTo(stock);
  }

  private static List<String> without(List<String> lines, List<String> others) {
    final List<String> rest = new ArrayList<>(lines);
    rest.removeAll(others);
    return rest;
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
          || line.startsWith("scoped")
          || line.startsWith("lost")
          || line.matches("# \\w+ (scoped|lost) .*")
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

  /** What differs in text, and a request with which it is seen. */
  private enum Difference {
    INTEGERS("integers of long instruments"),
    BOUNDS("bounds of buckets"),
    EXEMPLAR_LABELS("labels of an exemplar"),
    EXPONENTIAL("exponential histograms"),
    TARGET("target_info"),
    ORDER("order of the series of a family"),
    SCHEME("scheme of escaping", ";escaping=dots", DEFAULT),
    DOTS("names with escaping=dots", ";escaping=dots", DEFAULT),
    STRATEGIES(
        "strategies other than the default, OpenMetrics 1.0",
        ";escaping=allow-utf-8",
        TranslationStrategy.NO_UTF8_ESCAPING_WITH_SUFFIXES),
    SCOPE_ATTRIBUTES(
        "attributes of scopes with escaping=allow-utf-8", ";escaping=allow-utf-8", DEFAULT),
    KEYS("attributes whose key has no letter or digit of ASCII"),
    CLASHES("metrics whose names and labels become the same");

    private final String documented;
    private final String accept;
    private final TranslationStrategy strategy;

    Difference(String documented) {
      this(documented, "", DEFAULT);
    }

    Difference(String documented, String escaping, TranslationStrategy strategy) {
      this.documented = documented;
      this.accept = OPEN_METRICS + escaping;
      this.strategy = strategy;
    }
  }

  /** The same of protobuf. */
  private static final List<String> PROTOBUF_DIFFERENCES =
      List.of(
          "unit of a family",
          "zero threshold of native histograms",
          "exemplars of native histograms",
          "start of histograms and summaries",
          "digits of times");

  /** The rows of the two tables of the page: text and protobuf. */
  private static List<List<String[]>> documented() throws IOException {
    final String page = DocumentedPage.of("docs/openmetrics.md").text();
    final int start = page.indexOf("\n## Where the output differs from the stock exporter");
    assertThat(start).isPositive();
    final List<List<String[]>> tables = new ArrayList<>();
    for (final String line :
        page.substring(start, page.indexOf("\n## ", start + 1)).lines().toList()) {
      if (line.startsWith("| what |")) {
        tables.add(new ArrayList<>());
      } else if (line.startsWith("| ")) {
        final String[] cells = line.substring(2, line.length() - 2).split(" \\| ", -1);
        assertThat(cells).as(line).hasSize(4);
        tables.get(tables.size() - 1).add(cells);
      }
    }
    return tables;
  }

  @Test
  void theListedDifferencesAreThoseOfTheDocuments() throws Exception {
    assertThat(documented())
        .extracting(table -> table.stream().map(cells -> cells[0]).toList())
        .containsExactly(
            Stream.of(Difference.values()).map(each -> each.documented).toList(),
            PROTOBUF_DIFFERENCES);
  }

  /** What stands as code in a cell is in what the one writes, and not in what the other does. */
  @Test
  void eachListedDifferenceIsThereAsItIsDocumented() throws Exception {
    final List<String[]> table = documented().get(0);
    int shown = 0;
    for (final Difference difference : Difference.values()) {
      final String[] cells =
          table.stream()
              .filter(row -> row[0].equals(difference.documented))
              .findFirst()
              .orElseThrow();
      final String glint = glint(difference.accept, difference.strategy).all();
      final String stock = stock(difference.accept, difference.strategy).all();
      for (final String code : code(cells[1])) {
        assertThat(stock).as(difference.documented).contains(code);
        assertThat(glint).as(difference.documented).doesNotContain(code);
        shown++;
      }
      for (final String code : code(cells[2])) {
        assertThat(glint).as(difference.documented).contains(code);
        assertThat(stock).as(difference.documented).doesNotContain(code);
        shown++;
      }
    }
    assertThat(shown).isGreaterThan(16);
  }

  private static List<String> code(String cell) {
    return CODE.matcher(cell).results().map(match -> match.group(1)).toList();
  }

  @Test
  void targetInfoComesFirstAndSeriesAreOrderedByScope() throws Exception {
    final String glint = glint(OPEN_METRICS, DEFAULT).text();
    final String stock = stock(OPEN_METRICS, DEFAULT).text();
    assertThat(glint).startsWith("# TYPE target info\n# HELP target ");
    assertThat(stock.indexOf("# TYPE target")).isPositive();
    Collections.reverse(metrics);
    assertThat(glint(OPEN_METRICS, DEFAULT).text()).isEqualTo(glint);
    final Pattern requests = Pattern.compile("(?m)^requests_total\\{.*otel_scope_name=\"(.*?)\"");
    assertThat(requests.matcher(glint).results().map(match -> match.group(1)))
        .containsExactly("lib.one", "lib.two");
    assertThat(requests.matcher(stock).results().map(match -> match.group(1)))
        .containsExactly("lib.two", "lib.one");
  }

  @Test
  void whereNamesBecomeTheSameTheStockExporterAnswersNothing() throws Exception {
    final Resource resource = metrics.get(0).getResource();
    final InstrumentationScopeInfo scope = InstrumentationScopeInfo.create("lib");
    for (final String name : List.of("same.name", "same-name")) {
      final long now = 1_700_000_000_000_000_000L;
      metrics.add(
          ImmutableMetricData.createLongSum(
              resource,
              scope,
              name,
              "",
              "",
              SumData.createLongSumData(
                  true,
                  AggregationTemporality.CUMULATIVE,
                  List.of(LongPointData.create(now, now, Attributes.empty(), 2)))));
    }
    assertThat(glint(OPEN_METRICS, DEFAULT).text())
        .contains("\nsame_name_total{otel_scope_name=\"lib\"} 4\n", "\njobs_total{");
    final Answer stock = stock(OPEN_METRICS, DEFAULT);
    assertThat(stock.status()).isEqualTo(500);
    assertThat(stock.text()).contains("Duplicate labels").doesNotContain("jobs_total{");
  }

  @Test
  void eachListedDifferenceOfProtobufIsThere() throws Exception {
    final Map<String, Metrics.MetricFamily> glint = glint(PROTOBUF, DEFAULT).byName();
    final Map<String, Metrics.MetricFamily> stock = stock(PROTOBUF, DEFAULT).byName();
    assertThat(glint.get("sent_bytes_total").getUnit()).isEqualTo("bytes");
    assertThat(stock.values()).allMatch(family -> family.getUnit().isEmpty());
    final Metrics.Histogram ours = glint.get("exponential").getMetric(0).getHistogram();
    final Metrics.Histogram theirs = stock.get("exponential").getMetric(0).getHistogram();
    assertThat(ours.getZeroThreshold()).isEqualTo(1e-128);
    assertThat(theirs.getZeroThreshold()).isZero();
    assertThat(ours.getExemplarsCount()).isEqualTo(1);
    assertThat(ours.getBucketCount()).isZero();
    assertThat(theirs.getExemplarsCount()).isZero();
    assertThat(theirs.getBucketList())
        .singleElement()
        .matches(bucket -> bucket.hasExemplar() && Double.isInfinite(bucket.getUpperBound()));
    for (final String name : List.of("exponential", "latency_milliseconds")) {
      assertThat(glint.get(name).getMetric(0).getHistogram().hasCreatedTimestamp()).isTrue();
      assertThat(stock.get(name).getMetric(0).getHistogram().hasCreatedTimestamp()).isFalse();
    }
    assertThat(glint.get("wait_time_seconds").getMetric(0).getSummary().hasCreatedTimestamp())
        .isTrue();
    assertThat(stock.get("wait_time_seconds").getMetric(0).getSummary().hasCreatedTimestamp())
        .isFalse();
    final Timestamp start = created(glint);
    assertThat(start)
        .isEqualTo(Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(123_456_789).build());
    assertThat(created(stock)).isEqualTo(Answer.truncated(start)).isNotEqualTo(start);
  }

  private static Timestamp created(Map<String, Metrics.MetricFamily> families) {
    return families.get("ca_z_bytes_total").getMetric(0).getCounter().getCreatedTimestamp();
  }

  @Test
  void protobufIsTheSameButForTheListedDifferences() throws Exception {
    final Map<String, Set<Metrics.Metric>> glint = glint(PROTOBUF, DEFAULT).families();
    final Map<String, Set<Metrics.Metric>> stock = stock(PROTOBUF, DEFAULT).families();
    assertThat(glint.keySet()).isEqualTo(stock.keySet());
    glint.forEach((name, family) -> assertThat(family).as(name).isEqualTo(stock.get(name)));
  }

  /** An answer: the type and the bytes of the body. */
  private static final class Answer {
    private final int status;
    private final String contentType;
    private final byte[] body;

    private Answer(int status, String contentType, byte[] body) {
      this.status = status;
      this.contentType = contentType;
      this.body = body;
    }

    int status() {
      return status;
    }

    /** The type, too. */
    String all() {
      return contentType + '\n' + text();
    }

    Map<String, Metrics.MetricFamily> byName() throws IOException {
      final Map<String, Metrics.MetricFamily> families = new TreeMap<>();
      final ByteArrayInputStream stream = new ByteArrayInputStream(body);
      for (Metrics.MetricFamily family = Metrics.MetricFamily.parseDelimitedFrom(stream);
          family != null;
          family = Metrics.MetricFamily.parseDelimitedFrom(stream)) {
        families.put(family.getName(), family);
      }
      return families;
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** By name, without what is listed as a difference. */
    Map<String, Set<Metrics.Metric>> families() throws IOException {
      final Map<String, Set<Metrics.Metric>> families = new TreeMap<>();
      for (final Metrics.MetricFamily family : byName().values()) {
        if (family.getName().matches("scoped|lost")) {
          continue;
        }
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
      if (metric.hasSummary()) {
        metric.getSummaryBuilder().clearCreatedTimestamp();
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
      final List<MetricData> sample = new ArrayList<>(reader.collectAllMetrics());
      sample.addAll(ofAProducer(sample.get(0).getResource()));
      return sample;
    }
  }

  /** What no meter of the SDK makes: summaries, attributes of scopes, and names of any text. */
  private static List<MetricData> ofAProducer(Resource resource) {
    final InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder("lib.three")
            .setVersion("3")
            .setAttributes(
                Attributes.of(
                    AttributeKey.stringKey("team"),
                    "a \"b\"\n\\",
                    AttributeKey.longKey("number"),
                    3L))
            .build();
    final long now = 1_700_000_000_123_456_789L;
    final Attributes hostileKeys =
        Attributes.builder()
            .put("a日本", "1")
            .put("a b", "2")
            .put("1st", "3")
            .put("quote\"", "4")
            .put("a-b", "5")
            .put("a.b", "6")
            .put("UPPER", "7")
            .build();
    final List<MetricData> metrics = new ArrayList<>();
    metrics.add(
        ImmutableMetricData.createDoubleSummary(
            resource,
            scope,
            "wait.time",
            "how long",
            "s",
            SummaryData.create(
                List.of(
                    SummaryPointData.create(
                        now - 1_000_000_000L,
                        now,
                        Attributes.of(AttributeKey.stringKey("queue"), "a"),
                        7,
                        10.5,
                        List.of(
                            ValueAtQuantile.create(0, 0.5),
                            ValueAtQuantile.create(0.5, 1),
                            ValueAtQuantile.create(0.99, 2.25),
                            ValueAtQuantile.create(1, Double.POSITIVE_INFINITY))),
                    SummaryPointData.create(
                        now - 1_000_000_000L, now, hostileKeys, 0, 0, List.of())))));
    metrics.add(
        gauge(
            resource,
            InstrumentationScopeInfo.builder("lib.four")
                .setAttributes(Attributes.of(AttributeKey.stringKey("short.name"), "l4"))
                .build(),
            "scoped",
            Attributes.empty()));
    metrics.add(gauge(resource, scope, "lost", Attributes.of(AttributeKey.stringKey("日本"), "1")));
    for (int i = 0; i < HOSTILE_NAMES.length; i++) {
      // With a beginning that tells them apart whatever becomes of the rest.
      final String name = (char) ('a' + i) + HOSTILE_NAMES[i] + "z";
      metrics.add(gauge(resource, scope, name, hostileKeys));
      metrics.add(
          ImmutableMetricData.createLongSum(
              resource,
              scope,
              "c" + name,
              "",
              "By",
              SumData.createLongSumData(
                  true,
                  AggregationTemporality.CUMULATIVE,
                  List.of(LongPointData.create(now, now, Attributes.empty(), 2)))));
    }
    return metrics;
  }

  private static MetricData gauge(
      Resource resource, InstrumentationScopeInfo scope, String name, Attributes attributes) {
    return ImmutableMetricData.createDoubleGauge(
        resource,
        scope,
        name,
        "help of " + name,
        "",
        GaugeData.createDoubleGaugeData(
            List.of(
                DoublePointData.create(
                    1_700_000_000_000_000_000L,
                    1_700_000_000_000_000_000L,
                    attributes,
                    1.5,
                    List.of()))));
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
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body());
  }
}
