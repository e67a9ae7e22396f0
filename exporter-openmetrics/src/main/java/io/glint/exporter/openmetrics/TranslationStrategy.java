package io.glint.exporter.openmetrics;

/**
 * How the names of metrics and attributes become names of Prometheus: OpenTelemetry specification,
 * "Metrics Exporter - Prometheus", section "Translation Strategy".
 *
 * <p>What comes out is then escaped as the scraper asks for it, which most need not: a scraper that
 * takes no UTF-8 names gets a {@code _} for each character that it does not take. A counter {@code
 * foo.bar} of the unit {@code By} becomes:
 *
 * <table>
 * <caption>Names by strategy and by what the scraper takes</caption>
 * <tr><th>strategy</th><th>without UTF-8</th><th>with UTF-8</th></tr>
 * <tr><td>{@link #UNDERSCORE_ESCAPING_WITH_SUFFIXES}</td>
 *   <td>{@code foo_bar_bytes_total}</td><td>{@code foo_bar_bytes_total}</td></tr>
 * <tr><td>{@link #UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES}</td>
 *   <td>{@code foo_bar}</td><td>{@code foo_bar}</td></tr>
 * <tr><td>{@link #NO_UTF8_ESCAPING_WITH_SUFFIXES}</td>
 *   <td>{@code foo_bar_bytes_total}</td><td>{@code foo.bar_bytes_total}</td></tr>
 * <tr><td>{@link #NO_TRANSLATION}</td>
 *   <td>{@code foo_bar}</td><td>{@code foo.bar}</td></tr>
 * </table>
 *
 * <p>OpenMetrics 1.0 knows no counter whose name does not end with {@code _total}. In this format
 * such a one has the type {@code unknown}, and neither exemplars nor {@code _created}; the other
 * formats have it as a counter.
 */
public enum TranslationStrategy {

  /** Names of letters, digits and single underscores, with unit and {@code _total}. */
  UNDERSCORE_ESCAPING_WITH_SUFFIXES(true, true),

  /** Names of letters, digits and single underscores, without unit and {@code _total}. */
  UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES(true, false),

  /** Names as they are, with unit and {@code _total}. */
  NO_UTF8_ESCAPING_WITH_SUFFIXES(false, true),

  /** Names as they are. */
  NO_TRANSLATION(false, false);

  /** Whether names consist of the characters that every Prometheus knows. */
  final boolean replacesCharacters;

  /** Whether a name gets the unit, and that of a counter {@code _total}. */
  final boolean addsSuffixes;

  TranslationStrategy(boolean replacesCharacters, boolean addsSuffixes) {
    this.replacesCharacters = replacesCharacters;
    this.addsSuffixes = addsSuffixes;
  }
}
