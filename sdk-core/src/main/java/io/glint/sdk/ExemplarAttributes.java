package io.glint.sdk;

import java.util.Objects;
import java.util.Set;

/**
 * Which of the attributes that a view removes from points stay on exemplars.
 *
 * <p>The default is {@link #none}: who removes an attribute, be it for its cardinality or because
 * it must not leave the process, does not expect it on the wire next to the point. The
 * specification wants them there ("joining together attributes on an Exemplar with those available
 * on its associated metric data point should result in the full set of attributes from the original
 * sample measurement"); {@link #all} does as it says.
 *
 * <p>Attributes that a point lacks for another reason, because the measurement was counted in the
 * overflow series, are on its exemplars always. Immutable and thread-safe.
 */
public final class ExemplarAttributes {
  private static final ExemplarAttributes ALL = new ExemplarAttributes(null);
  private static final ExemplarAttributes NONE = new ExemplarAttributes(Set.of());

  /** Null for all. */
  private final Set<String> keys;

  private ExemplarAttributes(Set<String> keys) {
    this.keys = keys;
  }

  /** All of them stay, as the specification has it and the stock SDK does. */
  public static ExemplarAttributes all() {
    return ALL;
  }

  /** What a view removes is gone. */
  public static ExemplarAttributes none() {
    return NONE;
  }

  /**
   * Those with these keys stay.
   *
   * @param keys not null, and without null
   */
  public static ExemplarAttributes only(Set<String> keys) {
    return new ExemplarAttributes(Set.copyOf(Objects.requireNonNull(keys, "keys")));
  }

  boolean keeps(String key) {
    return keys == null || keys.contains(key);
  }

  @Override
  public String toString() {
    return keys == null ? "all" : keys.isEmpty() ? "none" : "only " + keys;
  }
}
