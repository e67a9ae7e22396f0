package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the live page gets of a collection. */
class LiveMetricsTest {

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("k");

  private static String write(MetricData... metrics) {
    return LiveMetrics.write(
        List.of(metrics),
        null,
        new Naming(TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES, Escaping.UNDERSCORES));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  @Test
  void aCounterHasItsNamesUnitHelpAndSeries() {
    final MetricData counter =
        Metrics.counter("http.bytes", Metrics.point(Attributes.of(KEY, "v"), 3))
            .described("Sent.")
            .in("By");
    assertThat(write(counter))
        .contains(
            "{\"name\":\"http.bytes\",\"scope\":\"\",\"kind\":\"counter\",\"unit\":\"By\","
                + "\"help\":\"Sent.\",\"exposed\":\"http_bytes_total\",\"points\":1,"
                + "\"all\":{\"v\":3.0},\"series\":[{\"labels\":{\"k\":\"v\"},\"v\":3}]}");
  }

  @Test
  void ofManySeriesThoseWithTheMostAreThereAndTheTotalIsThatOfAll() {
    final LongPointData[] points =
        IntStream.range(0, 1000)
            .mapToObj(i -> Metrics.point(Attributes.of(KEY, "v" + i), i))
            .toArray(LongPointData[]::new);
    final String json = write(Metrics.counter("c", points));
    assertThat(json).contains("\"points\":1000").contains("\"all\":{\"v\":499500.0}");
    assertThat(count(json, "\"labels\"")).isEqualTo(LiveMetrics.MAX_SERIES);
    assertThat(json).contains("\"v999\"").contains("\"v900\"").doesNotContain("\"v899\"");
  }

  @Test
  void theWholeIsBoundedHoweverManyMetricsHaveLongLabels() {
    final LongPointData[] points =
        IntStream.range(0, 100)
            .mapToObj(i -> Metrics.point(Attributes.of(KEY, "x".repeat(5000) + i), i))
            .toArray(LongPointData[]::new);
    final MetricData[] metrics =
        IntStream.range(0, LiveMetrics.MAX_METRICS + 7)
            .mapToObj(i -> Metrics.counter("c" + i, points))
            .toArray(MetricData[]::new);
    final String json = write(metrics);
    assertThat(json.length()).isLessThan(LiveMetrics.MAX_CHARACTERS + 500_000);
    assertThat(json).contains("\"leftOut\":7").contains("\"name\":\"c999\"");
  }

  @Test
  void theWholeIsBoundedHoweverManyExemplarsHaveLongAttributes() {
    final Attributes attributes = Attributes.of(KEY, "x".repeat(5000));
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      exemplars.add(Metrics.exemplar(Math.scalb(1.5, i % 80), Metrics.NOW + i, i + 1, attributes));
    }
    final MetricData metric =
        Metrics.histogram(
            "h",
            new Metrics.HistogramPoint(Attributes.empty(), 3, List.of(), List.of(400L), exemplars));
    assertThat(count(write(metric), "\"trace\"")).isEqualTo(400);
    final MetricData[] metrics = new MetricData[30];
    Arrays.fill(metrics, metric);
    final String json = write(metrics);
    assertThat(json.length()).isLessThan(LiveMetrics.MAX_CHARACTERS_WITH_EXEMPLARS + 10_000);
    assertThat(count(json, "\"name\":\"h\"")).isEqualTo(30);
    assertThat(json).endsWith("\"unreadable\":0,\"leftOut\":0}");
  }

  @Test
  void theWholeIsBoundedAlsoInOneMetric() {
    final LongPointData[] points = new LongPointData[LiveMetrics.MAX_SERIES];
    for (int i = 0; i < points.length; i++) {
      final AttributesBuilder attributes = Attributes.builder().put("i", i);
      for (int key = 0; key < 100; key++) {
        attributes.put("k" + key, "x".repeat(5000));
      }
      points[i] = Metrics.point(attributes.build(), i);
    }
    assertThat(write(Metrics.counter("c", points)).length())
        .isLessThan(LiveMetrics.MAX_CHARACTERS + 200_000);
  }

  @Test
  void bucketsAreAddedUpOverSeries() {
    final HistogramPointData one =
        new Metrics.HistogramPoint(
            Attributes.of(KEY, "a"), 3, List.of(1.0, 2.0), List.of(1L, 0L, 1L), List.of());
    final HistogramPointData two =
        new Metrics.HistogramPoint(
            Attributes.of(KEY, "b"), 4, List.of(1.0, 2.0), List.of(0L, 5L, 2L), List.of());
    assertThat(write(Metrics.histogram("h", one, two)))
        .contains("\"all\":{\"n\":9,\"s\":7.0,\"bounds\":[1.0,2.0],\"c\":[1,5,3]}");
  }

  @Test
  void ofEachPowerOfTwoTheNewestExemplarsAreThere() {
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      exemplars.add(Metrics.exemplar(1 + i / 100.0, Metrics.START + i * 1_000_000L, i + 1));
    }
    exemplars.add(Metrics.exemplar(1000, Metrics.START - 1_000_000_000L, 99));
    final HistogramPointData point =
        new Metrics.HistogramPoint(
            Attributes.empty(), 3, List.of(1.0), List.of(0L, 51L), exemplars);
    final String json = write(Metrics.histogram("h", point));
    assertThat(count(json, "\"trace\"")).isEqualTo(7);
    assertThat(json)
        .contains("\"v\":1.49,")
        .contains("\"v\":1.44,")
        .doesNotContain("\"v\":1.43,")
        .as("the rare large one, although it is the oldest")
        .contains("\"v\":1000.0,");
  }

  @Test
  void exponentialBucketsAreBroughtDownToAPictureExactly() {
    final List<Long> counts = new ArrayList<>();
    for (int i = 0; i < 160; i++) {
      counts.add(1L);
    }
    final String json =
        write(
            Metrics.exponential(
                "e", Metrics.exponentialPoint(Attributes.empty(), 100, 3, -40, counts)));
    final String positive = json.replaceAll(".*?\"pos\":\\[([-0-9,]*)].*", "$1");
    final String[] numbers = positive.split(",", -1);
    assertThat(numbers.length).isLessThanOrEqualTo(97);
    assertThat(IntStream.range(1, numbers.length).mapToLong(i -> Long.parseLong(numbers[i])).sum())
        .isEqualTo(160);
  }

  @Test
  void hostileTextStaysAString() {
    final MetricData hostile =
        Metrics.counter("c", Metrics.point(Attributes.of(KEY, "\"}\u0000\n\\\ud800"), 1))
            .described("</script>");
    assertThat(write(hostile))
        .contains("{\"k\":\"\\\"}\\u0000\\u000a\\\\\\ud800\"}")
        .contains("\"help\":\"</script>\"");
  }

  @Test
  void numbersThatJsonDoesNotHaveAreStrings() {
    assertThat(write(Metrics.gauge("g", Double.NaN))).contains("\"v\":\"NaN\"");
    assertThat(write(Metrics.counter("c", Long.MAX_VALUE))).contains("\"v\":\"" + Long.MAX_VALUE);
  }

  @Test
  void aBrokenMetricOfAProducerCostsNoOther() {
    final MetricData broken =
        Metrics.metric("broken", MetricDataType.HISTOGRAM, Metrics.counter("x", 1).getData());
    final String json = write(Metrics.counter("a", 1), broken, Metrics.counter("b", 2));
    assertThat(json)
        .contains("\"unreadable\":1")
        .contains("\"name\":\"a\"")
        .contains("},{\"name\":\"b\"")
        .doesNotContain("broken");
    assertThat(write(broken, Metrics.counter("b", 2))).contains("\"metrics\":[{\"name\":\"b\"");
  }
}
