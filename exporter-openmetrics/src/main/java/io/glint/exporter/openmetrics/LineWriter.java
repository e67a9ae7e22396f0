package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.List;

/**
 * What writers of lines of text have in common, in whatever version of a format: names, which may
 * need quotes, labels, comments, numbers, and samples of one value.
 *
 * <p>Prometheus documentation, "Exposition formats", and OpenMetrics 2.0, "UTF-8 Quoting": the name
 * of a metric that is no legacy name stands in quotes, and in a sample first in the braces.
 *
 * <p>Not safe for use by several threads at once.
 */
abstract class LineWriter extends PointWriter {

  private static final String EOF = "# EOF\n";

  final Numbers numbers = new Numbers();
  final ExemplarWriter exemplars = new TextExemplarWriter(numbers);

  LineWriter(ScrapeFormat format, ProblemLog log) {
    super(format, log);
  }

  /** Writes what comes after the value of a counter. */
  abstract void endOfCounter(long startEpochNanos, List<? extends ExemplarData> candidates);

  @Override
  final ExemplarWriter exemplars() {
    return exemplars;
  }

  @Override
  final String labelsText(TextBuffer labelsOfSeries, int labelsFrom, int labelsTo) {
    return labelsOfSeries.text(labelsFrom, labelsTo);
  }

  @Override
  final void target(Family target) {
    beginFamily(target);
    name("_info");
    out.ascii("1\n");
  }

  @Override
  final void endFamily() {
    // Nothing is said of a family after its samples.
  }

  @Override
  final void end() {
    if (format != ScrapeFormat.PROMETHEUS_TEXT) {
      out.ascii(EOF);
    }
  }

  @Override
  final void gauge(long value) {
    name("");
    numbers.integer(out, value);
    out.put('\n');
  }

  @Override
  final void gauge(double value) {
    name("");
    numbers.floating(out, value);
    out.put('\n');
  }

  @Override
  final void counter(long value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    name(family.suffixes.get(0));
    numbers.integer(out, value);
    endOfCounter(startEpochNanos, candidates);
  }

  @Override
  final void counter(double value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    name(family.suffixes.get(0));
    numbers.floating(out, value);
    endOfCounter(startEpochNanos, candidates);
  }

  /** Writes name, labels and the blank before the value. */
  final void name(String suffix) {
    final boolean hasLabels = labelsEnd > labelsStart;
    if (family.hasLegacyName) {
      out.ascii(family.name).ascii(suffix);
      if (hasLabels) {
        out.put('{').append(labels, labelsStart, labelsEnd).put('}');
      }
    } else {
      out.put('{');
      quoted(family.name, suffix);
      if (hasLabels) {
        out.put(',').append(labels, labelsStart, labelsEnd);
      }
      out.put('}');
    }
    out.put(' ');
  }

  /** Writes name and labels of a sample that has another label, up to where that begins. */
  final void openLabels(String suffix) {
    if (family.hasLegacyName) {
      out.ascii(family.name).ascii(suffix).put('{');
    } else {
      out.put('{');
      quoted(family.name, suffix);
      out.put(',');
    }
    if (labelsEnd > labelsStart) {
      out.append(labels, labelsStart, labelsEnd).put(',');
    }
  }

  /** Writes the beginning of a line of metadata, up to the blank before what it says. */
  final TextBuffer comment(String keyword, String name) {
    out.ascii("# ").ascii(keyword).put(' ');
    if (family.hasLegacyName) {
      out.ascii(name);
    } else {
      quoted(name, "");
    }
    return out.put(' ');
  }

  final void help(String name, boolean escapeQuotes) {
    if (!family.help.isEmpty()) {
      comment("HELP", name).help(family.help, escapeQuotes).put('\n');
    }
  }

  private void quoted(String name, String suffix) {
    out.put('"').labelValue(name).ascii(suffix).put('"');
  }
}
