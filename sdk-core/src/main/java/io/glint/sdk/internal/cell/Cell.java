package io.glint.sdk.internal.cell;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A part of one time series that one thread at a time owns, and the protocol by which it does. All
 * of the concurrency of recording is explained here. Classes that rely on it need no arguments of
 * their own about ordering.
 *
 * <h2>What is stored</h2>
 *
 * A cell is a {@code long[]}: word 0 says who owns the cell, the other words are the state of an
 * aggregation, laid out by the subclass. Its exemplar reservoir belongs to it as well. A {@link
 * Series} starts with one cell and gets more, its stripes, only when threads meet in it ({@link
 * StripedCells}). The value of a series is the combination of its cells.
 *
 * <h2>States of the owner word and who moves between them</h2>
 *
 * <pre>
 *            tryAcquire (recorder or collector)
 *      FREE ---------------------------------> OWNED
 *       ^                                     |   |
 *       +-------------------------------------+   | retire (who evicts, in place of release)
 *            release (the one who took it)        v
 *                                              RETIRED   (final)
 * </pre>
 *
 * <ul>
 *   <li>Between a successful {@code tryAcquire} and {@code release} the taker is the only thread
 *       that reads or writes the other words and the reservoir. It does so with plain accesses.
 *       (But for {@link #isEmptyOptimistic}, which changes nothing.)
 *   <li>{@code tryAcquire} is a compare-and-exchange with <i>acquire</i>. It pairs with the store
 *       <i>release</i> of {@code release}: what the last owner wrote, the next one sees. The look
 *       of {@code isEmptyOptimistic} pairs with it as well. No other ordering is needed, because
 *       nothing else is shared.
 *   <li>The first try of a thread is that exchange. Each further one is {@code tryAcquireIfFree},
 *       which looks before: a failed exchange would take the cache line from the owner.
 *   <li>A stripe that a recorder has just made is OWNED before any other thread can see it.
 * </ul>
 *
 * <h2>What follows</h2>
 *
 * <ol>
 *   <li><b>A recorder waits for no other thread:</b> recording is lock-free. If {@code tryAcquire}
 *       fails, the recorder tries the other cells of the series, and if all are taken it adds one
 *       that it owns already. Adding is a compare-and-set of the array of stripes, which fails only
 *       because another thread has changed it: it has added a cell, or moved to another one, which
 *       happens a limited number of times. A thread that is stopped while it owns a cell therefore
 *       costs the others that one cell, never their progress. A series has its first cell, and at
 *       most about as many others as threads were in mid-record at one moment, or twice as many as
 *       there are processors, to a power of two, or 8: a number that threads which have ended do
 *       not add to. (A thread that is stopped while it evicts the series owns all its cells, and
 *       counts as that many threads.) A thread can be stopped at each step ({@link ProtocolPoint}),
 *       and a test does.
 *   <li><b>Every measurement is counted exactly once.</b> A recorder updates a cell only while it
 *       owns it, and a collector that empties a cell owns it from the first word it reads to the
 *       last it clears.
 *   <li><b>A collection has what was recorded before it,</b> that is, each measurement whose call
 *       happened before the collection's: a cell that holds it is not free and empty to the
 *       collector's look, and stays so until a collection has emptied it. The exception is a cell
 *       that the collection leaves out, as another thread has been stopped in it, see 7: a later
 *       collection has its measurements. After the last collection, that of the shutdown, there is
 *       none, and they are lost.
 *   <li><b>A point is one consistent snapshot.</b> Each cell is copied whole under ownership, so it
 *       describes a set of complete measurements: count, sum, minimum, maximum and buckets agree. A
 *       union of such sets is such a set. Copies of different cells are not of the same instant;
 *       for sums and histograms this decides only in which of two adjoining intervals a measurement
 *       falls that was made during the collection. For last values see {@code LastValueStream}.
 *   <li><b>An exemplar is counted in the point that carries it,</b> as the reservoir is emptied
 *       under the same ownership as the words are copied.
 *   <li><b>An evicted series loses nothing.</b> Who wants to evict an idle series, the collector or
 *       a recorder that makes room below the cardinality limit, takes all its cells without
 *       waiting, sees that they hold nothing that was not collected, and replaces the array of
 *       stripes by one that can take no more; only then it retires the cells. If a cell is in use,
 *       or a recorder has added one meanwhile, the series stays. A recorder that still holds an
 *       evicted series finds no cell in it, and looks its attributes up again. A series that is
 *       bound stays as well: who binds it owns a cell while it leaves its mark, so who evicts,
 *       owning all cells, either sees the mark or has made the binder look again. A collector that
 *       comes across a retired cell passes it by.
 *   <li><b>The collector may wait,</b> for a recorder that was stopped in mid-record, and for no
 *       longer than a bound. It never owns a cell while it waits.
 * </ol>
 *
 * <p>Virtual threads cannot be unmounted while they own a cell: nothing in between blocks, short of
 * a user's own reservoir that disregards its contract.
 */
public abstract class Cell {
  /** Index of the owner word. Subclasses lay out their state from {@code OWNER + 1} on. */
  static final int OWNER = 0;

  /** Indexes of the counts of measurements that the exemplar filter did not admit, by reason. */
  static final int NO_SPAN = ExemplarSampling.NO_SPAN;

  static final int REFUSED = ExemplarSampling.REFUSED;

  static final int FIRST_STATE_WORD = 3;

  private static final long FREE = 0;
  private static final long OWNED = 1;
  private static final long RETIRED = 2;

  /**
   * Unused words at the end of a stripe: two cache lines, for neighbours are fetched in pairs. They
   * keep stripes off each other's lines. The one object before the first stripe in memory may still
   * share a line with it; padding in front as well would make every index a variable one.
   */
  static final int PADDING_WORDS = 16;

  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  public final long[] words;

  /** Made when the first eligible measurement arrives. Guarded by ownership. */
  private @Nullable ExemplarReservoir reservoir;

  /**
   * Makes a free cell.
   *
   * @param stateWords number of words that the subclass uses
   * @param padded true for a stripe, which other threads' stripes must not share a line with
   */
  protected Cell(int stateWords, boolean padded) {
    this.words = new long[FIRST_STATE_WORD + stateWords + (padded ? PADDING_WORDS : 0)];
  }

  /** Takes the cell if it is free. Wait-free. */
  public final boolean tryAcquire() {
    if ((long) WORDS.compareAndExchangeAcquire(words, OWNER, FREE, OWNED) != FREE) {
      return false;
    }
    ProtocolPoint.CELL_ACQUIRED.reached();
    return true;
  }

  /**
   * The same for a further try, by a thread that has tried a cell of the series before. It looks
   * first, with an opaque read, so that a cell that stays taken stays in its owner's cache.
   */
  public final boolean tryAcquireIfFree() {
    return (long) WORDS.getOpaque(words, OWNER) == FREE && tryAcquire();
  }

  /** Gives the cell back. For its owner only. */
  public final void release() {
    ProtocolPoint.CELL_RELEASING.reached();
    WORDS.setRelease(words, OWNER, FREE);
  }

  /** Gives the cell up permanently. For the owner. */
  public final void retire() {
    WORDS.setRelease(words, OWNER, RETIRED);
  }

  /** True once the cell has been given up permanently, holding nothing that was not collected. */
  public final boolean isRetired() {
    return (long) WORDS.getAcquire(words, OWNER) == RETIRED;
  }

  /**
   * A padded cell like this one, which is the first of its series: free, empty, and not yet seen.
   */
  public abstract Cell newStripe();

  /**
   * True if the cell holds no measurement, by one word. For the owner and {@link
   * #isEmptyOptimistic}.
   */
  public abstract boolean isEmpty();

  /**
   * True if the cell is free and holds nothing, seen without taking it, for a delta collector: what
   * it does not write stays in the caches of the threads that record. The load of the owner word
   * acquires, so that whatever the last owner it sees has left is seen as well. A thread that takes
   * the cell meanwhile may be overlooked; its measurement falls in the next interval.
   */
  public final boolean isEmptyOptimistic() {
    return (long) WORDS.getAcquire(words, OWNER) == FREE && isEmpty();
  }

  /** Number of measurements the cell holds. For the owner. */
  public abstract long measurements();

  /** Empties the words of the aggregation. For the owner. */
  public abstract void clear();

  /**
   * Takes note of what the exemplar filter said of a measurement. For the owner.
   *
   * @param filterResult of {@link ExemplarSampling}
   * @return true if the measurement is to be offered to the reservoir
   */
  public final boolean isEligible(int filterResult) {
    if (filterResult > ExemplarSampling.ELIGIBLE) {
      words[filterResult]++;
    }
    return filterResult == ExemplarSampling.ELIGIBLE;
  }

  /**
   * Adds the measurements that the exemplar filter did not admit to {@code tally}. For the owner.
   */
  public final void addFilterResultsTo(ExemplarCounts tally) {
    tally.noSpan += words[NO_SPAN];
    tally.refused += words[REFUSED];
  }

  public final void clearFilterResults() {
    words[NO_SPAN] = 0;
    words[REFUSED] = 0;
  }

  /**
   * Offers a measurement that is eligible and has been counted in this cell. For the owner.
   *
   * @return null if nothing is left to do; otherwise what {@link ExemplarSampling#afterOffer} is to
   *     be given when the cell has been released. The measurement is counted either way.
   */
  public final @Nullable Object offerDouble(
      ExemplarSampling sampling,
      double value,
      int bucket,
      Attributes attributes,
      @Nullable Context context) {
    try {
      return reservoir(sampling).offerDouble(value, bucket, attributes, orRoot(context))
          ? sampling.spanMarking()
          : null;
    } catch (Throwable t) {
      return t;
    }
  }

  /** As {@link #offerDouble}. */
  public final @Nullable Object offerLong(
      ExemplarSampling sampling,
      long value,
      int bucket,
      Attributes attributes,
      @Nullable Context context) {
    try {
      return reservoir(sampling).offerLong(value, bucket, attributes, orRoot(context))
          ? sampling.spanMarking()
          : null;
    } catch (Throwable t) {
      return t;
    }
  }

  /** A filter of the user's own may admit a measurement whose context is null. */
  private static Context orRoot(@Nullable Context context) {
    return context != null ? context : Context.root();
  }

  private ExemplarReservoir reservoir(ExemplarSampling sampling) {
    final ExemplarReservoir existing = this.reservoir;
    return existing != null ? existing : makeReservoir(sampling);
  }

  private ExemplarReservoir makeReservoir(ExemplarSampling sampling) {
    final ExemplarReservoir made = sampling.newReservoir();
    this.reservoir = made;
    return made;
  }

  /** The reservoir, or null if no measurement has been offered yet. For the owner. */
  public final @Nullable ExemplarReservoir reservoirOrNull() {
    return reservoir;
  }
}
