package io.glint.exporter.otlp;

/**
 * A point of an exponential histogram. Two of them are merged at the lower of their scales, or at a
 * still lower one where the buckets of both together would be too many. No count gets into a bucket
 * that does not contain its bucket at the higher scale.
 */
final class PendingExponential extends PendingDistribution {
  /** The largest number of buckets on a side, unless a point that is merged has more. */
  static final int MAX_BUCKETS = 160;

  private static final int SCALE = 6;
  private static final int ZERO_COUNT = 7;
  private static final int POSITIVE = 8;
  private static final int NEGATIVE = 9;
  private static final int MIN = 12;
  private static final int MAX = 13;
  private static final int OFFSET = 1;
  private static final int COUNTS = 2;

  /**
   * Counts of neighbouring buckets.
   *
   * @param offset the index of the first of them
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Buckets(int offset, long[] counts) {
    static final Buckets NONE = new Buckets(0, new long[0]);

    static Buckets read(ProtoReader in) {
      int offset = 0;
      long[] counts = {};
      for (int field = in.nextField(); field != 0; field = in.nextField()) {
        switch (field) {
          case OFFSET -> offset = in.readSint32();
          case COUNTS -> counts = in.readPackedVarints();
          default -> in.skip();
        }
      }
      return new Buckets(offset, counts);
    }

    void writeTo(ProtoWriter out, int field) {
      final int end = out.size();
      if (counts.length > 0) {
        for (int i = counts.length - 1; i >= 0; i--) {
          out.varint(counts[i]);
        }
        out.endMessage(COUNTS, end);
      }
      out.sint32(OFFSET, offset);
      out.endMessage(field, end);
    }

    /** By how much the scale must be lowered so that both together have at most that many. */
    int excess(int shift, Buckets other, int otherShift, int limit) {
      if (counts.length == 0 || other.counts.length == 0) {
        return 0;
      }
      final long first = Math.min(index(offset, shift), index(other.offset, otherShift));
      final long last = Math.max(index(last(), shift), index(other.last(), otherShift));
      int excess = 0;
      while ((last >> excess) - (first >> excess) >= limit) {
        excess++;
      }
      return excess;
    }

    /** The index of the bucket that contains another one, that much lower in scale. */
    private static int index(int index, int shift) {
      return index >> Math.min(shift, Integer.SIZE - 1);
    }

    private int last() {
      return offset + counts.length - 1;
    }

    Buckets plus(int shift, Buckets other, int otherShift) {
      if (other.counts.length == 0 && shift == 0) {
        return this;
      }
      if (counts.length == 0 && other.counts.length == 0) {
        return NONE;
      }
      int first = Integer.MAX_VALUE;
      int last = Integer.MIN_VALUE;
      if (counts.length > 0) {
        first = index(offset, shift);
        last = index(last(), shift);
      }
      if (other.counts.length > 0) {
        first = Math.min(first, index(other.offset, otherShift));
        last = Math.max(last, index(other.last(), otherShift));
      }
      final Buckets sum = new Buckets(first, new long[last - first + 1]);
      addTo(sum, shift);
      other.addTo(sum, otherShift);
      return sum;
    }

    private void addTo(Buckets sum, int shift) {
      for (int i = 0; i < counts.length; i++) {
        sum.counts[index(offset + i, shift) - sum.offset] += counts[i];
      }
    }
  }

  private int scale;
  private long zeroCount;
  private Buckets positive = Buckets.NONE;
  private Buckets negative = Buckets.NONE;

  PendingExponential(int exemplarsField) {
    super(exemplarsField, MIN, MAX);
  }

  @Override
  boolean readValue(int field, ProtoReader in) {
    switch (field) {
      case SCALE -> scale = in.readSint32();
      case ZERO_COUNT -> zeroCount = in.readFixed64();
      case POSITIVE -> positive = Buckets.read(in.readMessage());
      case NEGATIVE -> negative = Buckets.read(in.readMessage());
      default -> {
        return super.readValue(field, in);
      }
    }
    return true;
  }

  /** The threshold of zero, if a point has one, is among the other fields. */
  @Override
  int shape() {
    return 0;
  }

  @Override
  void mergeValue(PendingPoint other) {
    super.mergeValue(other);
    final PendingExponential added = (PendingExponential) other;
    zeroCount += added.zeroCount;
    int common = Math.min(scale, added.scale);
    common -=
        Math.max(
            excess(positive, added.positive, common, added.scale),
            excess(negative, added.negative, common, added.scale));
    positive = positive.plus(scale - common, added.positive, added.scale - common);
    negative = negative.plus(scale - common, added.negative, added.scale - common);
    scale = common;
  }

  private int excess(Buckets own, Buckets added, int common, int addedScale) {
    final int limit = Math.max(MAX_BUCKETS, Math.max(own.counts.length, added.counts.length));
    return own.excess(scale - common, added, addedScale - common, limit);
  }

  @Override
  void writeValue(ProtoWriter out) {
    super.writeValue(out);
    negative.writeTo(out, NEGATIVE);
    positive.writeTo(out, POSITIVE);
    out.fixed64(ZERO_COUNT, zeroCount);
    out.sint32(SCALE, scale);
  }
}
