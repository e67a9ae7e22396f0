package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the synchronous delta streams that {@link KnownDifference#DELTA_LIMIT_UNDER_CHURN} shows
 * in: the attribute sets of two intervals that follow one another exceed the limit together, but
 * not those of the first one alone.
 */
final class DeltaLimits {
  private final Program program;
  private final Map<Integer, InstrumentSpec> instruments;

  DeltaLimits(Program program) {
    this.program = program;
    this.instruments = program.instruments();
  }

  /** The program, without the limits of these streams. */
  Program keepAway() {
    Program changed = program;
    for (final ReaderSetup reader : program.readers()) {
      for (final InstrumentSpec instrument : new HashSet<>(instruments.values())) {
        final InstrumentType type = instrument.type();
        if (!instrument.isAsynchronous()
            && reader.temporality().of(type) == AggregationTemporality.DELTA
            && showsIn(reader, instrument)) {
          changed = withoutLimits(changed, reader.id(), instrument);
        }
      }
    }
    return changed;
  }

  private static Program withoutLimits(Program program, int reader, InstrumentSpec instrument) {
    return program
        .mapReaders(
            setup -> {
              final Map<InstrumentType, Integer> kept = new HashMap<>(setup.limits());
              return setup.id() == reader && kept.remove(instrument.type()) != null
                  ? setup.withLimits(kept)
                  : setup;
            })
        .mapViews(
            view ->
                !view.isLimitUnset() && view.selector().matches(instrument)
                    ? view.withLimit(null)
                    : view);
  }

  private boolean showsIn(ReaderSetup reader, InstrumentSpec instrument) {
    final List<Set<Attributes>> intervals = intervals(reader, instrument);
    boolean shows = exceeds(intervals, null, reader.limit(instrument.type()));
    for (final ViewSetup view : program.views()) {
      final int limit = view.isLimitUnset() ? reader.limit(instrument.type()) : view.limit();
      shows |= view.selector().matches(instrument) && exceeds(intervals, view.keys(), limit);
    }
    return shows;
  }

  private static boolean exceeds(List<Set<Attributes>> intervals, Set<String> keys, int limit) {
    Set<Attributes> before = Set.of();
    for (final Set<Attributes> interval : intervals) {
      final Set<Attributes> now = new HashSet<>();
      interval.forEach(attributes -> now.add(filtered(attributes, keys)));
      final Set<Attributes> both = new HashSet<>(before);
      both.addAll(now);
      if (before.size() < limit && both.size() > limit) {
        return true;
      }
      before = now;
    }
    return false;
  }

  private static Attributes filtered(Attributes attributes, Set<String> keys) {
    return keys == null
        ? attributes
        : attributes.toBuilder().removeIf(key -> !keys.contains(key.getKey())).build();
  }

  /** The attribute sets that were recorded between two collections of the reader. */
  private List<Set<Attributes>> intervals(ReaderSetup reader, InstrumentSpec instrument) {
    final List<Set<Attributes>> intervals = new ArrayList<>();
    intervals.add(new HashSet<>());
    for (final Step step : program.steps()) {
      if (step instanceof Step.Measure measure
          && instruments.containsKey(measure.instrument())
          && instruments.get(measure.instrument()).identity().equals(instrument.identity())
          && isAccepted(measure.value().doubleValue(), instrument)) {
        intervals
            .get(intervals.size() - 1)
            .add(measure.attributes() == null ? Attributes.empty() : measure.attributes());
      } else if (step instanceof Step.ForceFlush
          || step instanceof Step.Shutdown
          || (step instanceof Step.Collect collect && collect.reader() == reader.id())) {
        intervals.add(new HashSet<>());
      }
    }
    return intervals;
  }

  private static boolean isAccepted(double value, InstrumentSpec instrument) {
    final boolean takesNegatives =
        instrument.type() == InstrumentType.UP_DOWN_COUNTER || instrument.isGauge();
    return !Double.isNaN(value)
        && (takesNegatives || value >= 0)
        && (instrument.isGauge() || !Double.isInfinite(value));
  }
}
