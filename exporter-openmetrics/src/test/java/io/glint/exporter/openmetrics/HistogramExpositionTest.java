package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.histogram;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramExpositionTest {

  private final Renderer renderer = Renderer.plain();

  @Test
  void bucketsAreCumulativeAndEndWithInfinity() {
    final var metric =
        histogram("h", 12.5, List.of(1e-5, 5.0, 1e6), List.of(1L, 2L, 0L, 4L)).in("s");
    final String samples =
        """
            h_seconds_bucket{le="1e-05"} 1
            h_seconds_bucket{le="5.0"} 3
            h_seconds_bucket{le="1e+06"} 3
            h_seconds_bucket{le="+Inf"} 7
            h_seconds_count 7
            h_seconds_sum 12.5
            """;
    assertThat(renderer.openMetrics(metric))
        .isEqualTo("# TYPE h_seconds histogram\n# UNIT h_seconds seconds\n" + samples + "# EOF\n");
    assertThat(renderer.text(metric)).isEqualTo("# TYPE h_seconds histogram\n" + samples);
  }

  @Test
  void negativeBoundMeansNeitherSumNorCountInOpenMetrics() {
    final var metric = histogram("h", -3, List.of(-1.0, 1.0), List.of(1L, 2L, 0L));
    assertThat(renderer.openMetrics(metric))
        .contains("h_bucket{le=\"-1.0\"} 1\n")
        .doesNotContain("h_sum", "h_count");
    assertThat(renderer.text(metric)).contains("h_count 3\n", "h_sum -3.0\n");
    assertThat(renderer.warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.5, Double.NEGATIVE_INFINITY})
  void sumThatIsNoCounterIsLeftOutTogetherWithTheCount(double sum) {
    final var metric = histogram("h", sum, List.of(1.0), List.of(1L, 2L));
    assertThat(renderer.openMetrics(metric)).doesNotContain("h_sum", "h_count");
    assertThat(renderer.text(metric)).contains("h_count 3\n", "h_sum ");
    assertThat(renderer.warnings).singleElement().asString().contains("'h'", "sum", "left out");
  }

  @Test
  void sumThatIsNotANumberIsNoSumAndNoProblem() {
    final var metric = histogram("h", Double.NaN, List.of(1.0), List.of(1L, 2L));
    assertThat(renderer.openMetrics(metric))
        .contains("h_bucket{le=\"+Inf\"} 3\n")
        .doesNotContain("h_sum", "h_count");
    assertThat(renderer.text(metric)).contains("h_count 3\n").doesNotContain("h_sum");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void warningsHoldNoControlCharactersAndNoLongText() {
    final var point =
        new HistogramPoint(
            Attributes.builder().put("k", "a\u0007b\u2028" + "x".repeat(100_000)).build(),
            -1,
            List.of(1.0),
            List.of(1L, 2L),
            List.of());
    assertThat(renderer.openMetrics(histogram("h", point))).contains("h_bucket");
    renderer.openMetrics(
        histogram(
            "wrong",
            1,
            IntStream.range(0, 10_000).mapToObj(i -> (double) i).toList(),
            List.of(1L)));
    assertThat(renderer.warnings)
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line).hasSizeLessThan(1_000).doesNotContainPattern("\\p{Cntrl}|\u2028"))
        .first()
        .asString()
        .contains("{k=\"a b xxx", "...}. Record");
  }

  @Test
  void histogramWithoutBoundsHasTheInfinityBucketOnly() {
    assertThat(renderer.openMetrics(histogram("h", 2, List.of(), List.of(3L))))
        .contains("h_bucket{le=\"+Inf\"} 3\nh_count 3\nh_sum 2.0\n");
  }

  @Test
  void histogramWithoutBucketsUsesItsCount() {
    final HistogramPoint point =
        new HistogramPoint(Attributes.empty(), 2, 4, List.of(), List.of(), List.of());
    assertThat(renderer.openMetrics(histogram("h", point)))
        .contains("h_bucket{le=\"+Inf\"} 4\nh_count 4\n");
  }

  @Test
  void explicitInfinityIsWrittenOnce() {
    assertThat(
            renderer.openMetrics(
                histogram("h", 2, List.of(1.0, Double.POSITIVE_INFINITY), List.of(3L, 2L, 1L))))
        .contains("h_bucket{le=\"1.0\"} 3\nh_bucket{le=\"+Inf\"} 6\nh_count 6\n");
  }

  @Test
  void malformedHistogramIsLeftOutWithAWarning() {
    assertThat(
            renderer.openMetrics(
                histogram("unsorted", 1, List.of(2.0, 1.0), List.of(1L, 1L, 1L)),
                histogram("twice", 1, List.of(1.0, 1.0), List.of(1L, 1L, 1L)),
                histogram("nan", 1, List.of(Double.NaN), List.of(1L, 1L)),
                histogram("short", 1, List.of(1.0), List.of(1L)),
                histogram("negative", 1, List.of(1.0), List.of(1L, -1L))))
        .isEqualTo("# EOF\n");
    assertThat(renderer.warnings).hasSize(5).allMatch(line -> line.contains("left out"));
  }

  @Test
  void leOfAnAttributeIsRenamed() {
    final var point =
        new HistogramPoint(
            Attributes.builder().put("le", "mine").build(), 1, List.of(), List.of(1L), List.of());
    assertThat(renderer.openMetrics(histogram("h", point)))
        .contains(
            "h_bucket{key_le=\"mine\",le=\"+Inf\"} 1\n",
            "h_count{key_le=\"mine\"} 1\n",
            "h_sum{key_le=\"mine\"} 1.0\n");
  }
}
