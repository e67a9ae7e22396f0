package io.glint.exporter.openmetrics;

import java.util.Arrays;
import java.util.List;

/**
 * The {@code le} labels of the buckets of a histogram, with the end of the label set and the blank
 * before the value. They are rendered once, as nearly all points of a family have the same bounds.
 *
 * <p>Not safe for use by several threads at once.
 */
final class BucketLabels {

  private final TextBuffer text = new TextBuffer(128);

  /** The bounds of which the labels are; only the first {@link #size} count. */
  private double[] bounds = new double[0];

  private int[] ends = new int[0];

  /** The number of finite bounds; -1 if there are no labels yet. */
  private int size = -1;

  /** Makes the labels those of these buckets. */
  void of(Buckets buckets, Numbers numbers) {
    if (!areOf(buckets)) {
      render(buckets, numbers);
    }
  }

  /** By value: a list that a producer hands out may change. */
  private boolean areOf(Buckets buckets) {
    if (size != buckets.size()) {
      return false;
    }
    final List<Double> others = buckets.bounds();
    for (int i = 0; i < size; i++) {
      if (bounds[i] != others.get(i)) {
        return false;
      }
    }
    return true;
  }

  private void render(Buckets buckets, Numbers numbers) {
    size = buckets.size();
    if (ends.length <= size) {
      bounds = new double[size];
      ends = new int[size + 1];
    }
    Arrays.fill(ends, 0);
    text.clear();
    for (int i = 0; i <= size; i++) {
      text.ascii("le=\"");
      if (i < size) {
        bounds[i] = buckets.bounds().get(i);
        numbers.canonical(text, bounds[i]);
      } else {
        text.ascii("+Inf");
      }
      ends[i] = text.ascii("\"} ").size();
    }
  }

  /** Appends the label of a bucket, {@link Buckets#size()} for that of infinity. */
  void write(TextBuffer out, int bucket) {
    out.append(text, bucket == 0 ? 0 : ends[bucket - 1], ends[bucket]);
  }
}
