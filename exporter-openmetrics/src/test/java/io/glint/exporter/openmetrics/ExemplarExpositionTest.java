package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.Exposition.ParsedExemplar;
import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.exporter.openmetrics.Metrics.LongPoint;
import io.glint.testing.NumberedExemplar;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExemplarExpositionTest {

  private static final String IDS =
      "trace_id=\"00000000000000000000000000000001\",span_id=\"0000000000000001\"";

  private final Renderer renderer = new Renderer();

  @Test
  void counterTakesTheLatestExemplar() {
    final var metric =
        Metrics.doubleCounter(
            "c",
            Metrics.point(
                Attributes.empty(),
                7,
                exemplar(1, NOW, 2),
                exemplar(2.5, NOW + 5_000_000, 1),
                exemplar(3, NOW - 1, 3)));
    assertThat(renderer.openMetrics(metric))
        .contains("c_total 7.0 # {" + IDS + "} 2.5 1600000060.128\n");
  }

  @Test
  void idsThatAreNumbersAreWrittenAsThoseOfContexts() {
    final SpanContext span =
        SpanContext.create(
            "0123456789abcdeffedcba9876543210",
            "00fedcba98765432",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    final var ofNumbers =
        Metrics.doubleCounter(
            "c", Metrics.point(Attributes.empty(), 7, new NumberedExemplar(2.5, NOW, span)));
    final var ofContext =
        Metrics.doubleCounter(
            "c",
            Metrics.point(
                Attributes.empty(),
                7,
                DoubleExemplarData.create(Attributes.empty(), NOW, span, 2.5)));
    assertThat(renderer.openMetrics(ofNumbers))
        .contains("# {trace_id=\"0123456789abcdeffedcba9876543210\",span_id=\"00fedcba98765432\"}")
        .isEqualTo(renderer.openMetrics(ofContext));
  }

  @Test
  void exemplarOfALongCounterIsExact() {
    final LongExemplarData exemplar =
        LongExemplarData.create(Attributes.empty(), NOW, Metrics.span(1), (1L << 53) + 1);
    final var metric =
        Metrics.counter("c", new LongPoint(Attributes.empty(), Long.MAX_VALUE, List.of(exemplar)));
    assertThat(renderer.openMetrics(metric))
        .contains("# {" + IDS + "} 9007199254740993 1600000060.123\n");
  }

  @Test
  void bucketExemplarIsTheLatestOneThatFallsInIt() {
    final var parsed =
        renderer.parsed(
            histogramOf(
                exemplar(0.5, NOW + 1, 1),
                exemplar(0.6, NOW + 3, 2),
                exemplar(0.7, NOW + 2, 3),
                exemplar(3, NOW, 4),
                exemplar(100, NOW, 5),
                exemplar(1e9, NOW - 1, 6),
                exemplar(11, NOW + 1, 7)));
    assertThat(exemplarOf(parsed, 0).value()).isEqualTo("0.6");
    assertThat(exemplarOf(parsed, 1).value()).isEqualTo("3.0");
    assertThat(exemplarOf(parsed, 2)).isNull();
    assertThat(exemplarOf(parsed, 3).value()).isEqualTo("11.0");
  }

  @Test
  void ofOneTimeTheLargestValueIsTakenWhateverTheOrder() {
    for (final int[] values : new int[][] {{1, 2, 3}, {3, 2, 1}, {2, 3, 1}}) {
      final var metric =
          Metrics.doubleCounter(
              "c",
              Metrics.point(
                  Attributes.empty(),
                  7,
                  exemplar(values[0], NOW, 1),
                  exemplar(values[1], NOW, 2),
                  exemplar(values[2], NOW, 3)));
      assertThat(renderer.openMetrics(metric)).contains("} 3.0 1600000060.123");
    }
  }

  @Test
  void oneThatIsOutrankedIsShownOnlyIfAllAre() {
    final NumberedExemplar outranked =
        new NumberedExemplar(0.5, NOW + 9, Metrics.span(1)).outranked();
    final NumberedExemplar later = new NumberedExemplar(0.6, NOW + 10, Metrics.span(2)).outranked();
    assertThat(
            exemplarOf(renderer.parsed(histogramOf(outranked, exemplar(0.7, NOW, 3), later)), 0)
                .value())
        .isEqualTo("0.7");
    assertThat(exemplarOf(renderer.parsed(histogramOf(later, outranked)), 0).value())
        .isEqualTo("0.6");
  }

  @Test
  void theLatestIsTakenWhateverTheBuckets() {
    final DoubleExemplarData[] exemplars = {
      exemplar(-7, NOW + 1, 1), exemplar(40, NOW + 3, 2), exemplar(30, NOW + 2, 3)
    };
    final var withoutBounds =
        new HistogramPoint(Attributes.empty(), 63, List.of(), List.of(3L), List.of(exemplars));
    final var withoutBuckets =
        new HistogramPoint(Attributes.empty(), 63, 3, List.of(), List.of(), List.of(exemplars));
    final var withInfinity =
        new HistogramPoint(
            Attributes.empty(),
            63,
            List.of(10.0, Double.POSITIVE_INFINITY),
            List.of(1L, 2L, 0L),
            List.of(exemplars));
    assertThat(exemplarOf(renderer.parsed(histogram("h", withoutBounds)), 0).value())
        .isEqualTo("40.0");
    assertThat(exemplarOf(renderer.parsed(histogram("h", withoutBuckets)), 0).value())
        .isEqualTo("40.0");
    final var parsed = renderer.parsed(histogram("h", withInfinity));
    assertThat(exemplarOf(parsed, 0).value()).isEqualTo("-7.0");
    assertThat(exemplarOf(parsed, 1).value()).isEqualTo("40.0");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "1.0000001, 1",
    "5, 1",
    "10, 2",
    "11, 3",
    "Infinity, 3",
    "-Infinity, 0",
    "-1, 0",
  })
  void valueAtABoundBelongsToTheBucketBelow(double value, int bucket) {
    final var parsed = renderer.parsed(histogramOf(exemplar(value, NOW, 1)));
    for (int i = 0; i < 4; i++) {
      assertThat(exemplarOf(parsed, i) != null).isEqualTo(i == bucket);
    }
  }

  @Test
  void exemplarsOfOnePointDoNotLeakIntoTheNext() {
    final var parsed =
        renderer.parsed(
            histogram(
                "h",
                pointOf(Attributes.builder().put("i", 1).build(), exemplar(0.5, NOW, 1)),
                pointOf(Attributes.builder().put("i", 2).build()),
                pointOf(Attributes.builder().put("i", 3).build(), exemplar(3, NOW, 1))));
    final var samples = parsed.family("h").samples;
    assertThat(samples.stream().filter(sample -> sample.exemplar() != null).count()).isEqualTo(2);
  }

  @Test
  void nanFallsInNoBucket() {
    assertThat(renderer.openMetrics(histogramOf(exemplar(Double.NaN, NOW, 1))))
        .doesNotContain(" # ");
  }

  @Test
  void exemplarWithoutLabelsHasEmptyBraces() {
    assertThat(renderer.openMetrics(histogramOf(exemplar(0.5, NOW, 0))))
        .contains("h_bucket{le=\"1.0\"} 1 # {} 0.5 1600000060.123\n");
  }

  @Test
  void idsComeFirstAndWinOverFilteredAttributes() {
    final Attributes filtered =
        Attributes.builder().put("a.b", "x").put("trace_id", "fake").put("span.id", "fake").build();
    assertThat(renderer.openMetrics(histogramOf(exemplar(0.5, NOW, 1, filtered))))
        .contains(" # {" + IDS + ",a_b=\"x\"} 0.5 ");
    assertThat(renderer.openMetrics(histogramOf(exemplar(0.5, NOW, 0, filtered))))
        .contains(" # {a_b=\"x\",span_id=\"fake\",trace_id=\"fake\"} 0.5 ");
  }

  @Test
  void filteredAttributesAreAddedUpToTheLimitInCodePoints() {
    // The ids with their names take 63 of 128; the name "a" takes one more, which leaves 64.
    final String fits = "😀".repeat(64);
    assertThat(renderer.openMetrics(histogramOf(withAttribute("a", fits))))
        .contains(" # {" + IDS + ",a=\"" + fits + "\"} ");
    assertThat(renderer.openMetrics(histogramOf(withAttribute("a", fits + "😀"))))
        .contains(" # {" + IDS + "} ");
  }

  @Test
  void attributeThatDoesNotFitDoesNotKeepOutTheNext() {
    final Attributes filtered =
        Attributes.builder().put("a", "x".repeat(500)).put("b", "y").put("c", "").build();
    assertThat(renderer.openMetrics(histogramOf(exemplar(0.5, NOW, 1, filtered))))
        .contains(" # {" + IDS + ",b=\"y\"} ");
  }

  @Test
  void joinedValuesCountWithTheirSeparator() {
    final Attributes fits =
        Attributes.builder().put("a.b", "x".repeat(30)).put("a_b", "y".repeat(31)).build();
    assertThat(renderer.openMetrics(histogramOf(exemplar(0.5, NOW, 1, fits)))).contains("x;y");
    final Attributes tooLong =
        Attributes.builder().put("a.b", "x".repeat(31)).put("a_b", "y".repeat(31)).build();
    assertThat(renderer.openMetrics(histogramOf(exemplar(0.5, NOW, 1, tooLong))))
        .doesNotContain("x;y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "\n", "\\"})
  void labelsCountAsTheyAreWritten(String escapedInTwo) {
    // The ids with their names take 63 of 128, and the name one, which leaves 64.
    final String fits = escapedInTwo.repeat(32);
    assertThat(exemplarLabels(withAttribute("a", fits))).containsEntry("a", fits);
    assertThat(exemplarLabels(withAttribute("a", fits + "x")))
        .containsOnlyKeys("trace_id", "span_id");
    assertThat(exemplarLabels(withAttribute("a", escapedInTwo.repeat(31) + "xx"))).containsKey("a");
  }

  /**
   * 98 characters, but 130 as they are written: Prometheus refuses such an exemplar with its ids.
   */
  @Test
  void escapesDoNotCostTheIds() {
    assertThat(exemplarLabels(withAttribute("abc", "\"".repeat(30) + "\n\\")))
        .containsOnlyKeys("trace_id", "span_id");
  }

  @Test
  void whatHasNoUtf8FormCountsAsTheCharacterThatStandsForIt() {
    final String halves = "\uD83D".repeat(64);
    assertThat(exemplarLabels(withAttribute("a", halves))).containsEntry("a", "\uFFFD".repeat(64));
    assertThat(exemplarLabels(withAttribute("a", halves + "\uD83D"))).doesNotContainKey("a");
  }

  @Test
  void namesCountAsLabelNames() {
    // Each of the two keys is one character longer or shorter as a label name.
    final String prefixed = "1" + "x".repeat(58);
    assertThat(exemplarLabels(withAttribute(prefixed, "12"))).containsKey("key_" + prefixed);
    assertThat(exemplarLabels(withAttribute(prefixed, "123"))).hasSize(2);
    final String collapsed = "a..".repeat(31);
    assertThat(exemplarLabels(withAttribute(collapsed, "123"))).containsKey("a_".repeat(31));
    assertThat(exemplarLabels(withAttribute(collapsed, "1234"))).hasSize(2);
  }

  private Map<String, String> exemplarLabels(DoubleExemplarData exemplar) {
    return exemplarOf(renderer.parsed(histogramOf(exemplar)), 0).labels();
  }

  /** {@link SpanContext} is an interface: ids of another tracing system may hold anything. */
  @Test
  void idsAreEscapedAndCountedAsOtherLabelsAre() {
    assertThat(renderer.openMetrics(histogramOf(inSpan("a\"\\\nb", "é"))))
        .contains(" # {trace_id=\"a\\\"\\\\\\nb\",span_id=\"é\"} ");
    // The names take 15 of 128.
    final String fits = "😀".repeat(112);
    assertThat(renderer.openMetrics(histogramOf(inSpan(fits, "1"))))
        .contains("trace_id=\"" + fits + "\"");
    assertThat(renderer.openMetrics(histogramOf(inSpan(fits, "12")))).doesNotContain(" # {");
    final String escaped = "\"".repeat(56);
    assertThat(renderer.openMetrics(histogramOf(inSpan(escaped, "1")))).contains(" # {");
    assertThat(renderer.openMetrics(histogramOf(inSpan(escaped, "12")))).doesNotContain(" # {");
  }

  private static DoubleExemplarData inSpan(String traceId, String spanId) {
    final SpanContext span =
        new SpanContext() {
          @Override
          public String getTraceId() {
            return traceId;
          }

          @Override
          public String getSpanId() {
            return spanId;
          }

          @Override
          public boolean isValid() {
            return true;
          }

          @Override
          public TraceFlags getTraceFlags() {
            return TraceFlags.getSampled();
          }

          @Override
          public TraceState getTraceState() {
            return TraceState.getDefault();
          }

          @Override
          public boolean isRemote() {
            return false;
          }
        };
    return DoubleExemplarData.create(Attributes.empty(), NOW, span, 0.5);
  }

  @Test
  void onlyTotalAndBucketHaveExemplars() {
    final DoubleExemplarData exemplar = exemplar(0.5, NOW, 1);
    assertThat(
            renderer.openMetrics(
                Metrics.gauge("g", Metrics.point(Attributes.empty(), 1, exemplar)),
                Metrics.upDownCounter(
                    "u",
                    new LongPoint(
                        Attributes.empty(),
                        1,
                        List.of(
                            LongExemplarData.create(
                                Attributes.empty(), NOW, Metrics.span(1), 1))))))
        .doesNotContain(" # {");
    final String withCreated =
        new Renderer()
            .openMetrics(
                histogramOf(exemplar),
                Metrics.doubleCounter("c", Metrics.point(Attributes.empty(), 1, exemplar)));
    assertThat(withCreated).contains("h_count", "h_sum", "h_created", "c_created");
    for (final String line : withCreated.split("\n", -1)) {
      assertThat(line.contains(" # {"))
          .as(line)
          .isEqualTo(line.startsWith("h_bucket{le=\"1.0\"}") || line.startsWith("c_total"));
    }
  }

  @Test
  void prometheusTextHasNoExemplars() {
    assertThat(
            renderer.text(
                histogramOf(exemplar(0.5, NOW, 1)),
                Metrics.doubleCounter(
                    "c", Metrics.point(Attributes.empty(), 1, exemplar(0.5, NOW, 1)))))
        .contains("c_total 1.0\n")
        .doesNotContain(" # ", "trace_id");
  }

  private static DoubleExemplarData withAttribute(String key, String value) {
    return exemplar(0.5, NOW, 1, Attributes.builder().put(key, value).build());
  }

  private static Metrics.Metric histogramOf(DoubleExemplarData... exemplars) {
    return histogram("h", pointOf(Attributes.empty(), exemplars));
  }

  private static HistogramPoint pointOf(Attributes attributes, DoubleExemplarData... exemplars) {
    return new HistogramPoint(
        attributes, 200, List.of(1.0, 5.0, 10.0), List.of(1L, 1L, 1L, 1L), List.of(exemplars));
  }

  private static ParsedExemplar exemplarOf(Exposition exposition, int bucket) {
    return exposition.family("h").samples.get(bucket).exemplar();
  }
}
