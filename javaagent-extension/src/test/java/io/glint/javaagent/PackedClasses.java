package io.glint.javaagent;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The file of classes in the extension's jar. */
final class PackedClasses {
  private PackedClasses() {}

  /** Class files by the names of their classes. */
  static Map<String, byte[]> read(DataInputStream in) throws IOException {
    final Map<String, byte[]> classes = new LinkedHashMap<>();
    final int count = in.readInt();
    for (int i = 0; i < count; i++) {
      classes.put(in.readUTF(), new byte[in.readInt()]);
    }
    for (final byte[] file : classes.values()) {
      in.readFully(file);
    }
    return classes;
  }

  static byte[] bytes(Map<String, byte[]> classes) throws IOException {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(classes.size());
    for (final Map.Entry<String, byte[]> type : classes.entrySet()) {
      out.writeUTF(type.getKey());
      out.writeInt(type.getValue().length);
    }
    for (final byte[] file : classes.values()) {
      out.write(file);
    }
    return bytes.toByteArray();
  }
}
