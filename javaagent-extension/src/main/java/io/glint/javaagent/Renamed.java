package io.glint.javaagent;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;

/**
 * The names that the agent changes in the classes of an extension, and the names that it gives.
 * They are in the pool of constants of a class file, which is all that is read here. Literals of
 * such a name would be changed, too: Glint has none.
 */
final class Renamed {
  private static final byte UTF8 = 1;

  /** How long a constant is, with its tag, by its tag: Java virtual machine specification, 4.4. */
  private static final int[] SIZES = {
    0, 0, 0, 5, 5, 9, 9, 3, 3, 5, 5, 5, 5, 0, 0, 4, 3, 5, 5, 3, 3
  };

  private final byte[][] from;
  private final byte[][] to;

  private Renamed(byte[][] from, byte[][] to) {
    this.from = from;
    this.to = to;
  }

  /** What the agent has made of the names in this class is what it makes of them elsewhere. */
  static Renamed byTheAgent() {
    final Map<String, String> names = new LinkedHashMap<>();
    putPackage(names, "io/opentelemetry/api/", OpenTelemetry.class);
    putPackage(names, "io/opentelemetry/context/", Context.class);
    try {
      putPackage(names, "io/opentelemetry/common/", ComponentLoader.class);
    } catch (LinkageError e) {
      // This OpenTelemetry does not have it yet.
    }
    names.put("java/util/logging/Logger", internal(Logger.class));
    return of(names);
  }

  private static void putPackage(Map<String, String> names, String before, Class<?> member) {
    final String after = internal(member);
    names.put(before, after.substring(0, after.lastIndexOf('/') + 1));
  }

  private static String internal(Class<?> type) {
    return type.getName().replace('.', '/');
  }

  /**
   * Makes it of a table.
   *
   * @param names at most eight; what ends with a slash is a package with all that is in it, else
   *     the name of a class
   */
  static Renamed of(Map<String, String> names) {
    final List<byte[]> from = new ArrayList<>();
    final List<byte[]> to = new ArrayList<>();
    for (final Map.Entry<String, String> name : names.entrySet()) {
      if (!name.getKey().equals(name.getValue())) {
        from.add(name.getKey().getBytes(StandardCharsets.US_ASCII));
        to.add(name.getValue().getBytes(StandardCharsets.US_ASCII));
      }
    }
    return new Renamed(from.toArray(new byte[0][]), to.toArray(new byte[0][]));
  }

  /** A class file with the names that the agent gives. */
  byte[] in(byte[] file, int begin, int end) {
    final int count = unsignedShort(file, begin + 8);
    int at = begin + 10;
    Output out = null;
    int copied = begin;
    for (int i = 1; i < count; i++) {
      final int tag = file[at];
      if (tag != UTF8) {
        at += SIZES[tag];
        // A long and a double count as two.
        i += tag == 5 || tag == 6 ? 1 : 0;
        continue;
      }
      final int text = at + 3;
      at = text + unsignedShort(file, at + 1);
      int name = find(file, text, at, text);
      if (name < 0) {
        continue;
      }
      if (out == null) {
        out = new Output(end - begin);
      }
      out.write(file, copied, text);
      copied = text;
      final int lengthAt = out.size - 2;
      while (name >= 0) {
        final int place = name >>> 3;
        final int rule = name & 7;
        out.write(file, copied, text + place);
        out.write(to[rule], 0, to[rule].length);
        copied = text + place + from[rule].length;
        name = find(file, copied, at, text);
      }
      out.write(file, copied, at);
      copied = at;
      final int length = out.size - lengthAt - 2;
      out.bytes[lengthAt] = (byte) (length >>> 8);
      out.bytes[lengthAt + 1] = (byte) length;
    }
    if (out == null) {
      return Arrays.copyOfRange(file, begin, end);
    }
    out.write(file, copied, end);
    return Arrays.copyOf(out.bytes, out.size);
  }

  /**
   * The next name in a constant.
   *
   * @return eight times how far behind {@code text} it begins, plus its number; -1 for none
   */
  private int find(byte[] file, int begin, int end, int text) {
    for (int at = begin; at < end; at++) {
      final byte first = file[at];
      if (first != 'i' && first != 'j') {
        continue;
      }
      // Names begin a constant, or follow the L of a descriptor.
      if (at > text && file[at - 1] != 'L') {
        continue;
      }
      for (int rule = 0; rule < from.length; rule++) {
        if (isAt(from[rule], file, at, end)) {
          return (at - text) * 8 + rule;
        }
      }
    }
    return -1;
  }

  private static boolean isAt(byte[] name, byte[] file, int at, int end) {
    final int length = name.length;
    if (end - at < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (file[at + i] != name[i]) {
        return false;
      }
    }
    if (name[length - 1] == '/') {
      return true;
    }
    // The whole name of a class.
    return at + length == end || file[at + length] == ';' || file[at + length] == '<';
  }

  private static int unsignedShort(byte[] file, int at) {
    return (file[at] & 0xff) << 8 | (file[at + 1] & 0xff);
  }

  /** Bytes that grow. */
  private static final class Output {
    private byte[] bytes;
    private int size;

    Output(int size) {
      bytes = new byte[size + size / 4 + 256];
    }

    void write(byte[] from, int begin, int end) {
      final int length = end - begin;
      if (size + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, 2 * (size + length));
      }
      System.arraycopy(from, begin, bytes, size, length);
      size += length;
    }
  }
}
