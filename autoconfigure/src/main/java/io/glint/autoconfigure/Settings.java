package io.glint.autoconfigure;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings by the rules of the specification ("Common configuration"): an empty value is as
 * if unset; one that is malformed or out of range is reported, and the default is used instead. So
 * nothing here ever throws.
 */
final class Settings {
  private static final Logger LOGGER = Logger.getLogger(GlintAutoConfiguration.class.getName());

  private static final Pattern USER_OF_URL = Pattern.compile("//[^/?#]*@");

  private final ConfigProperties config;

  /** What counts instead of the configuration; null for a setting that is to be as if unset. */
  private final Map<String, String> overrides = new HashMap<>();

  Settings(ConfigProperties config) {
    this.config = config;
  }

  ConfigProperties config() {
    return config;
  }

  /**
   * From now on, and for whoever is given {@link #overrides}, the setting has this value; null for
   * none.
   */
  void override(String key, @Nullable String value) {
    overrides.put(key, value);
  }

  Map<String, String> overrides() {
    return overrides;
  }

  /** The first of the keys that is set; null if none is. */
  @Nullable String text(String... keys) {
    for (final String key : keys) {
      final String value = overrides.containsKey(key) ? overrides.get(key) : config.getString(key);
      if (value != null && !value.isBlank()) {
        return value.trim();
      }
    }
    return null;
  }

  /** The key whose value {@link #text} returns; the first if none is set. */
  String keyOf(String... keys) {
    return Stream.of(keys).filter(key -> text(key) != null).findFirst().orElse(keys[0]);
  }

  /** One of some words, whatever their case. */
  String word(List<String> accepted, String defaultValue, String... keys) {
    final String value = text(keys);
    if (value == null) {
      return defaultValue;
    }
    final String word = value.toLowerCase(Locale.ROOT);
    if (accepted.contains(word)) {
      return word;
    }
    refuse(keyOf(keys), value, String.join(", ", accepted), defaultValue);
    return defaultValue;
  }

  int number(int least, int greatest, Integer defaultValue, String key) {
    final String value = text(key);
    if (value == null) {
      return defaultValue;
    }
    try {
      final int number = Integer.parseInt(value);
      if (number >= least && number <= greatest) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    refuse(key, value, "a whole number from " + least + " to " + greatest, defaultValue);
    return defaultValue;
  }

  /** Only {@code true}, whatever its case, is true. */
  boolean isTrue(String key) {
    return Boolean.TRUE.equals(truth(key, false));
  }

  /**
   * True, false, or null if it is neither.
   *
   * @param instead what is used for null, in words
   */
  @Nullable Boolean truth(String key, Object instead) {
    final String value = text(key);
    if (value == null) {
      return null;
    }
    if (value.equalsIgnoreCase("true")) {
      return true;
    }
    if (value.equalsIgnoreCase("false")) {
      return false;
    }
    refuse(key, value, "true or false", instead);
    return null;
  }

  /**
   * A time: a whole number of milliseconds, or one with the unit ms, s, m, h or d.
   *
   * @param mayBeZero for a timeout, where zero stands for none
   */
  Duration time(boolean mayBeZero, Duration defaultValue, String... keys) {
    final String key = keyOf(keys);
    final String value = text(keys);
    if (value == null) {
      return defaultValue;
    }
    Duration time = null;
    try {
      time = config.getDuration(key);
    } catch (ConfigurationException | ArithmeticException e) {
      // Refused below.
    }
    if (time != null
        && !time.isNegative()
        && (mayBeZero || !time.isZero())
        && time.compareTo(Duration.ofDays(36_500)) < 0) {
      return time;
    }
    refuse(
        key,
        value,
        "milliseconds, or a number with the unit ms, s, m, h or d, "
            + (mayBeZero ? "0 for no limit" : "more than 0"),
        defaultValue.toMillis() + " ms");
    return defaultValue;
  }

  /** Does what may throw for a malformed value; null if it does, or there is none. */
  <T> @Nullable T parsed(String key, Supplier<T> parser, String accepted, Object instead) {
    try {
      return parser.get();
    } catch (RuntimeException e) {
      refuse(key, text(key), accepted + " (" + e.getMessage() + ")", instead);
      return null;
    }
  }

  static void refuse(String key, @Nullable String value, String accepted, Object instead) {
    refuseInFile(key + " (" + variable(key) + ")", value, accepted, instead);
  }

  /** As {@link #refuse}, of what stands in a configuration file. */
  static void refuseInFile(String place, @Nullable String value, String accepted, Object instead) {
    log(
        Level.WARNING,
        place
            + " is '"
            + shown(place, value)
            + "', which is not accepted. It must be "
            + accepted
            + ". Used instead: "
            + instead
            + ".");
  }

  /** Without what may be a secret: values of headers, and what stands before the host of a URL. */
  private static String shown(String place, @Nullable String value) {
    return LogText.of(
        value != null && place.contains("headers")
            ? Stream.of(value.split(",", -1))
                .map(header -> header.substring(0, header.indexOf('=') + 1) + "...")
                .collect(Collectors.joining(","))
            : value == null ? null : USER_OF_URL.matcher(value).replaceAll("//...@"));
  }

  static void log(Level level, String message) {
    SafeLog.log(LOGGER, level, message, null);
  }

  static void log(Level level, String message, Throwable cause) {
    SafeLog.log(LOGGER, level, message, cause);
  }

  /** The environment variable of a system property. */
  static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
