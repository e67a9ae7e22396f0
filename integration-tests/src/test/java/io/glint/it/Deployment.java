package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** The files of {@code deploy/}, read. */
final class Deployment {
  static final Path FOLDER = Path.of("..", "deploy");
  static final Path DASHBOARD = FOLDER.resolve("grafana/dashboards/webstore.json");
  static final Path RULES = FOLDER.resolve("prometheus/rules/webstore.yml");

  private Deployment() {}

  static List<Path> files(String... endings) {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The documents of a file of YAML or JSON, which is YAML too. */
  static List<Object> read(Path file) {
    final List<Object> documents = new ArrayList<>();
    new Yaml().loadAll(text(file)).forEach(documents::add);
    return documents;
  }

  /** Each value of a key, anywhere. */
  static List<String> values(Object tree, String key) {
    final List<String> values = new ArrayList<>();
    visit(
        tree,
        (name, value) -> {
          if (name.equals(key) && (value instanceof String || value instanceof Number)) {
            values.add(value.toString());
          }
        });
    return values;
  }

  /** Each text, anywhere. */
  static List<String> texts(Object tree) {
    final List<String> texts = new ArrayList<>();
    visit(
        tree,
        (name, value) -> {
          if (value instanceof String text) {
            texts.add(text);
          }
        });
    return texts;
  }

  private static void visit(Object tree, BiConsumer<String, Object> visitor) {
    if (tree instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> {
            visitor.accept(String.valueOf(key), value);
            visit(value, visitor);
          });
    } else if (tree instanceof List<?> list) {
      list.forEach(
          element -> {
            visitor.accept("", element);
            visit(element, visitor);
          });
    }
  }
}
