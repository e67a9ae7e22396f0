package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The metric families a scraper asks for: {@code /metrics?name[]=a&name[]=b}, as Prometheus sends
 * it where {@code params} of its scrape configuration have it. The other families are left out of
 * the answer. A family is asked for by its own name or by that of one of its samples, and is always
 * written with all of them. A name that no family has is no error.
 *
 * <p>A name is that of the answer, by its scheme of escaping, or the one that a scraper gets who
 * names no scheme. So the same query does whether Prometheus, which chooses the scheme by itself,
 * is of version 2 or 3. The client library for Java knows the latter name only.
 *
 * <p>The size of a query is bounded. Immutable.
 */
final class NameFilter {

  /** The bounds of the Prometheus client library for Java. */
  static final int MAX_QUERY_CHARS = 64 * 1024;

  static final int MAX_PARAMETERS = 1024;

  static final NameFilter ALL = new NameFilter(null);

  private static final String PARAMETER = "name[]";

  /** Null if everything is asked for. */
  private final @Nullable Set<String> names;

  private NameFilter(@Nullable Set<String> names) {
    this.names = names;
  }

  /**
   * Reads the query of a request.
   *
   * @param query as it was sent, with its escapes; null if there is none
   * @throws IllegalArgumentException if it is too long or no query; the message is fit for the
   *     client
   */
  static NameFilter of(@Nullable String query) {
    if (query == null || query.isEmpty()) {
      return ALL;
    }
    if (query.length() > MAX_QUERY_CHARS) {
      throw new IllegalArgumentException(
          "The query is longer than " + MAX_QUERY_CHARS + " characters.");
    }
    final String[] parameters = query.split("&", MAX_PARAMETERS + 1);
    if (parameters.length > MAX_PARAMETERS) {
      throw new IllegalArgumentException(
          "The query has more than " + MAX_PARAMETERS + " parameters.");
    }
    Set<String> names = null;
    for (final String parameter : parameters) {
      final int equals = parameter.indexOf('=');
      if (equals >= 0 && decoded(parameter.substring(0, equals)).equals(PARAMETER)) {
        if (names == null) {
          names = new HashSet<>();
        }
        names.add(decoded(parameter.substring(equals + 1)));
      }
    }
    return names == null ? ALL : new NameFilter(names);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The query has an escape that is none.", e);
    }
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof NameFilter other && Objects.equals(names, other.names);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(names);
  }

  /**
   * Whether a family is asked for.
   *
   * @param hasCreated whether it may have {@code _created} samples
   */
  boolean includes(Family family, boolean hasCreated) {
    return names == null
        || includes(names, family.name, family.suffixes, hasCreated)
        // Mostly it is the same one.
        || (!family.plainName.equals(family.name)
            && includes(names, family.plainName, family.plainSuffixes, hasCreated));
  }

  private static boolean includes(
      Set<String> names, String family, List<String> suffixes, boolean hasCreated) {
    if (names.contains(family) || (hasCreated && names.contains(family + FamilyType.CREATED))) {
      return true;
    }
    for (int i = 0; i < suffixes.size(); i++) {
      if (names.contains(family + suffixes.get(i))) {
        return true;
      }
    }
    return false;
  }
}
