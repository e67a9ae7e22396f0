package io.glint.examples.webstore.traces;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tracing backend of the demo: the sampled traces, in memory.
 *
 * <p>It keeps the newest {@value #CAPACITY} traces, and besides them every trace that somebody
 * holds, however old: one that the metrics endpoint shows as an exemplar, or that a dot on a page
 * leads to. In a bucket that is rarely hit an exemplar may be as old as the process, and its link
 * must not be dead. A trace that nobody holds any more goes back among the newest, so that a page
 * loaded a moment ago still leads somewhere.
 *
 * <p>A trace is known from the moment its first span <em>starts</em>: an exemplar is visible before
 * the span around it has ended.
 *
 * <p>Thread-safe. One lock is plenty for a demo; recording metrics never takes it.
 */
public final class TraceStore implements SpanProcessor {

  public static final int CAPACITY = 20_000;

  /** A client may send one trace id for ever; what it gets to fill is limited. */
  private static final int MAX_SPANS = 256;

  private final LinkedHashMap<String, Recording> newest = new LinkedHashMap<>();
  private final Map<String, Recording> pinned = new HashMap<>();
  private final Map<String, Set<String>> holders = new HashMap<>();
  private final int capacity;

  public TraceStore() {
    this(CAPACITY);
  }

  public TraceStore(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public synchronized void onStart(Context parent, ReadWriteSpan span) {
    final String traceId = span.getSpanContext().getTraceId();
    known(traceId).running++;
  }

  /** Adds a span that has ended, which another process has sent. */
  public synchronized void add(String traceId, TraceSpan span) {
    known(traceId).add(span);
  }

  @Override
  public synchronized void onEnd(ReadableSpan span) {
    final Recording recording = recording(span.getSpanContext().getTraceId());
    if (recording == null) {
      return;
    }
    recording.running--;
    recording.add(TraceSpan.of(span.toSpanData()));
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  /** Keeps these traces until the next call by the same holder, and lets go of its former ones. */
  public synchronized void pin(String holder, Set<String> traceIds) {
    holders.put(holder, Set.copyOf(traceIds));
    pinned
        .entrySet()
        .removeIf(
            entry -> {
              final boolean released = !isHeld(entry.getKey());
              if (released) {
                newest.put(entry.getKey(), entry.getValue());
              }
              return released;
            });
    for (final String traceId : traceIds) {
      final Recording recording = newest.remove(traceId);
      if (recording != null) {
        pinned.put(traceId, recording);
      }
    }
    evict();
  }

  private boolean isHeld(String traceId) {
    return holders.values().stream().anyMatch(held -> held.contains(traceId));
  }

  public synchronized Optional<Trace> find(String traceId) {
    return Optional.ofNullable(recording(traceId))
        .map(recording -> recording.snapshot(traceId, pinned.containsKey(traceId)));
  }

  /**
   * The slowest of all traces kept, slowest first. One whose request is still under way is left
   * out: neither its name nor its time is known.
   */
  public List<Trace> slowest(int limit) {
    return all().stream()
        .filter(trace -> trace.running() == 0)
        .sorted(Comparator.comparingLong(Trace::nanos).reversed())
        .limit(limit)
        .toList();
  }

  public synchronized int size() {
    return newest.size() + pinned.size();
  }

  private synchronized List<Trace> all() {
    final List<Trace> traces = new ArrayList<>(size());
    newest.forEach((id, recording) -> traces.add(recording.snapshot(id, false)));
    pinned.forEach((id, recording) -> traces.add(recording.snapshot(id, true)));
    return traces;
  }

  /** That of the trace, which begins to exist if it does not. It may be held before it is known. */
  private Recording known(String traceId) {
    Recording recording = recording(traceId);
    if (recording == null) {
      recording = new Recording();
      (isHeld(traceId) ? pinned : newest).put(traceId, recording);
      evict();
    }
    return recording;
  }

  private Recording recording(String traceId) {
    final Recording recording = pinned.get(traceId);
    return recording == null ? newest.get(traceId) : recording;
  }

  private void evict() {
    final var oldest = newest.entrySet().iterator();
    while (newest.size() > capacity) {
      oldest.next();
      oldest.remove();
    }
  }

  private static final class Recording {
    private final List<TraceSpan> spans = new ArrayList<>(8);
    private int running;

    private void add(TraceSpan span) {
      if (spans.size() < MAX_SPANS) {
        spans.add(span);
      }
    }

    private Trace snapshot(String id, boolean pinned) {
      return new Trace(id, List.copyOf(spans), running, pinned);
    }
  }
}
