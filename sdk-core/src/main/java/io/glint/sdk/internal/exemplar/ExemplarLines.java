package io.glint.sdk.internal.exemplar;

import io.glint.sdk.internal.histogram.BucketIndex;

/**
 * On which line of a format with room for one exemplar the exemplars of a stream compete, and in
 * which order its points hand them out.
 */
public interface ExemplarLines {

  /** All exemplars of a series are on one line, as those of a counter. */
  ExemplarLines ONE =
      new ExemplarLines() {
        @Override
        public int of(double value) {
          return 0;
        }

        @Override
        public boolean comeFirst() {
          return false;
        }
      };

  /**
   * The lines of a base-2 exponential histogram, which has no buckets that are known beforehand:
   * one for each octave, so that whoever makes buckets with powers of two as bounds finds that the
   * latest exemplar of each bucket never goes back in time.
   */
  ExemplarLines OCTAVES =
      new ExemplarLines() {
        private static final int SIGNIFICAND_BITS = 52;
        private static final int FIRST_NEGATIVE = 1 << 11;
        private static final int ZERO = 1 << 12;

        @Override
        public int of(double value) {
          final long bits = Double.doubleToRawLongBits(Math.abs(value));
          if (bits == 0) {
            return ZERO;
          }
          // An upper bound belongs to its octave: that of a positive one is the larger number, that
          // of a negative one the smaller.
          return value > 0
              ? (int) ((bits - 1) >>> SIGNIFICAND_BITS)
              : FIRST_NEGATIVE + (int) (bits >>> SIGNIFICAND_BITS);
        }

        @Override
        public boolean comeFirst() {
          return false;
        }
      };

  /** Each bucket of an explicit-bucket histogram is a line. */
  static ExemplarLines ofBuckets(BucketIndex buckets) {
    return new ExemplarLines() {
      @Override
      public int of(double value) {
        return buckets.indexOf(value);
      }

      @Override
      public boolean comeFirst() {
        return true;
      }
    };
  }

  /** The line of a value: a small number, at least 0. NaN, which is never recorded, has one too. */
  int of(double value);

  /** True if points hand out exemplars line by line, and within a line by time; else by time. */
  boolean comeFirst();
}
