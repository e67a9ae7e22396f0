package io.glint.sdk;

/**
 * What a {@link MeterConfigurator} answers for a meter: the MeterConfig of the SDK specification
 * ("MeterConfig"). Immutable.
 */
public final class GlintMeterConfig {
  private static final GlintMeterConfig ENABLED = new GlintMeterConfig(true);
  private static final GlintMeterConfig DISABLED = new GlintMeterConfig(false);

  private final boolean isEnabled;

  private GlintMeterConfig(boolean isEnabled) {
    this.isEnabled = isEnabled;
  }

  /** The meter works. This is the default. */
  public static GlintMeterConfig enabled() {
    return ENABLED;
  }

  /** The meter does nothing: no instrument records, no callback runs, no point is exported. */
  public static GlintMeterConfig disabled() {
    return DISABLED;
  }

  /** Whether the meter works. */
  public boolean isEnabled() {
    return isEnabled;
  }

  @Override
  public String toString() {
    return "GlintMeterConfig{" + (isEnabled ? "enabled" : "disabled") + "}";
  }
}
