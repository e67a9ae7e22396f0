package io.glint.sdk.internal.async;

import io.glint.sdk.internal.series.SeriesMap;
import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a monotonic asynchronous sum, so that its points add up to what callbacks
 * have counted, whatever comes and goes. These are the rules.
 *
 * <ol>
 *   <li>A <em>source</em> is one attribute set as one callback observes it, before any filter. Two
 *       callbacks of an instrument that observe the same attribute set are two sources; a batch
 *       callback is one callback. If one callback observes an attribute set several times in a
 *       round, the source has observed the sum of them.
 *   <li>A source has a last value. A value at or above it adds the difference; one below it is a
 *       reset and adds the whole value; so does the value of a source that is not known.
 *   <li>Only then are sources folded into series: by the filter of a view, by the attributes
 *       advice, by several callbacks, by the cardinality limit. What a source adds goes to the
 *       series that it feeds in this round, its own or the overflow series. So nothing is negative,
 *       and nothing is counted twice if a source vanishes, comes back or feeds another series.
 *   <li>A delta point has what its sources have added. A cumulative series that always had the same
 *       one source, which never fed another series, passes on what is observed, and has a new start
 *       after a reset. Any other is the sum of all that was added to it: it never falls, and keeps
 *       its start. It goes on as such from the value that was shown when it got its second source,
 *       also if later there is only one again.
 *   <li>The sources of a callback that was closed can be taken over by another one: the first that
 *       observes the attribute set and has no source for it goes on from the last value. If there
 *       are several, it is the highest that is not above what is observed. So callbacks that are
 *       registered again do not count all again.
 *   <li>A source that is not observed is remembered while it has missed at most {@value
 *       #REMEMBERED_ROUNDS} rounds, as is the series that it fed. Rounds in which a callback failed
 *       or did not run do not count: it is not known what it would have observed. If more than ten
 *       thousand, or five times the cardinality limit, are not observed, those that vanished first
 *       are forgotten earlier. A source that comes back after it was forgotten is not known.
 *   <li>At most a hundred thousand sources are remembered, or ten times the cardinality limit. What
 *       is observed beyond has no source. All of it that goes into one series counts together as
 *       far as its sum in a round is above the highest before: nothing is counted twice or
 *       negative, but growth is missing where some of it vanishes or is reset. A source that is new
 *       in a series with such a rest counts with the rest for once, as it may come from there. A
 *       rest is forgotten when as many rounds have not observed it as for a source.
 * </ol>
 *
 * <p>A hash table of its own: it needs no key for attributes and callback together, nor a node for
 * an entry, and forgets without calling {@code equals} of the user's attributes.
 *
 * <p>Not thread-safe, as {@link AsyncStream}.
 */
final class Sources {
  static final int REMEMBERED_ROUNDS = 100;

  private static final int MAX = 100_000;
  private static final int MAX_PER_SERIES = 10;
  private static final int MAX_UNSEEN = 10_000;
  private static final int MAX_UNSEEN_PER_SERIES = 5;
  private static final int MIN_CAPACITY = 16;

  private final int most;
  private Source[] table = new Source[MIN_CAPACITY];
  private int size;

  /** Number of sources that have no observer. */
  private int released;

  /** The round in which sources of closed callbacks were looked for last. */
  private long releasedInRound;

  Sources(int cardinalityLimit) {
    this.most = most(cardinalityLimit);
  }

  /** How many sources of a metric are remembered. */
  static int most(int cardinalityLimit) {
    return atLeast(MAX, MAX_PER_SERIES, cardinalityLimit);
  }

  /** How many that are not observed are remembered: of sources, or of series without sources. */
  static int mostUnseen(int cardinalityLimit) {
    return atLeast(MAX_UNSEEN, MAX_UNSEEN_PER_SERIES, cardinalityLimit);
  }

  private static int atLeast(int number, int perSeries, int cardinalityLimit) {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(number, (long) perSeries * cardinalityLimit));
  }

  int size() {
    return size;
  }

  /** The source of an observation, which may be a new one; null if there is no room for that. */
  @Nullable Source of(
      Observer observer, Attributes attributes, long bits, Arithmetic arithmetic, long round) {
    final int hash = hash(attributes, observer);
    Source source = find(hash, attributes, observer);
    if (source == null) {
      source = takeOver(hash, attributes, observer, bits, arithmetic, round);
    }
    if (source == null && size < most) {
      source = new Source(attributes, observer, hash);
      if (size >= table.length - table.length / 4) {
        resize(2 * table.length);
      }
      link(source);
      size++;
    }
    return source;
  }

  private @Nullable Source find(int hash, Attributes attributes, @Nullable Observer observer) {
    Source source = table[hash & (table.length - 1)];
    while (source != null
        && !(source.hash == hash
            && source.observer == observer
            && (source.attributes == attributes || source.attributes.equals(attributes)))) {
      source = source.next;
    }
    return source;
  }

  private @Nullable Source takeOver(
      int hash,
      Attributes attributes,
      Observer observer,
      long bits,
      Arithmetic arithmetic,
      long round) {
    if (releasedInRound != round) {
      releasedInRound = round;
      release(round);
    }
    if (released == 0) {
      return null;
    }
    final Source source = released(attributes, bits, arithmetic);
    if (source != null) {
      unlink(source);
      source.observer = observer;
      source.hash = hash;
      link(source);
      released--;
    }
    return source;
  }

  /**
   * Of the sources without an observer the one with the highest last value that is not above the
   * observed one; if all are above it, any; null if there is none.
   */
  @SuppressWarnings("NullAway") // There is a best one as long as there is another one after it.
  private @Nullable Source released(Attributes attributes, long bits, Arithmetic arithmetic) {
    final int hash = hash(attributes, /* observer= */ null);
    Source best = find(hash, attributes, null);
    Source source = best == null ? null : best.next;
    while (source != null) {
      if (source.hash == hash
          && source.observer == null
          && !arithmetic.isBelow(bits, source.observed())
          && (arithmetic.isBelow(bits, best.observed())
              || arithmetic.isBelow(best.observed(), source.observed()))
          && source.attributes.equals(attributes)) {
        best = source;
      }
      source = source.next;
    }
    return best;
  }

  /** Takes their sources from closed callbacks, except what they have observed in this round. */
  private void release(long round) {
    Source freed = null;
    for (int i = 0; i < table.length; i++) {
      Source source = table[i];
      Source kept = null;
      while (source != null) {
        final Source next = source.next;
        if (source.observer != null && source.observer.isGone() && !source.isSeenIn(round)) {
          source.hash -= salt(source.observer);
          source.observer = null;
          source.next = freed;
          freed = source;
          released++;
        } else {
          source.next = kept;
          kept = source;
        }
        source = next;
      }
      table[i] = kept;
    }
    while (freed != null) {
      final Source next = freed.next;
      link(freed);
      freed = next;
    }
  }

  /** Adds all to a count. */
  void count(Unseen unseen) {
    for (final Source first : table) {
      for (Source source = first; source != null; source = source.next) {
        unseen.add(source);
      }
    }
  }

  /** Forgets what is too old by a count. */
  void forget(Unseen unseen) {
    for (int i = 0; i < table.length; i++) {
      Source source = table[i];
      Source kept = null;
      while (source != null) {
        final Source next = source.next;
        if (unseen.isTooOld(source)) {
          size--;
          released -= source.observer == null ? 1 : 0;
        } else {
          source.next = kept;
          kept = source;
        }
        source = next;
      }
      table[i] = kept;
    }
    if (table.length > MIN_CAPACITY && size < table.length / 8) {
      resize(Math.max(MIN_CAPACITY, Integer.highestOneBit(Math.max(1, size)) << 1));
    }
  }

  private void link(Source source) {
    final int place = source.hash & (table.length - 1);
    source.next = table[place];
    table[place] = source;
  }

  @SuppressWarnings("NullAway") // The source is in the list of its place.
  private void unlink(Source source) {
    final int place = source.hash & (table.length - 1);
    if (table[place] == source) {
      table[place] = source.next;
      return;
    }
    Source before = table[place];
    while (before.next != source) {
      before = before.next;
    }
    before.next = source.next;
  }

  private void resize(int capacity) {
    final Source[] old = table;
    table = new Source[capacity];
    for (final Source first : old) {
      Source source = first;
      while (source != null) {
        final Source next = source.next;
        link(source);
        source = next;
      }
    }
  }

  private static int hash(Attributes attributes, @Nullable Observer observer) {
    return SeriesMap.hash(attributes) + salt(observer);
  }

  private static int salt(@Nullable Observer observer) {
    return observer == null ? 0 : observer.salt;
  }
}
