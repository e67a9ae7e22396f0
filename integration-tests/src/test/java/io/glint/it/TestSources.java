package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The sources of the tests of all modules. A test is referred to as {@code Class.method} if it is
 * in {@code sdk-core}, as {@code module/Class.method} elsewhere, and a suite of jcstress as {@code
 * jcstress/Class}.
 */
final class TestSources {
  private static final Pattern METHOD =
      Pattern.compile("(?:(?<module>[a-z/-]+)/)?(?<class>[A-Z]\\w*)\\.(?<method>[a-z]\\w*)");
  private static final Pattern SUITE = Pattern.compile("jcstress/(?<class>[A-Z]\\w*)");

  private static final Pattern ANNOTATION =
      Pattern.compile("^ *@(?:Test|ParameterizedTest)\\b", Pattern.MULTILINE);
  private static final Pattern ANOTHER_TEST = Pattern.compile("^ *void \\w+\\(", Pattern.MULTILINE);

  private static final String DEFAULT_MODULE = "sdk-core";

  private final Path root;

  /**
   * @param root the folder that holds the modules
   */
  TestSources(Path root) {
    this.root = root;
  }

  /** True if there is such a test, and it is not disabled. */
  boolean contains(String reference) {
    final Matcher suite = SUITE.matcher(reference);
    if (suite.matches()) {
      return source(root.resolve("jcstress/src/main/java"), suite.group("class")) != null;
    }
    final Matcher method = METHOD.matcher(reference);
    if (!method.matches()) {
      return false;
    }
    final String module = method.group("module") == null ? DEFAULT_MODULE : method.group("module");
    final String source =
        source(root.resolve(module).resolve("src/test/java"), method.group("class"));
    return source != null && hasTest(source, method.group("method"));
  }

  /** The text of a class, or null. */
  private static String source(Path folder, String className) {
    if (!Files.isDirectory(folder)) {
      return null;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      final Path file =
          files
              .filter(path -> path.getFileName().toString().equals(className + ".java"))
              .findFirst()
              .orElse(null);
      return file == null ? null : Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Looks for the method, and for the annotation of a test between it and the method before. */
  private static boolean hasTest(String source, String name) {
    final Matcher method =
        Pattern.compile("^ *void " + Pattern.quote(name) + "\\(", Pattern.MULTILINE)
            .matcher(source);
    if (!method.find()) {
      return false;
    }
    String annotations = null;
    final Matcher annotation = ANNOTATION.matcher(source).region(0, method.start());
    while (annotation.find()) {
      annotations = source.substring(annotation.start(), method.start());
    }
    return annotations != null
        && !ANOTHER_TEST.matcher(annotations).find()
        && !annotations.contains("@Disabled");
  }
}
