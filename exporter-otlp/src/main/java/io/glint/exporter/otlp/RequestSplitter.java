package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.UndeliveredPoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts one encoded request into several that are each no larger than a limit, in order. Where a
 * metric does not fit, its points go on in the next request, under the same metadata. A point that
 * is larger than the limit by itself is left out. Not safe for use by several threads at once.
 */
final class RequestSplitter {
  /** The most that a message adds to its content: its field and length. */
  private static final int MESSAGE = 6;

  private static final int DEPTH = 4;

  private final ProtoWriter whole;
  private final RequestExemplars exemplars;

  // Where each point is, and what data it is of.
  private int[] starts = new int[1024];
  private int[] ends = new int[1024];
  private Envelope[] dataOf = new Envelope[1024];
  private int points;

  /** The index of the first point of each request, and the number of points as the last one. */
  private final List<Integer> cuts = new ArrayList<>();

  private final RequestExemplars leftOutExemplars = new RequestExemplars();
  private int leftOut;
  private int leftOutDelta;
  private Envelope leftOutData;
  private int leftOutSize;

  private int next;
  private ProtoWriter part;

  /**
   * Cuts a request.
   *
   * @param splitSize of a request with several points, in bytes
   * @param maxSize of a request with one point
   * @param exemplars of all of its points; those of the parts are taken from it
   */
  RequestSplitter(ProtoWriter whole, int splitSize, int maxSize, RequestExemplars exemplars) {
    this.whole = whole;
    this.exemplars = exemplars;
    Cutter cutter = new Cutter(splitSize, maxSize);
    Envelope.visit(whole.array(), whole.start(), whole.end(), cutter);
    cutter.end();
    // The estimate is a little more than the size.
    this.part = new ProtoWriter(maxSize);
  }

  /** The number of requests. */
  int count() {
    return cuts.size() - 1;
  }

  /** Points that are larger than the limit, and in no request. */
  UndeliveredPoints leftOut() {
    return new UndeliveredPoints(leftOut, leftOutDelta);
  }

  RequestExemplars leftOutExemplars() {
    return leftOutExemplars;
  }

  /** The name of the metric that has the first of them; null if there is none. */
  String leftOutMetric() {
    return leftOutData == null ? null : leftOutData.metricName();
  }

  /** What a request with nothing but the first of them would have, in bytes. */
  int leftOutSize() {
    return leftOutSize;
  }

  boolean hasNext() {
    return next < count();
  }

  /**
   * The next request.
   *
   * @param reuse whether the memory of the one before may be used for it
   */
  Request next(boolean reuse) {
    int first = cuts.get(next);
    int end = cuts.get(next + 1);
    if (!reuse) {
      part = new ProtoWriter(part.maxSize());
    }
    part.reset();
    RequestExemplars ofPart = new RequestExemplars();
    int ofData = 0;
    int delta = 0;
    Envelope data = null;
    int[] marks = new int[DEPTH];
    for (int i = end - 1; i >= first; i--) {
      if (!isSame(dataOf[i], data)) {
        close(data, dataOf[i], marks);
        ofPart.take(exemplars, data, ofData);
        ofData = 0;
        data = dataOf[i];
      }
      part.raw(whole.array(), starts[i], ends[i]);
      delta += data.isDelta() ? 1 : 0;
      if (!exemplars.isEmpty()) {
        ofData += PendingPoint.exemplars(data.field(), whole.array(), starts[i], ends[i]);
      }
    }
    close(data, null, marks);
    ofPart.take(exemplars, data, ofData);
    next++;
    return new Request(part, new UndeliveredPoints(end - first, delta), ofPart);
  }

  /** Completes the messages that hold the points of one metric and not those of the other. */
  private void close(Envelope data, Envelope other, int[] marks) {
    Envelope own = data;
    Envelope others = other;
    int depth = DEPTH - 1;
    while (!isSame(own, others)) {
      if (own != null) {
        part.raw(own.header().array());
        part.endMessage(own.field(), marks[depth]);
        own = own.parent();
      }
      others = others == null ? null : others.parent();
      depth--;
    }
    for (int i = depth + 1; i < DEPTH; i++) {
      marks[i] = part.size();
    }
  }

  /** Two messages of a request may be equal, and are two nevertheless. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Envelope one, Envelope other) {
    return one == other;
  }

  private final class Cutter implements Envelope.Visitor {
    private final int splitSize;
    private final int maxSize;
    private Envelope data;

    /** The data of the last point of the request; null if it has none yet. */
    private Envelope last;

    private long size;

    Cutter(int splitSize, int maxSize) {
      this.splitSize = splitSize;
      this.maxSize = maxSize;
      cuts.add(0);
    }

    @Override
    public void data(Envelope newData) {
      data = newData;
    }

    @Override
    public void point(int from, int to) {
      long added = to - from + envelopes(last);
      if (size + added > splitSize && last != null) {
        cuts.add(points);
        last = null;
        size = 0;
        added = to - from + envelopes(null);
      }
      if (added > maxSize) {
        leaveOut(from, to, added);
        return;
      }
      size += added;
      last = data;
      if (points == starts.length) {
        starts = Arrays.copyOf(starts, 2 * points);
        ends = Arrays.copyOf(ends, 2 * points);
        dataOf = Arrays.copyOf(dataOf, 2 * points);
      }
      starts[points] = from;
      ends[points] = to;
      dataOf[points++] = data;
    }

    void end() {
      if (last != null) {
        cuts.add(points);
      }
    }

    /** What the messages need that hold the point and not that of the other data. */
    private long envelopes(Envelope other) {
      long needed = 0;
      Envelope own = data;
      Envelope others = other;
      while (own != null && !isSame(own, others)) {
        needed += own.header().array().length + MESSAGE;
        own = own.parent();
        others = others == null ? null : others.parent();
      }
      return needed;
    }

    private void leaveOut(int from, int to, long needed) {
      leftOutExemplars.take(
          exemplars, data, PendingPoint.exemplars(data.field(), whole.array(), from, to));
      leftOut++;
      leftOutDelta += data.isDelta() ? 1 : 0;
      if (leftOutData == null) {
        leftOutData = data;
        leftOutSize = (int) Math.min(Integer.MAX_VALUE, needed);
      }
    }
  }
}
