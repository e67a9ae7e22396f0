package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.longGauge;
import static io.glint.exporter.openmetrics.Metrics.metric;
import static io.glint.exporter.openmetrics.Metrics.point;
import static io.glint.exporter.openmetrics.Metrics.summary;
import static io.glint.exporter.openmetrics.Metrics.upDownCounter;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names, metadata, families and what clashes. */
class FamilyExpositionTest {

  private static final Attributes NONE = Attributes.empty();
  private static final InstrumentationScopeInfo SCOPE_A = InstrumentationScopeInfo.create("a");
  private static final InstrumentationScopeInfo SCOPE_B = InstrumentationScopeInfo.create("b");

  private final Renderer renderer = Renderer.plain();

  @Test
  void noMetricsIsACompleteExposition() {
    assertThat(renderer.openMetrics()).isEqualTo("# EOF\n");
    assertThat(renderer.text()).isEmpty();
  }

  @Test
  void openMetricsNamesTheFamilyAndPrometheusTextTheSample() {
    final var metric = counter("http.requests", 3).described("All \"requests\"").in("By");
    assertThat(renderer.openMetrics(metric))
        .isEqualTo(
            """
            # TYPE http_requests_bytes counter
            # UNIT http_requests_bytes bytes
            # HELP http_requests_bytes All \\"requests\\"
            http_requests_bytes_total 3
            # EOF
            """);
    assertThat(renderer.text(metric))
        .isEqualTo(
            """
            # HELP http_requests_bytes_total All "requests"
            # TYPE http_requests_bytes_total counter
            http_requests_bytes_total 3
            """);
  }

  @Test
  void helpEscapesLineBreaksInBothFormats() {
    final var metric = gauge("a", 1).described("one\\two\nthree\r\nfour\rfive\r");
    final String escaped = "one\\\\two\\nthree\\nfour\\nfive\\n\n";
    assertThat(renderer.openMetrics(metric)).contains("# HELP a " + escaped);
    assertThat(renderer.text(metric)).contains("# HELP a " + escaped);
  }

  @Test
  void gaugesAndNonMonotonicSumsAreGauges() {
    assertThat(
            renderer.openMetrics(
                upDownCounter("up.down", point(NONE, -4)),
                longGauge("long", point(NONE, Long.MIN_VALUE)),
                gauge("double", Double.NaN)))
        .isEqualTo(
            """
            # TYPE double gauge
            double NaN
            # TYPE long gauge
            long -9223372036854775808
            # TYPE up_down gauge
            up_down -4
            # EOF
            """);
  }

  @Test
  void integersBeyondTheDoublesPrecisionAreExact() {
    assertThat(renderer.openMetrics(counter("c", (1L << 53) + 1)))
        .contains("c_total 9007199254740993\n");
  }

  @Test
  void createdIsTheStartTimeInSecondsAndOnlyInOpenMetrics() {
    final Renderer created = new Renderer();
    assertThat(created.openMetrics(counter("c", 1)))
        .contains("c_total 1\nc_created 1600000000.123\n");
    assertThat(created.openMetrics(histogram("h", 1, List.of(), List.of(1L))))
        .contains("h_sum 1.0\nh_created 1600000000.123\n");
    assertThat(created.openMetrics(gauge("g", 1))).doesNotContain("_created");
    assertThat(created.text(counter("c", 1))).doesNotContain("_created");
    assertThat(renderer.openMetrics(counter("c", 1))).doesNotContain("_created");
  }

  @Test
  void unitThatIsNotASuffixHasNoUnitLine() {
    assertThat(renderer.openMetrics(gauge("seconds", 1).in("s")))
        .isEqualTo("# TYPE seconds gauge\nseconds 1.0\n# EOF\n");
  }

  @Test
  void scopesShareAFamilyThatIsWrittenInOnePiece() {
    assertThat(
            renderer.openMetrics(
                counter("c", 1).of(SCOPE_A).described("help"),
                gauge("b", 1),
                counter("c", 2).of(SCOPE_B)))
        .isEqualTo(
            """
            # TYPE b gauge
            b 1.0
            # TYPE c counter
            # HELP c help
            c_total{otel_scope_name="a"} 1
            c_total{otel_scope_name="b"} 2
            # EOF
            """);
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void helpClashDropsTheCommentAndKeepsThePoints() {
    final String exposition =
        renderer.openMetrics(
            counter("c", 1).of(SCOPE_A).described("one"),
            counter("c", 2).of(SCOPE_B).described("two"));
    assertThat(exposition).contains("} 1\n", "} 2\n").doesNotContain("HELP");
    assertThat(renderer.warnings)
        .singleElement()
        .asString()
        .contains("'c'", "scope 'b'", "description", "'one'", "'two'");
  }

  @Test
  void unitClashDropsTheCommentAndKeepsThePoints() {
    final String exposition =
        renderer.openMetrics(
            gauge("c.x", 1).of(SCOPE_A).in("y"), gauge("c", 2).of(SCOPE_B).in("x_y"));
    assertThat(exposition)
        .contains("{otel_scope_name=\"a\"} 1.0\n", "\"b\"} 2.0\n")
        .doesNotContain("UNIT");
    assertThat(renderer.warnings).singleElement().asString().contains("unit", "'y'", "'x_y'");
  }

  @Test
  void descriptionOnOneMetricOnlyIsNoClash() {
    assertThat(
            renderer.openMetrics(
                counter("c", 1).of(SCOPE_A), counter("c", 2).of(SCOPE_B).described("two")))
        .contains("# HELP c two\n");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void deltaPointsAreLeftOutWithAWarning() {
    final var sum =
        metric(
            "delta.sum",
            MetricDataType.LONG_SUM,
            SumData.createLongSumData(
                true, AggregationTemporality.DELTA, List.of(point(NONE, 1L))));
    final var histogram =
        metric(
            "delta.histogram",
            MetricDataType.HISTOGRAM,
            HistogramData.create(
                AggregationTemporality.DELTA,
                List.of(new Metrics.HistogramPoint(NONE, 1, List.of(), List.of(1L), List.of()))));
    final var exponential =
        metric(
            "delta.exponential",
            MetricDataType.EXPONENTIAL_HISTOGRAM,
            ExponentialHistogramData.create(
                AggregationTemporality.DELTA,
                List.of(Metrics.exponentialPoint(NONE, 1, 0, 0, List.of(1L)))));
    assertThat(renderer.openMetrics(sum, histogram, exponential)).isEqualTo("# EOF\n");
    assertThat(renderer.openMetrics2(sum, histogram, exponential)).isEqualTo("# EOF\n");
    assertThat(renderer.text(sum, histogram, exponential)).isEmpty();
    assertThat(renderer.protobuf(sum, histogram, exponential)).isEmpty();
    assertThat(renderer.warnings)
        .hasSize(3)
        .allMatch(line -> line.contains("delta temporality") && line.contains("left out"));
  }

  @Test
  void counterThatIsNotACountIsLeftOutWithAWarning() {
    final Attributes bad = Attributes.builder().put("bad", true).build();
    final String exposition =
        renderer.openMetrics(
            counter("c", point(NONE, 1), point(bad, -1)),
            Metrics.doubleCounter("nan", point(bad, Double.NaN)),
            Metrics.doubleCounter("negative", point(bad, -0.5)));
    assertThat(exposition).isEqualTo("# TYPE c counter\nc_total 1\n# EOF\n");
    assertThat(renderer.warnings)
        .hasSize(3)
        .allMatch(line -> line.contains("bad=\"true\"") && line.contains("left out"));
  }

  @Test
  void targetInfoComesFirstAndHasTheResourceAttributesOnly() {
    final Resource resource =
        Resource.create(
            Attributes.builder().put("service.name", "shop").put("a.b", "1").put("a_b", 2).build());
    final var metric = gauge("a", 1).of(resource).of(SCOPE_A);
    assertThat(renderer.openMetrics(metric))
        .isEqualTo(
            """
            # TYPE target info
            # HELP target Target metadata
            target_info{a_b="1;2",service_name="shop"} 1
            # TYPE a gauge
            a{otel_scope_name="a"} 1.0
            # EOF
            """);
    assertThat(renderer.text(metric))
        .startsWith(
            """
            # HELP target_info Target metadata
            # TYPE target_info gauge
            target_info{a_b="1;2",service_name="shop"} 1
            """);
  }

  @Test
  void metricCannotTakeTheNameOfTargetInfo() {
    final Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("k"), "v"));
    assertThat(
            renderer
                .parsed(gauge("target.info", 1).of(resource), gauge("target", 1).of(resource))
                .familyNames())
        .containsExactly("target");
    assertThat(renderer.warnings).hasSize(2);
  }

  @Test
  void targetInfoCanBeSwitchedOff() {
    final Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("k"), "v"));
    assertThat(new Renderer(true, false, false).openMetrics(gauge("a", 1).of(resource)))
        .isEqualTo("# TYPE a gauge\na 1.0\n# EOF\n");
  }

  @Test
  void summaryHasSortedQuantilesCountAndSum() {
    final var metric =
        summary(
            "s",
            SummaryPointData.create(
                Metrics.START,
                Metrics.NOW,
                Attributes.builder().put("k", "v").put("quantile", "mine").build(),
                5,
                2.5,
                List.of(
                    ValueAtQuantile.create(1, 9),
                    ValueAtQuantile.create(0.5, Double.NaN),
                    ValueAtQuantile.create(0.5, 3),
                    ValueAtQuantile.create(1.5, 3),
                    ValueAtQuantile.create(0.1, -3),
                    ValueAtQuantile.create(0, 0))));
    final String labels = "k=\"v\",key_quantile=\"mine\"";
    assertThat(new Renderer().openMetrics(metric))
        .isEqualTo(
            "# TYPE s summary\n"
                + ("s{" + labels + ",quantile=\"0.0\"} 0.0\n")
                + ("s{" + labels + ",quantile=\"0.5\"} NaN\n")
                + ("s{" + labels + ",quantile=\"1.0\"} 9.0\n")
                + ("s_count{" + labels + "} 5\n")
                + ("s_sum{" + labels + "} 2.5\n")
                + ("s_created{" + labels + "} 1600000000.123\n")
                + "# EOF\n");
  }

  @Test
  void summaryWithoutUsableSumHasNoneInOpenMetrics() {
    final var metric = summary("s", SummaryPointData.create(0, 1, NONE, 5, Double.NaN, List.of()));
    assertThat(renderer.openMetrics(metric)).isEqualTo("# TYPE s summary\ns_count 5\n# EOF\n");
    assertThat(renderer.text(metric)).isEqualTo("# TYPE s summary\ns_count 5\ns_sum NaN\n");
  }
}
