package io.glint.bench.tool;

import io.glint.bench.Svg;
import io.glint.bench.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * Lines over two logarithmic axes, with a mark at each power of ten. What is not above zero cannot
 * be shown there and is left out.
 */
public final class LinePlot {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 440;
  private static final int LEFT = 84;
  private static final int RIGHT = 190;
  private static final int TOP = 44;
  private static final int BOTTOM = 60;
  private static final String INK = "#333333";
  private static final String GRID = "#e4e4e4";

  /** Told apart by those who cannot tell red from green. */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#999999", "#e69f00");

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final DoubleFunction<String> xTick;
  private final DoubleFunction<String> yTick;
  private final List<Line> lines = new ArrayList<>();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Line(String name, double[] xs, double[] ys) {
    boolean isShown(int i) {
      return xs[i] > 0 && ys[i] > 0;
    }
  }

  /**
   * Makes an empty plot.
   *
   * @param xTick what to write at a power of ten
   * @param yTick as well
   */
  public LinePlot(
      String title,
      String xLabel,
      DoubleFunction<String> xTick,
      String yLabel,
      DoubleFunction<String> yTick) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.xTick = xTick;
    this.yTick = yTick;
  }

  /** Adds a line through points. */
  public LinePlot add(String name, double[] xs, double[] ys) {
    lines.add(new Line(name, xs, ys));
    return this;
  }

  /** Draws it. */
  public Svg draw() {
    final Scale x = scale(Line::xs, LEFT, WIDTH - RIGHT);
    final Scale y = scale(Line::ys, HEIGHT - BOTTOM, TOP);
    final Svg svg = new Svg(WIDTH, HEIGHT, title);
    svg.boldText(LEFT, 26, 15, INK, Anchor.START, title);
    for (int power = x.from; power <= x.to; power++) {
      final double place = x.place(power);
      svg.line(place, TOP, place, HEIGHT - BOTTOM, GRID, 1);
      final String label = xTick.apply(Math.pow(10, power));
      svg.text(place, HEIGHT - BOTTOM + 18, 12, INK, Anchor.MIDDLE, label);
    }
    for (int power = y.from; power <= y.to; power++) {
      final double place = y.place(power);
      svg.line(LEFT, place, WIDTH - RIGHT, place, GRID, 1);
      svg.text(LEFT - 8, place + 4, 12, INK, Anchor.END, yTick.apply(Math.pow(10, power)));
    }
    svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 16, 12, INK, Anchor.MIDDLE, xLabel);
    svg.text(WIDTH - RIGHT + 12, TOP - 6, 12, INK, Anchor.START, yLabel);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), COLOURS.get(i % COLOURS.size()), x, y, TOP + 18 + 20 * i);
    }
    return svg;
  }

  private static void draw(Svg svg, Line line, String colour, Scale x, Scale y, double legend) {
    final List<double[]> shown = new ArrayList<>();
    for (int i = 0; i < line.xs.length; i++) {
      if (line.isShown(i)) {
        shown.add(new double[] {x.place(Math.log10(line.xs[i])), y.place(Math.log10(line.ys[i]))});
      }
    }
    svg.polyline(column(shown, point -> point[0]), column(shown, point -> point[1]), colour, 2.2);
    final double left = WIDTH - RIGHT + 12;
    svg.line(left, legend - 4, left + 18, legend - 4, colour, 3);
    svg.text(left + 24, legend, 12, INK, Anchor.START, line.name);
  }

  private static double[] column(List<double[]> points, ToDoubleFunction<double[]> column) {
    return points.stream().mapToDouble(column).toArray();
  }

  /** From the power of ten below the smallest value to the one above the largest. */
  private Scale scale(java.util.function.Function<Line, double[]> column, int begin, int end) {
    double least = Double.MAX_VALUE;
    double most = Double.MIN_VALUE;
    for (final Line line : lines) {
      final double[] values = column.apply(line);
      for (int i = 0; i < values.length; i++) {
        if (line.isShown(i)) {
          least = Math.min(least, values[i]);
          most = Math.max(most, values[i]);
        }
      }
    }
    if (least > most) {
      throw new IllegalStateException("Nothing to plot: " + title);
    }
    final int from = (int) Math.floor(Math.log10(least) + 1e-9);
    final int to = Math.max(from + 1, (int) Math.ceil(Math.log10(most) - 1e-9));
    return new Scale(from, to, begin, end);
  }

  /** From logarithms to pixels. */
  private record Scale(int from, int to, int begin, int end) {
    double place(double log) {
      return begin + (end - begin) * (log - from) / (to - from);
    }
  }
}
