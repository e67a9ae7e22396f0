package io.glint.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The times of a group of cases: for each case a bar for each contender, from 0, with an error bar
 * and the number beside it.
 */
final class BarChart {
  private static final int WIDTH = 920;
  private static final int MARGIN = 20;
  private static final int BARS_FROM = 190;
  private static final int BARS_TO = 790;
  private static final int HEADER = 84;
  private static final int FOOTER = 74;
  private static final int CASE_TITLE = 30;
  private static final int CASE_GAP = 12;
  private static final int ROW = 22;
  private static final double BAR = 15;
  private static final double WHISKER = 5;
  private static final int MOST_TICKS = 7;

  private static final String INK = "#1f2328";
  private static final String PALE = "#59636e";
  private static final String GRID = "#d8dee4";

  /** Can be told apart by those who do not see all colours (Okabe and Ito). */
  private static final String GLINT = "#0072b2";

  private static final String STOCK = "#e69f00";
  private static final String CLIENT_JAVA = "#009e73";
  private static final String MICROMETER = "#cc79a7";
  private static final String ANYTHING_ELSE = "#999999";

  private final Group group;
  private final List<Comparison> comparisons;
  private final String footnote;

  /**
   * Prepares a picture.
   *
   * @param comparisons those of the group, at least one
   * @param footnote where it was measured, in a line
   */
  BarChart(Group group, List<Comparison> comparisons, String footnote) {
    this.group = group;
    this.comparisons = comparisons;
    this.footnote = footnote;
  }

  Svg draw() {
    final int bottom = HEADER + comparisons.stream().mapToInt(BarChart::height).sum();
    final Svg svg = new Svg(WIDTH, bottom + FOOTER, group.title() + ", nanoseconds per call");
    svg.boldText(MARGIN, 30, 18, INK, Svg.Anchor.START, group.title());
    drawLegend(svg);
    drawAxis(svg, bottom);
    int y = HEADER;
    for (final Comparison comparison : comparisons) {
      drawCase(svg, y, comparison);
      y += height(comparison);
    }
    svg.text(MARGIN, bottom + 60, 11, PALE, Svg.Anchor.START, footnote);
    return svg;
  }

  private static int height(Comparison comparison) {
    return CASE_TITLE + comparison.measured().size() * ROW + CASE_GAP;
  }

  private void drawLegend(Svg svg) {
    final Set<String> systems = new LinkedHashSet<>();
    for (final Comparison comparison : comparisons) {
      comparison.benchmarkCase().contenders().forEach(c -> systems.add(system(c.name())));
    }
    double x = MARGIN;
    for (final String system : systems) {
      svg.rectangle(x, 46, 12, 12, colour(system));
      svg.text(x + 18, 57, 13, INK, Svg.Anchor.START, system);
      x += 18 + 8 * system.length() + 24;
    }
  }

  /** Without what is said of it in a single case. */
  private static String system(String name) {
    return name.replaceAll(" \\(.*\\)$", "");
  }

  private static String colour(String system) {
    return switch (system) {
      case Contender.GLINT -> GLINT;
      case Contender.STOCK -> STOCK;
      case Contender.CLIENT_JAVA -> CLIENT_JAVA;
      case Contender.MICROMETER -> MICROMETER;
      default -> ANYTHING_ELSE;
    };
  }

  private void drawAxis(Svg svg, int bottom) {
    for (final double tick : ticks(largest())) {
      svg.line(x(tick), HEADER, x(tick), bottom, GRID, 1);
      svg.text(x(tick), bottom + 18, 12, PALE, Svg.Anchor.MIDDLE, label(tick));
    }
    svg.line(BARS_FROM, HEADER, BARS_FROM, bottom, PALE, 1);
    svg.text(
        (BARS_FROM + BARS_TO) / 2d,
        bottom + 38,
        12,
        INK,
        Svg.Anchor.MIDDLE,
        "ns per call on one thread: median ± half the interquartile range; less is better");
  }

  private void drawCase(Svg svg, int top, Comparison comparison) {
    final Case benchmarkCase = comparison.benchmarkCase();
    // Hides the grid below the words.
    svg.rectangle(0, top, WIDTH, CASE_TITLE, "#ffffff");
    svg.boldText(
        MARGIN,
        top + 20,
        13,
        INK,
        Svg.Anchor.START,
        benchmarkCase.id() + ": " + benchmarkCase.what());
    for (int i = 0; i < comparison.measured().size(); i++) {
      final String name = benchmarkCase.contenders().get(i).name();
      drawBar(svg, top + CASE_TITLE + i * ROW, name, comparison.nanos(i));
    }
  }

  private void drawBar(Svg svg, double top, String name, double[] nanos) {
    final double median = Statistics.median(nanos);
    final double error = Statistics.halfInterquartileRange(nanos);
    final double middle = top + BAR / 2;
    final double from = x(Math.max(0, median - error));
    final double to = x(median + error);
    svg.text(BARS_FROM - 8, middle + 4.5, 12, INK, Svg.Anchor.END, name);
    svg.rectangle(BARS_FROM, top, x(median) - BARS_FROM, BAR, colour(system(name)));
    svg.line(from, middle, to, middle, INK, 1.5);
    svg.line(from, middle - WHISKER, from, middle + WHISKER, INK, 1.5);
    svg.line(to, middle - WHISKER, to, middle + WHISKER, INK, 1.5);
    svg.text(
        to + 8,
        middle + 4.5,
        12,
        INK,
        Svg.Anchor.START,
        String.format(Locale.ROOT, "%.1f ± %.1f", median, error));
  }

  private double x(double nanos) {
    return BARS_FROM + nanos / largest() * (BARS_TO - BARS_FROM);
  }

  private double largest() {
    double largest = 1;
    for (final Comparison comparison : comparisons) {
      for (int i = 0; i < comparison.measured().size(); i++) {
        final double[] nanos = comparison.nanos(i);
        largest =
            Math.max(largest, Statistics.median(nanos) + Statistics.halfInterquartileRange(nanos));
      }
    }
    return largest;
  }

  /** Round numbers from 0 to at most {@code largest}, a few of them. */
  static List<Double> ticks(double largest) {
    double step = Math.pow(10, Math.floor(Math.log10(largest / MOST_TICKS)));
    for (final double factor : new double[] {2, 2.5, 2}) {
      if (largest / step > MOST_TICKS) {
        step *= factor;
      }
    }
    final List<Double> ticks = new ArrayList<>();
    for (int i = 0; i * step <= largest; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private static String label(double tick) {
    return String.format(Locale.ROOT, tick == Math.rint(tick) ? "%.0f" : "%.1f", tick);
  }
}
