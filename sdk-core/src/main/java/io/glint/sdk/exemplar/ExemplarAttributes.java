package io.glint.sdk.exemplar;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the attributes that a view, or the attributes advice of an instrument, removes from
 * points stay on exemplars.
 *
 * <p>The default is {@link #all}, as the specification says ("Exemplars MUST retain any attributes
 * available in the measurement that are not preserved by aggregation or view configuration", SDK
 * specification, "ExemplarReservoir"). So what is removed from points, be it for its cardinality or
 * because it names a person, leaves the process beside some of them. Where it must not, {@link
 * #none} or {@link #only} keeps it in: for all instruments by {@link
 * io.glint.sdk.GlintMeterProviderBuilder#setExemplarAttributes}, for those of a view by {@link
 * io.glint.sdk.GlintView.Builder#setExemplarAttributes}.
 *
 * <p>Attributes that a point lacks for another reason, because the measurement was counted in the
 * overflow series, are on its exemplars always. Immutable and thread-safe.
 */
public final class ExemplarAttributes {
  private static final ExemplarAttributes ALL = new ExemplarAttributes(null);
  private static final ExemplarAttributes NONE = new ExemplarAttributes(Set.of());

  /** Null for all. */
  private final @Nullable Set<String> keys;

  private ExemplarAttributes(@Nullable Set<String> keys) {
    this.keys = keys;
  }

  /** All of them stay, as the specification says and the stock SDK does. The default. */
  public static ExemplarAttributes all() {
    return ALL;
  }

  /** What a view or the advice removes is gone. */
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

  /**
   * Whether an attribute that is removed from points stays on exemplars.
   *
   * @param key of the attribute; not null
   */
  public boolean retains(String key) {
    return keys == null || keys.contains(key);
  }

  @Override
  public String toString() {
    return keys == null ? "all" : keys.isEmpty() ? "none" : "only " + keys;
  }
}
