package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricFamily;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests with any {@code Accept} and {@code Accept-Encoding}: the body is always what {@code
 * Content-Type} and {@code Content-Encoding} say, with the names of the scheme of escaping that is
 * told. What it is told by is read here without the code that wrote it.
 */
@Tag("long")
@Timeout(120)
class AcceptFuzzTest {

  private static final int SEEDS = 6000;

  private static final String[] TYPES = {
    "text/plain",
    "text/plain",
    "application/openmetrics-text",
    "application/openmetrics-text",
    "application/vnd.google.protobuf",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
    "text/*",
    "application/*",
    "*/*",
    "text/html",
    "application/json",
    "",
    "/",
  };
  private static final String[] VERSIONS = {
    "0.0.1", "0.0.4", "0.0.4", "1.0.0", "1.0.0", "2.0.0", "2.0.0", "1.0.1", "\"1.0.0\"", "\"", "",
  };
  private static final String[] SCHEMES = {
    "underscores",
    "dots",
    "values",
    "allow-utf-8",
    "allow-utf-8",
    "allow-utf8",
    "\"values\"",
    "none",
    "",
    "dots\0",
  };
  private static final String[] WEIGHTS = {
    "0", "0.1", "0.3", "0.5", "0.9", "1", "1.000", ".5", "7", "-1", "-0", "abc", "", "NaN", "1d",
  };
  private static final String[] OTHERS = {
    "charset=utf-8", "encoding=text", "encoding=delimited", "proto=x", "=", "q", "version", "ä=ö",
  };
  private static final String[] CODINGS = {
    "gzip", "gzip", "x-gzip", "GZIP", "*", "identity", "br", "deflate", "zstd", "", "gzipped",
  };
  private static final String[] BLANKS = {"", "", "", " ", "  ", "\t"};

  private static final String ESCAPED = "(?:; escaping=(underscores|dots|values|allow-utf-8))?";
  private static final Pattern CONTENT_TYPE =
      Pattern.compile(
          "(?<text>text/plain; version=0\\.0\\.4; charset=utf-8)"
              + "|(?<text1>text/plain; version=1\\.0\\.0; charset=utf-8)"
              + ESCAPED
              + "|(?<openmetrics>application/openmetrics-text; version=1\\.0\\.0; charset=utf-8)"
              + ESCAPED
              + "|(?<openmetrics2>application/openmetrics-text; version=2\\.0\\.0; charset=utf-8)"
              + ESCAPED
              + "|(?<protobuf>application/vnd\\.google\\.protobuf;"
              + " proto=io\\.prometheus\\.client\\.MetricFamily; encoding=delimited)"
              + ESCAPED);

  /** The name of the counter by the scheme that the answer tells; none is underscores. */
  private static final Map<String, String> COUNTER =
      Map.of(
          "underscores", "foo_bar_bytes_total",
          "dots", "foo_dot_bar__bytes_total",
          "values", "U__foo_2e_bar__bytes__total",
          "allow-utf-8", "foo.bar_bytes_total");

  private static final Map<String, String> LABEL =
      Map.of("underscores", "k_x", "dots", "k_dot_x", "values", "U__k_2e_x", "allow-utf-8", "k.x");

  // Prometheus text, version 0.0.4 and, with names in quotes, 1.0.0.
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final String LABEL_NAME = "[a-zA-Z_][a-zA-Z0-9_]*";
  private static final String QUOTED = "\"(?:[^\"\\\\\\n]|\\\\.)+\"";
  private static final String VALUE = "\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"";
  private static final String NUMBER = "(?:NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)";
  private static final String WORD = "(?:counter|gauge|histogram|summary|untyped)";
  private static final Pattern TEXT_LINE = textLine(NAME, LABEL_NAME, "\\{");
  private static final Pattern TEXT_1_LINE =
      textLine(
          "(?:" + NAME + "|" + QUOTED + ")",
          "(?:" + LABEL_NAME + "|" + QUOTED + ")",
          "\\{(?:" + QUOTED + ",?)?");

  private static Pattern textLine(String name, String label, String opening) {
    final String pair = label + "=" + VALUE;
    return Pattern.compile(
        "# HELP "
            + name
            + " .*|# TYPE "
            + name
            + " "
            + WORD
            + "|(?:"
            + NAME
            + ")?(?:"
            + opening
            + "(?:"
            + pair
            + "(?:,"
            + pair
            + ")*)?\\})? "
            + NUMBER);
  }

  /** Names in quotes, which the parser of OpenMetrics 1.0 does not know. */
  private static final Pattern QUOTED_METRIC = Pattern.compile("(?m)^\\{\"([^\"]+)\"(,|\\})");

  private static final Pattern QUOTED_IN_METADATA =
      Pattern.compile("(?m)^(# (?:TYPE|HELP|UNIT) )\"([^\"]+)\"");
  private static final Pattern QUOTED_LABEL = Pattern.compile("([{,])\"([^\"]+)\"=");

  private static final List<MetricData> METRICS = metrics();

  /** How often each kind of answer was there. */
  private final Map<String, Integer> answers = new TreeMap<>();

  private static List<MetricData> metrics() {
    final Attributes attributes = Attributes.of(AttributeKey.stringKey("k.x"), "a\"\\\nb");
    final Resource resource =
        Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop"));
    return List.of(
        Metrics.doubleCounter(
                "foo.bar", Metrics.point(attributes, 3, Metrics.exemplar(1, Metrics.NOW, 1)))
            .in("By")
            .described("how \"many\"\n")
            .of(resource),
        Metrics.gauge("gauge", -0.5).of(resource),
        Metrics.histogram(
                "latency",
                new Metrics.HistogramPoint(
                    attributes,
                    3,
                    List.of(1.0, 4.0),
                    List.of(1L, 1L, 0L),
                    List.of(Metrics.exemplar(2, Metrics.NOW, 2))))
            .in("s")
            .of(resource),
        Metrics.exponential(
                "exponential",
                Metrics.exponentialPoint(attributes, 5, 3, 0, 0, List.of(1L, 2L), List.of()))
            .of(resource),
        Metrics.summary(
                "summary",
                SummaryPointData.create(
                    Metrics.START,
                    Metrics.NOW,
                    attributes,
                    2,
                    3,
                    List.of(ValueAtQuantile.create(0.5, 1))))
            .of(resource));
  }

  @Test
  void theBodyIsWhatTheHeadersOfTheAnswerSay() throws Exception {
    try (OpenMetricsReader reader =
            OpenMetricsReader.builder()
                .setOpenMetrics2Enabled(true)
                .setTranslationStrategy(TranslationStrategy.NO_UTF8_ESCAPING_WITH_SUFFIXES)
                .build();
        ReferenceParser reference = ReferenceParser.start()) {
      reader.register(
          new CollectionRegistration() {
            @Override
            public Collection<MetricData> collectAllMetrics() {
              return METRICS;
            }
          });
      for (int seed = 0; seed < SEEDS; seed++) {
        final Random random = new Random(seed);
        final Map<String, List<String>> headers =
            Map.of("Accept", accept(random), "Accept-Encoding", acceptEncoding(random));
        try {
          check(reader, headers, reference);
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("seed " + seed + ": " + headers, e);
        }
      }
    }
    // Each kind was there, and often.
    assertThat(answers.keySet())
        .containsExactlyInAnyOrder(
            "text null",
            "text1 underscores",
            "text1 dots",
            "text1 values",
            "text1 allow-utf-8",
            "openmetrics null",
            "openmetrics underscores",
            "openmetrics dots",
            "openmetrics values",
            "openmetrics allow-utf-8",
            "openmetrics2 null",
            "openmetrics2 underscores",
            "openmetrics2 dots",
            "openmetrics2 values",
            "openmetrics2 allow-utf-8",
            "protobuf null",
            "protobuf underscores",
            "protobuf dots",
            "protobuf values",
            "protobuf allow-utf-8",
            "gzip",
            "plain");
    assertThat(answers.values()).as(answers.toString()).allMatch(count -> count >= 5);
  }

  private static List<String> accept(Random random) {
    final StringBuilder header = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      header.append(pick(random, BLANKS)).append(pick(random, TYPES));
      if (random.nextInt(4) > 0) {
        parameter(header, random, "version", VERSIONS);
      }
      if (random.nextBoolean()) {
        parameter(header, random, "escaping", SCHEMES);
      }
      if (random.nextInt(4) == 0) {
        header.append(';').append(pick(random, OTHERS));
      }
      if (random.nextBoolean()) {
        parameter(header, random, "q", WEIGHTS);
      }
      header.append(i > 0 ? "," : "");
    }
    return spoilt(header, random);
  }

  private static List<String> acceptEncoding(Random random) {
    final StringBuilder header = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      header.append(pick(random, BLANKS)).append(pick(random, CODINGS));
      if (random.nextBoolean()) {
        parameter(header, random, "q", WEIGHTS);
      }
      header.append(i > 1 ? "," : "");
    }
    return spoilt(header, random);
  }

  private static void parameter(StringBuilder header, Random random, String name, String[] values) {
    header
        .append(pick(random, BLANKS))
        .append(';')
        .append(pick(random, BLANKS))
        .append(random.nextInt(8) == 0 ? name.toUpperCase(Locale.ROOT) : name)
        .append(pick(random, BLANKS))
        .append('=')
        .append(pick(random, BLANKS))
        .append(pick(random, values));
  }

  /** Now and then a character is another one, and the header is two. */
  private static List<String> spoilt(StringBuilder header, Random random) {
    if (header.length() > 0 && random.nextInt(4) == 0) {
      header.setCharAt(random.nextInt(header.length()), (char) random.nextInt(256));
    }
    final int comma = random.nextBoolean() ? header.indexOf(",") : -1;
    final List<String> values = new ArrayList<>();
    values.add(comma < 0 ? header.toString() : header.substring(0, comma));
    if (comma >= 0) {
      values.add(header.substring(comma + 1));
    }
    return values;
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }

  private void check(
      OpenMetricsReader reader, Map<String, List<String>> headers, ReferenceParser reference)
      throws IOException {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final Map<String, String> told;
    try (OpenMetricsResponse response = reader.scrape("GET", null, headers::get)) {
      assertThat(response.status()).isEqualTo(200);
      told = response.headers();
      response.writeTo(out);
    }
    try (OpenMetricsResponse head = reader.scrape("HEAD", null, headers::get)) {
      assertThat(head.headers().get("Content-Type")).isEqualTo(told.get("Content-Type"));
      assertThat(head.headers().get("Content-Encoding")).isEqualTo(told.get("Content-Encoding"));
    }
    assertThat(told).containsEntry("Content-Length", Integer.toString(out.size()));
    checkBody(
        told.get("Content-Type"),
        uncompressed(out.toByteArray(), told.get("Content-Encoding"), headers),
        String.join(",", headers.get("Accept")).toLowerCase(Locale.ROOT),
        reference);
  }

  private byte[] uncompressed(byte[] body, String encoding, Map<String, List<String>> headers)
      throws IOException {
    answers.merge(encoding == null ? "plain" : encoding, 1, Integer::sum);
    if (encoding == null) {
      return body;
    }
    assertThat(encoding).isEqualTo("gzip");
    assertThat(String.join(",", headers.get("Accept-Encoding")).toLowerCase(Locale.ROOT))
        .containsPattern("gzip|\\*");
    try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return stream.readAllBytes();
    }
  }

  private void checkBody(String contentType, byte[] body, String asked, ReferenceParser reference)
      throws IOException {
    final Matcher type = CONTENT_TYPE.matcher(contentType);
    assertThat(type.matches()).as(contentType).isTrue();
    String scheme = null;
    for (int group = 1; group <= type.groupCount(); group++) {
      final String found = type.group(group);
      scheme = found != null && COUNTER.containsKey(found) ? found : scheme;
    }
    final String names = scheme == null ? "underscores" : scheme;
    // Nobody is told of a scheme that was not asked for.
    assertThat(names.equals("underscores") || asked.contains(names.replace("utf-8", "utf")))
        .isTrue();
    final String text = new String(body, UTF_8);
    final String kind;
    if (type.group("text") != null || type.group("text1") != null) {
      kind = type.group("text") != null ? "text" : "text1";
      checkText(text, kind.equals("text") ? TEXT_LINE : TEXT_1_LINE);
      assertThat(text).contains("# TYPE " + quoted(COUNTER.get(names), names) + " counter\n");
      if (reference != null && !names.equals("allow-utf-8")) {
        assertThat(reference.parse(ScrapeFormat.PROMETHEUS_TEXT, text)).isEqualTo("good");
      }
    } else if (type.group("openmetrics") != null) {
      kind = "openmetrics";
      assertThat(asked).containsAnyOf("application/openmetrics-text", "application/*");
      checkOpenMetrics(text, names);
      if (reference != null && !names.equals("allow-utf-8")) {
        assertThat(reference.parse(ScrapeFormat.OPEN_METRICS, text)).isEqualTo("good");
      }
    } else if (type.group("openmetrics2") != null) {
      kind = "openmetrics2";
      assertThat(asked).contains("application/openmetrics-text", "2.0.0");
      OpenMetrics2Grammar.check(text);
      assertThat(text)
          .contains("# TYPE " + quoted(COUNTER.get(names), names) + " counter\n")
          .contains(",schema:3,");
    } else {
      kind = "protobuf";
      assertThat(asked).contains("application/vnd.google.protobuf");
      final MetricFamily counter =
          MetricFamilies.family(MetricFamilies.parse(body), COUNTER.get(names));
      assertThat(MetricFamilies.labels(counter.getMetric(0).getLabelList()))
          .containsKey(LABEL.get(names));
    }
    if (!kind.equals("protobuf")) {
      assertThat(text).contains(quoted(LABEL.get(names), names) + "=\"a\\\"\\\\\\nb\"");
    }
    answers.merge(kind + ' ' + scheme, 1, Integer::sum);
  }

  private static String quoted(String name, String scheme) {
    return scheme.equals("allow-utf-8") ? '"' + name + '"' : name;
  }

  private static void checkText(String text, Pattern line) {
    assertThat(text).endsWith("\n").doesNotContain("# EOF", "# UNIT", " # {");
    assertThat(text.lines()).allSatisfy(each -> assertThat(each).matches(line));
  }

  private static void checkOpenMetrics(String text, String scheme) {
    final Exposition parsed = StrictOpenMetricsParser.parse(unquoted(text).getBytes(UTF_8));
    final String total = COUNTER.get(scheme);
    final String family = total.substring(0, total.length() - "_total".length());
    assertThat(text).contains("# TYPE " + quoted(family, scheme) + " counter\n");
    assertThat(parsed.family(family.replace('.', '_')).samples)
        .singleElement()
        .satisfies(sample -> assertThat(sample.exemplar()).isNotNull());
    // Without native histograms.
    assertThat(text).doesNotContain("schema:");
  }

  private static String unquoted(String text) {
    final String metadata =
        QUOTED_IN_METADATA
            .matcher(text)
            .replaceAll(found -> found.group(1) + found.group(2).replace('.', '_'));
    final String metrics =
        QUOTED_METRIC
            .matcher(metadata)
            .replaceAll(
                found ->
                    found.group(1).replace('.', '_') + (found.group(2).equals(",") ? "{" : "{}"));
    return QUOTED_LABEL
        .matcher(metrics)
        .replaceAll(found -> found.group(1) + found.group(2).replace('.', '_') + '=');
  }
}
