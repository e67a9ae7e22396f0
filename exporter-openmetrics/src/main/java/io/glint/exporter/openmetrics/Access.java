package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Who may read. Thread-safe.
 *
 * @param challenge the value of {@code WWW-Authenticate} for who may not
 */
record Access(String challenge, Predicate<? super OpenMetricsRequest> allows) {

  private static final String BASIC = "basic ";

  /** One user (RFC 7617). */
  static Access basic(String user, String password) {
    final byte[] expected = (user + ':' + password).getBytes(UTF_8);
    return new Access(
        "Basic realm=\"metrics\", charset=\"UTF-8\"", request -> isBasic(request, expected));
  }

  private static boolean isBasic(OpenMetricsRequest request, byte[] expected) {
    final List<String> values = request.headers("Authorization");
    if (values.size() != 1) {
      return false;
    }
    final String value = values.get(0);
    if (!value.toLowerCase(Locale.ROOT).startsWith(BASIC)) {
      return false;
    }
    final byte[] given;
    try {
      given = Base64.getDecoder().decode(value.substring(BASIC.length()).strip());
    } catch (IllegalArgumentException e) {
      return false;
    }
    // Takes as long wherever they differ.
    return MessageDigest.isEqual(given, expected);
  }

  /** The answer to who may not. */
  OpenMetricsResponse refusal(boolean isHead) {
    return TextResponse.of(
        401,
        Map.of("WWW-Authenticate", challenge),
        TextResponse.PLAIN,
        TextResponse.utf8("This endpoint asks for credentials.\n"),
        isHead);
  }

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return this == object;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
