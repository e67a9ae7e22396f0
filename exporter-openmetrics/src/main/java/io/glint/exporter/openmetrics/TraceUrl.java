package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.LogText;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** Checks templates of the addresses of traces. */
final class TraceUrl {

  static final String TRACE_ID = "{traceId}";
  static final String SPAN_ID = "{spanId}";

  private static final Set<String> SCHEMES = Set.of("http", "https");

  private TraceUrl() {}

  /**
   * Returns the template, which leads to a web page for all ids.
   *
   * @throws IllegalArgumentException if it does not
   */
  static String checked(String template) {
    if (!template.contains(TRACE_ID)) {
      throw unusable(template, "it does not contain " + TRACE_ID);
    }
    final URI example;
    try {
      example = new URI(template.replace(TRACE_ID, "0").replace(SPAN_ID, "0"));
    } catch (URISyntaxException e) {
      throw unusable(
          template, e.getReason() + " at character " + e.getIndex() + " of it, with 0 for each id");
    }
    if (example.getScheme() != null
        && (!SCHEMES.contains(example.getScheme().toLowerCase(Locale.ROOT))
            || example.getRawAuthority() == null)) {
      throw unusable(template, "it begins with neither http:// nor https:// nor is it relative");
    }
    return template;
  }

  private static IllegalArgumentException unusable(String template, String why) {
    return new IllegalArgumentException(
        "The URL template of traces '"
            + LogText.of(template)
            + "' cannot be used: "
            + why
            + ". Give an address such as \"https://jaeger.example/trace/{traceId}?uiFind={spanId}\","
            + " with other braces, spaces and quotes percent-encoded.");
  }
}
