package io.glint.sdk.internal.async;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.glint.sdk.LogCapture;
import io.glint.sdk.Readers;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.testing.ForwardingAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounterBuilder;
import io.opentelemetry.api.metrics.DoubleCounterBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asynchronous sums whose attribute sets come and go, by themselves and folded into others. */
@Tag("long")
class AsynchronousSumsTest {
  private static final AttributeKey<String> CONNECTION = AttributeKey.stringKey("conn");
  private static final GlintView FOLDING =
      GlintView.builder().setExcludedAttributeKeys(Set.of("conn")).build();

  private enum Type {
    LONG,
    DOUBLE
  }

  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader cumulative = Readers.of(AggregationTemporality.CUMULATIVE);
  private final InMemoryMetricReader delta = Readers.of(AggregationTemporality.DELTA);
  private final LogCapture log = new LogCapture();
  private GlintMeterProvider provider;

  /** What callbacks observe, by connection. */
  private final Map<String, Double> observed = new LinkedHashMap<>();

  /** What the points of a cumulative reader stand at, by series. */
  private final Map<Attributes, Last> shown = new HashMap<>();

  private record Last(long start, double value) {}

  private void build(GlintView view, int limit) {
    build(
        builder ->
            builder
                .registerMetricReader(cumulative, type -> limit)
                .registerMetricReader(delta, type -> limit)
                .registerView(InstrumentSelector.builder().setName("*").build(), view));
  }

  private void build(Consumer<GlintMeterProviderBuilder> configuration) {
    final GlintMeterProviderBuilder builder = GlintMeterProvider.builder().setClock(clock);
    configuration.accept(builder);
    provider = builder.build();
  }

  private AutoCloseable counter(Type type, Map<String, Double> observed) {
    final LongCounterBuilder builder = provider.get("m").counterBuilder("bytes");
    return type == Type.LONG ? counter(builder, observed) : counter(builder.ofDoubles(), observed);
  }

  private static AutoCloseable counter(LongCounterBuilder builder, Map<String, Double> observed) {
    return builder.buildWithCallback(
        counter ->
            observed.forEach(
                (connection, value) -> counter.record(value.longValue(), set(connection))));
  }

  private static AutoCloseable counter(DoubleCounterBuilder builder, Map<String, Double> observed) {
    return builder.buildWithCallback(
        counter -> observed.forEach((connection, value) -> counter.record(value, set(connection))));
  }

  private static Attributes set(String connection) {
    return Attributes.of(CONNECTION, connection);
  }

  private void observe(Object... connectionsAndValues) {
    observed.clear();
    for (int i = 0; i < connectionsAndValues.length; i += 2) {
      observed.put(
          (String) connectionsAndValues[i], ((Number) connectionsAndValues[i + 1]).doubleValue());
    }
  }

  @AfterEach
  void close() {
    if (provider != null) {
      provider.close();
    }
    log.close();
  }

  private List<PointData> points(InMemoryMetricReader reader) {
    final MetricData metric = collect(reader, "bytes");
    return metric == null ? List.of() : List.copyOf(metric.getData().getPoints());
  }

  private static double value(PointData point) {
    return point instanceof LongPointData number
        ? number.getValue()
        : ((DoublePointData) point).getValue();
  }

  /** What the next delta collection adds. */
  private double delta() {
    double sum = 0;
    for (final PointData point : points(delta)) {
      assertThat(value(point)).isNotNegative();
      sum += value(point);
    }
    return sum;
  }

  /** What the next cumulative collection adds, as a backend sees it that looks at starts. */
  private double growth() {
    double sum = 0;
    for (final PointData point : points(cumulative)) {
      final Last last = shown.get(point.getAttributes());
      final boolean goesOn = last != null && last.start == point.getStartEpochNanos();
      final double growth = goesOn ? value(point) - last.value : value(point);
      assertThat(growth).isNotNegative();
      sum += growth;
      shown.put(point.getAttributes(), new Last(point.getStartEpochNanos(), value(point)));
    }
    return sum;
  }

  private void assertAdds(double expected) {
    clock.advance(Duration.ofSeconds(1));
    assertThat(delta()).isEqualTo(expected);
    assertThat(growth()).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void aFoldedSumAddsWhatItsSourcesHaveAddedWhileTheyComeAndGo(Type type) {
    build(FOLDING, 2000);
    counter(type, observed);
    observe("1", 4, "2", 5);
    assertAdds(9);
    observe("1", 6, "2", 5);
    assertAdds(2);
    observe("1", 7);
    assertAdds(1);
    observe("1", 8, "2", 9);
    assertAdds(5);
    final long created = clock.now() - 4_000_000_000L;
    assertThat(points(cumulative))
        .singleElement()
        .satisfies(point -> assertThat(value(point)).isEqualTo(17))
        .satisfies(point -> assertThat(point.getStartEpochNanos()).isEqualTo(created));
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void aSourceThatVanishesAddsNothing(Type type) {
    build(FOLDING, 2000);
    counter(type, observed);
    observe("1", 40, "2", 50);
    assertAdds(90);
    observe("1", 40);
    assertAdds(0);
    assertAdds(0);
    observe("1", 41, "2", 53);
    assertAdds(4);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void eachSourceIsResetByItself(Type type) {
    build(FOLDING, 2000);
    counter(type, observed);
    observe("1", 10, "2", 20);
    assertAdds(30);
    observe("1", 3, "2", 25);
    assertAdds(8);
    observe("1", 3, "2", 1);
    assertAdds(1);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void setsThatMoveBetweenTheirOwnSeriesAndTheOverflowCountOnce(Type type) {
    build(GlintView.builder().build(), 2);
    counter(type, observed);
    observe("1", 100, "2", 100, "3", 100, "4", 100, "5", 100);
    assertAdds(500);
    for (int closed = 1; closed <= 5; closed++) {
      observed.remove("" + closed);
      assertAdds(0);
    }
    observe("5", 101, "4", 102, "3", 103, "2", 104, "1", 1);
    assertAdds(11);
    observe("3", 104, "1", 1, "5", 101);
    assertAdds(1);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void setsThatTheAttributesAdviceFoldsCountOnce(Type type) {
    build(GlintView.builder().build(), 2000);
    final LongCounterBuilder builder = provider.get("m").counterBuilder("bytes");
    if (type == Type.LONG) {
      ((ExtendedLongCounterBuilder) builder).setAttributesAdvice(List.of());
      counter(builder, observed);
    } else {
      final DoubleCounterBuilder doubles = builder.ofDoubles();
      ((ExtendedDoubleCounterBuilder) doubles).setAttributesAdvice(List.of());
      counter(doubles, observed);
    }
    observe("1", 40, "2", 50);
    assertAdds(90);
    observe("2", 51);
    assertAdds(1);
    observe("1", 40, "2", 51);
    assertAdds(0);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void oneSetOfTwoCallbacksIsTwoSources(Type type) throws Exception {
    build(GlintView.builder().build(), 2000);
    final Map<String, Double> ofOther = new HashMap<>(Map.of("1", 50.0));
    counter(type, observed);
    final AutoCloseable other = counter(type, ofOther);
    observe("1", 40);
    assertAdds(90);
    observe("1", 41);
    ofOther.clear();
    assertAdds(1);
    ofOther.put("1", 52.0);
    assertAdds(2);
    other.close();
    assertAdds(0);
    observe("1", 45);
    assertAdds(4);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void aCallbackGoesOnFromWhereAClosedOneWas(Type type) throws Exception {
    build(GlintView.builder().build(), 2000);
    final AutoCloseable first = counter(type, observed);
    observe("1", 40);
    assertAdds(40);
    first.close();
    final AutoCloseable second = counter(type, observed);
    observe("1", 45);
    assertAdds(5);
    second.close();
    assertAdds(0);
    counter(type, observed);
    // The second of two that observe the same set has nothing to go on from.
    counter(type, observed);
    observe("1", 46);
    assertAdds(1 + 46);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void callbacksOfOneSetThatAreRegisteredAnewInAnyOrderCountNothingTwice(Type type)
      throws Exception {
    build(GlintView.builder().build(), 2000);
    final Map<String, Double> high = new HashMap<>(Map.of("1", 100.0));
    final Map<String, Double> low = new HashMap<>(Map.of("1", 50.0));
    AutoCloseable first = counter(type, high);
    AutoCloseable second = counter(type, low);
    assertAdds(150);
    first.close();
    second.close();
    first = counter(type, high);
    second = counter(type, low);
    assertAdds(0);
    first.close();
    second.close();
    counter(type, low);
    counter(type, high);
    low.put("1", 53.0);
    assertAdds(3);
  }

  @Test
  void aSeriesOfOneSourcePassesOnWhatIsObservedAndStartsAnewAfterAReset() {
    build(GlintView.builder().build(), 2000);
    counter(Type.DOUBLE, observed);
    final long created = clock.now();
    observe("1", 0.1);
    assertShown(created, 0.1);
    observe("1", 0.1 + 0.2);
    assertShown(created, 0.1 + 0.2);
    observe();
    assertThat(points(cumulative)).isEmpty();
    observe("1", 0.7);
    assertShown(created, 0.7);
    final long before = clock.now();
    observe("1", 0.3);
    assertShown(before, 0.3);
    observe("1", 0.4);
    assertShown(before, 0.4);
  }

  private void assertShown(long start, double value) {
    clock.advance(Duration.ofSeconds(1));
    assertThat(points(cumulative))
        .singleElement()
        .satisfies(point -> assertThat(value(point)).isEqualTo(value))
        .satisfies(point -> assertThat(point.getStartEpochNanos()).isEqualTo(start));
  }

  @Test
  void aSeriesThatGetsASecondSourceGoesOnAsASumAlsoWhenThatIsGone() {
    build(FOLDING, 2000);
    counter(Type.LONG, observed);
    final long created = clock.now();
    observe("1", 10);
    assertShown(created, 10);
    observe("1", 11, "2", 5);
    assertShown(created, 16);
    observe("1", 12);
    assertShown(created, 17);
    observe("1", 2);
    assertShown(created, 19);
  }

  @Test
  void aSetIsRememberedForAHundredCompletedRounds() {
    build(GlintView.builder().build(), 2000);
    final boolean[] fails = new boolean[1];
    counter(Type.LONG, observed);
    provider
        .get("m")
        .counterBuilder("bytes")
        .buildWithCallback(
            counter -> {
              if (fails[0]) {
                throw new IllegalStateException("fails");
              }
            });
    observe("1", 10);
    assertAdds(10);
    miss(Sources.REMEMBERED_ROUNDS);
    observe("1", 11);
    assertAdds(1);
    fails[0] = true;
    miss(2 * Sources.REMEMBERED_ROUNDS);
    fails[0] = false;
    miss(Sources.REMEMBERED_ROUNDS);
    observe("1", 12);
    assertAdds(1);
    miss(Sources.REMEMBERED_ROUNDS + 1);
    observe("1", 13);
    assertAdds(13);
    assertThat(log.messages()).noneMatch(message -> message.contains("remembered"));
  }

  private void miss(int rounds) {
    observe();
    for (int i = 0; i < rounds; i++) {
      assertAdds(0);
    }
  }

  @Test
  void tooManySetsThatVanishAreForgottenOldestFirstAndThatIsToldOnce() {
    build(FOLDING, 2000);
    counter(Type.LONG, observed);
    observe("old", 7, "young", 7);
    assertAdds(14);
    observe("young", 7);
    assertAdds(0);
    final int most = Sources.mostUnseen(2000);
    observed.clear();
    for (int i = 0; i < most; i++) {
      observed.put("" + i, 1.0);
    }
    assertAdds(most);
    observe();
    assertAdds(0);
    observe("0", 1, "1", 1);
    assertAdds(0);
    observe("old", 7, "young", 7);
    assertAdds(14);
    assertThat(log.messages())
        .hasSize(2)
        .allSatisfy(message -> assertThat(message).contains("'bytes'", "" + most));
  }

  @Test
  void whatIsBeyondTheSourcesThatAreRememberedCountsTogetherAndNeverTwice() {
    final int most = Sources.most(2000);
    build(
        builder ->
            builder
                .registerMetricReader(cumulative)
                .registerMetricReader(delta)
                .setInternalTelemetryEnabled(true)
                .registerView(InstrumentSelector.builder().setName("bytes").build(), FOLDING));
    counter(Type.LONG, observed);
    for (int i = 0; i < most; i++) {
      observed.put("" + i, 1.0);
    }
    observed.put("beyond 1", 100.0);
    observed.put("beyond 2", 50.0);
    assertAdds(most + 150);
    assertAdds(0);
    observed.put("beyond 1", 103.0);
    assertAdds(3);
    observed.remove("beyond 2");
    assertAdds(0);
    observed.put("beyond 2", 50.0);
    assertAdds(0);
    // Room is made: what gets sources of its own is not counted again, and what is new is counted.
    observed.keySet().removeIf(connection -> !connection.startsWith("beyond"));
    assertAdds(0);
    observed.put("new", 7.0);
    assertAdds(7);
    observed.put("beyond 2", 51.0);
    assertAdds(1);
    observed.put("beyond 1", 2.0);
    assertAdds(2);
    // As what is new may come from the rest, it counts fully when that is forgotten.
    for (int i = 0; i <= Sources.REMEMBERED_ROUNDS; i++) {
      assertAdds(0);
    }
    observed.put("newest", 9.0);
    assertAdds(9);
    assertThat(log.messages())
        .filteredOn(message -> message.contains("together"))
        .hasSize(2)
        .allSatisfy(message -> assertThat(message).contains("'bytes'", "" + most));
    assertThat(collect(cumulative, "glint.measurement.dropped").getLongSumData().getPoints())
        .filteredOn(point -> point.getAttributes().asMap().containsValue("too_many_sets"))
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(2 * (2 + 2 + 2 + 1 + 2 + 2)));
  }

  @Test
  void everNewSetsKeepNoMoreThanIsRemembered() {
    final Sources sources = new Sources(1);
    final Unseen unseen = new Unseen(Sources.REMEMBERED_ROUNDS, Sources.mostUnseen(1));
    final Observer observer = new Observer();
    final AsyncSeries series = new AsyncSeries();
    final List<Source> observedSources = new ArrayList<>();
    int number = 0;
    for (int round = 1; round <= 10; round++) {
      for (int i = 0; i < 300_000; i++) {
        final Source source = sources.of(observer, set("" + number++), 0, Arithmetic.LONG, round);
        if (source != null) {
          source.observe(1, series);
          source.seen(round, round - 1);
          observedSources.add(source);
        }
      }
      observedSources.forEach(source -> series.addGrowth(source, Arithmetic.LONG));
      observedSources.clear();
      assertThat(sources.size()).isLessThanOrEqualTo(Sources.most(1));
      unseen.begin(round, round);
      sources.count(unseen);
      unseen.decide();
      sources.forget(unseen);
    }
    assertThat(series.monotonic(/* isDelta= */ true, Arithmetic.LONG))
        .isGreaterThanOrEqualTo(5L * Sources.most(1));
  }

  /** What one point has, of each reader: first the cumulative one, then the delta. */
  private List<Number> numbers() {
    clock.advance(Duration.ofSeconds(1));
    final List<Number> numbers = new ArrayList<>();
    for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
      final List<PointData> points = points(reader);
      assertThat(points).hasSize(1);
      final PointData point = points.get(0);
      numbers.add(
          point instanceof LongPointData number
              ? (Number) number.getValue()
              : (Number) ((DoublePointData) point).getValue());
    }
    return numbers;
  }

  /** Observes values, each with a set of its own or all with one. */
  private static <T> void observing(
      BiConsumer<T, Attributes> observer, List<T> values, boolean isOneSet) {
    for (int i = 0; i < values.size(); i++) {
      observer.accept(values.get(i), set(isOneSet ? "1" : "" + i));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSumOfHugeLongsStaysAtTheLargestLongAndGoesOnFromThere(boolean isOneSet) {
    build(FOLDING, 2000);
    final List<Long> values = new ArrayList<>();
    provider
        .get("m")
        .counterBuilder("bytes")
        .buildWithCallback(counter -> observing(counter::record, values, isOneSet));
    // Together -1, if they wrapped around, which was also the mark of what was never observed.
    values.addAll(List.of(Long.MAX_VALUE, Long.MAX_VALUE, 1L));
    final long max = Long.MAX_VALUE;
    assertThat(numbers()).containsExactly(max, max);
    assertThat(numbers()).containsExactly(max, 0L);
    values.set(1, 2L);
    values.set(0, 3L);
    // Resets: of one set, whose series has a new start, or of two.
    assertThat(numbers()).containsExactly(isOneSet ? 6L : max, isOneSet ? 6L : 5L);
    values.set(2, 8L);
    assertThat(numbers()).containsExactly(isOneSet ? 13L : max, 7L);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSumOfHugeDoublesStaysAtTheLargestDoubleAndGoesOnFromThere(boolean isOneSet) {
    build(FOLDING, 2000);
    final List<Double> values = new ArrayList<>(List.of(1e308, 1e308, 1e308));
    provider
        .get("m")
        .counterBuilder("bytes")
        .ofDoubles()
        .buildWithCallback(counter -> observing(counter::record, values, isOneSet));
    final double max = Double.MAX_VALUE;
    assertThat(numbers()).containsExactly(max, max);
    assertThat(numbers()).containsExactly(max, 0.0);
    values.clear();
    values.addAll(List.of(1.0, 2.0, 3.0));
    assertThat(numbers()).containsExactly(isOneSet ? 6.0 : max, 6.0);
    values.set(2, 8.0);
    assertThat(numbers()).containsExactly(isOneSet ? 11.0 : max, 5.0);
  }

  @Test
  void anUpDownSumOfHugeLongsIsRightAgainAsSoonAsItFits() {
    build(FOLDING, 2000);
    final List<Long> values = new ArrayList<>();
    provider
        .get("m")
        .upDownCounterBuilder("bytes")
        .buildWithCallback(sum -> observing(sum::record, values, /* isOneSet= */ false));
    final long max = Long.MAX_VALUE;
    final long min = Long.MIN_VALUE;
    values.addAll(List.of(max, max, min, min, 5L));
    assertThat(numbers()).containsExactly(3L, 3L);
    Collections.reverse(values);
    assertThat(numbers()).containsExactly(3L, 0L);
    values.removeIf(value -> value == min);
    assertThat(numbers()).containsExactly(max, max - 3);
    values.replaceAll(value -> min);
    // The difference does not fit into one delta, and deltas add up to the value.
    assertThat(numbers()).containsExactly(min, min);
    assertThat(numbers()).containsExactly(min, min + 1);
    assertThat(numbers()).containsExactly(min, 0L);
    values.clear();
    values.add(7L);
    assertThat(numbers()).containsExactly(7L, max);
    assertThat(numbers()).containsExactly(7L, 8L);
    assertThat(numbers()).containsExactly(7L, 0L);
  }

  @Test
  void anUpDownSumOfHugeDoublesIsRightAgainAsSoonAsItFits() {
    build(FOLDING, 2000);
    final List<Double> values = new ArrayList<>();
    provider
        .get("m")
        .upDownCounterBuilder("bytes")
        .ofDoubles()
        .buildWithCallback(sum -> observing(sum::record, values, /* isOneSet= */ false));
    final double max = Double.MAX_VALUE;
    values.addAll(List.of(1e308, 1e308, -1e308, -1e308, 3.0));
    assertThat(numbers()).containsExactly(3.0, 3.0);
    Collections.reverse(values);
    assertThat(numbers()).containsExactly(3.0, 0.0);
    values.removeIf(value -> value < 0);
    assertThat(numbers()).containsExactly(max, max);
    assertThat(numbers()).containsExactly(max, 0.0);
    values.replaceAll(value -> -value);
    assertThat(numbers()).containsExactly(-max, -max);
    assertThat(numbers()).containsExactly(-max, -max);
    assertThat(numbers()).containsExactly(-max, 0.0);
    values.clear();
    values.add(7.0);
    assertThat(numbers()).containsExactly(7.0, max);
    assertThat(numbers()).containsExactly(7.0, 7.0);
    assertThat(numbers()).containsExactly(7.0, 0.0);
  }

  @Test
  void whatIsSmallIsNotLostBesideWhatIsLarge() {
    build(FOLDING, 2000);
    final Map<String, Double> again = new LinkedHashMap<>();
    provider
        .get("m")
        .counterBuilder("bytes")
        .ofDoubles()
        .buildWithCallback(
            counter -> {
              observed.forEach((connection, value) -> counter.record(value, set(connection)));
              again.forEach((connection, value) -> counter.record(value, set(connection)));
            });
    observe("1", 1, "2", 1e16, "3", 0);
    again.put("2", 0.0);
    again.put("3", 1.0);
    assertThat(numbers()).containsExactly(1e16 + 2, 1e16 + 2);
    for (int round = 1; round <= 100; round++) {
      observed.put("1", 1.0 + round);
      assertThat(numbers().get(1)).isEqualTo(1.0);
    }
    assertThat(numbers()).containsExactly(1e16 + 102, 0.0);
  }

  @Test
  void differencesOfDoublesAreNeverNegativeAndSumsNeverFall() {
    build(FOLDING, 2000);
    counter(Type.DOUBLE, observed);
    final SplittableRandom random = new SplittableRandom(15);
    final Map<String, Double> all = new HashMap<>();
    double expected = 0;
    double counted = 0;
    for (int round = 0; round < 2_000; round++) {
      observed.clear();
      for (int i = 0; i < 10; i++) {
        final double grown =
            all.getOrDefault("" + i, 0.0) + random.nextDouble() * Math.pow(10, i - 8);
        if (random.nextInt(3) > 0) {
          expected += grown - all.getOrDefault("" + i, 0.0);
          all.put("" + i, grown);
          observed.put("" + i, grown);
        }
      }
      counted += delta();
      growth();
    }
    assertThat(counted).isCloseTo(expected, Percentage.withPercentage(1e-9));
    assertThat(shown.get(Attributes.empty()).value)
        .isCloseTo(expected, Percentage.withPercentage(1e-9));
  }

  @Test
  void upDownSumsAreWhatARoundObservesAndGaugesTheLastOfIt() {
    build(FOLDING, 2000);
    final List<Number> values = new ArrayList<>();
    provider
        .get("m")
        .upDownCounterBuilder("sum")
        .buildWithCallback(
            sum ->
                observed.forEach(
                    (connection, value) -> sum.record(value.longValue(), set(connection))));
    provider
        .get("m")
        .gaugeBuilder("gauge")
        .buildWithCallback(
            gauge -> observed.forEach((connection, value) -> gauge.record(value, set(connection))));
    provider
        .get("m")
        .gaugeBuilder("bytes")
        .buildWithCallback(
            gauge -> observed.forEach((connection, value) -> gauge.record(value, set(connection))));
    observe("1", 5, "2", 3);
    addValues(values);
    observe("1", 6);
    addValues(values);
    observe();
    addValues(values);
    observe("2", 4, "1", 5);
    addValues(values);
    assertThat(values).containsExactly(8L, 8L, 3.0, 6L, -2L, 6.0, null, null, null, 9L, 3L, 5.0);
  }

  private void addValues(List<Number> values) {
    for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
      final MetricData metric = collect(reader, "sum");
      values.add(
          metric == null
              ? null
              : (Number) metric.getLongSumData().getPoints().iterator().next().getValue());
    }
    final MetricData gauge = collect(cumulative, "gauge");
    values.add(
        gauge == null
            ? null
            : (Number) gauge.getDoubleGaugeData().getPoints().iterator().next().getValue());
  }

  @Test
  void aGaugeAggregatedToASumIsWhatARoundObserves() {
    build(
        GlintView.builder().setAttributeFilter(Set.of()).setAggregation(Aggregation.sum()).build(),
        2000);
    provider
        .get("m")
        .gaugeBuilder("bytes")
        .buildWithCallback(
            gauge -> observed.forEach((connection, value) -> gauge.record(value, set(connection))));
    observe("1", 5, "2", 3);
    assertThat(points(cumulative)).singleElement().matches(point -> value(point) == 8);
    observe("1", 6);
    assertThat(points(cumulative)).singleElement().matches(point -> value(point) == 6);
  }

  @Test
  void aCollectionThatFailsIsNotCountedTwiceByTheNext() {
    final boolean[] fails = new boolean[1];
    build(
        builder ->
            builder
                .registerMetricReader(cumulative)
                .registerMetricReader(delta)
                .setExemplarFilter(ExemplarFilter.alwaysOn())
                .setExemplarAttributes(ExemplarAttributes.none())
                .registerView(
                    InstrumentSelector.builder().setName("bytes").build(),
                    GlintView.builder()
                        .setAttributeFilter(
                            key -> {
                              if (fails[0]) {
                                throw new IllegalStateException("a filter that fails");
                              }
                              return false;
                            })
                        .build()));
    final double[] total = new double[1];
    final boolean[] willFail = new boolean[1];
    provider
        .get("m")
        .counterBuilder("bytes")
        .buildWithCallback(
            counter -> {
              counter.record((long) total[0], set("1"));
              fails[0] = willFail[0];
            });
    double added = 0;
    double grown = 0;
    for (int round = 1; round <= 5; round++) {
      total[0] += 100;
      willFail[0] = round == 2;
      added += delta();
      fails[0] = false;
      grown += growth();
      fails[0] = false;
    }
    assertThat(added).isEqualTo(500);
    assertThat(grown).isEqualTo(500);
  }

  /** Attributes whose hash code, and whose equality where it is looked at, fail when asked to. */
  private static final class Broken extends ForwardingAttributes {
    private final boolean[] fails;

    Broken(Attributes delegate, boolean[] fails) {
      super(delegate);
      this.fails = fails;
    }

    @Override
    public int hashCode() {
      if (fails[0]) {
        throw new IllegalStateException("hashCode that fails");
      }
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      if (fails[0]) {
        throw new IllegalStateException("equals that fails");
      }
      return this == other;
    }
  }

  @Test
  void attributesThatFailCostTheirOwnObservationOnly() {
    build(GlintView.builder().build(), 2000);
    final boolean[] fails = new boolean[1];
    final List<Attributes> broken = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      broken.add(new Broken(set("broken " + i), fails));
    }
    final long[] value = new long[1];
    provider
        .get("m")
        .counterBuilder("bytes")
        .buildWithCallback(
            counter -> {
              counter.record(10 * value[0], set("1"));
              broken.forEach(attributes -> counter.record(value[0], attributes));
              counter.record(10 * value[0], set("2"));
            });
    value[0] = 1;
    assertAdds(25);
    fails[0] = true;
    value[0] = 2;
    // Others, as the same ones are found without being asked.
    broken.replaceAll(attributes -> new Broken(set("broken"), fails));
    assertAdds(20);
    // They are forgotten, and their attributes may be asked for it.
    for (int i = 0; i <= Sources.REMEMBERED_ROUNDS; i++) {
      assertAdds(0);
    }
    fails[0] = false;
    value[0] = 3;
    clock.advance(Duration.ofSeconds(1));
    assertThat(delta()).isGreaterThanOrEqualTo(20 + 5);
    value[0] = 4;
    assertThat(delta()).isEqualTo(25);
  }
}
