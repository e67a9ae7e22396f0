package io.glint.exporter.otlp;

/**
 * An exemplar of a point that waits for its delivery.
 *
 * @param field the whole field, its number included
 */
@SuppressWarnings("ArrayRecordComponent")
record PendingExemplar(byte[] field, long epochNanos, double value) {
  private static final int TIME_UNIX_NANO = 2;
  private static final int AS_DOUBLE = 3;
  private static final int AS_INT = 6;

  static PendingExemplar read(ProtoReader point) {
    final byte[] field = point.copyField();
    final ProtoReader whole = new ProtoReader(field);
    whole.nextField();
    final ProtoReader in = whole.readMessage();
    long epochNanos = 0;
    double value = 0;
    for (int each = in.nextField(); each != 0; each = in.nextField()) {
      switch (each) {
        case TIME_UNIX_NANO -> epochNanos = in.readFixed64();
        case AS_DOUBLE -> value = in.readDouble();
        case AS_INT -> value = in.readFixed64();
        default -> in.skip();
      }
    }
    return new PendingExemplar(field, epochNanos, value);
  }
}
