package io.glint.javaagent;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Loads Glint's classes from one file of the extension's jar.
 *
 * <p>The agent has its own copies of OpenTelemetry's interfaces, under other names. When it loads a
 * class of an extension, it reads all of its code to change these names. That takes a third of the
 * time that Glint needs under the agent before the application starts. The names are in a class
 * file's pool of constants only, and here nothing else is read. Which names they are is seen by
 * those of classes that this one names, which the agent has changed: see {@link Renamed}.
 *
 * <p>The file has an {@code int}, the number of classes. For each class follow its name and an
 * {@code int}, its size, both as {@code DataOutput} writes them; then all class files. {@code
 * PackClasses} writes it while the jar is made.
 */
final class InsideClassLoader extends ClassLoader {
  /** Beside this class. */
  static final String FILE = "classes.bin";

  static {
    registerAsParallelCapable();
  }

  private final Renamed renamed;

  /** Where classes begin and end in the bytes, by their names. */
  private final Map<String, int[]> places;

  private final byte[] bytes;

  private InsideClassLoader(Renamed renamed, Map<String, int[]> places, byte[] bytes) {
    super(InsideClassLoader.class.getClassLoader());
    this.renamed = renamed;
    this.places = places;
    this.bytes = bytes;
  }

  /**
   * Opens the file.
   *
   * @throws IOException if it is not there, or not whole
   */
  static InsideClassLoader open() throws IOException {
    final InputStream file = InsideClassLoader.class.getResourceAsStream(FILE);
    if (file == null) {
      throw new FileNotFoundException(FILE + " is not in the extension's jar");
    }
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(file, 1 << 16))) {
      final int count = in.readInt();
      final Map<String, int[]> places = new HashMap<>(2 * count);
      int end = 0;
      for (int i = 0; i < count; i++) {
        final String name = in.readUTF();
        final int begin = end;
        end += in.readInt();
        places.put(name, new int[] {begin, end});
      }
      final byte[] bytes = new byte[end];
      in.readFully(bytes);
      return new InsideClassLoader(Renamed.byTheAgent(), places, bytes);
    }
  }

  /** The classes of the file are nowhere else: to ask the parent first would only take time. */
  @Override
  protected Class<?> loadClass(String name, boolean isResolved) throws ClassNotFoundException {
    final int[] place = places.get(name);
    if (place == null) {
      return super.loadClass(name, isResolved);
    }
    synchronized (getClassLoadingLock(name)) {
      final Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      final byte[] type = renamed.in(bytes, place[0], place[1]);
      // With the permissions of the extension, where there is a security manager.
      return defineClass(name, type, 0, type.length, InsideClassLoader.class.getProtectionDomain());
    }
  }
}
