package io.glint.exporter.openmetrics;

/**
 * The names of metrics and labels for one strategy and one scheme of escaping: OpenTelemetry
 * specification, "Metrics Exporter - Prometheus", section "Interaction with Translation Strategy".
 * Immutable.
 */
final class Naming {

  private final TranslationStrategy strategy;
  private final Escaping escaping;

  Naming(TranslationStrategy strategy, Escaping escaping) {
    this.strategy = strategy;
    this.escaping = escaping;
  }

  /** The names for a scraper that names no scheme of escaping. */
  Naming plain() {
    return escaping == Escaping.UNDERSCORES ? this : new Naming(strategy, Escaping.UNDERSCORES);
  }

  /** The scheme that gives the same names, and is the one to keep them by. */
  static Escaping effective(TranslationStrategy strategy, Escaping escaping) {
    return strategy.replacesCharacters && escaping != Escaping.DOTS
        ? Escaping.UNDERSCORES
        : escaping;
  }

  /**
   * The name of a metric's samples, and of its family in each format but OpenMetrics 1.0; of
   * histograms and summaries the name without the suffixes of their samples.
   *
   * @param unit the unit's word, see {@link Units}; empty for none
   */
  String metric(String name, String unit, boolean counter) {
    String bare = strategy.replacesCharacters ? Names.metric(name) : Names.utf8Metric(name);
    if (strategy.addsSuffixes) {
      bare = Names.withUnit(bare, unit, counter);
      if (counter) {
        bare = bare + Names.TOTAL;
      }
    }
    return Names.unreserved(escaped(bare, counter), "metric");
  }

  private String escaped(String name, boolean counter) {
    final String bare = counter && escaping == Escaping.DOTS ? Names.withoutTotal(name) : name;
    // The suffix of the type stays, as it does in the client library for Java: a scraper that reads
    // dots backwards gets the same, and OpenMetrics 1.0 looks for it.
    return bare.length() < name.length()
        ? escaping.escape(bare, true) + Names.TOTAL
        : escaping.escape(name, true);
  }

  /** The name of a label. */
  String label(String key) {
    final String name = strategy.replacesCharacters ? Names.label(key) : Names.utf8Label(key);
    return Names.unreserved(escaping.escape(name, false), "key");
  }

  /** Whether a text format has to quote a label name. */
  boolean quotesLabel(String name) {
    return escaping == Escaping.ALLOW_UTF_8 && !Names.isLegacy(name, false);
  }
}
