package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;

/**
 * Remembers which series attributes belong to before a view has removed some of them, so that they
 * are filtered once and not for each measurement.
 *
 * <p>It is a cache: a lost or overwritten entry costs filtering once more. So it is read and
 * written without synchronization, which is safe because entries have only final fields. It grows
 * up to {@value #LARGEST_CAPACITY} entries and then replaces; with more attribute sets than about a
 * third of that in use, some are filtered again and again, which allocates.
 */
final class AliasCache {
  private static final int SMALLEST_CAPACITY = 64;
  private static final int LARGEST_CAPACITY = 16_384;

  /** How many places an entry may be in. */
  private static final int WAYS = 4;

  /** What is remembered. */
  static final class Alias {
    final Series series;

    /** That of the series map before the series was looked up, see {@link SeriesMap#version}. */
    final long mapVersion;

    private final Attributes attributes;
    private final int hash;

    private Alias(Attributes attributes, int hash, Series series, long mapVersion) {
      this.attributes = attributes;
      this.hash = hash;
      this.series = series;
      this.mapVersion = mapVersion;
    }
  }

  private Alias[] table = new Alias[SMALLEST_CAPACITY];

  /** Returns what is remembered of these attributes, or null. */
  Alias find(Attributes attributes) {
    final Alias[] table = this.table;
    final int hash = SeriesMap.hash(attributes);
    for (int i = 0; i < WAYS; i++) {
      final Alias alias = table[(hash + i) & (table.length - 1)];
      if (alias != null
          && (alias.attributes == attributes
              || (alias.hash == hash && alias.attributes.equals(attributes)))) {
        return alias;
      }
    }
    return null;
  }

  /**
   * Remembers the series of these attributes, unless memory has run out.
   *
   * @param mapVersion that of the series map before the series was looked up
   */
  void put(Attributes attributes, Series series, long mapVersion) {
    try {
      putOrThrow(attributes, series, mapVersion);
    } catch (OutOfMemoryError e) {
      // The next measurement filters again.
    }
  }

  private void putOrThrow(Attributes attributes, Series series, long mapVersion) {
    final int hash = SeriesMap.hash(attributes);
    final Alias alias = new Alias(attributes, hash, series, mapVersion);
    Alias[] table = this.table;
    while (!putIfRoom(table, alias)) {
      if (table.length == LARGEST_CAPACITY) {
        table[(hash + (hash >>> 16) % WAYS) & (table.length - 1)] = alias;
        return;
      }
      table = doubled(table);
      ProtocolPoint.ALIASES_DOUBLING.reached();
      this.table = table;
    }
  }

  /** Lets go of the series that have been evicted. Called by the collector. */
  void forgetEvicted() {
    final Alias[] table = this.table;
    for (int i = 0; i < table.length; i++) {
      final Alias alias = table[i];
      if (alias != null && alias.series.isEvicted()) {
        table[i] = null;
      }
    }
  }

  private static boolean putIfRoom(Alias[] table, Alias alias) {
    for (int i = 0; i < WAYS; i++) {
      final int index = (alias.hash + i) & (table.length - 1);
      final Alias there = table[index];
      if (there == null
          || there.series.isEvicted()
          || (there.hash == alias.hash && there.attributes.equals(alias.attributes))) {
        table[index] = alias;
        return true;
      }
    }
    return false;
  }

  private static Alias[] doubled(Alias[] table) {
    final Alias[] doubled = new Alias[2 * table.length];
    for (final Alias alias : table) {
      if (alias != null) {
        final boolean unused = putIfRoom(doubled, alias);
      }
    }
    return doubled;
  }
}
