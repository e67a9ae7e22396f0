package io.glint.bench.builds;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;

/** The classes of a build; but the benchmarks' are ours, whatever the build has of them. */
final class BuildLoader extends URLClassLoader {
  private static final String OURS = "io.glint.bench.";

  BuildLoader(List<URL> build) {
    super(build.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.findClass(name);
    }
    final String file = "/" + name.replace('.', '/') + ".class";
    try (InputStream in = BuildLoader.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      final byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
