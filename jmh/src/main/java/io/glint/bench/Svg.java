package io.glint.bench;

import java.util.Locale;
import java.util.Objects;

/**
 * A picture made of a few plain shapes, as one file that needs nothing else: no style sheet, no
 * script, no font that is not everywhere. It has a light background of its own, so that it can be
 * read on a dark page as well. Coordinates are pixels from the upper left corner; colours are what
 * SVG takes for one. What is drawn later lies above. Not thread-safe.
 */
public final class Svg {
  private static final String BACKGROUND = "#ffffff";

  private final StringBuilder shapes = new StringBuilder();
  private final int width;
  private final int height;
  private final String title;

  /** Where a text stands relative to its coordinate. */
  public enum Anchor {
    START,
    MIDDLE,
    END
  }

  /**
   * Makes an empty picture.
   *
   * @param width pixels, above 0
   * @param height pixels, above 0
   * @param title what is shown, for those who cannot see it
   */
  public Svg(int width, int height, String title) {
    if (width <= 0 || height <= 0) {
      throw new IllegalArgumentException("No picture is " + width + " by " + height + " pixels");
    }
    this.width = width;
    this.height = height;
    this.title = Objects.requireNonNull(title, "title");
  }

  /** Adds a line of text, whose base line is at {@code y}. */
  public Svg text(double x, double y, int size, String colour, Anchor anchor, String text) {
    return text(x, y, size, colour, anchor, "normal", text);
  }

  /** Adds a line of bold text, whose base line is at {@code y}. */
  public Svg boldText(double x, double y, int size, String colour, Anchor anchor, String text) {
    return text(x, y, size, colour, anchor, "bold", text);
  }

  private Svg text(
      double x, double y, int size, String colour, Anchor anchor, String weight, String text) {
    shapes
        .append("<text")
        .append(attribute("x", x))
        .append(attribute("y", y))
        .append(attribute("font-size", size))
        .append(attribute("font-weight", weight))
        .append(attribute("text-anchor", anchor.name().toLowerCase(Locale.ROOT)))
        .append(attribute("fill", colour))
        .append('>')
        .append(escape(text))
        .append("</text>\n");
    return this;
  }

  /** Adds a line. */
  public Svg line(double x1, double y1, double x2, double y2, String colour, double strokeWidth) {
    shapes
        .append("<line")
        .append(attribute("x1", x1))
        .append(attribute("y1", y1))
        .append(attribute("x2", x2))
        .append(attribute("y2", y2))
        .append(attribute("stroke", colour))
        .append(attribute("stroke-width", strokeWidth))
        .append("/>\n");
    return this;
  }

  /** Adds a filled rectangle without an outline. */
  public Svg rectangle(double x, double y, double width, double height, String colour) {
    shapes
        .append("<rect")
        .append(attribute("x", x))
        .append(attribute("y", y))
        .append(attribute("width", width))
        .append(attribute("height", height))
        .append(attribute("fill", colour))
        .append("/>\n");
    return this;
  }

  /**
   * Adds a line through points.
   *
   * @param xs one for each point
   * @param ys as many
   */
  public Svg polyline(double[] xs, double[] ys, String colour, double strokeWidth) {
    if (xs.length != ys.length) {
      throw new IllegalArgumentException(xs.length + " points across, but " + ys.length + " down");
    }
    final StringBuilder points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      points
          .append(i == 0 ? "" : " ")
          .append(coordinate(xs[i]))
          .append(',')
          .append(coordinate(ys[i]));
    }
    shapes
        .append("<polyline")
        .append(attribute("points", points.toString()))
        .append(attribute("fill", "none"))
        .append(attribute("stroke", colour))
        .append(attribute("stroke-width", strokeWidth))
        .append(attribute("stroke-linejoin", "round"))
        .append("/>\n");
    return this;
  }

  /** The whole file. */
  @Override
  public String toString() {
    return "<svg"
        + attribute("xmlns", "http://www.w3.org/2000/svg")
        + attribute("width", width)
        + attribute("height", height)
        + attribute("viewBox", "0 0 " + width + " " + height)
        + attribute("role", "img")
        + attribute("font-family", "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif")
        + ">\n<title>"
        + escape(title)
        + "</title>\n<rect"
        + attribute("width", width)
        + attribute("height", height)
        + attribute("fill", BACKGROUND)
        + "/>\n"
        + shapes
        + "</svg>\n";
  }

  private static String attribute(String name, double value) {
    return attribute(name, coordinate(value));
  }

  private static String attribute(String name, int value) {
    return attribute(name, Integer.toString(value));
  }

  private static String attribute(String name, String value) {
    return " " + name + "=\"" + escape(value) + '"';
  }

  private static String coordinate(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("No pixel is at " + value);
    }
    final String text = String.format(Locale.ROOT, "%.2f", value);
    return text.replaceAll("\\.?0+$", "");
  }

  /** Also drops what XML cannot hold at all, which is control characters. */
  private static String escape(String text) {
    return text.replaceAll("[\\p{Cntrl}&&[^\t\n]]", "")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
