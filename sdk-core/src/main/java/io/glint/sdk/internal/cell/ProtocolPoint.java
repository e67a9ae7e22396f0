package io.glint.sdk.internal.cell;

import java.util.function.Consumer;

/**
 * The marked points of the protocol that recorders and collectors follow ({@link Cell}, {@link
 * StripedCells}, {@code SeriesMap}): each step by which a thread changes what others see lies
 * between two of them. A test stops a thread at each and sees that all others go on.
 *
 * <p>Where the user's code is called, there is no point, as a test can stop the thread in that
 * code: attributes, filters and the clock on the way to a cell, the exemplar reservoir and its
 * factory inside.
 *
 * <p>In an application {@link #reached} does nothing, and the JIT compiler leaves nothing of it.
 */
public enum ProtocolPoint {
  /** A thread is about to take a cell of a series that it has found. It may be evicted now. */
  SERIES_FOUND,

  /**
   * A thread has taken a cell: to record, to collect or explain, to bind, to evict the series. Or
   * it has made one that no other thread can see yet.
   */
  CELL_ACQUIRED,

  /** The owner of a cell is about to release it. */
  CELL_RELEASING,

  /** A thread is about to publish a further cell of a series. */
  CELL_ADDING,

  /** The owner of a cell is about to publish stripes in which it has another home. */
  HOME_MOVING,

  /** A thread owns all cells of a series, which is empty, and is about to evict it. */
  SERIES_EVICTING,

  /** A series has been evicted, and one of its cells, not yet retired, is about to be. */
  CELL_RETIRING,

  /** A thread is about to put a series in the first empty place of a table. */
  SERIES_ADDING,

  /** A thread has met a series in the table, perhaps its own, and is about to index it. */
  SERIES_INDEXING,

  /** A thread has indexed a series, and is about to say so. */
  SERIES_INDEXED,

  /** The collector is about to close a table, because it contains evicted series. */
  TABLE_CLOSING,

  /** A thread is about to make a table that takes the place of another. */
  TABLE_COPYING,

  /** A thread is about to publish a table that takes the place of another. */
  TABLE_REPLACING,

  /** A thread is about to copy a series into a table that has taken over from another. */
  ENTRY_COPYING,

  /** A thread is about to give recorders the index of a table that has replaced another. */
  INDEX_RENEWING,

  /** A thread is about to publish the overflow series. */
  OVERFLOW_ADDING,

  /** A recorder at the limit is about to look for series that it can evict. */
  ROOM_MAKING,

  /** A recorder has evicted what it could at the limit, and is about to say how far it has come. */
  ROOM_MADE,

  /** A recorder has found the series of attributes that a view filters, and is to remember it. */
  ALIAS_ADDING,

  /** A recorder is about to publish a larger cache of those. */
  ALIASES_DOUBLING,

  /** A collector, which has the lock of the stream, is about to begin with the next series. */
  SERIES_COLLECTING;

  static final boolean ENABLED = Boolean.getBoolean("io.glint.sdk.protocolPoints");

  private static volatile Consumer<ProtocolPoint> visitor = point -> {};

  /** Says that the current thread is at this point. */
  public void reached() {
    if (ENABLED) {
      visitor.accept(this);
    }
  }

  /** What threads do from now on at each point they reach; for tests. */
  public static void setVisitor(Consumer<ProtocolPoint> visitor) {
    ProtocolPoint.visitor = visitor;
  }
}
