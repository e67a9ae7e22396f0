package io.glint.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the points of one asynchronous instrument must be for one reader, by what its callbacks have
 * observed. It remembers everything, and knows nothing of how Glint does it.
 */
final class ObservationModel {
  private static final Attributes OVERFLOW =
      Attributes.of(AttributeKey.booleanKey("otel.metric.overflow"), true);

  /** An observation. Callbacks have numbers; one that is registered anew has a new one. */
  record Observation(int callback, Attributes attributes, BigDecimal value) {}

  /** Several closed callbacks might be succeeded, and it is not said which. */
  static final class Ambiguous extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private record Id(int callback, Attributes attributes) {}

  private static final class Source {
    BigDecimal last = BigDecimal.ZERO;

    /** The series that it fed last. */
    Attributes fed;
  }

  private static final class Series {
    final Set<Source> sources = new HashSet<>();

    /** Whether it has had several sources, or one that had fed another series. */
    boolean isFolded;

    boolean isShown;
    long start;

    /** What it stands at, also if no number of its type is so large. */
    BigDecimal value = BigDecimal.ZERO;

    /** What the last point of a monotonic sum had. */
    BigDecimal shown = BigDecimal.ZERO;
  }

  private final InstrumentType type;
  private final boolean isLong;
  private final BigDecimal tolerance;
  private final boolean isDelta;
  private final Set<String> keptKeys;
  private final int limit;
  private final Map<Id, Source> sources = new HashMap<>();
  private final Map<Attributes, List<Source>> left = new HashMap<>();
  private final Map<Attributes, Series> series = new HashMap<>();
  private final Set<Integer> closed = new HashSet<>();
  private long lastEnd;

  /**
   * Makes a model.
   *
   * @param tolerance by how much doubles may be wrong, as a part of what they were made of
   * @param keptKeys attribute keys that points keep; null for all
   * @param created when the instrument was made
   */
  ObservationModel(
      InstrumentType type,
      boolean isLong,
      double tolerance,
      boolean isDelta,
      Set<String> keptKeys,
      int limit,
      long created) {
    this.type = type;
    this.isLong = isLong;
    this.tolerance = new BigDecimal(tolerance);
    this.isDelta = isDelta;
    this.keptKeys = keptKeys;
    this.limit = limit;
    this.lastEnd = created;
  }

  /** The number of a type that is nearest. */
  static BigDecimal fit(BigDecimal value, boolean isLong) {
    if (isLong) {
      return value.max(BigDecimal.valueOf(Long.MIN_VALUE)).min(BigDecimal.valueOf(Long.MAX_VALUE));
    }
    final double nearest = value.doubleValue();
    return new BigDecimal(Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, nearest)));
  }

  private BigDecimal fit(BigDecimal value) {
    return fit(value, isLong);
  }

  /** Lets other callbacks go on from where this one was. */
  void close(int callback) {
    closed.add(callback);
  }

  /** Checks the points of a round, and goes on to the next. */
  void check(List<Observation> round, long end, Collection<? extends PointData> points) {
    final Map<Attributes, List<Observation>> placed = placed(round);
    final Map<Attributes, PointData> byAttributes = new HashMap<>();
    points.forEach(point -> byAttributes.put(point.getAttributes(), point));
    assertThat(points).hasSize(byAttributes.size());
    assertThat(byAttributes.keySet()).isEqualTo(placed.keySet());
    leave();
    final Map<Attributes, Map<Source, BigDecimal>> feeding =
        type == InstrumentType.OBSERVABLE_COUNTER ? feeding(placed) : Map.of();
    placed.forEach(
        (attributes, observations) -> {
          final PointData point = byAttributes.get(attributes);
          assertThat(point.getEpochNanos()).isEqualTo(end);
          if (isDelta) {
            assertThat(point.getStartEpochNanos()).isEqualTo(lastEnd);
          }
          final Series shown = series.computeIfAbsent(attributes, any -> new Series());
          switch (type) {
            case OBSERVABLE_COUNTER ->
                checkMonotonic(attributes, shown, feeding.get(attributes), point);
            case OBSERVABLE_UP_DOWN_COUNTER -> checkSum(shown, observations, point);
            default ->
                assertThat(value(point))
                    .isEqualByComparingTo(observations.get(observations.size() - 1).value());
          }
        });
    lastEnd = end;
  }

  /** Observations by the series that shows them. */
  private Map<Attributes, List<Observation>> placed(List<Observation> round) {
    final Map<Attributes, List<Observation>> placed = new LinkedHashMap<>();
    final Set<Attributes> own = new HashSet<>();
    for (final Observation observation : round) {
      final Attributes kept =
          keptKeys == null
              ? observation.attributes()
              : observation.attributes().toBuilder()
                  .removeIf(key -> !keptKeys.contains(key.getKey()))
                  .build();
      if (own.size() < limit) {
        own.add(kept);
      }
      placed
          .computeIfAbsent(own.contains(kept) ? kept : OVERFLOW, any -> new ArrayList<>())
          .add(observation);
    }
    return placed;
  }

  /** Takes the sources of closed callbacks from them. */
  private void leave() {
    sources
        .entrySet()
        .removeIf(
            source -> {
              final boolean isLeft = closed.contains(source.getKey().callback());
              if (isLeft) {
                left.computeIfAbsent(source.getKey().attributes(), any -> new ArrayList<>())
                    .add(source.getValue());
              }
              return isLeft;
            });
  }

  /** What each source of each series observes. */
  private Map<Attributes, Map<Source, BigDecimal>> feeding(
      Map<Attributes, List<Observation>> placed) {
    final Map<Attributes, Map<Source, BigDecimal>> feeding = new HashMap<>();
    placed.forEach(
        (attributes, observations) -> {
          final Map<Source, BigDecimal> values = new LinkedHashMap<>();
          observations.forEach(
              observation ->
                  values.merge(source(observation), observation.value(), BigDecimal::add));
          values.replaceAll((source, value) -> fit(value));
          feeding.put(attributes, values);
        });
    return feeding;
  }

  private Source source(Observation observation) {
    return sources.computeIfAbsent(
        new Id(observation.callback(), observation.attributes()),
        any -> {
          final List<Source> candidates = left.getOrDefault(observation.attributes(), List.of());
          if (candidates.size() > 1) {
            throw new Ambiguous();
          }
          return candidates.isEmpty() ? new Source() : candidates.remove(0);
        });
  }

  private void checkMonotonic(
      Attributes attributes, Series shown, Map<Source, BigDecimal> values, PointData point) {
    BigDecimal added = BigDecimal.ZERO;
    boolean wasReset = false;
    for (final Map.Entry<Source, BigDecimal> entry : values.entrySet()) {
      final Source source = entry.getKey();
      final BigDecimal value = entry.getValue();
      final boolean isBelow = value.compareTo(source.last) < 0;
      wasReset |= isBelow;
      added = added.add(isBelow ? value : value.subtract(source.last));
      shown.isFolded |= source.fed != null && !Objects.equals(source.fed, attributes);
      shown.sources.add(source);
      source.fed = attributes;
      source.last = value;
    }
    shown.isFolded |= shown.sources.size() > 1;
    final BigDecimal value = value(point);
    assertThat(value).isNotNegative();
    if (isDelta) {
      assertValue(value, added, added);
      return;
    }
    final long start = point.getStartEpochNanos();
    final boolean startsAnew = !shown.isShown || (wasReset && !shown.isFolded);
    assertThat(start).isEqualTo(startsAnew ? lastEnd : shown.start);
    if (startsAnew) {
      shown.value = BigDecimal.ZERO;
      shown.shown = BigDecimal.ZERO;
    }
    shown.value = shown.value.add(added);
    assertValue(value, shown.value, shown.value);
    assertThat(value).isGreaterThanOrEqualTo(shown.shown);
    if (!shown.isFolded) {
      assertThat(value).isEqualByComparingTo(values.values().iterator().next());
    }
    shown.isShown = true;
    shown.start = start;
    shown.shown = value;
  }

  private void checkSum(Series shown, List<Observation> observations, PointData point) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal madeOf = shown.value.abs();
    for (final Observation observation : observations) {
      sum = sum.add(observation.value());
      madeOf = madeOf.add(observation.value().abs());
    }
    sum = fit(sum);
    final BigDecimal change = fit(sum.subtract(shown.value));
    assertValue(value(point), isDelta ? change : sum, madeOf);
    if (!isDelta) {
      assertThat(point.getStartEpochNanos()).isEqualTo(shown.isShown ? shown.start : lastEnd);
    }
    shown.isShown = true;
    shown.start = point.getStartEpochNanos();
    shown.value = isLimit(change) ? fit(shown.value.add(change)) : sum;
  }

  private boolean isLimit(BigDecimal value) {
    final BigDecimal largest =
        isLong ? BigDecimal.valueOf(Long.MAX_VALUE) : new BigDecimal(Double.MAX_VALUE);
    final BigDecimal smallest = isLong ? BigDecimal.valueOf(Long.MIN_VALUE) : largest.negate();
    return value.compareTo(smallest) <= 0 || value.compareTo(largest) >= 0;
  }

  /** Holds a value against the one that is right, as far as a number of the type can be. */
  private void assertValue(BigDecimal value, BigDecimal right, BigDecimal madeOf) {
    if (isLong || tolerance.signum() == 0) {
      assertThat(value).isEqualByComparingTo(fit(right));
    } else {
      assertThat(value.subtract(fit(right)).abs())
          .as(value + " instead of " + right)
          .isLessThanOrEqualTo(madeOf.multiply(tolerance));
    }
  }

  private static BigDecimal value(PointData point) {
    return point instanceof LongPointData number
        ? BigDecimal.valueOf(number.getValue())
        : new BigDecimal(((DoublePointData) point).getValue());
  }
}
