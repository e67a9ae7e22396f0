package io.glint.autoconfigure;

import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A mapping in a declarative configuration file. A value that is malformed is reported, and as if
 * it were absent; null is absent, too (configuration data model, "Create"). Not loaded without
 * opentelemetry-api-incubator.
 */
final class FileNode {
  private final String path;
  private final DeclarativeConfigProperties properties;
  private boolean isRefused;

  FileNode(String path, DeclarativeConfigProperties properties) {
    this.path = path;
    this.properties = properties;
  }

  /** Whether something in this node, but not in those below, was malformed so far. */
  boolean isRefused() {
    return isRefused;
  }

  /** Whether the key is there, with or without a value. */
  boolean has(String key) {
    return properties.getPropertyKeys().contains(key);
  }

  /** Reports a value. */
  void refuse(String key, String accepted, String instead) {
    isRefused = true;
    Settings.refuseInFile(path + "." + key, value(key), accepted, instead);
  }

  /** Where in the file it is. */
  String path() {
    return path;
  }

  /** The keys that are none of these, in alphabetical order. */
  Set<String> othersThan(List<String> keys) {
    final Set<String> others = new TreeSet<>(properties.getPropertyKeys());
    keys.forEach(others::remove);
    return others;
  }

  /** Reports keys that mean nothing here. */
  void refuseOthersThan(List<String> keys) {
    for (final String other : othersThan(keys)) {
      isRefused = true;
      Settings.refuseInFile(
          path,
          other,
          "a mapping with no other keys than " + String.join(", ", keys),
          "the others");
    }
  }

  /** Null if it is absent. */
  @Nullable String text(String key, String instead) {
    return read(key, properties::getString, "a text", instead);
  }

  /**
   * A text, or the text of a number or of true or false: a variable in the file may stand for what
   * looks like one. Null if it is absent.
   */
  @Nullable String scalar(String key, String instead) {
    for (final Function<String, Object> getter :
        List.<Function<String, Object>>of(
            properties::getString,
            properties::getLong,
            properties::getDouble,
            properties::getBoolean)) {
      final Object value = has(key) ? getter.apply(key) : null;
      if (value != null) {
        return value.toString();
      }
    }
    return text(key, instead);
  }

  /** Hands a text on, if it is there, to what may throw for a malformed one. */
  void use(String key, Consumer<String> setter, String accepted, String instead) {
    final String value = text(key, instead);
    if (value != null) {
      try {
        setter.accept(value);
      } catch (RuntimeException e) {
        refuse(key, accepted + " (" + e.getMessage() + ")", instead);
      }
    }
  }

  /** True or false; null if it is absent. */
  @Nullable Boolean truth(String key, String instead) {
    return read(key, properties::getBoolean, "true or false", instead);
  }

  /** The texts of a list; none if it is absent. */
  List<String> texts(String key, String instead) {
    final List<String> texts =
        read(key, name -> properties.getScalarList(name, String.class), "a list of texts", instead);
    return texts == null ? List.of() : texts;
  }

  /** One of some words, whatever their case; null if it is absent. */
  @Nullable String word(String key, List<String> accepted, String instead) {
    final String choice = String.join(", ", accepted);
    final String value = read(key, properties::getString, choice, instead);
    if (value == null) {
      return null;
    }
    final String word = value.toLowerCase(Locale.ROOT);
    if (accepted.contains(word)) {
      return word;
    }
    refuse(key, choice, instead);
    return null;
  }

  /** A whole number; null if it is absent. */
  @Nullable Integer number(String key, int least, int greatest, String instead) {
    final String accepted = "a whole number from " + least + " to " + greatest;
    final Long value = read(key, properties::getLong, accepted, instead);
    if (value == null) {
      return null;
    }
    if (value >= least && value <= greatest) {
      return value.intValue();
    }
    refuse(key, accepted, instead);
    return null;
  }

  /** A mapping below; an empty one if the key has no value; null if it is absent. */
  @Nullable FileNode child(String key, String accepted, String instead) {
    final DeclarativeConfigProperties child =
        read(key, properties::getStructured, accepted, instead);
    if (child != null) {
      return new FileNode(path + "." + key, child);
    }
    return has(key) && value(key) == null
        ? new FileNode(path + "." + key, DeclarativeConfigProperties.empty())
        : null;
  }

  /** The mappings of a list; none if it is absent. */
  List<FileNode> list(String key, String instead) {
    final List<FileNode> nodes = new ArrayList<>();
    final List<DeclarativeConfigProperties> list =
        read(key, properties::getStructuredList, "a list of mappings", instead);
    if (list != null) {
      list.forEach(
          node -> nodes.add(new FileNode(path + "." + key + "[" + nodes.size() + "]", node)));
    }
    return nodes;
  }

  /** Null if the key is absent, or its value of another type, which is reported. */
  private <T> @Nullable T read(
      String key, Function<String, T> getter, String accepted, String instead) {
    if (!has(key)) {
      return null;
    }
    final T value = getter.apply(key);
    if (value == null && value(key) != null) {
      refuse(key, accepted, instead);
    }
    return value;
  }

  /** What to show of it; null if there is none. The stock SDK tells values of known types only. */
  private @Nullable String value(String key) {
    return Stream.<Function<String, Object>>of(
            properties::getString,
            properties::getBoolean,
            properties::getLong,
            properties::getDouble,
            name -> properties.getScalarList(name, String.class),
            name -> keys(properties.getStructured(name)),
            properties::getStructuredList)
        .map(getter -> getter.apply(key))
        .filter(Objects::nonNull)
        .map(Object::toString)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Object keys(@Nullable DeclarativeConfigProperties node) {
    return node == null ? null : node.getPropertyKeys();
  }
}
