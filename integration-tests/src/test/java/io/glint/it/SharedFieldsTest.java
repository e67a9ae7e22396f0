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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  /** A field whose guard the source names. */
  private static final Pattern GUARDED =
      Pattern.compile(
          "(?m)^( +)@GuardedBy\\(\"(\\w+)\"\\)\\s+(?:(?:private|static|final) )*[^()=;]+ (\\w+)(?: =|;)");

  /** A field that is accessed by a handle; its class file may show a plain one. */
  private static final Pattern BY_HANDLE =
      Pattern.compile("\\.findVarHandle\\(\\s*(\\w+)\\.class,\\s*\"(\\w+)\"");

  private static final Pattern DECLARATION = Pattern.compile("(?m)^( *)[^*\\n]*\\bclass (\\w+)\\b");

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

  /** Fields as {@code Class.field}, with the cells of their row after the first. */
  private static Map<String, List<String>> rows() throws IOException {
    final Map<String, List<String>> rows = new TreeMap<>();
    for (final String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| `")) {
        final List<String> cells =
            Stream.of(line.split("\\|", -1)).skip(1).map(String::strip).toList();
        String last = "";
        final Matcher matcher = NAMED.matcher(cells.get(0));
        while (matcher.find()) {
          last = matcher.group(1) != null ? matcher.group(1) : last;
          if (!last.isEmpty()) {
            rows.put(last + '.' + matcher.group(2), cells.subList(1, cells.size()));
          }
        }
      }
    }
    return rows;
  }

  /** As {@code Class.field}. */
  private static Set<String> namedFields() throws IOException {
    return new TreeSet<>(rows().keySet());
  }

  /**
   * The guard of each field that has one by {@code @GuardedBy}: "this", or the name of another
   * field. Read from the source, as javap shows it together with all the code only.
   */
  private static Map<String, String> guards() throws IOException {
    final Map<String, String> guards = new TreeMap<>();
    for (final String source : sources("sdk-core")) {
      final Matcher guarded = GUARDED.matcher(source);
      while (guarded.find()) {
        final Matcher declaration = DECLARATION.matcher(source);
        String owner = "";
        while (declaration.find() && declaration.start() < guarded.start()) {
          if (declaration.group(1).length() < guarded.group(1).length()) {
            owner = declaration.group(2);
          }
        }
        guards.put(owner + '.' + guarded.group(3), guarded.group(2));
      }
    }
    return guards;
  }

  private static List<String> sources(String module) throws IOException {
    final List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
      for (final Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
        sources.add(Files.readString(file));
      }
    }
    return sources;
  }

  /** What the page must say of a guard: the lock by its name, with its class or without. */
  private static boolean saysGuard(String owner, String cell, String guard) {
    return guard.equals("this")
        ? cell.contains("monitor")
        : cell.contains('`' + guard + '`') || cell.contains('`' + owner + '.' + guard + '`');
  }

  @Test
  void thePageNamesTheGuardThatTheSourceNames() throws IOException {
    final Map<String, List<String>> rows = rows();
    assertThat(guards()).hasSizeGreaterThan(25);
    guards()
        .forEach(
            (field, guard) -> {
              final String owner = field.substring(0, field.indexOf('.'));
              assertThat(rows).containsKey(field);
              assertThat(rows.get(field).get(3))
                  .as("%s is guarded by %s", field, guard)
                  .matches(cell -> saysGuard(owner, cell, guard));
            });
  }

  /** Another object's lock cannot be named there; what is volatile is read without. */
  @Test
  void theSourceNamesEachGuardOfThePageThatIsOfTheSameObject() throws IOException {
    final Map<String, String> guards = guards();
    final Set<String> unchecked = new TreeSet<>();
    rows()
        .forEach(
            (field, cells) -> {
              final String owner = field.substring(0, field.indexOf('.'));
              final String cell = cells.get(3);
              final boolean isGuarded =
                  cell.matches("(its )?monitor\\b.*")
                      || cell.matches("`(" + owner + "\\.)?\\w*[lL]ock`.*");
              if (ALL.contains(field) && cells.get(2).equals("plain") && isGuarded) {
                unchecked.add(field);
              }
            });
    assertThat(unchecked).hasSizeGreaterThan(25);
    unchecked.removeAll(guards.keySet());
    assertThat(unchecked).isEmpty();
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
  void eachFieldThatIsAccessedByAHandleIsOnThePage() throws IOException {
    final Set<String> byHandle = new TreeSet<>();
    for (final String module : List.of("sdk-core", "reservoirs")) {
      for (final String source : sources(module)) {
        BY_HANDLE
            .matcher(source)
            .results()
            .map(found -> found.group(1) + '.' + found.group(2))
            .forEach(byHandle::add);
      }
    }
    assertThat(byHandle).contains("SyncInstrument.isOff").hasSizeGreaterThan(4);
    assertThat(namedFields()).containsAll(byHandle);
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
