package io.glint.it.differential;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.testing.SettableClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;

/**
 * A random program about one asynchronous instrument whose attribute sets come, go, return and are
 * reset, with callbacks that are registered, closed and fail. Runs on Glint, and holds each
 * collection of each reader against an {@link ObservationModel}.
 */
final class ObservationProgram implements AutoCloseable {
  private static final String NAME = "observed";
  private static final int MOST_CALLBACKS = 3;

  /** Of doubles that are no multiples of anything: some roundings. */
  private static final double TOLERANCE = 0x1p-48;

  private static final List<BigDecimal> EXTREME_LONGS =
      List.of(
          BigDecimal.ONE,
          BigDecimal.valueOf(Long.MAX_VALUE),
          BigDecimal.valueOf(Long.MAX_VALUE - 1),
          BigDecimal.valueOf(Long.MAX_VALUE / 2),
          BigDecimal.valueOf(Long.MAX_VALUE / 2 + 2),
          BigDecimal.valueOf(1L << 53));

  private static final List<BigDecimal> EXTREME_DOUBLES =
      DoubleStream.of(1, 1e16, 1e292, 1e308, Double.MAX_VALUE, Double.MIN_VALUE)
          .mapToObj(BigDecimal::new)
          .toList();
  private static final List<InstrumentType> TYPES =
      List.of(
          InstrumentType.OBSERVABLE_COUNTER,
          InstrumentType.OBSERVABLE_COUNTER,
          InstrumentType.OBSERVABLE_COUNTER,
          InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
          InstrumentType.OBSERVABLE_GAUGE);

  /** A callback, and the totals of what it observes or has observed. */
  private static final class Callback {
    final int number;
    final Map<Attributes, BigDecimal> totals = new LinkedHashMap<>();
    final List<Attributes> observed = new ArrayList<>();
    AutoCloseable registration;

    /** After how many observations it throws; -1 for never. */
    int failsAfter = -1;

    Callback(int number) {
      this.number = number;
    }

    List<ObservationModel.Observation> observations() {
      final List<Attributes> seen =
          failsAfter < 0 ? observed : observed.subList(0, Math.min(failsAfter, observed.size()));
      return seen.stream()
          .map(
              attributes ->
                  new ObservationModel.Observation(number, attributes, totals.get(attributes)))
          .toList();
    }
  }

  private final Dice dice;
  private final StringBuilder code = new StringBuilder();
  private final SettableClock clock = new SettableClock(Runner.START);
  private final InstrumentType type;
  private final boolean isLong;

  /** Whether values are at the ends of their type, or far from each other. */
  private final boolean isExtreme;

  private final List<ProgramReader> readers = new ArrayList<>();
  private final List<ObservationModel> models = new ArrayList<>();
  private final List<Callback> callbacks = new ArrayList<>();
  private final GlintMeterProvider provider;
  private final InstrumentFactory instruments;
  private final InstrumentSpec spec;
  private int registered;
  private int checked;

  ObservationProgram(long seed) {
    this(seed, /* adviser= */ null);
  }

  /**
   * Makes a program.
   *
   * @param adviser gives advice on the keys to keep, in place of a view; null for a view
   */
  ObservationProgram(long seed, BiConsumer<Object, Set<String>> adviser) {
    dice = new Dice(seed);
    type = dice.oneOf(TYPES);
    isLong = dice.percent(50);
    isExtreme = dice.percent(40);
    spec =
        new InstrumentSpec(
            Pools.METERS.get(0),
            NAME,
            type,
            isLong ? InstrumentValueType.LONG : InstrumentValueType.DOUBLE,
            "",
            "",
            /* boundaries= */ null);
    final int limit = dice.oneOf(1, 2, 3, 5, 2000);
    final boolean isLimitOfView = dice.percent(50);
    final Set<String> keys =
        dice.percent(40)
            ? null
            : dice.oneOf(List.of(Set.of(), Set.of("a"), Set.of("b"), Set.of("a", "b")));
    final GlintMeterProviderBuilder builder = GlintMeterProvider.builder().setClock(clock);
    for (int id = 0; id < 2; id++) {
      final ProgramReader reader =
          new ProgramReader(
              new ReaderSetup(
                  id,
                  id == 0 ? ReaderSetup.Temporality.CUMULATIVE : ReaderSetup.Temporality.DELTA,
                  dice.oneOf(MemoryMode.values()),
                  Map.of(),
                  isLimitOfView ? Map.of() : Map.of(type, limit)),
              (setup, flushed) -> {});
      readers.add(reader);
      builder.registerMetricReader(reader, reader::cardinalityLimit);
    }
    final ViewSetup view =
        ViewSetup.of(SelectorSetup.ofName(NAME))
            .withKeys(adviser == null ? keys : null, /* isPredicate= */ false)
            .withLimit(isLimitOfView ? limit : null);
    builder.registerView(view.selector().stock(), view.stock());
    provider = builder.build();
    code.append(type).append(isLong ? ", long" : ", double").append(", limit ").append(limit);
    code.append(keys == null ? "" : ", keeps " + keys).append('\n');
    clock.advance(dice.between(0, 3) * 1_000L);
    instruments =
        new InstrumentFactory(
            provider,
            made -> {
              if (adviser != null && keys != null) {
                adviser.accept(made, keys);
              }
            });
    register();
    for (int id = 0; id < 2; id++) {
      models.add(
          new ObservationModel(
              type, isLong, isExtreme ? TOLERANCE : 0, id == 1, keys, limit, clock.now()));
    }
  }

  /** How many collections agreed with the model. */
  int checked() {
    return checked;
  }

  /** What was done so far. */
  String code() {
    return code.toString();
  }

  /**
   * Runs it.
   *
   * @throws AssertionError if a collection is not what the model expects
   */
  void run() {
    try {
      for (int steps = dice.between(20, 120); steps > 0; steps--) {
        step();
      }
      collect(0);
      collect(1);
    } catch (ObservationModel.Ambiguous e) {
      code.append("ends here, as two callbacks might be succeeded\n");
    }
  }

  private void step() {
    final int kind = dice.between(0, 99);
    if (kind < 45) {
      change(dice.oneOf(callbacks));
    } else if (kind < 50 && callbacks.size() < MOST_CALLBACKS) {
      register();
    } else if (kind < 55) {
      replace();
    } else if (kind < 60) {
      final Callback callback = dice.oneOf(callbacks);
      callback.failsAfter = dice.percent(50) ? -1 : dice.between(0, 5);
      code.append(callback.number).append(" fails after ").append(callback.failsAfter).append('\n');
    } else if (kind < 70) {
      clock.advance(dice.between(1, 5) * 1_000L);
    } else {
      collect(dice.between(0, 1));
    }
  }

  private void register() {
    final Callback callback = new Callback(registered++);
    callbacks.add(callback);
    callback.registration =
        instruments.observed(
            spec,
            measurement -> {
              callback.observations().forEach(observation -> observe(measurement, observation));
              if (callback.failsAfter >= 0) {
                throw new IllegalStateException("a callback that throws");
              }
            });
    code.append("register ").append(callback.number).append('\n');
    change(callback);
  }

  /** Closes a callback, and may register another one that goes on with what it has observed. */
  private void replace() {
    final Callback before = callbacks.remove(dice.between(0, callbacks.size() - 1));
    try {
      before.registration.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    models.forEach(model -> model.close(before.number));
    code.append("close ").append(before.number).append('\n');
    if (callbacks.isEmpty() || dice.percent(50)) {
      register();
      final Callback after = callbacks.get(callbacks.size() - 1);
      if (dice.percent(70)) {
        after.totals.putAll(before.totals);
        after.observed.clear();
        after.observed.addAll(before.observed);
        tell(after);
      }
    }
  }

  private void change(Callback callback) {
    for (int changes = dice.between(1, 4); changes > 0; changes--) {
      final Attributes attributes = attributes();
      switch (dice.between(0, 9)) {
        case 0, 1 -> callback.observed.remove(attributes);
        case 2 -> callback.totals.put(attributes, value());
        case 3 -> {
          if (!callback.observed.isEmpty()) {
            callback.observed.add(callback.observed.remove(0));
          }
        }
        case 4 -> {
          if (dice.percent(20)) {
            callback.observed.clear();
          }
        }
        case 5 -> {
          if (dice.percent(20) && callback.observed.contains(attributes)) {
            callback.observed.add(attributes);
          }
        }
        case 6, 7 -> grow(callback, attributes);
        default -> {
          grow(callback, attributes);
          if (!callback.observed.contains(attributes)) {
            callback.observed.add(dice.between(0, callback.observed.size()), attributes);
          }
        }
      }
      callback.observed.removeIf(observed -> !callback.totals.containsKey(observed));
    }
    tell(callback);
  }

  private void tell(Callback callback) {
    code.append(callback.number).append(" observes");
    callback.observed.forEach(
        attributes ->
            code.append(' ')
                .append(attributes.asMap())
                .append('=')
                .append(callback.totals.get(attributes)));
    code.append('\n');
  }

  private Attributes attributes() {
    return Attributes.of(
        AttributeKey.longKey("a"),
        (long) dice.between(1, 3),
        AttributeKey.longKey("b"),
        (long) dice.between(1, 3));
  }

  private void grow(Callback callback, Attributes attributes) {
    callback.totals.merge(
        attributes,
        value().abs(),
        (total, growth) -> ObservationModel.fit(total.add(growth), isLong));
  }

  private BigDecimal value() {
    final BigDecimal magnitude = magnitude();
    final boolean isNegative = type != InstrumentType.OBSERVABLE_COUNTER && dice.percent(30);
    return isNegative ? magnitude.negate() : magnitude;
  }

  /** Sums over them are exact, unless they are extreme doubles. */
  private BigDecimal magnitude() {
    if (isExtreme && dice.percent(60)) {
      return dice.oneOf(isLong ? EXTREME_LONGS : EXTREME_DOUBLES);
    }
    return isLong
        ? BigDecimal.valueOf(dice.between(0, 20))
        : new BigDecimal(dice.between(0, 1_000) / 8.0);
  }

  private void observe(
      ObservableMeasurement measurement, ObservationModel.Observation observation) {
    if (measurement instanceof ObservableLongMeasurement longs && isLong) {
      longs.record(observation.value().longValueExact(), observation.attributes());
    } else {
      ((ObservableDoubleMeasurement) measurement)
          .record(observation.value().doubleValue(), observation.attributes());
    }
  }

  private void collect(int reader) {
    final List<ObservationModel.Observation> round =
        callbacks.stream().flatMap(callback -> callback.observations().stream()).toList();
    code.append("collect ").append(reader).append(" at ").append(clock.now()).append('\n');
    final Collection<MetricData> metrics = readers.get(reader).collectAllMetrics();
    metrics.forEach(
        metric ->
            metric
                .getData()
                .getPoints()
                .forEach(point -> code.append("  ").append(point).append('\n')));
    models
        .get(reader)
        .check(
            round,
            clock.now(),
            metrics.stream().flatMap(metric -> metric.getData().getPoints().stream()).toList());
    checked++;
  }

  @Override
  public void close() {
    provider.close();
  }
}
