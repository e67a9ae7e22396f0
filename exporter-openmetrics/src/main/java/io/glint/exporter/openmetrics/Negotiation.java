package io.glint.exporter.openmetrics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request's Accept headers ask for: Prometheus documentation, "Scrape protocol content
 * negotiation" and "UTF-8 metric and label name escaping schemes"; OpenMetrics 1.0, "Protocol
 * Negotiation".
 *
 * <p>The supported type with the highest weight wins. Of equal weights the order of {@link Offer}
 * decides, but "anything" means Prometheus text 0.0.4, as does a header that asks for nothing we
 * have, or that cannot be understood; {@code application/*} means OpenMetrics 1.0. Whatever the
 * header holds, the answer consists of constants.
 *
 * <p>The scheme of escaping is that of the type that wins. Prometheus gives none for protobuf:
 * there it is that of the first other type that has one. A scraper that names none gets
 * underscores.
 *
 * @param format the format of the body
 * @param escaping how names are escaped
 * @param contentType the value of the Content-Type header
 */
record Negotiation(ScrapeFormat format, Escaping escaping, String contentType) {

  static final Negotiation TEXT = Offer.TEXT.negotiated(null);

  /** OpenMetrics 1.0 for a scraper that names no scheme of escaping. */
  static final Negotiation OPEN_METRICS = Offer.OPEN_METRICS.negotiated(null);

  /** The types we have, the preferred ones first. */
  private enum Offer {
    PROTOBUF(
        ScrapeFormat.PROTOBUF,
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
            + " encoding=delimited"),
    OPEN_METRICS_2(
        ScrapeFormat.OPEN_METRICS_2, "application/openmetrics-text; version=2.0.0; charset=utf-8"),
    OPEN_METRICS(
        ScrapeFormat.OPEN_METRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    TEXT_1(ScrapeFormat.PROMETHEUS_TEXT, "text/plain; version=1.0.0; charset=utf-8"),
    TEXT(ScrapeFormat.PROMETHEUS_TEXT, "text/plain; version=0.0.4; charset=utf-8");

    private final ScrapeFormat format;
    private final String contentType;

    Offer(ScrapeFormat format, String contentType) {
      this.format = format;
      this.contentType = contentType;
    }

    /** The type that an element of the header asks for; null if we have none such. */
    static @Nullable Offer of(MediaRange range, boolean openMetrics2) {
      final String version = range.parameter("version");
      return switch (range.type()) {
        case "application/vnd.google.protobuf" -> {
          final String encoding = range.parameter("encoding");
          yield range.parameter("proto").equals("io.prometheus.client.metricfamily")
                  && (encoding.isEmpty() || encoding.equals("delimited"))
              ? PROTOBUF
              : null;
        }
        case "application/openmetrics-text" ->
            switch (version) {
              // Version 0.0.1 is what Prometheus before 2.36 calls what it reads as 1.0.0.
              case "", "1.0.0", "0.0.1" -> OPEN_METRICS;
              case "2.0.0" -> openMetrics2 ? OPEN_METRICS_2 : null;
              default -> null;
            };
        case "text/plain" ->
            switch (version) {
              case "", "0.0.4" -> TEXT;
              case "1.0.0" -> TEXT_1;
              default -> null;
            };
        default -> null;
      };
    }

    /**
     * The answer.
     *
     * @param named the scheme that the scraper has named, which it is told then; null for none
     */
    Negotiation negotiated(@Nullable Escaping named) {
      if (this == TEXT || (named == null && this != TEXT_1)) {
        // Version 0.0.4 has no such parameter, and no names that need one.
        return new Negotiation(format, Escaping.UNDERSCORES, contentType);
      }
      final Escaping escaping = named == null ? Escaping.UNDERSCORES : named;
      return new Negotiation(format, escaping, contentType + "; escaping=" + escaping.parameter);
    }
  }

  /**
   * Chooses the format.
   *
   * @param acceptHeaders the values of all Accept headers; null or empty if there are none
   * @param openMetrics2 whether OpenMetrics 2.0 is among what we have
   */
  static Negotiation of(@Nullable List<String> acceptHeaders, boolean openMetrics2) {
    final Weights weights = new Weights();
    if (acceptHeaders != null) {
      for (final String header : acceptHeaders) {
        for (final MediaRange range : MediaRange.parse(header)) {
          weights.add(range, openMetrics2);
        }
      }
    }
    return weights.best();
  }

  /**
   * Whether the body may be compressed: gzip has a weight above zero, and at least that of no
   * encoding if the header gives one (RFC 9110, section 12.5.3).
   */
  static boolean allowsGzip(@Nullable List<String> acceptEncodingHeaders) {
    double gzip = -1;
    double any = -1;
    double identity = -1;
    if (acceptEncodingHeaders != null) {
      for (final String header : acceptEncodingHeaders) {
        for (final MediaRange coding : MediaRange.parse(header)) {
          switch (coding.type()) {
            case "gzip", "x-gzip" -> gzip = Math.max(gzip, coding.weight());
            case "*" -> any = coding.weight();
            case "identity" -> identity = coding.weight();
            default -> {}
          }
        }
      }
    }
    final double weight = gzip >= 0 ? gzip : any;
    return weight > 0 && weight >= identity;
  }

  /** The weights so far; a type that is named counts more than a wildcard that includes it. */
  private static final class Weights {
    private final Map<Offer, MediaRange> named = new EnumMap<>(Offer.class);
    private double application = -1;
    private double anyText = -1;
    private double anything = -1;

    /** The first scheme of escaping that is named; or null. */
    private @Nullable Escaping anyEscaping;

    void add(MediaRange range, boolean openMetrics2) {
      switch (range.type()) {
        case "application/*" -> application = range.weight();
        case "text/*" -> anyText = range.weight();
        case "*/*" -> anything = range.weight();
        default -> {
          if (anyEscaping == null) {
            anyEscaping = range.escaping();
          }
          final Offer offer = Offer.of(range, openMetrics2);
          if (offer != null) {
            named.merge(offer, range, (one, other) -> other.weight > one.weight ? other : one);
          }
        }
      }
    }

    Negotiation best() {
      Offer best = Offer.TEXT;
      double highest = 0;
      for (final Offer offer : Offer.values()) {
        final double weight = weight(offer);
        if (weight > highest) {
          best = offer;
          highest = weight;
        }
      }
      final MediaRange range = named.get(best);
      final Escaping escaping = range == null ? null : range.escaping();
      return best.negotiated(escaping == null && best == Offer.PROTOBUF ? anyEscaping : escaping);
    }

    private double weight(Offer offer) {
      final MediaRange range = named.get(offer);
      if (range != null) {
        return range.weight();
      }
      return switch (offer) {
        case OPEN_METRICS -> application;
        case TEXT -> anyText >= 0 ? anyText : anything;
        default -> -1;
      };
    }
  }

  /** One element of the header, in lower case: {@code type;name=value;q=0.5}. */
  private record MediaRange(String type, List<String> parameters, double weight) {

    static List<MediaRange> parse(String header) {
      return split(header.toLowerCase(Locale.ROOT), ',').stream()
          .map(MediaRange::parseElement)
          .toList();
    }

    /**
     * The parts between separators; one in quotes is none (RFC 9110, section 5.6.4). A quote that
     * is not closed is a character like others.
     */
    private static List<String> split(String text, char separator) {
      final List<String> parts = new ArrayList<>();
      int start = 0;
      boolean quoted = false;
      for (int i = 0; i < text.length(); i++) {
        final char c = text.charAt(i);
        if (quoted && c == '\\') {
          i++;
        } else if (c == '"') {
          quoted = !quoted;
        } else if (c == separator && !quoted) {
          parts.add(text.substring(start, i));
          start = i + 1;
        }
      }
      if (quoted) {
        return List.of(text.split(String.valueOf(separator), -1));
      }
      parts.add(text.substring(start));
      return parts;
    }

    private static MediaRange parseElement(String element) {
      final List<String> parts = split(element, ';');
      final MediaRange range = new MediaRange(parts.get(0).strip(), parts, 0);
      return new MediaRange(range.type, parts, weight(range.parameter("q")));
    }

    /** The value of a parameter, without quotes; empty if there is none. */
    String parameter(String name) {
      for (int i = 1; i < parameters.size(); i++) {
        final String parameter = parameters.get(i);
        final int equals = parameter.indexOf('=');
        if (equals >= 0 && parameter.substring(0, equals).strip().equals(name)) {
          final String value = parameter.substring(equals + 1).strip();
          final boolean quoted =
              value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
          return quoted ? value.substring(1, value.length() - 1) : value;
        }
      }
      return "";
    }

    /** The scheme that it names; null if that is none that there is. */
    @Nullable Escaping escaping() {
      return Escaping.of(parameter("escaping"));
    }

    /** A weight that cannot be read excludes the element, as if it were zero. */
    private static double weight(String q) {
      if (q.isEmpty()) {
        return 1;
      }
      try {
        final double weight = Double.parseDouble(q);
        return weight >= 0 && weight <= 1 ? weight : 0;
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }
}
