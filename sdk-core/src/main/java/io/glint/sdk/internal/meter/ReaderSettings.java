package io.glint.sdk.internal.meter;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a reader asks for. It is asked once, so that nothing can fail when instruments are made.
 * Immutable.
 */
final class ReaderSettings {

  /** Settings for instruments of one type. */
  record OfType(
      Aggregation aggregation, AggregationTemporality temporality, int cardinalityLimit) {}

  private final Map<InstrumentType, OfType> settings = new EnumMap<>(InstrumentType.class);
  private final boolean reusesData;

  /**
   * Asks the reader.
   *
   * @throws IllegalArgumentException if it asks for an aggregation that Glint does not have, for no
   *     temporality, or for a cardinality limit below 1
   */
  ReaderSettings(MetricReader reader, CardinalityLimitSelector cardinalityLimits) {
    this.reusesData = reader.getMemoryMode() == MemoryMode.REUSABLE_DATA;
    for (final InstrumentType type : InstrumentType.values()) {
      settings.put(
          type,
          new OfType(
              requireKnown(reader, reader.getDefaultAggregation(type), type),
              requireTemporality(reader, reader.getAggregationTemporality(type), type),
              requireLimit(reader, cardinalityLimits.getCardinalityLimit(type), type)));
    }
  }

  @SuppressWarnings("NullAway") // There is one for each type.
  OfType of(InstrumentType type) {
    return settings.get(type);
  }

  /** Whether what a collection yields is good only until the next one. */
  boolean reusesData() {
    return reusesData;
  }

  private static Aggregation requireKnown(
      MetricReader reader, Aggregation aggregation, InstrumentType type) {
    try {
      ResolvedAggregation.requireKnown(Objects.requireNonNull(aggregation, "no aggregation"));
      return aggregation;
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new IllegalArgumentException(
          "Reader "
              + LogText.nameOf(reader)
              + " asks for an aggregation that cannot be used, for instruments of type "
              + type
              + ": "
              + LogText.of(e.getMessage(), 1000),
          e);
    }
  }

  private static AggregationTemporality requireTemporality(
      MetricReader reader, AggregationTemporality temporality, InstrumentType type) {
    if (temporality == null) {
      throw new IllegalArgumentException(
          "Reader "
              + LogText.nameOf(reader)
              + " asks for no temporality for instruments of type "
              + type);
    }
    return temporality;
  }

  private static int requireLimit(MetricReader reader, int limit, InstrumentType type) {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "The cardinality limit of reader "
              + LogText.nameOf(reader)
              + " for instruments of type "
              + type
              + " is "
              + limit
              + ", must be at least 1");
    }
    return limit;
  }
}
