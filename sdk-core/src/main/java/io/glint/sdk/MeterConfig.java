package io.glint.sdk;

/**
 * What a {@link MeterConfigurator} answers for a meter: the MeterConfig of the SDK specification
 * ("MeterConfig"). Immutable.
 */
public final class MeterConfig {
  private static final MeterConfig ENABLED = new MeterConfig(true);
  private static final MeterConfig DISABLED = new MeterConfig(false);

  private final boolean isEnabled;

  private MeterConfig(boolean isEnabled) {
    this.isEnabled = isEnabled;
  }

  /** The meter works. This is the default. */
  public static MeterConfig enabled() {
    return ENABLED;
  }

  /** The meter does nothing: no instrument records, no callback runs, no point is exported. */
  public static MeterConfig disabled() {
    return DISABLED;
  }

  /** Whether the meter works. */
  public boolean isEnabled() {
    return isEnabled;
  }

  @Override
  public String toString() {
    return "MeterConfig{" + (isEnabled ? "enabled" : "disabled") + "}";
  }
}
