package io.glint.sdk.internal.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintView;
import io.glint.sdk.Readers;
import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a view removes stays in memory only while it comes again and again, and is limited. */
@Tag("long")
class FilteredAttributesCacheTest {
  private static final AttributeKey<String> USER = AttributeKey.stringKey("user.id");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final int COUNTERS = 20;
  private static final int USERS = 60_000;

  /** So many of some hundred or thousand sets may have like hashes, and so no place. */
  private static final int FEW = 3;

  private static final Series SERIES =
      DeltaSums.create(1).stream().seriesMap().findOrAdd(Attributes.empty());

  private final ManualClock clock = new ManualClock();
  private InMemoryMetricReader reader;
  private GlintMeterProvider provider;

  private void start(AggregationTemporality temporality) {
    reader = Readers.of(temporality);
    provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setExcludedAttributeKeys(Set.of(USER.getKey())).build())
            .build();
  }

  @AfterEach
  void close() {
    if (provider != null) {
      provider.close();
    }
  }

  private LongCounter counter(int number) {
    return provider.get("aliases").counterBuilder("counter" + number).build();
  }

  private static int aliases(LongCounter counter) {
    return ((SyncInstrument) counter).first.aliasCount();
  }

  private static Attributes user(int number) {
    return user(USER, number);
  }

  private static Attributes user(AttributeKey<String> user, int number) {
    return Attributes.of(user, "user " + number, ROUTE, "/");
  }

  private void collectAfter(int seconds) {
    clock.nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    reader.collectAllMetrics();
  }

  @ParameterizedTest
  @EnumSource
  void manyIdsAreNotKeptForManyInstruments(AggregationTemporality temporality) {
    start(temporality);
    final List<LongCounter> counters = new ArrayList<>();
    for (int i = 0; i < COUNTERS; i++) {
      final LongCounter counter = counter(i);
      counters.add(counter);
      for (int user = 0; user < USERS; user++) {
        counter.add(1, user(user));
      }
    }
    // 320 000 if each cache is as large as it may be.
    assertThat(counters.stream().mapToInt(FilteredAttributesCacheTest::aliases).sum())
        .isLessThanOrEqualTo(AliasBudget.PLACES + COUNTERS * FilteredAttributesCache.OWN_CAPACITY);
    collectAfter(0);
    collectAfter(30);
    assertThat(counters).allMatch(counter -> aliases(counter) == 0);
  }

  @ParameterizedTest
  @EnumSource
  void anIdThatIsUsedNoMoreIsGarbageAfterSomeCollections(AggregationTemporality temporality)
      throws Exception {
    start(temporality);
    final LongCounter counter = counter(0);
    final List<WeakReference<Attributes>> used = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      final Attributes attributes = user(i);
      counter.add(1, attributes);
      counter.add(1, attributes);
      used.add(new WeakReference<>(attributes));
    }
    assertThat(aliases(counter)).isEqualTo(100);
    for (int i = 0; i < 3; i++) {
      collectAfter(30);
    }
    final long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (used.stream().anyMatch(each -> each.get() != null) && System.nanoTime() < giveUp) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(used).allMatch(each -> each.get() == null);
  }

  @ParameterizedTest
  @EnumSource
  void whatComesAgainStays(AggregationTemporality temporality) {
    start(temporality);
    final LongCounter counter = counter(0);
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < 1000; i++) {
        counter.add(1, user(i));
        counter.add(1, user(i));
      }
      assertThat(aliases(counter)).isBetween(1000 - FEW, 1000);
      collectAfter(30);
    }
  }

  @Test
  void aCacheThatWasMadeInVainBecomesSmallAndGrowsAgainWhenItIsOfUse() {
    final FilteredAttributesCache cache = new FilteredAttributesCache(new AliasBudget());
    cache.collected(0);
    for (int i = 0; i < USERS; i++) {
      cache.put(user(i), SERIES, 0);
    }
    final Attributes frequent = user(1_000_000);
    cache.put(frequent, SERIES, 0);
    assertThat(cache.find(frequent)).isNotNull();
    assertThat(cache.size()).isGreaterThan(FilteredAttributesCache.MAX_CAPACITY / 2);
    cache.collected(FilteredAttributesCache.GENERATION_NANOS);
    assertThat(cache.size()).isEqualTo(1);
    assertThat(cache.find(frequent)).isNotNull();
    for (int i = 0; i < USERS; i++) {
      cache.put(user(i), SERIES, 0);
    }
    assertThat(cache.size()).isLessThanOrEqualTo(FilteredAttributesCache.OWN_CAPACITY);
    assertThat(cache.find(frequent)).as("not replaced by what is used once").isNotNull();
    for (int i = 0; i < 1000; i++) {
      if (cache.find(user(i)) == null) {
        cache.put(user(i), SERIES, 0);
        assertThat(cache.find(user(i))).isNotNull();
      }
    }
    assertThat(cache.size()).isGreaterThan(900);
  }

  @Test
  void placesThatAreGivenBackAreForOthers() {
    final AliasBudget budget = new AliasBudget();
    for (int round = 0; round < 5; round++) {
      final FilteredAttributesCache one = new FilteredAttributesCache(budget);
      one.collected(0);
      for (int i = 0; i < USERS; i++) {
        one.put(user(i), SERIES, 0);
      }
      assertThat(one.size()).isGreaterThan(FilteredAttributesCache.MAX_CAPACITY / 2);
      one.collected(FilteredAttributesCache.GENERATION_NANOS);
      assertThat(one.size()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 100, 300, 1000, 3000, 5000})
  void whatIsInUseIsFilteredOnceHoweverLongItIsUsed(int sets) {
    final FilteredAttributesCache cache = new FilteredAttributesCache(new AliasBudget());
    cache.collected(0);
    assertThat(filtered(cache, 0, sets)).isEqualTo(sets);
    for (int generation = 1; generation < 5; generation++) {
      assertThat(filtered(cache, 0, sets)).isLessThanOrEqualTo(FEW);
      cache.collected(generation * FilteredAttributesCache.GENERATION_NANOS);
    }
  }

  @Test
  void afterManyThatWereUsedOnceSomeHundredInTurnAreRememberedAgain() {
    final FilteredAttributesCache cache = new FilteredAttributesCache(new AliasBudget());
    cache.collected(0);
    assertThat(filtered(cache, 0, USERS)).isEqualTo(USERS);
    cache.collected(FilteredAttributesCache.GENERATION_NANOS);
    assertThat(filtered(cache, 0, 300)).isPositive();
    assertThat(filtered(cache, 0, 300)).isLessThanOrEqualTo(FEW);
  }

  @Test
  void aCacheThatIsMuchTooLargeBecomesSmallerWithoutForgettingWhatIsInUse() {
    final AliasBudget budget = new AliasBudget();
    final FilteredAttributesCache cache = new FilteredAttributesCache(budget);
    cache.collected(0);
    assertThat(filtered(cache, 0, 5000)).isEqualTo(5000);
    assertThat(filtered(cache, 0, 5000)).isLessThanOrEqualTo(FEW);
    for (int generation = 1; generation < 4; generation++) {
      assertThat(filtered(cache, 0, 1000)).isLessThanOrEqualTo(FEW);
      cache.collected(generation * FilteredAttributesCache.GENERATION_NANOS);
    }
    assertThat(cache.size()).isBetween(1000 - FEW, 1000);
    assertThat(budget.take(AliasBudget.PLACES - 4096)).as("it gave back places").isTrue();
  }

  @Test
  void manyInstrumentsWithSomeHundredSetsInUseLeaveRoomForEachOther() {
    final AliasBudget budget = new AliasBudget();
    final List<FilteredAttributesCache> caches = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      final FilteredAttributesCache cache = new FilteredAttributesCache(budget);
      caches.add(cache);
      assertThat(filtered(cache, 0, 300)).isEqualTo(300);
    }
    assertThat(caches).allMatch(cache -> filtered(cache, 0, 300) <= FEW);
  }

  /** Whatever their hashes are: with other names of the key they are others. */
  @Test
  void aFewThousandSetsInUseDoNotUseUpThePlacesOfAllOthers() {
    for (int name = 0; name < 100; name++) {
      final AttributeKey<String> user = AttributeKey.stringKey("user" + name);
      final AliasBudget budget = new AliasBudget();
      for (int i = 0; i < 3; i++) {
        final FilteredAttributesCache cache = new FilteredAttributesCache(budget);
        assertThat(filtered(cache, user, 0, 2500)).isEqualTo(2500);
        assertThat(filtered(cache, user, 0, 2500))
            .as("cache %s of key %s", i, user)
            .isLessThanOrEqualTo(FEW);
      }
    }
  }

  @Test
  void anInstrumentThatComesLateHasPlacesOfItsOwn() {
    final AliasBudget budget = new AliasBudget();
    assertThat(budget.take(AliasBudget.PLACES)).isTrue();
    final FilteredAttributesCache cache = new FilteredAttributesCache(budget);
    assertThat(filtered(cache, 0, 300)).isEqualTo(300);
    assertThat(filtered(cache, 0, 300)).isLessThanOrEqualTo(FEW);
    assertThat(filtered(cache, 300, USERS)).isPositive();
    assertThat(cache.size()).isLessThanOrEqualTo(FilteredAttributesCache.OWN_CAPACITY);
  }

  /** Records once with each of these sets; returns how many of them were not remembered. */
  private static int filtered(FilteredAttributesCache cache, int from, int to) {
    return filtered(cache, USER, from, to);
  }

  private static int filtered(
      FilteredAttributesCache cache, AttributeKey<String> user, int from, int to) {
    int filtered = 0;
    for (int i = from; i < to; i++) {
      if (cache.find(user(user, i)) == null) {
        cache.put(user(user, i), SERIES, 0);
        filtered++;
      }
    }
    return filtered;
  }

  private static final class ManualClock implements Clock {
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long now() {
      return 1_000_000_000L + nanos.get();
    }

    @Override
    public long nanoTime() {
      return nanos.get();
    }
  }
}
