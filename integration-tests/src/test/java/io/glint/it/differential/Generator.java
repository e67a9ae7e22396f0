package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes a random program. Used once; the same seed makes the same program. */
final class Generator {
  private final Dice dice;
  private final Values values;
  private final List<Step> steps = new ArrayList<>();
  private final Map<Integer, InstrumentSpec> instruments = new LinkedHashMap<>();
  private final Map<Integer, Step.Script> callbacks = new LinkedHashMap<>();
  private int readers;
  private Program.Filter filter = Program.Filter.ALWAYS_OFF;
  private long spans;

  Generator(long seed) {
    this.dice = new Dice(seed);
    this.values = new Values(dice);
  }

  /** A program of any kind; the clock only goes forward, mostly. */
  Program program() {
    filter =
        dice.oneOf(
            Program.Filter.ALWAYS_OFF,
            Program.Filter.ALWAYS_OFF,
            Program.Filter.TRACE_BASED,
            Program.Filter.ALWAYS_ON);
    final List<ReaderSetup> readerSetups = readers();
    final List<ViewSetup> views = views();
    final boolean isSetBack = dice.percent(5);
    builds(dice.between(1, 6));
    final int length = dice.between(5, 60);
    while (steps.size() < length) {
      steps.add(step(isSetBack));
    }
    for (int reader = 0; reader < readers; reader++) {
      steps.add(new Step.Collect(reader));
    }
    if (dice.percent(30)) {
      end();
    }
    return new Program(filter, false, readerSetups, views, steps);
  }

  private void end() {
    steps.add(new Step.Shutdown());
    for (int i = dice.between(0, 10); i > 0; i--) {
      steps.add(dice.percent(20) ? build() : step(false));
    }
  }

  // ------------------------------------------------------------------------------------ set-up

  private List<ReaderSetup> readers() {
    readers = dice.oneOf(1, 1, 2, 3);
    final List<ReaderSetup> setups = new ArrayList<>();
    for (int id = 0; id < readers; id++) {
      setups.add(reader(id));
    }
    return setups;
  }

  private ReaderSetup reader(int id) {
    final Map<InstrumentType, AggregationSetup> aggregations = new EnumMap<>(InstrumentType.class);
    final Map<InstrumentType, Integer> limits = new EnumMap<>(InstrumentType.class);
    final boolean hasAggregations = dice.percent(50);
    final boolean hasLimits = dice.percent(40);
    for (final InstrumentType type : InstrumentType.values()) {
      if (hasAggregations && dice.percent(type == InstrumentType.HISTOGRAM ? 70 : 20)) {
        aggregations.put(type, aggregation());
      }
      if (hasLimits && dice.percent(60)) {
        limits.put(type, dice.between(1, 6));
      }
    }
    return new ReaderSetup(
        id,
        dice.oneOf(ReaderSetup.Temporality.values()),
        dice.oneOf(MemoryMode.values()),
        aggregations,
        limits);
  }

  private AggregationSetup aggregation() {
    return switch (dice.between(0, 9)) {
      case 0 -> AggregationSetup.DEFAULT;
      case 1 -> AggregationSetup.of(AggregationSetup.Kind.DROP);
      case 2 -> AggregationSetup.of(AggregationSetup.Kind.SUM);
      case 3 -> AggregationSetup.of(AggregationSetup.Kind.LAST_VALUE);
      case 4 -> AggregationSetup.of(AggregationSetup.Kind.EXPLICIT);
      case 5, 6 -> AggregationSetup.explicit(dice.oneOf(Pools.SOUND_BOUNDARIES), dice.percent(70));
      case 7 -> AggregationSetup.of(AggregationSetup.Kind.EXPONENTIAL);
      default ->
          AggregationSetup.exponential(
              dice.oneOf(2, 3, 4, 10, 160), dice.between(-10, 20), dice.percent(70));
    };
  }

  private List<ViewSetup> views() {
    final List<ViewSetup> views = new ArrayList<>();
    final int count = dice.oneOf(0, 0, 1, 2, 3, 4);
    while (views.size() < count) {
      views.add(!views.isEmpty() && dice.percent(5) ? dice.oneOf(views) : view());
    }
    return views;
  }

  private ViewSetup view() {
    return new ViewSetup(
        selector(),
        dice.percent(30) ? dice.oneOf("renamed", "Renamed", "9 lives/€", "requests") : null,
        dice.percent(30) ? dice.oneOf("", "by a view") : null,
        dice.percent(50) ? aggregation() : null,
        dice.percent(40) ? dice.oneOf(Pools.KEYS) : null,
        dice.percent(10),
        dice.percent(30) ? dice.oneOf(1, 2, 3, 5, 2000) : null);
  }

  private SelectorSetup selector() {
    final MeterSpec meter = dice.oneOf(Pools.METERS);
    final SelectorSetup selector =
        new SelectorSetup(
            dice.percent(60) ? dice.oneOf(Pools.PATTERNS) : null,
            dice.percent(30) ? dice.oneOf(InstrumentType.values()) : null,
            dice.percent(10) ? dice.oneOf(Pools.UNITS) : null,
            dice.percent(15) ? meter.name() : null,
            dice.percent(5) ? meter.version() : null,
            dice.percent(5) ? meter.schemaUrl() : null);
    return selector.equals(SelectorSetup.ofName(null)) ? SelectorSetup.ofName("*") : selector;
  }

  // ------------------------------------------------------------------------------------- steps

  private void builds(int count) {
    for (int i = 0; i < count; i++) {
      steps.add(build());
    }
  }

  private Step build() {
    final int number = instruments.size();
    final InstrumentSpec spec =
        !instruments.isEmpty() && dice.percent(25)
            ? like(dice.oneOf(List.copyOf(instruments.values())))
            : spec();
    instruments.put(number, spec);
    return new Step.Build(number, spec);
  }

  private InstrumentSpec spec() {
    final InstrumentType type = dice.oneOf(InstrumentType.values());
    return new InstrumentSpec(
        dice.percent(70) ? Pools.METERS.get(0) : dice.oneOf(Pools.METERS),
        dice.percent(5) ? dice.oneOf(Pools.ODD_NAMES) : dice.oneOf(Pools.NAMES),
        type,
        dice.oneOf(InstrumentValueType.values()),
        dice.percent(2) ? null : dice.percent(60) ? "" : dice.oneOf(Pools.DESCRIPTIONS),
        dice.percent(2) ? null : dice.percent(60) ? "" : dice.oneOf(Pools.UNITS),
        type == InstrumentType.HISTOGRAM && dice.percent(40) ? dice.oneOf(Pools.BOUNDARIES) : null);
  }

  /** The same instrument again, perhaps spelled another way or with other advice, or a namesake. */
  private InstrumentSpec like(InstrumentSpec spec) {
    final String name =
        spec.name().isEmpty() || dice.percent(60)
            ? spec.name()
            : spec.name().substring(0, 1).toUpperCase(Locale.ROOT) + spec.name().substring(1);
    final InstrumentSpec other = spec();
    final boolean isNamesake = dice.percent(30);
    return new InstrumentSpec(
        spec.meter(),
        name,
        isNamesake ? other.type() : spec.type(),
        isNamesake ? other.valueType() : spec.valueType(),
        isNamesake ? other.description() : spec.description(),
        isNamesake ? other.unit() : spec.unit(),
        (isNamesake ? other.type() : spec.type()) == InstrumentType.HISTOGRAM
            ? other.boundaries()
            : null);
  }

  private Step step(boolean isSetBack) {
    final int kind = dice.between(0, 99);
    if (kind < 55) {
      return measure();
    }
    if (kind < 65) {
      return register();
    }
    if (kind < 72) {
      return changeOrClose();
    }
    if (kind < 82) {
      return isSetBack && dice.percent(30)
          ? new Step.SetBack(dice.between(0, 2_000))
          : new Step.Advance(
              dice.oneOf(0L, 1L, (long) dice.between(1, 1_000), 1_000_000L, 20_000_000_000L));
    }
    if (kind < 96) {
      return new Step.Collect(dice.between(0, readers - 1));
    }
    return kind < 97 ? new Step.ForceFlush() : build();
  }

  private Step measure() {
    final List<Integer> synchronous =
        instruments.keySet().stream()
            .filter(number -> !instruments.get(number).isAsynchronous())
            .toList();
    if (synchronous.isEmpty()) {
      return build();
    }
    final int instrument = dice.oneOf(synchronous);
    return new Step.Measure(
        instrument,
        values.next(instruments.get(instrument)),
        dice.percent(1) ? null : attributes(),
        span());
  }

  private Attributes attributes() {
    return dice.percent(50)
        ? Pools.ATTRIBUTES.get(dice.between(0, 2))
        : dice.oneOf(Pools.ATTRIBUTES);
  }

  private SpanChoice span() {
    final boolean isExplicit = dice.percent(50);
    if (dice.percent(60)) {
      return new SpanChoice(SpanChoice.Kind.NONE, 0, isExplicit);
    }
    if (dice.percent(3)) {
      return new SpanChoice(SpanChoice.Kind.NULL_CONTEXT, 0, true);
    }
    return new SpanChoice(
        dice.percent(70) ? SpanChoice.Kind.SAMPLED : SpanChoice.Kind.UNSAMPLED,
        ++spans,
        isExplicit);
  }

  private Step register() {
    final List<Integer> observers =
        instruments.keySet().stream()
            .filter(number -> instruments.get(number).isAsynchronous())
            .toList();
    if (observers.isEmpty()) {
      return build();
    }
    final boolean isBatch = dice.percent(50);
    final List<Integer> declared = new ArrayList<>();
    for (int i = isBatch ? dice.between(1, 3) : 1; i > 0; i--) {
      declared.add(dice.oneOf(observers));
    }
    final int callback = callbacks.size();
    final Step.Script script = script(dice.percent(90) ? declared : observers);
    callbacks.put(callback, script);
    return new Step.Register(callback, isBatch, declared, script);
  }

  private Step.Script script(List<Integer> observers) {
    final List<Step.Observation> observations = new ArrayList<>();
    for (int i = dice.between(0, 6); i > 0; i--) {
      final int instrument = dice.oneOf(observers);
      observations.add(
          new Step.Observation(
              instrument,
              values.next(instruments.get(instrument)),
              dice.percent(1) ? null : attributes()));
    }
    return new Step.Script(observations, dice.percent(10));
  }

  private Step changeOrClose() {
    if (callbacks.isEmpty()) {
      return register();
    }
    final int callback = dice.oneOf(List.copyOf(callbacks.keySet()));
    if (dice.percent(25)) {
      return new Step.Close(callback);
    }
    final Step.Script before = callbacks.get(callback);
    final List<Integer> observed =
        before.observations().stream().map(Step.Observation::instrument).toList();
    final Step.Script after =
        observed.isEmpty() || dice.percent(60) ? grown(before) : script(observed);
    callbacks.put(callback, after);
    return new Step.Change(callback, after);
  }

  /** The same observations, with greater values. */
  private Step.Script grown(Step.Script script) {
    return new Step.Script(
        script.observations().stream()
            .map(
                observation ->
                    observation.withValue(
                        observation.value() instanceof Long number
                            ? (Number) Long.valueOf(number + dice.between(0, 10))
                            : (Number)
                                (observation.value().doubleValue()
                                    + dice.between(0, 10_000) / 1024.0)))
            .toList(),
        script.isThrowing());
  }

  // --------------------------------------------------------------------------------- exemplars

  /**
   * A program with exemplars of every measurement, in which each series has at most one measurement
   * between two collections.
   */
  Program programWithExemplars() {
    filter = Program.Filter.ALWAYS_ON;
    final List<ReaderSetup> readerSetups = readers();
    final List<ViewSetup> views = new ArrayList<>();
    for (int i = dice.between(0, 2); i > 0; i--) {
      views.add(view().withName(null).withDescription("view " + i));
    }
    for (int i = 0; i < Pools.NAMES.size(); i++) {
      final InstrumentSpec spec = spec();
      final InstrumentSpec named =
          new InstrumentSpec(
              Pools.METERS.get(0),
              Pools.NAMES.get(i),
              spec.type(),
              spec.valueType(),
              spec.description(),
              spec.unit(),
              spec.boundaries());
      instruments.put(i, named);
      steps.add(new Step.Build(i, named));
      if (named.isAsynchronous()) {
        steps.add(new Step.Register(i, false, List.of(i), single(i)));
      }
    }
    for (int interval = dice.between(2, 8); interval > 0; interval--) {
      intervalWithExemplars();
    }
    return new Program(filter, true, readerSetups, views, steps);
  }

  private void intervalWithExemplars() {
    instruments.forEach(
        (number, spec) -> {
          steps.add(new Step.Advance(dice.between(0, 100)));
          if (spec.isAsynchronous()) {
            steps.add(new Step.Change(number, single(number)));
          } else if (dice.percent(70)) {
            steps.add(
                new Step.Measure(
                    number,
                    values.next(spec),
                    attributes(),
                    dice.percent(30)
                        ? SpanChoice.NONE
                        : new SpanChoice(
                            dice.oneOf(SpanChoice.Kind.SAMPLED, SpanChoice.Kind.UNSAMPLED),
                            ++spans,
                            dice.percent(50))));
          }
        });
    for (int reader = 0; reader < readers; reader++) {
      steps.add(new Step.Collect(reader));
    }
  }

  private Step.Script single(int instrument) {
    return new Step.Script(
        List.of(
            new Step.Observation(
                instrument, values.next(instruments.get(instrument)), attributes())),
        false);
  }
}
