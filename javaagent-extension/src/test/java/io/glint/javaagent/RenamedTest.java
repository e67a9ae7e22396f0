package io.glint.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What Glint's classes are called by under the agent, without the agent. */
class RenamedTest {
  private static final String SHADED = "io/opentelemetry/javaagent/shaded/";

  /** As newer agents rename; older ones leave {@code common} as it is. */
  private static final Map<String, String> NAMES =
      new TreeMap<>(
          Map.of(
              "io/opentelemetry/api/", SHADED + "io/opentelemetry/api/",
              "io/opentelemetry/context/", SHADED + "io/opentelemetry/context/",
              "io/opentelemetry/common/", SHADED + "io/opentelemetry/common/",
              "java/util/logging/Logger", "io/opentelemetry/javaagent/bootstrap/PatchLogger"));

  private static Map<String, byte[]> classes() throws IOException {
    try (JarFile jar = new JarFile(AgentProcess.EXTENSION.toFile());
        DataInputStream in =
            new DataInputStream(
                jar.getInputStream(jar.getJarEntry("io/glint/javaagent/classes.bin")))) {
      return PackedClasses.read(in);
    }
  }

  /** What is in a class file's pool of constants, and what is behind it. */
  private record Pool(List<Object> constants, String rest) {
    static Pool of(byte[] file) throws IOException {
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(file))) {
        in.skipNBytes(8);
        final int count = in.readUnsignedShort();
        final List<Object> constants = new ArrayList<>();
        for (int i = 1; i < count; i++) {
          final int tag = in.readUnsignedByte();
          switch (tag) {
            case 1 -> constants.add(in.readUTF());
            case 3, 4, 9, 10, 11, 12, 17, 18 -> constants.add(tag + ": " + in.readInt());
            case 5, 6 -> {
              constants.add(tag + ": " + in.readLong());
              constants.add("second half");
              i++;
            }
            case 15 -> constants.add(tag + ": " + in.readByte() + ", " + in.readShort());
            case 7, 8, 16, 19, 20 -> constants.add(List.of(tag, in.readUnsignedShort()));
            default -> throw new IOException("constant " + tag);
          }
        }
        return new Pool(constants, HexFormat.of().formatHex(in.readAllBytes()));
      }
    }

    /** The text that a literal stands for. */
    List<String> literals() {
      final List<String> literals = new ArrayList<>();
      for (final Object constant : constants) {
        if (constant instanceof List<?> pair && pair.get(0).equals(8)) {
          literals.add((String) constants.get((Integer) pair.get(1) - 1));
        }
      }
      return literals;
    }
  }

  /** In the way of the agent: a name stands at the beginning, or behind the L of a descriptor. */
  private static Object renamed(Object constant) {
    if (!(constant instanceof String text)) {
      return constant;
    }
    String result = text;
    for (final Map.Entry<String, String> name : NAMES.entrySet()) {
      final String end = name.getKey().endsWith("/") ? "" : "(?=[;<]|$)";
      result = result.replaceAll("(^|(?<=L))" + name.getKey() + end, name.getValue());
    }
    return result;
  }

  @Test
  void namesAreChangedInEachClassAndNothingElseIs() throws IOException {
    final Renamed names = Renamed.of(NAMES);
    final Map<String, byte[]> classes = classes();
    assertThat(classes).hasSizeGreaterThan(400);
    int changed = 0;
    for (final Map.Entry<String, byte[]> type : classes.entrySet()) {
      final byte[] file = type.getValue();
      final byte[] padded = new byte[file.length + 7];
      System.arraycopy(file, 0, padded, 3, file.length);
      final Pool before = Pool.of(file);
      final Pool after = Pool.of(names.in(padded, 3, 3 + file.length));
      assertThat(after.constants())
          .as(type.getKey())
          .isEqualTo(before.constants().stream().map(RenamedTest::renamed).toList());
      assertThat(after.rest()).as(type.getKey()).isEqualTo(before.rest());
      changed += after.constants().equals(before.constants()) ? 0 : 1;
    }
    assertThat(changed).isGreaterThan(100);
  }

  @Test
  void withoutAnAgentNothingIsRenamed() throws IOException {
    final byte[] file = classes().get("io.glint.sdk.GlintMeterProvider");
    assertThat(Renamed.byTheAgent().in(file, 0, file.length)).isEqualTo(file);
  }

  /** The agent leaves literals as they are; here they would be changed. */
  @Test
  void noLiteralHasSuchAName() throws IOException {
    for (final Map.Entry<String, byte[]> type : classes().entrySet()) {
      assertThat(Pool.of(type.getValue()).literals())
          .as(type.getKey())
          .allSatisfy(literal -> assertThat(renamed(literal)).isEqualTo(literal));
    }
  }

  /** The agent renames more: what Glint does not use is not in its table. */
  @Test
  void nothingElseThatTheAgentRenamesIsUsed() throws IOException {
    for (final Map.Entry<String, byte[]> type : classes().entrySet()) {
      assertThat(Pool.of(type.getValue()).constants().toString())
          .as(type.getKey())
          .doesNotContain(
              "io/opentelemetry/instrumentation/",
              "io/opentelemetry/semconv/",
              "io/opentelemetry/contrib/",
              "io/opentelemetry/extension/");
    }
  }
}
