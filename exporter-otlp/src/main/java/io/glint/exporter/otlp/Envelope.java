package io.glint.exporter.otlp;

import java.io.ByteArrayOutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message of an {@code ExportMetricsServiceRequest} that holds other messages: a {@code
 * ResourceMetrics}, {@code ScopeMetrics}, {@code Metric} or its data. It is known by the message it
 * is in, by its field there, and by its header: all its fields but the messages it holds, encoded.
 *
 * @param parent null for a {@code ResourceMetrics}
 */
record Envelope(@Nullable Envelope parent, int field, Bytes header) {
  // The fields of a metric that hold its data.
  static final int GAUGE = 5;
  static final int SUM = 7;
  static final int HISTOGRAM = 9;
  static final int EXPONENTIAL_HISTOGRAM = 10;
  static final int SUMMARY = 11;

  private static final int RESOURCE_METRICS = 1;
  private static final int SCOPE_METRICS = 2;
  private static final int METRICS = 2;
  private static final int DATA_POINTS = 1;

  private static final int SCOPE = 1;
  private static final int NAME = 1;
  private static final int AGGREGATION_TEMPORALITY = 2;
  private static final int DELTA = 1;

  /** Is told what a request holds, in order. */
  interface Visitor {
    /**
     * The data of a metric, the points of which follow.
     *
     * @param data is in the metric, which is in the scope, which is in the resource
     */
    void data(Envelope data);

    /** A point: a whole field, its number included. */
    void point(int from, int to);
  }

  /**
   * Shows an encoded request to a visitor.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static void visit(byte[] request, int from, int to, Visitor visitor) {
    visit(null, 0, request, from, to, visitor);
  }

  @SuppressWarnings("NullAway") // At that depth there is a message.
  private static void visit(
      @Nullable Envelope message, int depth, byte[] bytes, int from, int to, Visitor visitor) {
    final ProtoReader in = new ProtoReader(bytes, from, to);
    if (depth == 4) {
      visitor.data(message);
    }
    for (int field = in.nextField(); field != 0; field = in.nextField()) {
      if (!isChild(depth, field)) {
        in.skip();
      } else if (depth == 4) {
        final int start = in.fieldStart();
        in.skip();
        visitor.point(start, in.position());
      } else {
        final int start = in.contentStart();
        final int end = in.position();
        final Envelope child = new Envelope(message, field, header(depth + 1, bytes, start, end));
        visit(child, depth + 1, bytes, start, end, visitor);
      }
    }
  }

  private static Bytes header(int depth, byte[] bytes, int from, int to) {
    final ByteArrayOutputStream header = new ByteArrayOutputStream();
    final ProtoReader in = new ProtoReader(bytes, from, to);
    for (int field = in.nextField(); field != 0; field = in.nextField()) {
      if (isChild(depth, field)) {
        in.skip();
      } else {
        in.copyField(header);
      }
    }
    return new Bytes(header.toByteArray());
  }

  /** Whether a field of a message of that depth holds a message of the next. */
  private static boolean isChild(int depth, int field) {
    return switch (depth) {
      case 0 -> field == RESOURCE_METRICS;
      case 1 -> field == SCOPE_METRICS;
      case 2 -> field == METRICS;
      case 3 ->
          field == GAUGE
              || field == SUM
              || field == HISTOGRAM
              || field == EXPONENTIAL_HISTOGRAM
              || field == SUMMARY;
      default -> field == DATA_POINTS;
    };
  }

  // Written out: the derived methods of a record keep its class loader alive.

  @Override
  public boolean equals(Object object) {
    return object instanceof Envelope other
        && field == other.field
        && header.equals(other.header)
        && Objects.equals(parent, other.parent);
  }

  @Override
  public int hashCode() {
    return (Objects.hashCode(parent) * 31 + field) * 31 + header.hashCode();
  }

  /** Whether this is a metric, which holds its data. */
  boolean isMetric() {
    return parent != null && parent.parent != null && parent.parent.parent == null;
  }

  /** Of data: whether its points are delta. */
  boolean isDelta() {
    if (field == GAUGE || field == SUMMARY) {
      return false;
    }
    final ProtoReader in = new ProtoReader(header.array());
    return in.seek(AGGREGATION_TEMPORALITY) && in.readVarint() == DELTA;
  }

  /** Of data: the name of its metric. */
  @SuppressWarnings("NullAway") // Data is in a metric, in a scope, in a resource.
  String metricName() {
    return name(new ProtoReader(parent.header.array()));
  }

  /** Of data: the name of the scope of its metric. */
  @SuppressWarnings("NullAway") // Data is in a metric, in a scope, in a resource.
  String scopeName() {
    final ProtoReader in = new ProtoReader(parent.parent.header.array());
    return in.seek(SCOPE) ? name(in.readMessage()) : "";
  }

  private static String name(ProtoReader message) {
    return message.seek(NAME) ? message.readString() : "";
  }
}
