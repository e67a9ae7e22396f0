package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.sdk.GlintMeterProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page on fields that threads share, held against the class files by the JDK's javap. */
class SharedFieldsTest {
  private static final Path PAGE = Path.of("..", "docs", "design", "concurrency.md");

  private static final Pattern CLASS = Pattern.compile(".*\\b(?:class|interface) ([\\w.$]+).*\\{");
  private static final Pattern FIELD = Pattern.compile("  ([^()=]+) (\\w+);");

  /** Types of fields that are there to be shared. */
  private static final Pattern SHARED_TYPE =
      Pattern.compile(
          ".*\\bjava\\.util\\.concurrent\\."
              + "(atomic\\..*|locks\\..*|CountDownLatch|Semaphore|Concurrent\\w+|CopyOnWrite\\w+|"
              + "\\w+Queue)(<.*)?");

  /** In the first cell of a row: a field with its class, or without if it is the one before. */
  private static final Pattern NAMED = Pattern.compile("`(?:(\\w+)\\.)?(\\w+)`");

  private static final Set<String> ALL = new TreeSet<>();
  private static final Set<String> SHARED = new TreeSet<>();
  private static final Set<String> CLASSES = new TreeSet<>();

  @BeforeAll
  static void readClassFiles() throws Exception {
    String name = "";
    for (final String line : javap().lines().toList()) {
      final Matcher opening = CLASS.matcher(line);
      final Matcher field = FIELD.matcher(line);
      if (opening.matches()) {
        final String whole = opening.group(1);
        name = whole.substring(Math.max(whole.lastIndexOf('.'), whole.lastIndexOf('$')) + 1);
        CLASSES.add(name);
      } else if (field.matches()) {
        ALL.add(name + '.' + field.group(2));
        final boolean isVolatile = (' ' + field.group(1)).contains(" volatile ");
        if (isVolatile || SHARED_TYPE.matcher(field.group(1)).matches()) {
          SHARED.add(name + '.' + field.group(2));
        }
      }
    }
  }

  private static String javap() throws IOException {
    final List<String> arguments = new ArrayList<>(List.of("-p"));
    for (final Class<?> anchor : List.of(GlintMeterProvider.class, ExemplarReservoir.class)) {
      final Path classes =
          Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().getPath());
      if (Files.isDirectory(classes)) {
        addClassFiles(classes, "", arguments);
      } else {
        // Where the modules have been packaged it is a jar.
        try (FileSystem jar = FileSystems.newFileSystem(classes)) {
          addClassFiles(jar.getPath("/"), "jar:" + classes.toUri() + "!", arguments);
        }
      }
    }
    final StringWriter out = new StringWriter();
    final int status =
        ToolProvider.findFirst("javap")
            .orElseThrow()
            .run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(new String[0]));
    assertThat(status).as(out.toString()).isZero();
    return out.toString();
  }

  private static void addClassFiles(Path root, String prefix, List<String> arguments)
      throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      files
          .map(Path::toString)
          .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
          .map(file -> prefix + file)
          .forEach(arguments::add);
    }
  }

  /** As {@code Class.field}. */
  private static Set<String> namedFields() throws IOException {
    final Set<String> named = new TreeSet<>();
    for (final String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| `")) {
        String last = "";
        final Matcher matcher = NAMED.matcher(line.substring(1, line.indexOf('|', 1)));
        while (matcher.find()) {
          last = matcher.group(1) != null ? matcher.group(1) : last;
          if (!last.isEmpty()) {
            named.add(last + '.' + matcher.group(2));
          }
        }
      }
    }
    return named;
  }

  @Test
  void eachFieldThatThreadsShareIsOnThePage() throws IOException {
    final Set<String> missing = new TreeSet<>(SHARED);
    missing.removeAll(namedFields());
    // A lock guards what is in the tables, and stands below them.
    final String page = Files.readString(PAGE);
    missing.removeIf(name -> page.contains("`" + name + "`"));
    assertThat(missing).isEmpty();
    assertThat(SHARED).as("fields that are understood").hasSizeGreaterThan(50);
  }

  @Test
  void eachFieldOnThePageIsThere() throws IOException {
    final Set<String> unknown = namedFields();
    assertThat(unknown).hasSizeGreaterThan(80);
    // Words in the same cell that are no fields: names of classes and of words of a cell.
    unknown.removeIf(name -> CLASSES.contains(name.substring(name.indexOf('.') + 1)));
    unknown.remove("Cell.OWNER");
    unknown.removeAll(ALL);
    assertThat(unknown).isEmpty();
  }
}
