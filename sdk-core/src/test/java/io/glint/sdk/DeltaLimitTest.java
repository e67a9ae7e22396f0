package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Under delta temporality the cardinality limit counts the attribute sets of one interval. */
@Tag("long")
@Timeout(60)
class DeltaLimitTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final AttributeKey<Long> REMOVED = AttributeKey.longKey("removed");

  private int limit;
  private InMemoryMetricReader reader;
  private GlintMeterProvider provider;

  private LongCounter counter(int limit, boolean filters) {
    this.limit = limit;
    final GlintView.Builder view = GlintView.builder().setCardinalityLimit(limit);
    if (filters) {
      view.setExcludedAttributeKeys(Set.of("removed"));
    }
    reader = InMemoryMetricReader.createDelta();
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(InstrumentSelector.builder().setName("*").build(), view.build())
            .build();
    return provider.get("limit").counterBuilder("counter").build();
  }

  @AfterEach
  void close() {
    provider.close();
  }

  private static Attributes set(long key) {
    return Attributes.of(KEY, key);
  }

  private Map<Attributes, Long> values() {
    final Map<Attributes, Long> values = new HashMap<>();
    final MetricData metric = collect(reader, "counter");
    if (metric != null) {
      for (final LongPointData point : metric.getLongSumData().getPoints()) {
        assertThat(values.put(point.getAttributes(), point.getValue())).isNull();
      }
      assertThat(real(values)).as("points but for that of the overflow").isLessThanOrEqualTo(limit);
    }
    return values;
  }

  @Test
  void whatIsLeftOfTheIntervalBeforeMakesRoom() {
    final LongCounter counter = counter(2, false);
    counter.add(1, set(1));
    assertThat(values()).containsOnlyKeys(set(1));
    counter.add(1, set(2));
    counter.add(1, set(3));
    assertThat(values()).containsOnlyKeys(set(2), set(3));
    counter.add(1, set(3));
    counter.add(1, set(4));
    counter.add(1, set(5));
    assertThat(values()).containsOnlyKeys(set(3), set(4), Overflow.ATTRIBUTES);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachIntervalHoldsExactlyAsManySetsAsTheLimitSays(boolean filters) {
    final Random random = new Random(17);
    for (int program = 0; program < 300; program++) {
      final int limit = 1 + random.nextInt(5);
      final LongCounter counter = counter(limit, filters);
      for (int interval = 0; interval < 6; interval++) {
        final Map<Attributes, Long> expected = new HashMap<>();
        for (int i = random.nextInt(12); i > 0; i--) {
          final Attributes kept = set(random.nextInt(7));
          final Attributes recorded =
              filters ? kept.toBuilder().put(REMOVED, (long) random.nextInt(3)).build() : kept;
          counter.add(i, recorded);
          final boolean fits = expected.containsKey(kept) || real(expected) < limit;
          expected.merge(fits ? kept : Overflow.ATTRIBUTES, (long) i, Long::sum);
        }
        assertThat(values()).as("program %s, interval %s", program, interval).isEqualTo(expected);
      }
      provider.close();
    }
  }

  private static long real(Map<Attributes, Long> values) {
    return values.keySet().stream().filter(set -> !set.equals(Overflow.ATTRIBUTES)).count();
  }

  @Test
  void whoFoundNoPlaceBeforeAnotherMadeRoomLooksAgain() {
    final LongCounter counter = counter(4, false);
    final AtomicInteger comparisons = new AtomicInteger();
    // Collides with set(3). Compared once to find the series, and once more to add it.
    final Attributes collision =
        collidingWith(
            set(3),
            () -> {
              if (comparisons.incrementAndGet() == 2) {
                counter.add(1, set(2));
              }
            });
    counter.add(1, set(1));
    counter.add(1, set(4));
    counter.add(1, set(5));
    counter.add(1, collision);
    assertThat(values()).hasSize(4);
    comparisons.set(0);
    counter.add(1, set(3));
    assertThat(comparisons).hasValue(2);
    assertThat(values()).containsOnlyKeys(set(2), set(3));
  }

  /** Attributes of the same hash as others, which they are not equal to. */
  private static Attributes collidingWith(Attributes others, Runnable onComparison) {
    final Attributes real = set(-1);
    return (Attributes)
        Proxy.newProxyInstance(
            Attributes.class.getClassLoader(),
            new Class<?>[] {Attributes.class},
            (proxy, method, args) -> {
              if (method.getName().equals("hashCode")) {
                return others.hashCode();
              }
              if (method.getName().equals("equals")) {
                onComparison.run();
                return proxy == args[0];
              }
              return method.invoke(real, args);
            });
  }

  @Test
  void severalThreadsThatTogetherStayBelowTheLimitNeverOverflow() throws Exception {
    final int threads = 4;
    final int setsOfEach = 25;
    final int intervals = 300;
    final LongCounter counter = counter(threads * setsOfEach, false);
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    final CyclicBarrier barrier = new CyclicBarrier(threads + 1);
    try {
      final List<Future<?>> recorders = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        final int number = thread;
        recorders.add(
            pool.submit(
                () -> {
                  for (int interval = 0; interval < intervals; interval++) {
                    barrier.await(30, TimeUnit.SECONDS);
                    // A third of the sets is that of the interval before.
                    for (int i = 0; i < setsOfEach; i++) {
                      counter.add(1, set(1000L * number + (interval * 16L + i) % 1000));
                    }
                    barrier.await(30, TimeUnit.SECONDS);
                  }
                  return null;
                }));
      }
      for (int interval = 0; interval < intervals; interval++) {
        barrier.await(30, TimeUnit.SECONDS);
        barrier.await(30, TimeUnit.SECONDS);
        assertThat(values())
            .as("interval %s", interval)
            .hasSize(threads * setsOfEach)
            .doesNotContainKey(Overflow.ATTRIBUTES);
      }
      for (final Future<?> recorder : recorders) {
        recorder.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aThreadThatIsStoppedInMidRecordCostsOthersOneSweepInAnInterval() {
    final LongCounter counter = counter(200, false);
    for (long i = 0; i < 200; i++) {
      counter.add(1, set(i));
    }
    values();
    for (long i = 1; i < 200; i++) {
      counter.add(1, set(i));
    }
    final MetricStream stream = ((SyncInstrument) counter).streams().get(0);
    final Cell held = stream.acquire(set(0));
    counter.add(1, set(1000));
    counter.add(1, set(1001));
    held.release();
    assertThat(values()).hasSize(200).containsEntry(Overflow.ATTRIBUTES, 2L);
    counter.add(1, set(1000));
    assertThat(values()).containsOnlyKeys(set(1000));
  }

  @Test
  void anApplicationThatUsesTheAttributesOfOverflowSharesItsSeries() {
    final LongCounter counter = counter(2, false);
    counter.add(1, Overflow.ATTRIBUTES);
    for (long i = 0; i < 4; i++) {
      counter.add(1, set(i));
    }
    assertThat(values()).isEqualTo(Map.of(set(0), 1L, set(1), 1L, Overflow.ATTRIBUTES, 3L));
  }

  @Test
  void nothingIsLostWhileRecordersMakeRoomAndTheCollectorNeverPauses() throws Exception {
    final int threads = 3;
    final int records = 200_000;
    final LongCounter counter = counter(20, false);
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    final Set<Attributes> seen = new HashSet<>();
    long total = 0;
    try {
      final List<Future<?>> recorders = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        final Random random = new Random(thread);
        recorders.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < records; i++) {
                    counter.add(1, set(random.nextInt(60)));
                  }
                }));
      }
      while (!recorders.stream().allMatch(Future::isDone)) {
        for (final Map.Entry<Attributes, Long> entry : values().entrySet()) {
          seen.add(entry.getKey());
          total += entry.getValue();
        }
      }
      for (final Future<?> recorder : recorders) {
        recorder.get();
      }
    } finally {
      pool.shutdownNow();
    }
    total += values().values().stream().mapToLong(Long::longValue).sum();
    assertThat(total).isEqualTo((long) threads * records);
    assertThat(seen).hasSizeGreaterThan(20);
  }
}
