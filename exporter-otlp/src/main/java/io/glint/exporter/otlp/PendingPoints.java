package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.UndeliveredPoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The points of requests that were not delivered, merged series by series until they are sent
 * again. Not safe for use by several threads at once.
 *
 * <p>They are read from the encoded requests, so nothing has to be copied for an export that
 * succeeds. What is not merged, such as the resource, the name and the attributes, stays encoded.
 */
final class PendingPoints {
  /** What became of the points of one request. */
  static final class Added {
    private final Map<Envelope, Integer> exemplars = new LinkedHashMap<>();
    private final Map<Envelope, Integer> leftOutExemplars = new LinkedHashMap<>();
    private int kept;
    private int keptDelta;
    private int folded;
    private int dropped;

    /** Points that are here now, by themselves or merged. */
    int kept() {
      return kept;
    }

    /** How many of them are delta points. */
    int keptDelta() {
      return keptDelta;
    }

    /** How many of those kept went to the series for what is beyond the limit. */
    int folded() {
      return folded;
    }

    /** Points for which there was no room at all. */
    int dropped() {
      return dropped;
    }

    /** The exemplars of the points that were kept or dropped, by the data they are of. */
    Map<Envelope, Integer> exemplars() {
      return exemplars;
    }

    /**
     * Exemplars that are here no more, of this request or earlier ones, by the data they are of.
     */
    Map<Envelope, Integer> leftOutExemplars() {
      return leftOutExemplars;
    }

    private void add(Map<Envelope, Integer> counts, Envelope data, int count) {
      if (count > 0) {
        counts.merge(data, count, Integer::sum);
      }
    }
  }

  /** A message with those that it holds, or with points. */
  private static final class Node {
    final @Nullable Envelope envelope;
    final Map<Envelope, Node> children = new LinkedHashMap<>();
    final Map<PendingPoint.Key, PendingPoint> points = new LinkedHashMap<>();
    final List<Bytes> unmerged = new ArrayList<>(0);

    Node(@Nullable Envelope envelope) {
      this.envelope = envelope;
    }

    void writeTo(ProtoWriter out) {
      if (envelope != null && envelope.isMetric()) {
        // A metric has data of one kind: what differs in that goes to metrics of the same name.
        writeReversed(children.values(), data -> writeTo(out, () -> data.writeTo(out)));
        return;
      }
      writeTo(
          out,
          () -> {
            for (int i = unmerged.size() - 1; i >= 0; i--) {
              out.raw(unmerged.get(i).array());
            }
            writeReversed(points.values(), point -> point.writeTo(out));
            writeReversed(children.values(), child -> child.writeTo(out));
          });
    }

    private void writeTo(ProtoWriter out, Runnable content) {
      final int end = out.size();
      content.run();
      if (envelope != null) {
        out.raw(envelope.header().array());
        out.endMessage(envelope.field(), end);
      }
    }

    private static <T> void writeReversed(Collection<T> all, Consumer<T> write) {
      final List<T> list = List.copyOf(all);
      for (int i = list.size() - 1; i >= 0; i--) {
        write.accept(list.get(i));
      }
    }
  }

  private final int maxSeries;
  private final boolean keepsGauges;
  private Node root = new Node(null);
  private int all;
  private int delta;

  /**
   * Creates a set that is empty.
   *
   * @param maxSeries beyond which a point goes to a series of its metric that has nothing but the
   *     attribute {@code otel.metric.overflow}
   * @param keepsGauges whether gauges that were not delivered are kept, as the next collection may
   *     not have them
   */
  PendingPoints(int maxSeries, boolean keepsGauges) {
    this.maxSeries = maxSeries;
    this.keepsGauges = keepsGauges;
  }

  boolean isEmpty() {
    return all == 0;
  }

  UndeliveredPoints count() {
    return new UndeliveredPoints(all, delta);
  }

  /** Whether points of this data are kept when they were not delivered: no later point has them. */
  boolean isKept(Envelope data) {
    return data.isDelta() || (keepsGauges && data.field() == Envelope.GAUGE);
  }

  /**
   * Adds what must not be lost of a request that was not delivered.
   *
   * @throws IllegalArgumentException if the request is malformed
   */
  Added keep(byte[] request, int from, int to) {
    final Keeper keeper = new Keeper(request);
    Envelope.visit(request, from, to, keeper);
    return keeper.added;
  }

  /**
   * Adds all points of a request, without a limit. To be sent with what is here.
   *
   * @param added what became of its points; up to the failure, if this throws
   * @throws IllegalArgumentException if the request is malformed
   */
  void join(byte[] request, int from, int to, Added added) {
    Envelope.visit(request, from, to, new Joiner(request, added));
  }

  /** Removes the points that {@link #join} has added and that are not kept. */
  void removeUnmerged() {
    removeUnmerged(root);
  }

  private void removeUnmerged(Node node) {
    all -= node.unmerged.size();
    node.unmerged.clear();
    node.children.values().forEach(this::removeUnmerged);
    node.children.values().removeIf(child -> child.children.isEmpty() && child.points.isEmpty());
  }

  /** Writes all of it as one request. */
  void writeTo(ProtoWriter out) {
    root.writeTo(out);
  }

  void clear() {
    root = new Node(null);
    all = 0;
    delta = 0;
  }

  private Node node(@Nullable Envelope envelope) {
    if (envelope == null) {
      return root;
    }
    return node(envelope.parent()).children.computeIfAbsent(envelope, Node::new);
  }

  private void count(Envelope data) {
    all++;
    if (data.isDelta()) {
      delta++;
    }
  }

  private void merge(Envelope data, PendingPoint point, PendingPoint other, Added added) {
    added.add(added.leftOutExemplars, data, point.merge(other));
  }

  /** Adds points without a limit. */
  private final class Joiner implements Envelope.Visitor {
    private final byte[] request;
    private final Added added;

    @SuppressWarnings("NullAway.Init") // Told before its points.
    private Envelope data;

    @SuppressWarnings("NullAway.Init") // As the data.
    private Node node;

    private boolean isMerged;

    Joiner(byte[] request, Added added) {
      this.request = request;
      this.added = added;
    }

    @Override
    public void data(Envelope newData) {
      data = newData;
      node = node(newData);
      isMerged = isKept(newData);
    }

    @Override
    public void point(int from, int to) {
      if (!isMerged) {
        node.unmerged.add(new Bytes(Arrays.copyOfRange(request, from, to)));
        count(data);
        return;
      }
      final PendingPoint point = PendingPoint.read(data.field(), request, from, to);
      final PendingPoint known = node.points.putIfAbsent(point.key(), point);
      if (known == null) {
        count(data);
      } else {
        merge(data, known, point, added);
      }
      added.kept++;
      added.keptDelta += data.isDelta() ? 1 : 0;
    }
  }

  /** Adds points that are kept, up to the limit. */
  private final class Keeper implements Envelope.Visitor {
    private final Added added = new Added();
    private final byte[] request;

    /** Null for points that are not kept. */
    private @Nullable Envelope data;

    /** Null if there is none yet. */
    private @Nullable Node node;

    Keeper(byte[] request) {
      this.request = request;
    }

    @Override
    public void data(Envelope newData) {
      data = isKept(newData) ? newData : null;
      node = data == null ? null : knownNode(data);
    }

    @Override
    public void point(int from, int to) {
      if (data == null) {
        return;
      }
      final PendingPoint point = PendingPoint.read(data.field(), request, from, to);
      added.add(added.exemplars, data, point.exemplarCount());
      PendingPoint known = known(point);
      final boolean isFolded = known == null && all >= maxSeries;
      if (isFolded) {
        point.setAttributes(Overflow.attributes(data.field()));
        known = known(point);
        // Each metric may have a series for what is beyond the limit, but not without end.
        if (known == null && all >= 2L * maxSeries) {
          added.dropped++;
          added.add(added.leftOutExemplars, data, point.exemplarCount());
          return;
        }
        added.folded++;
      }
      added.kept++;
      if (data.isDelta()) {
        added.keptDelta++;
      }
      if (known != null) {
        merge(data, known, point, added);
        return;
      }
      if (node == null) {
        node = node(data);
      }
      node.points.put(point.key(), point);
      count(data);
    }

    private @Nullable PendingPoint known(PendingPoint point) {
      return node == null ? null : node.points.get(point.key());
    }
  }

  /** The node of a message, or null if there is none yet. */
  private @Nullable Node knownNode(@Nullable Envelope envelope) {
    if (envelope == null) {
      return root;
    }
    final Node parent = knownNode(envelope.parent());
    return parent == null ? null : parent.children.get(envelope);
  }

  /** The attributes of the series for what is beyond the limit. */
  private static final class Overflow {
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int BOOL_VALUE = 2;

    static Bytes attributes(int kind) {
      final ProtoWriter out = new ProtoWriter(64);
      out.boolPresent(BOOL_VALUE, true);
      out.endMessage(VALUE, 0);
      out.string(KEY, "otel.metric.overflow");
      out.endMessage(PendingPoint.attributesField(kind), 0);
      return new Bytes(out.toByteArray());
    }
  }
}
