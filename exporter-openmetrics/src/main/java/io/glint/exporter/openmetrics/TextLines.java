package io.glint.exporter.openmetrics;

/**
 * What lines of text have in common, in whatever version of a format: names, which may need quotes,
 * labels, comments and numbers.
 *
 * <p>Prometheus documentation, "Exposition formats", and OpenMetrics 2.0, "UTF-8 Quoting": the name
 * of a metric that is no legacy name stands in quotes, and in a sample first in the braces.
 *
 * <p>Not safe for use by several threads at once.
 */
final class TextLines {

  static final String EOF = "# EOF\n";

  final Numbers numbers = new Numbers();

  /** Writes name, labels and the blank before the value. */
  void name(PointWriter of, String suffix) {
    TextBuffer out = of.out;
    boolean hasLabels = of.labelsEnd > of.labelsStart;
    if (of.family.hasLegacyName) {
      out.ascii(of.family.name).ascii(suffix);
      if (hasLabels) {
        out.put('{').append(of.labels, of.labelsStart, of.labelsEnd).put('}');
      }
    } else {
      out.put('{');
      quoted(out, of.family.name, suffix);
      if (hasLabels) {
        out.put(',').append(of.labels, of.labelsStart, of.labelsEnd);
      }
      out.put('}');
    }
    out.put(' ');
  }

  /** Writes name and labels of a sample that has another label, up to where that begins. */
  void openLabels(PointWriter of, String suffix) {
    TextBuffer out = of.out;
    if (of.family.hasLegacyName) {
      out.ascii(of.family.name).ascii(suffix).put('{');
    } else {
      out.put('{');
      quoted(out, of.family.name, suffix);
      out.put(',');
    }
    if (of.labelsEnd > of.labelsStart) {
      out.append(of.labels, of.labelsStart, of.labelsEnd).put(',');
    }
  }

  /** Writes the beginning of a line of metadata, up to the blank before what it says. */
  TextBuffer comment(TextBuffer out, String keyword, Family family, String name) {
    out.ascii("# ").ascii(keyword).put(' ');
    if (family.hasLegacyName) {
      out.ascii(name);
    } else {
      quoted(out, name, "");
    }
    return out.put(' ');
  }

  void help(TextBuffer out, Family family, String name, boolean escapeQuotes) {
    if (!family.help.isEmpty()) {
      comment(out, "HELP", family, name).help(family.help, escapeQuotes).put('\n');
    }
  }

  private static void quoted(TextBuffer out, String name, String suffix) {
    out.put('"').labelValue(name).ascii(suffix).put('"');
  }
}
