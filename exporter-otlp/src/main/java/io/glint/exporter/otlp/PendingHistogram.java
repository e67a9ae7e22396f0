package io.glint.exporter.otlp;

/** A point of a histogram with explicit bounds, which are the same in all that are merged. */
final class PendingHistogram extends PendingDistribution {
  private static final int BUCKET_COUNTS = 6;
  private static final int EXPLICIT_BOUNDS = 7;
  private static final int MIN = 11;
  private static final int MAX = 12;

  private long[] counts = {};

  PendingHistogram(int exemplarsField) {
    super(exemplarsField, MIN, MAX);
  }

  @Override
  boolean readValue(int field, ProtoReader in) {
    if (field == BUCKET_COUNTS) {
      counts = in.readPackedFixed64();
      return true;
    }
    return super.readValue(field, in);
  }

  @Override
  int shape() {
    return counts.length;
  }

  @Override
  void mergeValue(PendingPoint other) {
    super.mergeValue(other);
    add(counts, ((PendingHistogram) other).counts);
  }

  @Override
  void writeValue(ProtoWriter out) {
    if (counts.length > 0) {
      final int end = out.size();
      for (int i = counts.length - 1; i >= 0; i--) {
        out.rawFixed64(counts[i]);
      }
      out.endMessage(BUCKET_COUNTS, end);
    }
    super.writeValue(out);
  }

  @Override
  int bucketOf(double value) {
    final ProtoReader in = new ProtoReader(key().others().array());
    final long[] bounds = in.seek(EXPLICIT_BOUNDS) ? in.readPackedFixed64() : new long[0];
    int bucket = 0;
    while (bucket < bounds.length && value > Double.longBitsToDouble(bounds[bucket])) {
      bucket++;
    }
    return bucket;
  }
}
