package io.glint.it;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.micrometer.GlintMeterRegistry;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.sdk.GlintMeterProvider;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a class file refers to, by its pool of constants. */
final class ClassFile {
  /** A class of each module that is shipped, but the Java agent's and Spring Boot's. */
  private static final List<Class<?>> MODULES =
      List.of(
          ExemplarReservoir.class,
          GlintMeterProvider.class,
          OpenMetricsServer.class,
          OtlpMetricExporter.class,
          GlintMeterRegistry.class,
          GlintAutoConfiguration.class);

  final Set<String> texts = new HashSet<>();

  /** Methods as {@code class.name}. */
  final Set<String> calls = new HashSet<>();

  /** Methods that it declares. */
  final Set<String> methods = new HashSet<>();

  /** Call sites that are linked at the first call, as name and descriptor. */
  final Set<String> linked = new HashSet<>();

  private ClassFile() {}

  /** Java virtual machine specification, section 4.4. */
  static ClassFile read(InputStream stream) throws IOException {
    final DataInputStream in = new DataInputStream(stream);
    in.skipNBytes(8);
    final int size = in.readUnsignedShort();
    final Map<Integer, String> texts = new HashMap<>();
    final Map<Integer, int[]> pairs = new HashMap<>();
    final Set<Integer> methods = new HashSet<>();
    final Set<Integer> sites = new HashSet<>();
    for (int i = 1; i < size; i++) {
      final int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts.put(i, in.readUTF());
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        case 7, 8, 16, 19, 20 -> pairs.put(i, new int[] {in.readUnsignedShort(), 0});
        case 9, 10, 11, 12, 17, 18 -> {
          pairs.put(i, new int[] {in.readUnsignedShort(), in.readUnsignedShort()});
          if (tag == 10) {
            methods.add(i);
          } else if (tag == 18) {
            sites.add(i);
          }
        }
        case 15 -> in.skipNBytes(3);
        case 3, 4 -> in.skipNBytes(4);
        default -> throw new IOException("tag " + tag);
      }
    }
    final ClassFile file = new ClassFile();
    file.texts.addAll(texts.values());
    for (final int method : methods) {
      final int[] pair = pairs.get(method);
      file.calls.add(texts.get(pairs.get(pair[0])[0]) + '.' + texts.get(pairs.get(pair[1])[0]));
    }
    for (final int site : sites) {
      final int[] nameAndType = pairs.get(pairs.get(site)[1]);
      file.linked.add(texts.get(nameAndType[0]) + texts.get(nameAndType[1]));
    }
    in.skipNBytes(6);
    in.skipNBytes(2L * in.readUnsignedShort());
    namesOfMembers(in, texts, new HashSet<>());
    namesOfMembers(in, texts, file.methods);
    return file;
  }

  /** Fields or methods; their attributes are passed over (sections 4.5 and 4.6). */
  private static void namesOfMembers(DataInputStream in, Map<Integer, String> texts, Set<String> to)
      throws IOException {
    for (int members = in.readUnsignedShort(); members > 0; members--) {
      in.skipNBytes(2);
      to.add(texts.get(in.readUnsignedShort()));
      in.skipNBytes(2);
      for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
        in.skipNBytes(2);
        in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
      }
    }
  }

  /** All of the modules, by their names with slashes. */
  static Map<String, ClassFile> ofModules() throws IOException {
    final Map<String, ClassFile> all = new TreeMap<>();
    for (final Class<?> anchor : MODULES) {
      final Path classes =
          Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().getPath());
      if (Files.isDirectory(classes)) {
        readAll(classes, all);
      } else {
        // Where the modules have been packaged it is a jar.
        all.putAll(ofJar(classes));
      }
    }
    return all;
  }

  /** All of a jar, by their names with slashes. */
  static Map<String, ClassFile> ofJar(Path path) throws IOException {
    final Map<String, ClassFile> all = new TreeMap<>();
    try (FileSystem jar = FileSystems.newFileSystem(path)) {
      readAll(jar.getPath("/"), all);
    }
    return all;
  }

  private static void readAll(Path root, Map<String, ClassFile> all) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (final Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        final String name = root.relativize(file).toString().replace('\\', '/');
        try (InputStream in = Files.newInputStream(file)) {
          all.put(name.substring(0, name.length() - ".class".length()), read(in));
        }
      }
    }
  }
}
