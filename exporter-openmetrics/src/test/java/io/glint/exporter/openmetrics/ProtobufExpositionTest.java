package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.MetricFamilies.buckets;
import static io.glint.exporter.openmetrics.MetricFamilies.family;
import static io.glint.exporter.openmetrics.MetricFamilies.labels;
import static io.glint.exporter.openmetrics.MetricFamilies.nanos;
import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.START;
import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.doubleCounter;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.exponential;
import static io.glint.exporter.openmetrics.Metrics.exponentialPoint;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.point;
import static io.glint.exporter.openmetrics.Metrics.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.exporter.openmetrics.Metrics.LongPoint;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.testing.NumberedExemplar;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Exemplar;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Histogram;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.Metric;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricFamily;
import io.prometheus.metrics.expositionformats.generated.com_google_protobuf_4_35_0.Metrics.MetricType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Prometheus protobuf, read with the classes of Prometheus' Java client. */
@Tag("long")
class ProtobufExpositionTest {

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("http.method");
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private final Renderer renderer = Renderer.plain();

  @Test
  void countersHaveNameHelpUnitLabelsValueStartAndTheLatestExemplar() {
    final MetricFamily family =
        renderer
            .protobuf(
                doubleCounter(
                        "bytes.sent",
                        point(
                            Attributes.of(KEY, "a\"\n\\é😀"),
                            1.5,
                            exemplar(0.5, NOW - 1_000, 2),
                            exemplar(1, NOW, 1, Attributes.of(KEY, "x")),
                            exemplar(2, NOW - 2_000, 3)))
                    .in("By")
                    .described("how\n\"many\"")
                    .of(InstrumentationScopeInfo.create("scope")))
            .get(0);
    assertThat(family.getName()).isEqualTo("bytes_sent_bytes_total");
    assertThat(family.getHelp()).isEqualTo("how\n\"many\"");
    assertThat(family.getUnit()).isEqualTo("bytes");
    assertThat(family.getType()).isEqualTo(MetricType.COUNTER);
    final Metric metric = family.getMetric(0);
    assertThat(metric.hasTimestampMs()).isFalse();
    assertThat(labels(metric.getLabelList()))
        .containsExactly(
            Map.entry("http_method", "a\"\n\\é😀"), Map.entry("otel_scope_name", "scope"));
    assertThat(metric.getCounter().getValue()).isEqualTo(1.5);
    assertThat(nanos(metric.getCounter().getCreatedTimestamp())).isEqualTo(START);
    final Exemplar exemplar = metric.getCounter().getExemplar();
    assertThat(exemplar.getValue()).isEqualTo(1);
    assertThat(labels(exemplar.getLabelList()))
        .containsExactly(
            Map.entry("trace_id", "0".repeat(31) + "1"),
            Map.entry("span_id", "0".repeat(15) + "1"),
            Map.entry("http_method", "x"));
    assertThat(nanos(exemplar.getTimestamp())).isEqualTo(NOW);
  }

  @Test
  void gaugesAndUpDownCountersHaveTheirValueAndNoExemplar() {
    final List<MetricFamily> families =
        renderer.protobuf(
            gauge("a", point(Attributes.empty(), -0.0, exemplar(1, NOW, 1))),
            Metrics.longGauge("b", point(Attributes.empty(), Long.MAX_VALUE)),
            Metrics.upDownCounter("c", point(Attributes.empty(), -3)),
            gauge("d", Double.NaN));
    assertThat(families).allMatch(family -> family.getType() == MetricType.GAUGE);
    assertThat(families)
        .extracting(family -> family.getMetric(0).getGauge().getValue())
        .containsExactly(-0.0, (double) Long.MAX_VALUE, -3.0, Double.NaN);
    assertThat(outcome("a", Outcome.NOT_REPRESENTABLE)).isEqualTo(1);
  }

  @Test
  void explicitHistogramsAreClassicOnesWithAnExemplarInEachBucket() {
    final MetricFamily family =
        renderer
            .protobuf(
                histogram(
                    "h",
                    new HistogramPoint(
                        Attributes.empty(),
                        7.5,
                        List.of(1.0, 5.0),
                        List.of(2L, 0L, 1L),
                        List.of(
                            exemplar(0.5, NOW - 10, 1),
                            exemplar(0.75, NOW, 2),
                            exemplar(6, NOW - 20, 3)))))
            .get(0);
    assertThat(family.getType()).isEqualTo(MetricType.HISTOGRAM);
    final Histogram histogram = family.getMetric(0).getHistogram();
    assertThat(MetricFamilies.isNative(histogram)).isFalse();
    assertThat(histogram.getSampleCount()).isEqualTo(3);
    assertThat(histogram.getSampleSum()).isEqualTo(7.5);
    assertThat(nanos(histogram.getCreatedTimestamp())).isEqualTo(START);
    assertThat(histogram.getBucketList())
        .extracting("cumulativeCount", "upperBound", "exemplar.value")
        .containsExactly(tuple(2L, 1.0, 0.75), tuple(2L, 5.0, 0.0), tuple(3L, INFINITY, 6.0));
    assertThat(histogram.getBucket(1).hasExemplar()).isFalse();
    assertThat(histogram.getExemplarsCount()).isZero();
  }

  @Test
  void histogramWithNegativeBoundsHasItsSumAndOneWithoutASumHasNaN() {
    final List<MetricFamily> families =
        renderer.protobuf(
            histogram("a", -4, List.of(-1.0), List.of(1L, 0L)),
            histogram("b", Double.NaN, List.of(1.0), List.of(1L, 0L)));
    assertThat(families)
        .extracting(family -> family.getMetric(0).getHistogram().getSampleSum())
        .containsExactly(-4.0, Double.NaN);
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void exponentialHistogramsAreNativeOnes() {
    // The example of the specification, and one of negative values.
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(),
                    9.5,
                    3,
                    6,
                    3,
                    List.of(10L, 0L, 0L, 20L, 5L, 2L),
                    List.of(4L, 1L))));
    assertThat(histogram.getSchema()).isEqualTo(3);
    assertThat(histogram.getZeroThreshold()).isEqualTo(1e-128);
    assertThat(histogram.getZeroCount()).isEqualTo(6);
    assertThat(histogram.getSampleCount()).isEqualTo(48);
    assertThat(histogram.getSampleSum()).isEqualTo(9.5);
    assertThat(buckets(histogram, true)).isEqualTo(Map.of(4, 10L, 7, 20L, 8, 5L, 9, 2L));
    assertThat(buckets(histogram, false)).isEqualTo(Map.of(1, 4L, 2, 1L));
    // Two empty buckets cost less than a new span.
    assertThat(histogram.getPositiveSpanCount()).isEqualTo(1);
    assertThat(histogram.getPositiveSpan(0).getOffset()).isEqualTo(4);
    assertThat(histogram.getPositiveDeltaList()).containsExactly(10L, -10L, 0L, 20L, -15L, -3L);
    assertThat(nanos(histogram.getCreatedTimestamp())).isEqualTo(START);
  }

  @Test
  void wideGapsMakeSpans() {
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(), 1, 0, -5, List.of(1L, 0L, 0L, 0L, 2L, 3L, 0L, 1L))));
    assertThat(histogram.getPositiveSpanList())
        .extracting(span -> span.getOffset() + ":" + span.getLength())
        .containsExactly("-4:1", "3:4");
    assertThat(buckets(histogram, true)).isEqualTo(Map.of(-4, 1L, 0, 2L, 1, 3L, 3, 1L));
  }

  @Test
  void scalesAbove8AreBroughtDownExactly() {
    // At scale 10 four buckets are one of scale 8: indexes -3 and -1 belong to -1, 0 to 0, 5 to 1.
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(), 1, 10, -3, List.of(1L, 0L, 2L, 4L, 0L, 0L, 0L, 0L, 8L))));
    assertThat(histogram.getSchema()).isEqualTo(8);
    assertThat(buckets(histogram, true)).isEqualTo(Map.of(0, 3L, 1, 4L, 2, 8L));
  }

  @Test
  void emptyExponentialHistogramIsANativeOneToo() {
    final Histogram histogram =
        only(exponential("h", exponentialPoint(Attributes.empty(), 0, 20, 0, List.of())));
    assertThat(MetricFamilies.isNative(histogram)).isTrue();
    assertThat(histogram.getSchema()).isEqualTo(8);
    assertThat(histogram.getSampleCount()).isZero();
  }

  @Test
  void pointsThatCannotBeNativeAreLeftOutAndTheirSiblingsAreNot() {
    final List<MetricFamily> families =
        renderer.protobuf(
            exponential(
                "h",
                exponentialPoint(Attributes.of(KEY, "coarse"), 1, -5, 0, List.of(1L)),
                exponentialPoint(Attributes.of(KEY, "no sum"), Double.NaN, 0, 0, List.of(1L)),
                exponentialPoint(Attributes.of(KEY, "negative"), 1, 0, 0, List.of(-1L)),
                exponentialPoint(Attributes.of(KEY, "good"), 1, -4, 0, List.of(1L))));
    assertThat(families.get(0).getMetricList())
        .singleElement()
        .matches(metric -> labels(metric.getLabelList()).equals(Map.of("http_method", "good")));
    assertThat(renderer.warnings)
        .hasSize(3)
        .anyMatch(
            warning -> warning.contains("scale -5") && warning.contains("http_method=\"coarse\""))
        .anyMatch(warning -> warning.contains("no sum"));
  }

  @Test
  void indexesThatNoDoubleHasAreBroughtIntoTheLastBuckets() {
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(), 1, 8, Integer.MAX_VALUE - 1, List.of(1L, 2L, 4L)),
                exponentialPoint(Attributes.of(KEY, "low"), 1, 8, Integer.MIN_VALUE, List.of(1L))));
    assertThat(buckets(histogram, true)).isEqualTo(Map.of(1024 * 256 + 1, 7L));
  }

  @Test
  void allExemplarsOfANativeHistogramAreInTheOrderOfTimeThenOfValues() {
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(),
                    1,
                    0,
                    0,
                    List.of(5L),
                    exemplar(3, NOW, 3),
                    exemplar(1.5, NOW - 5, 2),
                    exemplar(2.5, NOW, 4),
                    exemplar(Double.NaN, NOW, 5),
                    exemplar(4, 0, 6))));
    assertThat(histogram.getExemplarsList())
        .extracting(Exemplar::getValue)
        .containsExactly(1.5, 2.5, 3.0);
    assertThat(outcome("h", Outcome.EXPORTED)).isEqualTo(3);
    assertThat(outcome("h", Outcome.NOT_REPRESENTABLE)).isEqualTo(2);
  }

  @Test
  void manyExemplarsInAnyOrderAreInTheOrderOfTime() {
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      exemplars.add(exemplar(1 + i, NOW + i * 17 % 1000 / 2, i + 1));
    }
    // The parser checks the order.
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(),
                    1,
                    0,
                    0,
                    List.of(1000L),
                    exemplars.toArray(DoubleExemplarData[]::new))));
    assertThat(histogram.getExemplarsCount()).isEqualTo(1000);
  }

  @Test
  void outrankedExemplarsThatAreLaterThanTheOneThatStaysAreNotShown() {
    // They may vanish, and then all others were older than what Prometheus has.
    final List<DoubleExemplarData> exemplars =
        List.of(
            new NumberedExemplar(5, NOW, Metrics.span(1)),
            new NumberedExemplar(1, NOW - 1, Metrics.span(2)).outranked(),
            new NumberedExemplar(2, NOW + 1, Metrics.span(3)).outranked());
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.empty(),
                    1,
                    0,
                    0,
                    List.of(5L),
                    exemplars.toArray(DoubleExemplarData[]::new))));
    assertThat(histogram.getExemplarsList())
        .extracting(Exemplar::getValue)
        .containsExactly(1.0, 5.0);
  }

  @Test
  void idsThatAreNumbersAreWrittenAsTheirText() {
    final Metric metric =
        renderer
            .protobuf(
                doubleCounter(
                    "c",
                    point(
                        Attributes.empty(), 1, new NumberedExemplar(5, NOW, Metrics.span(0x1234)))))
            .get(0)
            .getMetric(0);
    final Map<String, String> labels = labels(metric.getCounter().getExemplar().getLabelList());
    assertThat(labels)
        .containsEntry("trace_id", Metrics.span(0x1234).getTraceId())
        .containsEntry("span_id", Metrics.span(0x1234).getSpanId());
  }

  @Test
  void filteredAttributesAreThereAsFarAs128CharactersReach() {
    // 63 are of the ids; escapes do not count, as nothing is escaped here.
    for (final int length : new int[] {63, 64}) {
      final MetricFamily family =
          renderer
              .protobuf(
                  counter(
                      "c",
                      new LongPoint(
                          Attributes.empty(),
                          1,
                          List.of(
                              LongExemplarData.create(
                                  Attributes.of(AttributeKey.stringKey("ab"), "\"".repeat(length)),
                                  NOW,
                                  Metrics.span(1),
                                  1)))))
              .get(0);
      assertThat(labels(family.getMetric(0).getCounter().getExemplar().getLabelList()))
          .hasSize(length == 63 ? 3 : 2);
    }
  }

  @Test
  void summariesHaveTheirQuantilesInOrder() {
    final Metric metric =
        renderer
            .protobuf(
                summary(
                    "s",
                    SummaryPointData.create(
                        START,
                        NOW,
                        Attributes.empty(),
                        3,
                        4.5,
                        List.of(ValueAtQuantile.create(0.9, 2), ValueAtQuantile.create(0.5, 1)))))
            .get(0)
            .getMetric(0);
    assertThat(metric.getSummary().getSampleCount()).isEqualTo(3);
    assertThat(metric.getSummary().getSampleSum()).isEqualTo(4.5);
    assertThat(metric.getSummary().getQuantileList())
        .extracting("quantile", "value")
        .containsExactly(tuple(0.5, 1.0), tuple(0.9, 2.0));
    assertThat(metric.getSummary().hasCreatedTimestamp()).isTrue();
  }

  @Test
  void targetInfoIsAGaugeWithTheResource() {
    final MetricFamily family =
        renderer
            .protobuf(
                gauge("a", 1)
                    .of(
                        Resource.create(
                            Attributes.of(AttributeKey.stringKey("service.name"), "x"))))
            .get(0);
    assertThat(family.getName()).isEqualTo("target_info");
    assertThat(family.getType()).isEqualTo(MetricType.GAUGE);
    assertThat(labels(family.getMetric(0).getLabelList()))
        .containsExactly(Map.entry("service_name", "x"));
    assertThat(family.getMetric(0).getGauge().getValue()).isEqualTo(1);
  }

  @Test
  void lengthsOfAnySizeAreRight() {
    // One byte, two bytes and three bytes of length, for labels, metrics and families.
    for (final int length : new int[] {0, 1, 126, 127, 128, 129, 16_383, 16_384, 3_000_000}) {
      final String value = "x".repeat(length);
      final List<MetricFamily> families =
          Renderer.plain()
              .protobuf(
                  counter("c", point(Attributes.of(KEY, value), length)),
                  gauge("g", 1).described(value));
      final Metric metric = family(families, "c_total").getMetric(0);
      assertThat(metric.getCounter().getValue()).isEqualTo(length);
      assertThat(labels(metric.getLabelList()).getOrDefault("http_method", "")).isEqualTo(value);
      assertThat(family(families, "g").getHelp()).isEqualTo(value);
    }
  }

  @Test
  void pointsOfEqualLabelsAddUpAtTheLowestScale() {
    final Histogram histogram =
        only(
            exponential(
                "h",
                exponentialPoint(
                    Attributes.of(AttributeKey.stringKey("a.b"), "x"),
                    1,
                    1,
                    1,
                    0,
                    List.of(1L, 2L, 4L),
                    List.of(1L),
                    exemplar(1, NOW, 1)),
                exponentialPoint(
                    Attributes.of(AttributeKey.stringKey("a_b"), "x"),
                    2,
                    0,
                    2,
                    -1,
                    List.of(8L, 16L),
                    List.of(),
                    exemplar(1.5, NOW - 1, 2))));
    assertThat(histogram.getSchema()).isZero();
    assertThat(histogram.getSampleSum()).isEqualTo(3);
    assertThat(histogram.getZeroCount()).isEqualTo(3);
    assertThat(buckets(histogram, true)).isEqualTo(Map.of(0, 8L, 1, 19L, 2, 4L));
    assertThat(buckets(histogram, false)).isEqualTo(Map.of(1, 1L));
    assertThat(histogram.getExemplarsList())
        .extracting(Exemplar::getValue)
        .containsExactly(1.5, 1.0);
  }

  @Test
  void exponentialHistogramsAreClassicOnesInAFamilyThatEverHadAnExplicitOne() {
    // Prometheus 3.5 refuses the whole scrape if a native histogram comes before a classic one.
    final MetricData explicit = histogram("h", 1, List.of(1.0, 4.0), List.of(1L, 2L, 4L));
    final MetricData exponential =
        exponential(
            "h",
            exponentialPoint(Attributes.empty(), 2, 0, 0, List.of(8L)),
            exponentialPoint(Attributes.of(KEY, "a"), 2, 0, 0, List.of(16L)));
    assertThat(MetricFamilies.isNative(histograms(exponential).get(0))).isTrue();
    assertThat(histograms(explicit, exponential))
        .noneMatch(MetricFamilies::isNative)
        .extracting(Histogram::getSampleCount)
        .containsExactlyInAnyOrder(15L, 16L);
    assertThat(histograms(exponential)).noneMatch(MetricFamilies::isNative);
  }

  private List<Histogram> histograms(MetricData... metrics) {
    return renderer.protobuf(metrics).get(0).getMetricList().stream()
        .map(Metric::getHistogram)
        .toList();
  }

  @Test
  void theSameMetricsAsTextAreTheSame() {
    final List<MetricData> metrics = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      final Attributes attributes = Attributes.of(KEY, "v" + i);
      metrics.add(counter("counter", point(attributes, i)).of(scope(i)));
      metrics.add(gauge("gauge", point(attributes, i / 3.0)).of(scope(i)));
      metrics.add(
          histogram(
                  "histogram",
                  new HistogramPoint(
                      attributes, i, List.of(1.0, 2.0), List.of((long) i, 1L, 2L), List.of()))
              .of(scope(i)));
    }
    final MetricData[] all = metrics.toArray(new MetricData[0]);
    final StringBuilder text = new StringBuilder();
    final Numbers numbers = new Numbers();
    for (final MetricFamily family : renderer.protobuf(all)) {
      text.append("# TYPE ").append(family.getName()).append(' ');
      text.append(family.getType().name().toLowerCase(Locale.ROOT)).append('\n');
      for (final Metric metric : family.getMetricList()) {
        final StringBuilder labels = new StringBuilder();
        labels(metric.getLabelList())
            .forEach(
                (name, value) -> labels.append(name).append("=\"").append(value).append("\","));
        final String own = labels.substring(0, labels.length() - 1);
        final TextBuffer value = new TextBuffer(16);
        switch (family.getType()) {
          case COUNTER -> numbers.integer(value, (long) metric.getCounter().getValue());
          case GAUGE -> numbers.floating(value, metric.getGauge().getValue());
          default -> {
            metric
                .getHistogram()
                .getBucketList()
                .forEach(
                    bucket -> {
                      final TextBuffer bound = new TextBuffer(16);
                      numbers.canonical(bound, bucket.getUpperBound());
                      text.append("histogram_bucket{").append(labels).append("le=\"");
                      text.append(bound.text(0, bound.size())).append("\"} ");
                      text.append(bucket.getCumulativeCount()).append('\n');
                    });
            text.append("histogram_count{").append(own).append("} ");
            text.append(metric.getHistogram().getSampleCount()).append('\n');
            numbers.floating(value, metric.getHistogram().getSampleSum());
            text.append("histogram_sum");
          }
        }
        if (family.getType() != MetricType.HISTOGRAM) {
          text.append(family.getName());
        }
        text.append('{').append(own).append("} ").append(value.text(0, value.size())).append('\n');
      }
    }
    assertThat(text.toString()).isEqualTo(renderer.text(all));
  }

  private static InstrumentationScopeInfo scope(int number) {
    return InstrumentationScopeInfo.create("scope" + number % 3);
  }

  private long outcome(String metric, Outcome outcome) {
    return renderer.exemplars.get(Metrics.NO_SCOPE, metric, outcome);
  }

  private Histogram only(MetricData metric) {
    final List<MetricFamily> families = renderer.protobuf(metric);
    assertThat(families).hasSize(1);
    assertThat(families.get(0).getType()).isEqualTo(MetricType.HISTOGRAM);
    return families.get(0).getMetric(0).getHistogram();
  }
}
