package io.glint.exporter.otlp;

import java.util.Arrays;

/** An array of bytes that equals another one with the same content. The array must not change. */
@SuppressWarnings("ArrayRecordComponent")
record Bytes(byte[] array) {
  @Override
  public boolean equals(Object object) {
    return object instanceof Bytes other && Arrays.equals(array, other.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
