package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LinePlotTest {
  private static LinePlot plot() {
    return new LinePlot("title", "x", x -> "x" + (long) x, "y", y -> "y" + (long) y);
  }

  @Test
  void eachPowerOfTenThatIsPassedHasAMark() {
    final String svg =
        plot().add("line", new double[] {1, 50}, new double[] {20, 200}).draw().toString();
    assertThat(svg).contains(">x1<", ">x10<", ">x100<", ">y10<", ">y100<", ">y1000<", ">line<");
    assertThat(svg).doesNotContain(">x1000<", ">y1<");
  }

  @Test
  void whatHasNoLogarithmIsLeftOut() {
    final String svg =
        plot()
            .add("line", new double[] {0, 1, 10, 100}, new double[] {5, 5, Double.NaN, 50})
            .draw()
            .toString();
    final String points = svg.replaceAll("(?s).*points=\"([^\"]*)\".*", "$1");
    assertThat(points.split(" ")).hasSize(2);
  }

  @Test
  void anEmptyPlotIsRefused() {
    assertThatThrownBy(() -> plot().draw()).isInstanceOf(IllegalStateException.class);
  }
}
