package io.glint.examples.webstore.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.glint.examples.webstore.web.Format;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistributionTest {

  private static final List<Double> BOUNDARIES = List.of(1.0, 2.0, 4.0);

  @Test
  void quantilesAreInterpolatedWithinTheirBucket() {
    final Distribution distribution = Distribution.of(List.of(point(0.5, 4.0, 0, 50, 50, 0)));

    assertThat(distribution.quantile(0.25)).isEqualTo(1.5, within(1e-9));
    assertThat(distribution.quantile(0.5)).isEqualTo(2.0, within(1e-9));
    assertThat(distribution.quantile(0.75)).isEqualTo(3.0, within(1e-9));
  }

  @Test
  void theOutermostBucketsEndAtTheLeastAndGreatestMeasurement() {
    final Distribution distribution = Distribution.of(List.of(point(0.8, 10.0, 1, 0, 0, 1)));

    assertThat(distribution.quantile(0.0)).isEqualTo(0.8);
    assertThat(distribution.quantile(0.5)).isEqualTo(1.0);
    assertThat(distribution.quantile(1.0)).isEqualTo(10.0);
  }

  @Test
  void seriesAreSummed() {
    final Distribution distribution =
        Distribution.of(List.of(point(0.5, 0.9, 3, 0, 0, 0), point(3.0, 3.5, 0, 0, 1, 0)));

    assertThat(distribution.count()).isEqualTo(4);
    assertThat(distribution.max()).isEqualTo(3.5);
    assertThat(distribution.quantile(1.0)).isEqualTo(3.5);
  }

  @Test
  void anEmptyDistributionHasNoQuantiles() {
    assertThat(Distribution.EMPTY.quantile(0.5)).isNaN();
    assertThat(Distribution.EMPTY.max()).isNaN();
    assertThat(Format.seconds(Distribution.EMPTY.max())).isEqualTo("-");
  }

  private static HistogramPointData point(
      double min, double max, long first, long second, long third, long fourth) {
    return HistogramPointData.create(
        0,
        1,
        Attributes.empty(),
        /* sum= */ 0,
        /* hasMin= */ true,
        min,
        /* hasMax= */ true,
        max,
        BOUNDARIES,
        List.of(first, second, third, fourth));
  }
}
