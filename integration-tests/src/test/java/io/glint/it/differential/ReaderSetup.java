package io.glint.it.differential;

import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import java.util.EnumMap;
import java.util.Map;

/**
 * A reader of a program.
 *
 * @param id tells readers apart, also when some are taken away
 * @param aggregations by type; the default aggregation where there is none
 * @param limits cardinality limits by type; {@link #DEFAULT_LIMIT} where there is none
 */
record ReaderSetup(
    int id,
    Temporality temporality,
    MemoryMode memoryMode,
    Map<InstrumentType, AggregationSetup> aggregations,
    Map<InstrumentType, Integer> limits) {

  static final int DEFAULT_LIMIT = 2000;

  enum Temporality {
    CUMULATIVE,
    DELTA,
    DELTA_PREFERRED,
    LOW_MEMORY;

    AggregationTemporality of(InstrumentType type) {
      return switch (this) {
        case CUMULATIVE ->
            AggregationTemporalitySelector.alwaysCumulative().getAggregationTemporality(type);
        case DELTA -> AggregationTemporality.DELTA;
        case DELTA_PREFERRED ->
            AggregationTemporalitySelector.deltaPreferred().getAggregationTemporality(type);
        case LOW_MEMORY ->
            AggregationTemporalitySelector.lowMemory().getAggregationTemporality(type);
      };
    }
  }

  /** A reader that asks for nothing. */
  static ReaderSetup plain(int id, Temporality temporality) {
    return new ReaderSetup(id, temporality, MemoryMode.IMMUTABLE_DATA, Map.of(), Map.of());
  }

  AggregationSetup aggregation(InstrumentType type) {
    return aggregations.getOrDefault(type, AggregationSetup.DEFAULT);
  }

  int limit(InstrumentType type) {
    return limits.getOrDefault(type, DEFAULT_LIMIT);
  }

  ReaderSetup withMemoryMode(MemoryMode other) {
    return new ReaderSetup(id, temporality, other, aggregations, limits);
  }

  ReaderSetup withAggregations(Map<InstrumentType, AggregationSetup> others) {
    return new ReaderSetup(id, temporality, memoryMode, others, limits);
  }

  ReaderSetup withAggregation(InstrumentType type, AggregationSetup aggregation) {
    final Map<InstrumentType, AggregationSetup> changed = new EnumMap<>(InstrumentType.class);
    changed.putAll(aggregations);
    changed.put(type, aggregation);
    return withAggregations(changed);
  }

  ReaderSetup withLimits(Map<InstrumentType, Integer> others) {
    return new ReaderSetup(id, temporality, memoryMode, aggregations, others);
  }

  ReaderSetup withLimit(InstrumentType type, int limit) {
    final Map<InstrumentType, Integer> changed = new EnumMap<>(InstrumentType.class);
    changed.putAll(limits);
    changed.put(type, limit);
    return withLimits(changed);
  }

  String code() {
    final StringBuilder code = new StringBuilder();
    code.append("reader").append(id).append(" = reader(").append(temporality);
    code.append(", ").append(memoryMode).append(')');
    aggregations.forEach(
        (type, aggregation) ->
            code.append(".with(").append(type).append(", ").append(aggregation.code()).append(')'));
    limits.forEach(
        (type, limit) ->
            code.append(".withLimit(").append(type).append(", ").append(limit).append(')'));
    return code.toString();
  }
}
