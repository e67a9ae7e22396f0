package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.UndeliveredPoints;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /** In order. */
  private final List<Run> runs = new ArrayList<>();

  /** The index of the first run of each request, and the number of runs as the last one. */
  private final List<Integer> cuts = new ArrayList<>();

  private final RequestExemplars leftOutExemplars = new RequestExemplars();
  private int leftOut;
  private int leftOutDelta;
  private @Nullable Envelope leftOutData;
  private int leftOutSize;

  private int next;
  private ProtoWriter part;

  /** Points of one metric that are one behind the other and go into one request. */
  private static final class Run {
    final Envelope data;
    final int start;
    int end;
    int points;
    int exemplars;

    Run(Envelope data, int start) {
      this.data = data;
      this.start = start;
      this.end = start;
    }
  }

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
    final Cutter cutter = new Cutter(splitSize, maxSize);
    Envelope.visit(whole.array(), whole.start(), whole.end(), cutter);
    cutter.end();
    // The estimate is a little more than the size.
    this.part = whole.part(maxSize);
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
  @Nullable String leftOutMetric() {
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
    final int first = cuts.get(next);
    final int end = cuts.get(next + 1);
    if (!reuse) {
      part = new ProtoWriter(part.maxSize());
    }
    part.reset();
    final RequestExemplars ofPart = new RequestExemplars();
    int points = 0;
    int delta = 0;
    Envelope data = null;
    final int[] marks = new int[DEPTH];
    for (int i = end - 1; i >= first; i--) {
      final Run run = runs.get(i);
      if (!isSame(run.data, data)) {
        close(data, run.data, marks);
        data = run.data;
      }
      part.raw(whole.array(), run.start, run.end);
      points += run.points;
      delta += run.data.isDelta() ? run.points : 0;
      ofPart.take(exemplars, run.data, run.exemplars);
    }
    close(data, null, marks);
    next++;
    return new Request(part, new UndeliveredPoints(points, delta), ofPart);
  }

  /** Completes the messages that hold the points of one metric and not those of the other. */
  private void close(@Nullable Envelope data, @Nullable Envelope other, int[] marks) {
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
  private static boolean isSame(@Nullable Envelope one, @Nullable Envelope other) {
    return one == other;
  }

  private final class Cutter implements Envelope.Visitor {
    private final int splitSize;
    private final int maxSize;
    private final ProtoReader point = new ProtoReader(whole.array());

    @SuppressWarnings("NullAway.Init") // Told before its points.
    private Envelope data;

    /** The last one of the request; null if it has none yet. */
    private @Nullable Run last;

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
      long added = to - from + envelopes(last == null ? null : last.data);
      if (size + added > splitSize && last != null) {
        cuts.add(runs.size());
        last = null;
        size = 0;
        added = to - from + envelopes(null);
      }
      point.restart(from, to);
      final int itsExemplars =
          exemplars.isEmpty() ? 0 : PendingPoint.exemplars(data.field(), point);
      final long alone = alone(to - from);
      if (alone > maxSize) {
        leaveOut(alone, itsExemplars);
        return;
      }
      size += added;
      if (last == null || last.end != from || !isSame(last.data, data)) {
        last = new Run(data, from);
        runs.add(last);
      }
      last.end = to;
      last.points++;
      last.exemplars += itsExemplars;
    }

    void end() {
      if (last != null) {
        cuts.add(runs.size());
      }
    }

    /** What the messages need that hold the point and not that of the other data. */
    private long envelopes(@Nullable Envelope other) {
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

    /** The exact size of a request with nothing but one point of the data. */
    private long alone(int pointSize) {
      long needed = pointSize;
      for (Envelope each = data; each != null; each = each.parent()) {
        final long content = needed + each.header().array().length;
        needed = content + 1 + ProtoWriter.varintLength(content);
      }
      return needed;
    }

    private void leaveOut(long needed, int itsExemplars) {
      leftOutExemplars.take(exemplars, data, itsExemplars);
      leftOut++;
      leftOutDelta += data.isDelta() ? 1 : 0;
      if (leftOutData == null) {
        leftOutData = data;
        leftOutSize = (int) Math.min(Integer.MAX_VALUE, needed);
      }
    }
  }
}
