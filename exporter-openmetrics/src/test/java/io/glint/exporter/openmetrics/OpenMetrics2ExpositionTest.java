package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.START;
import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.exponential;
import static io.glint.exporter.openmetrics.Metrics.exponentialPoint;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.point;
import static io.glint.exporter.openmetrics.Metrics.summary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** OpenMetrics 2.0.0-rc0. */
class OpenMetrics2ExpositionTest {

  private static final Attributes LABEL =
      Attributes.of(AttributeKey.stringKey("path"), "/api/\"v1\"");

  private final Renderer renderer = Renderer.plain();

  private String rendered(MetricData... metrics) {
    final String exposition = renderer.openMetrics2(metrics);
    OpenMetrics2Grammar.check(exposition);
    return exposition;
  }

  @Test
  void familyAndSampleHaveOneNameAndTheStartIsOnTheLine() {
    assertThat(rendered(counter("requests", point(LABEL, 17)).described("h"), gauge("g", 1.5)))
        .isEqualTo(
            """
            # TYPE g gauge
            g 1.5
            # TYPE requests_total counter
            # HELP requests_total h
            requests_total{path="/api/\\"v1\\""} 17 st@1600000000.123
            # EOF
            """);
  }

  @Test
  void unitsAreThereAlsoBeforeTotal() {
    assertThat(rendered(counter("sent", 1).in("By")))
        .startsWith("# TYPE sent_bytes_total counter\n# UNIT sent_bytes_total bytes\n");
  }

  @Test
  void thereAreNoCreatedSamplesAlsoWhereTheyAreSwitchedOn() {
    final Renderer created = new Renderer();
    assertThat(created.openMetrics(counter("requests", 17))).contains("requests_created ");
    assertThat(
            created.openMetrics2(
                counter("requests", 17),
                histogram("h", new HistogramPoint(LABEL, 1, List.of(), List.of(1L), List.of()))))
        .contains("st@1600000000.123")
        .doesNotContain("_created");
  }

  @Test
  void histogramsAreOneLineWithAllExemplarsInTheOrderOfTime() {
    assertThat(
            rendered(
                histogram(
                    "h",
                    new HistogramPoint(
                        LABEL,
                        7.5,
                        List.of(-1.0, 0.00001, 1000000.0),
                        List.of(2L, 0L, 1L, 4L),
                        List.of(
                            exemplar(0.5, NOW, 1),
                            exemplar(0.75, NOW - 1_000_000, 0),
                            exemplar(6, 0, 3))))))
        .isEqualTo(
            """
            # TYPE h histogram
            h{path="/api/\\"v1\\""} {count:7,sum:7.5,bucket:[-1.0:2,1e-05:2,1e+06:3,+Inf:7]}\
             st@1600000000.123 # {} 0.75 1600000060.122\
             # {trace_id="00000000000000000000000000000001",span_id="0000000000000001"} 0.5\
             1600000060.123
            # EOF
            """);
  }

  @Test
  void exponentialHistogramsAreNativeOnesWithAbsoluteCounts() {
    assertThat(
            rendered(
                exponential(
                    "h",
                    exponentialPoint(
                        Attributes.empty(),
                        9.5,
                        3,
                        6,
                        3,
                        List.of(10L, 0L, 0L, 0L, 20L, 5L, 2L),
                        List.of(4L, 1L)))))
        .isEqualTo(
            """
            # TYPE h histogram
            h {count:48,sum:9.5,schema:3,zero_threshold:1e-128,zero_count:6,negative_spans:[1:2],\
            negative_buckets:[4,1],positive_spans:[4:1,3:3],positive_buckets:[10,20,5,2]}\
             st@1600000000.123
            # EOF
            """);
    assertThat(rendered(exponential("h", exponentialPoint(Attributes.empty(), 0, 3, 0, List.of()))))
        .contains("h {count:0,sum:0.0,schema:3,zero_threshold:1e-128,zero_count:0} st@");
  }

  @Test
  void summariesHaveQuantilesAndAreLeftOutWithoutASum() {
    assertThat(
            rendered(
                summary(
                    "s",
                    SummaryPointData.create(
                        START,
                        NOW,
                        Attributes.empty(),
                        3,
                        4.5,
                        List.of(ValueAtQuantile.create(0.95, 2), ValueAtQuantile.create(0.5, 1))),
                    SummaryPointData.create(START, NOW, LABEL, 3, Double.NaN, List.of()))))
        .isEqualTo(
            """
            # TYPE s summary
            s {count:3,sum:4.5,quantile:[0.5:1.0,0.95:2.0]} st@1600000000.123
            # EOF
            """);
    assertThat(renderer.warnings).singleElement().asString().contains("the sum NaN");
  }

  @Test
  void targetInfoComesFirstUnderItsWholeName() {
    assertThat(
            rendered(
                gauge("a", 1).of(Resource.create(Attributes.of(AttributeKey.stringKey("r"), "x")))))
        .startsWith(
            """
            # TYPE target_info info
            # HELP target_info Target metadata
            target_info{r="x"} 1
            """);
  }

  @Test
  void namesThatNeedQuotesHaveThem() {
    final String exposition =
        Renderer.plain(TranslationStrategy.NO_TRANSLATION)
            .text(
                ScrapeFormat.OPEN_METRICS_2,
                Escaping.ALLOW_UTF_8,
                counter(
                        "foodb.read.errors",
                        point(Attributes.of(AttributeKey.stringKey("a.b"), "x"), 1))
                    .described("h"),
                counter("my counter", 2));
    OpenMetrics2Grammar.check(exposition);
    assertThat(exposition)
        .isEqualTo(
            """
            # TYPE "foodb.read.errors" counter
            # HELP "foodb.read.errors" h
            {"foodb.read.errors","a.b"="x"} 1 st@1600000000.123
            # TYPE "my counter" counter
            {"my counter"} 2 st@1600000000.123
            # EOF
            """);
  }

  @Test
  void theGrammarRefusesWhatIsWrong() {
    for (final String wrong :
        List.of(
            "a 1\n# EOF\n",
            "# TYPE a gauge\na 1\n",
            "# TYPE a gauge\na{b=\"1\"} 1\na{b=\"1\"} 2\n# EOF\n",
            "# TYPE a histogram\na {count:1,sum:1}\n# EOF\n",
            "# TYPE a histogram\na {count:1, sum:1,bucket:[+Inf:1]}\n# EOF\n",
            "# TYPE a counter\na 1 # {} 1\n# EOF\n",
            "# TYPE a counter\na 1 # {} 1 1 st@1\n# EOF\n",
            "# TYPE a counter\na_total 1\n# EOF\n")) {
      assertThatThrownBy(() -> OpenMetrics2Grammar.check(wrong)).isInstanceOf(AssertionError.class);
    }
  }
}
