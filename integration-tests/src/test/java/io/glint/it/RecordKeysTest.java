package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Records that are compared write {@code equals} and {@code hashCode} out.
 *
 * <p>What the compiler derives is linked by the JDK at the first call, and keeps the class loader
 * of the record reachable: on JDK 17 permanently, on JDK 25 until memory is scarce. An application
 * server could not unload an application. {@code toString} keeps no more than the type of its last
 * component, and in records that users print that is one of the JDK's.
 */
class RecordKeysTest {
  /** The type of a key or an element, in the type of a field, a parameter or a local variable. */
  private static final Pattern KEY = Pattern.compile("(?:Map|Set)<[+-]?L(io/glint/[\\w/$]+);");

  private static final Pattern DECLARED = Pattern.compile("\\brecord [A-Z]\\w*(?:<.*>)? ?\\(");

  private static final Map<String, ClassFile> CLASSES = new TreeMap<>();

  @BeforeAll
  static void readClassFiles() throws IOException {
    CLASSES.putAll(ClassFile.ofModules());
  }

  /** Whether {@code equals} or {@code hashCode} of a record are linked at the first call. */
  private static boolean derives(String name, ClassFile file) {
    return file.linked.contains("equals(L" + name + ";Ljava/lang/Object;)Z")
        || file.linked.contains("hashCode(L" + name + ";)I");
  }

  /** Null if it is none of these modules. */
  private static Class<?> recordOf(String name) throws ClassNotFoundException {
    // What is no record may need what is not on the class path here.
    if (!CLASSES.containsKey(name) || !CLASSES.get(name).texts.contains("java/lang/Record")) {
      return null;
    }
    final Class<?> type =
        Class.forName(name.replace('/', '.'), false, RecordKeysTest.class.getClassLoader());
    return type.isRecord() ? type : null;
  }

  /** Records that are a key, are in a set, have their methods called, or are in such a record. */
  private static Set<String> compared() throws ClassNotFoundException {
    final Deque<String> found = new ArrayDeque<>();
    for (final ClassFile file : CLASSES.values()) {
      for (final String text : file.texts) {
        final Matcher key = KEY.matcher(text);
        while (key.find()) {
          found.add(key.group(1));
        }
      }
      for (final String call : file.calls) {
        if (call.endsWith(".equals") || call.endsWith(".hashCode")) {
          found.add(call.substring(0, call.lastIndexOf('.')));
        }
      }
    }
    final Set<String> compared = new TreeSet<>();
    while (!found.isEmpty()) {
      final String name = found.poll();
      final Class<?> type = recordOf(name);
      if (type != null && compared.add(name)) {
        for (final RecordComponent component : type.getRecordComponents()) {
          found.add(component.getType().getName().replace('.', '/'));
        }
      }
    }
    return compared;
  }

  @Test
  void aRecordThatIsAKeyOrInASetDerivesNeitherEqualsNorHashCode() throws Exception {
    assertThat(compared())
        .as("records that are looked at")
        .contains(
            "io/glint/exporter/otlp/Envelope",
            "io/glint/exporter/otlp/PendingPoint$Key",
            "io/glint/sdk/internal/metric/InstrumentDescriptor")
        .as("write equals and hashCode of these out")
        .noneMatch(name -> derives(name, CLASSES.get(name)));
  }

  @Test
  void aRecordThatUsersMayCompareDerivesNeitherEqualsNorHashCode() throws Exception {
    final Set<String> open = new TreeSet<>();
    for (final String name : CLASSES.keySet()) {
      final Class<?> type = recordOf(name);
      if (type != null && Modifier.isPublic(type.getModifiers()) && !name.contains("/internal/")) {
        open.add(name);
      }
    }
    assertThat(open)
        .as("records that are looked at")
        .contains("io/glint/exporter/otlp/OtlpDeliveryCounts")
        .as("write equals and hashCode of these out")
        .noneMatch(name -> derives(name, CLASSES.get(name)));
  }

  @Test
  void aDerivedMethodIsSeen() throws IOException {
    final String name = Derived.class.getName().replace('.', '/');
    try (InputStream in = Derived.class.getResourceAsStream("/" + name + ".class")) {
      assertThat(derives(name, ClassFile.read(in))).isTrue();
    }
  }

  private record Derived(String text) {}

  /** Else its records would not be looked at. */
  @Test
  void noOtherModuleThatIsShippedHasRecords() throws IOException {
    for (final String module : List.of("spring-boot", "javaagent-extension")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        for (final Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          assertThat(Files.readString(file)).as(file.toString()).doesNotContainPattern(DECLARED);
        }
      }
    }
  }
}
