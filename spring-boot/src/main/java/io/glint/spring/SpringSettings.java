package io.glint.spring;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/**
 * The properties {@code otel.*} and {@code glint.*} of Spring's environment as auto-configuration
 * reads them: a list as one value with commas, a map as one value of names and values.
 */
final class SpringSettings {
  /**
   * Spring names the element {@code exporter[1]} {@code exporter.1} where it makes a map. What has
   * more digits is no list: a variable may have a time in its name.
   */
  private static final Pattern ELEMENT = Pattern.compile("(.+)\\.(\\d{1,9})");

  /** Settings that are maps. */
  private static final Pattern MAP =
      Pattern.compile(
          "otel\\.resource\\.attributes|otel\\.exporter\\.otlp\\.(?:metrics\\.)?headers");

  /** Its name may end in a number, and then is no element, but is not one alone. */
  private static final Pattern ENTRY = Pattern.compile("(" + MAP + ")\\.(?!\\d+$)(.+)");

  private SpringSettings() {}

  /** The caller may change it. */
  static Map<String, String> of(Environment environment) {
    final Map<String, String> settings = new TreeMap<>();
    final Map<String, Map<Integer, String>> lists = new TreeMap<>();
    for (final String root : List.of("otel", "glint")) {
      below(root, environment)
          .forEach((name, value) -> add(root + "." + name, value, settings, lists));
    }
    lists.forEach((key, elements) -> settings.put(key, String.join(",", elements.values())));
    return settings;
  }

  /** The properties below a name, without it. */
  static Map<String, String> below(String root, Environment environment) {
    try {
      return Binder.get(environment)
          .bind(root, Bindable.mapOf(String.class, String.class))
          .orElse(Map.of());
    } catch (BindException e) {
      final ConfigurationProperty refused = e.getProperty();
      if (refused == null || !refused.getName().equals(ConfigurationPropertyName.of(root))) {
        throw e;
      }
      // One value, in the place of a map. Of a variable OTEL it may be somebody else's.
      EnvironmentMetrics.tell(
          Level.WARNING,
          root
              + " is '"
              + refused.getValue()
              + "', which is not accepted. It must have no value itself, but properties below it, such as "
              + root
              + ".name. It counts as not set.");
      return Map.of();
    }
  }

  /** Called in the order of the sources: what comes first counts more. */
  private static void add(
      String key,
      String value,
      Map<String, String> settings,
      Map<String, Map<Integer, String>> lists) {
    final Matcher element = ELEMENT.matcher(key);
    final Matcher entry = ENTRY.matcher(key);
    if (entry.matches()) {
      addEntries(entry.group(1), entry.group(2) + "=" + encode(value), settings);
    } else if (element.matches()) {
      final String list = element.group(1);
      if (!settings.containsKey(list)) {
        lists
            .computeIfAbsent(list, unused -> new TreeMap<>())
            .put(Integer.valueOf(element.group(2)), value);
      }
    } else if (MAP.matcher(key).matches()) {
      addEntries(key, value, settings);
    } else if (!lists.containsKey(key)) {
      settings.put(key, value);
    }
  }

  /** Of several values for one name, whoever reads the setting takes the last. */
  private static void addEntries(String key, String entries, Map<String, String> settings) {
    settings.merge(
        key,
        entries,
        (more, less) -> more.isBlank() ? less : less.isBlank() ? more : less + "," + more);
  }

  /** Names and values are separated by characters that a value may have. */
  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
