package io.glint.examples.webstore.traces;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One request, as far as it is known.
 *
 * @param spans the spans that have ended
 * @param running how many spans have not ended yet
 * @param pinned whether an exemplar that is shown somewhere leads here
 */
public record Trace(String id, List<TraceSpan> spans, int running, boolean pinned) {

  /** A span and how deep it is nested. */
  public record Row(TraceSpan span, int depth) {}

  public long startNanos() {
    return spans.stream().mapToLong(TraceSpan::startNanos).min().orElse(0);
  }

  public long nanos() {
    return spans.stream().mapToLong(TraceSpan::endNanos).max().orElse(0) - startNanos();
  }

  public String name() {
    final List<Row> rows = rows();
    return rows.isEmpty() ? "request" : rows.get(0).span().name();
  }

  /** Parents before their children, siblings in the order they began. */
  public List<Row> rows() {
    final Set<String> known = spans.stream().map(TraceSpan::id).collect(Collectors.toSet());
    final List<Row> rows = new ArrayList<>(spans.size());
    inOrder(spans.stream().filter(span -> !known.contains(span.parentId())).toList())
        .forEach(root -> addWithChildren(root, 0, rows));
    return rows;
  }

  /**
   * The span to blame: the one that spent most time by itself. By duration alone the root would
   * always win, since it waits for all the others.
   */
  public Optional<TraceSpan> slowest() {
    return spans.stream().max(Comparator.comparingLong(this::ownNanos));
  }

  /** The time of a span during which none of its children was running. */
  public long ownNanos(TraceSpan span) {
    long own = span.nanos();
    long covered = span.startNanos();
    for (final TraceSpan child : childrenOf(span)) {
      final long from = Math.max(child.startNanos(), covered);
      final long to = Math.min(child.endNanos(), span.endNanos());
      if (to > from) {
        own -= to - from;
        covered = to;
      }
    }
    return own;
  }

  private void addWithChildren(TraceSpan span, int depth, List<Row> rows) {
    rows.add(new Row(span, depth));
    childrenOf(span).forEach(child -> addWithChildren(child, depth + 1, rows));
  }

  private List<TraceSpan> childrenOf(TraceSpan parent) {
    return inOrder(spans.stream().filter(span -> span.parentId().equals(parent.id())).toList());
  }

  private static List<TraceSpan> inOrder(List<TraceSpan> spans) {
    return spans.stream().sorted(Comparator.comparingLong(TraceSpan::startNanos)).toList();
  }
}
