package io.glint.sdk.internal.series;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.glint.sdk.internal.metric.AttributeCardinality;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The series that all attribute sets beyond the cardinality limit share (SDK specification,
 * "Overflow attribute").
 */
public final class Overflow {
  public static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.booleanKey("otel.metric.overflow"), true);

  private Overflow() {}

  /** Says that an instrument has hit its cardinality limit, and what to do about it. */
  public static void logLimitReached(
      Logger logger,
      DropCounters losses,
      InstrumentDescriptor instrument,
      int limit,
      AttributeCardinality most) {
    losses.overflowed(instrument, most);
    SafeLog.log(
        logger,
        Level.WARNING,
        "Instrument "
            + instrument.describe()
            + " has more than "
            + limit
            + " attribute sets, its cardinality limit. Measurements of further ones are counted in"
            + " the series otel.metric.overflow=true. "
            + (most.key() == null
                ? ""
                : "The attribute '"
                    + LogText.of(most.key().getKey())
                    + "' has the most values, "
                    + most.values()
                    + ": remove it where it is recorded or in a view (GlintView.builder()"
                    + ".setExcludedAttributeKeys), or raise the limit. ")
            + "The limit is set in a view, or where the reader is registered (registerMetricReader"
            + " with a CardinalityLimitSelector). Logged once.",
        null);
  }
}
