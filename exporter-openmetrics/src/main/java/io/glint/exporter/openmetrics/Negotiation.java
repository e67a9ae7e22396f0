package io.glint.exporter.openmetrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a request's Accept headers ask for: Prometheus documentation, "Scrape protocol content
 * negotiation"; OpenMetrics 1.0, "Protocol Negotiation".
 *
 * <p>The supported type with the highest weight wins. OpenMetrics wins a tie, but only if it is
 * named, also as {@code application/*}: "anything" means Prometheus text, as does a header that
 * asks for nothing we have, or that cannot be understood. Whatever the header holds, the answer is
 * one of three constants.
 *
 * @param format the format of the body
 * @param contentType the value of the Content-Type header
 */
record Negotiation(ScrapeFormat format, String contentType) {

  static final Negotiation TEXT =
      new Negotiation(ScrapeFormat.PROMETHEUS_TEXT, "text/plain; version=0.0.4; charset=utf-8");

  static final Negotiation OPEN_METRICS =
      new Negotiation(
          ScrapeFormat.OPEN_METRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8");

  /**
   * The same for a scraper that names an escaping scheme, as Prometheus 3 does, which is to be told
   * the scheme in use. Our names are legacy names whatever the scheme: that is "underscores".
   */
  static final Negotiation OPEN_METRICS_ESCAPED =
      new Negotiation(
          ScrapeFormat.OPEN_METRICS, OPEN_METRICS.contentType + "; escaping=underscores");

  /** Version 0.0.1 is what Prometheus before 2.36 calls the format it reads as 1.0.0. */
  private static final Set<String> OPEN_METRICS_VERSIONS = Set.of("", "1.0.0", "0.0.1");

  private static final Set<String> TEXT_VERSIONS = Set.of("", "0.0.4");

  /** The last two are spellings of one scheme: the documentation has had both. */
  private static final Set<String> ESCAPING_SCHEMES =
      Set.of("underscores", "dots", "values", "allow-utf-8", "allow-utf8");

  /**
   * Chooses the format.
   *
   * @param acceptHeaders the values of all Accept headers; null or empty if there are none
   */
  static Negotiation of(List<String> acceptHeaders) {
    Weights weights = new Weights();
    if (acceptHeaders != null) {
      for (String header : acceptHeaders) {
        for (MediaRange range : MediaRange.parse(header)) {
          weights.add(range);
        }
      }
    }
    double openMetrics = weights.openMetrics();
    if (openMetrics > 0 && openMetrics >= weights.text()) {
      return weights.escaping ? OPEN_METRICS_ESCAPED : OPEN_METRICS;
    }
    return TEXT;
  }

  /**
   * Whether the body may be compressed: gzip has a weight above zero, and at least that of no
   * encoding if the header gives one (RFC 9110, section 12.5.3).
   */
  static boolean allowsGzip(List<String> acceptEncodingHeaders) {
    double gzip = -1;
    double any = -1;
    double identity = -1;
    if (acceptEncodingHeaders != null) {
      for (String header : acceptEncodingHeaders) {
        for (MediaRange coding : MediaRange.parse(header)) {
          switch (coding.type()) {
            case "gzip", "x-gzip" -> gzip = Math.max(gzip, coding.weight());
            case "*" -> any = coding.weight();
            case "identity" -> identity = coding.weight();
            default -> {}
          }
        }
      }
    }
    double weight = gzip >= 0 ? gzip : any;
    return weight > 0 && weight >= identity;
  }

  /** The weights so far; a type that is named counts more than a wildcard that includes it. */
  private static final class Weights {
    private double openMetrics = -1;
    private boolean escaping;
    private double application = -1;
    private double text = -1;
    private double anyText = -1;
    private double anything = -1;

    void add(MediaRange range) {
      switch (range.type()) {
        case "application/openmetrics-text" -> {
          if (OPEN_METRICS_VERSIONS.contains(range.parameter("version"))
              && range.weight() > openMetrics) {
            openMetrics = range.weight();
            escaping = ESCAPING_SCHEMES.contains(range.parameter("escaping"));
          }
        }
        case "text/plain" -> {
          if (TEXT_VERSIONS.contains(range.parameter("version"))) {
            text = Math.max(text, range.weight());
          }
        }
        case "application/*" -> application = range.weight();
        case "text/*" -> anyText = range.weight();
        case "*/*" -> anything = range.weight();
        default -> {}
      }
    }

    double openMetrics() {
      return openMetrics >= 0 ? openMetrics : application;
    }

    double text() {
      return text >= 0 ? text : anyText >= 0 ? anyText : anything;
    }
  }

  /** One element of the header, in lower case: {@code type;name=value;q=0.5}. */
  private record MediaRange(String type, List<String> parameters, double weight) {

    static List<MediaRange> parse(String header) {
      return Arrays.stream(header.toLowerCase(Locale.ROOT).split(",", -1))
          .map(MediaRange::parseElement)
          .toList();
    }

    private static MediaRange parseElement(String element) {
      List<String> parts = List.of(element.split(";", -1));
      MediaRange range = new MediaRange(parts.get(0).strip(), parts, 0);
      return new MediaRange(range.type, parts, weight(range.parameter("q")));
    }

    /** The value of a parameter, without quotes; empty if there is none. */
    String parameter(String name) {
      for (int i = 1; i < parameters.size(); i++) {
        String parameter = parameters.get(i);
        int equals = parameter.indexOf('=');
        if (equals >= 0 && parameter.substring(0, equals).strip().equals(name)) {
          String value = parameter.substring(equals + 1).strip();
          boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
          return quoted ? value.substring(1, value.length() - 1) : value;
        }
      }
      return "";
    }

    /** A weight that cannot be read excludes the element, as if it were zero. */
    private static double weight(String q) {
      if (q.isEmpty()) {
        return 1;
      }
      try {
        double weight = Double.parseDouble(q);
        return weight >= 0 && weight <= 1 ? weight : 0;
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }
}
