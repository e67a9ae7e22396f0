import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Moves Glint's classes into one file of the extension's jar. Those that the agent itself looks for
 * stay. Run while the jar is made; {@code InsideClassLoader} reads the file, and has its format.
 */
public final class PackClasses {
  private static final String OUTSIDE = "io/glint/javaagent/";
  private static final String FILE = OUTSIDE + "classes.bin";
  private static final String CLASS = ".class";

  private PackClasses() {}

  public static void main(String[] args) throws IOException {
    final Path jar = Path.of(args[0]);
    final Path packed = jar.resolveSibling(jar.getFileName() + ".packed");
    pack(jar, packed);
    Files.move(packed, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void pack(Path from, Path to) throws IOException {
    final Map<String, byte[]> classes = new TreeMap<>();
    try (JarFile jar = new JarFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        JarOutputStream out = new JarOutputStream(file)) {
      final List<JarEntry> entries = new ArrayList<>(Collections.list(jar.entries()));
      long newest = 0;
      for (final JarEntry entry : entries) {
        if (entry.getName().equals(FILE)) {
          throw new IOException(from + " was packed before");
        }
        final byte[] bytes;
        try (InputStream in = jar.getInputStream(entry)) {
          bytes = in.readAllBytes();
        }
        if (isInside(entry.getName())) {
          final String name = entry.getName();
          classes.put(name.substring(0, name.length() - CLASS.length()).replace('/', '.'), bytes);
          newest = Math.max(newest, entry.getTime());
        } else {
          final JarEntry copy = new JarEntry(entry.getName());
          copy.setTime(entry.getTime());
          out.putNextEntry(copy);
          out.write(bytes);
        }
      }
      final JarEntry entry = new JarEntry(FILE);
      entry.setTime(newest);
      out.putNextEntry(entry);
      out.write(bytes(classes));
    }
  }

  private static boolean isInside(String name) {
    return name.endsWith(CLASS)
        && !(name.startsWith(OUTSIDE) && name.indexOf('/', OUTSIDE.length()) < 0);
  }

  private static byte[] bytes(Map<String, byte[]> classes) throws IOException {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(classes.size());
    for (final Map.Entry<String, byte[]> type : classes.entrySet()) {
      out.writeUTF(type.getKey());
      out.writeInt(type.getValue().length);
    }
    for (final byte[] type : classes.values()) {
      out.write(type);
    }
    return bytes.toByteArray();
  }
}
