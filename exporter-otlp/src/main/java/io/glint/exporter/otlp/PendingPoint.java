package io.glint.exporter.otlp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A point that waits for its delivery, read from a request that was not delivered, and merged with
 * those of the same series from later ones. The result covers the time of all of them.
 */
abstract sealed class PendingPoint permits PendingNumber, PendingDistribution {
  /** The largest number of exemplars that are kept of a point; they are the latest ones. */
  static final int MAX_EXEMPLARS = 32;

  // These two have the same number in all kinds of points.
  private static final int START_TIME_UNIX_NANO = 2;
  private static final int TIME_UNIX_NANO = 3;

  /** {@code data_points} of all kinds of data. */
  private static final int DATA_POINTS = 1;

  private static final int NUMBER_EXEMPLARS = 5;
  private static final int HISTOGRAM_EXEMPLARS = 8;
  private static final int EXPONENTIAL_EXEMPLARS = 11;
  private static final int NUMBER_ATTRIBUTES = 7;
  private static final int HISTOGRAM_ATTRIBUTES = 9;
  private static final int EXPONENTIAL_ATTRIBUTES = 1;

  /**
   * Tells series of one metric apart. What two points have to have in common so that they can be
   * merged is in it as well: points that cannot be merged wait side by side.
   *
   * @param attributes the fields of the attributes
   * @param others the fields that are not merged, such as the bounds of buckets
   * @param shape of the value
   */
  record Key(Bytes attributes, Bytes others, int shape) {

    // Written out: the derived methods of a record keep its class loader alive.

    @Override
    public boolean equals(Object object) {
      return object instanceof Key other
          && shape == other.shape
          && attributes.equals(other.attributes)
          && others.equals(other.others);
    }

    @Override
    public int hashCode() {
      return (attributes.hashCode() * 31 + others.hashCode()) * 31 + shape;
    }
  }

  private final int exemplarsField;

  @SuppressWarnings("NullAway.Init") // By read().
  private Key key;

  private long startEpochNanos;
  private long epochNanos;
  private List<PendingExemplar> exemplars = List.of();

  PendingPoint(int exemplarsField) {
    this.exemplarsField = exemplarsField;
  }

  /**
   * Reads a point.
   *
   * @param kind the field of the metric that its data is in, which is not that of a summary
   * @throws IllegalArgumentException if it is malformed
   */
  static PendingPoint read(int kind, byte[] bytes, int from, int to) {
    final ProtoReader in = new ProtoReader(bytes, from, to);
    in.nextField();
    final PendingPoint point =
        switch (kind) {
          case Envelope.GAUGE -> new PendingNumber(NUMBER_EXEMPLARS, /* isGauge= */ true);
          case Envelope.SUM -> new PendingNumber(NUMBER_EXEMPLARS, /* isGauge= */ false);
          case Envelope.HISTOGRAM -> new PendingHistogram(HISTOGRAM_EXEMPLARS);
          case Envelope.EXPONENTIAL_HISTOGRAM -> new PendingExponential(EXPONENTIAL_EXEMPLARS);
          default -> throw new IllegalArgumentException("points of field " + kind);
        };
    point.read(in.readMessage(), attributesField(kind));
    return point;
  }

  /**
   * The number of exemplars of a point.
   *
   * @param in has the point: a whole field, its number included
   */
  static int exemplars(int kind, ProtoReader in) {
    final int wanted =
        switch (kind) {
          case Envelope.GAUGE, Envelope.SUM -> NUMBER_EXEMPLARS;
          case Envelope.HISTOGRAM -> HISTOGRAM_EXEMPLARS;
          case Envelope.EXPONENTIAL_HISTOGRAM -> EXPONENTIAL_EXEMPLARS;
          default -> 0;
        };
    in.nextField();
    in.enter();
    int exemplars = 0;
    while (in.seek(wanted)) {
      exemplars++;
      in.skip();
    }
    return exemplars;
  }

  static int attributesField(int kind) {
    return switch (kind) {
      case Envelope.HISTOGRAM -> HISTOGRAM_ATTRIBUTES;
      case Envelope.EXPONENTIAL_HISTOGRAM -> EXPONENTIAL_ATTRIBUTES;
      default -> NUMBER_ATTRIBUTES;
    };
  }

  private void read(ProtoReader in, int attributesField) {
    final ByteArrayOutputStream attributes = new ByteArrayOutputStream();
    final ByteArrayOutputStream others = new ByteArrayOutputStream();
    final List<PendingExemplar> all = new ArrayList<>(0);
    for (int field = in.nextField(); field != 0; field = in.nextField()) {
      if (field == START_TIME_UNIX_NANO) {
        startEpochNanos = in.readFixed64();
      } else if (field == TIME_UNIX_NANO) {
        epochNanos = in.readFixed64();
      } else if (field == attributesField) {
        in.copyField(attributes);
      } else if (field == exemplarsField) {
        all.add(PendingExemplar.read(in));
      } else if (!readValue(field, in)) {
        in.copyField(others);
      }
    }
    exemplars = all;
    key = new Key(new Bytes(attributes.toByteArray()), new Bytes(others.toByteArray()), shape());
  }

  final Key key() {
    return key;
  }

  /** Gives the point to the series of other attributes. */
  final void setAttributes(Bytes attributes) {
    key = new Key(attributes, key.others, key.shape);
  }

  final long epochNanos() {
    return epochNanos;
  }

  final int exemplarCount() {
    return exemplars.size();
  }

  /**
   * Adds a point with the same key.
   *
   * @return how many exemplars were left out
   */
  final int merge(PendingPoint other) {
    mergeValue(other);
    startEpochNanos = Math.min(startEpochNanos, other.startEpochNanos);
    epochNanos = Math.max(epochNanos, other.epochNanos);
    if (other.exemplars.isEmpty()) {
      return 0;
    }
    final List<PendingExemplar> all = new ArrayList<>(exemplars);
    all.addAll(other.exemplars);
    all.sort(Comparator.comparingLong(PendingExemplar::epochNanos));
    final int excess = Math.max(0, all.size() - MAX_EXEMPLARS);
    final List<PendingExemplar> latest = new ArrayList<>(all.subList(excess, all.size()));
    // A stable sort: what is of one bucket stays in the order of time.
    latest.sort(Comparator.comparingInt(exemplar -> bucketOf(exemplar.value())));
    exemplars = latest;
    return excess;
  }

  final void writeTo(ProtoWriter out) {
    final int end = out.size();
    writeValue(out);
    for (int i = exemplars.size() - 1; i >= 0; i--) {
      out.raw(exemplars.get(i).field());
    }
    out.raw(key.others.array());
    out.raw(key.attributes.array());
    out.fixed64(TIME_UNIX_NANO, epochNanos);
    out.fixed64(START_TIME_UNIX_NANO, startEpochNanos);
    out.endMessage(DATA_POINTS, end);
  }

  /** Reads a field of the value, or answers false if it is another field. */
  abstract boolean readValue(int field, ProtoReader in);

  /** What values must have in common, besides their other fields, so that they can be merged. */
  abstract int shape();

  /** Adds the value of a point with the same key. */
  abstract void mergeValue(PendingPoint other);

  abstract void writeValue(ProtoWriter out);

  /** Exemplars are handed out bucket by bucket; 0 where there is one order for all. */
  int bucketOf(double value) {
    return 0;
  }
}
