package io.glint.sdk.internal.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.LongPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.stream.BoundSeries;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesMapTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  private static SeriesMap map(int limit) {
    return DeltaSums.create(limit).stream().seriesMap();
  }

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  @Test
  void equalAttributesHaveOneSeries() {
    final SeriesMap map = map(10);
    assertThat(map.find(attributes(1))).isNull();
    final Series series = map.findOrAdd(attributes(1));
    assertThat(map.findOrAdd(attributes(1))).isSameAs(series);
    assertThat(map.find(attributes(1))).isSameAs(series);
    assertThat(map.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 100, 1000})
  void theLimitIsExact(int limit) {
    final SeriesMap map = map(limit);
    for (int i = 0; i < limit; i++) {
      assertThat(map.findOrAdd(attributes(i))).as("series %s", i).isNotNull();
    }
    assertThat(map.findOrAdd(attributes(limit))).isNull();
    assertThat(map.findOrAdd(attributes(limit + 1))).isNull();
    for (int i = 0; i < limit; i++) {
      assertThat(map.findOrAdd(attributes(i))).isSameAs(map.find(attributes(i))).isNotNull();
    }
    assertThat(map.size()).isEqualTo(limit);
  }

  @Test
  void growsWithoutLosingASeries() {
    final SeriesMap map = map(100_000);
    final List<Series> added = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      added.add(map.findOrAdd(attributes(i)));
    }
    for (int i = 0; i < added.size(); i++) {
      assertThat(map.find(attributes(i))).isSameAs(added.get(i));
    }
  }

  @Test
  void aLargerTableThatNobodyNeededBetweenTwoCollectionsIsGivenUp() throws Exception {
    final SeriesMap map = map(100_000);
    // One that is nearly full has another one made.
    for (int i = 0; i < 8000; i++) {
      map.findOrAdd(attributes(i));
    }
    final long growing = bytesOfTables(map);
    map.complete();
    assertThat(bytesOfTables(map)).as("series were added since the last one").isEqualTo(growing);
    map.complete();
    assertThat(bytesOfTables(map)).isLessThan(growing / 2);
    for (int i = 0; i < 10_000; i++) {
      assertThat(map.findOrAdd(attributes(i))).isNotNull();
    }
    assertThat(map.size()).isEqualTo(10_000);
  }

  /** Of the arrays that the map refers to, in references of four bytes. */
  private static long bytesOfTables(SeriesMap map) throws ReflectiveOperationException {
    long bytes = 0;
    for (Object table = field(map, "table"); table != null; table = field(table, "successor")) {
      bytes += 4L * Array.getLength(field(table, "order"));
      bytes += 4L * Array.getLength(field(table, "index"));
    }
    return bytes;
  }

  private static Object field(Object object, String name) throws ReflectiveOperationException {
    final Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  @Test
  void evictedSeriesMakeRoom() {
    final SeriesMap map = map(4);
    final List<Series> added = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      added.add(map.findOrAdd(attributes(i)));
    }
    assertThat(map.tryEvict(added.get(1), 0)).isTrue();
    assertThat(map.tryEvict(added.get(2), 0)).isTrue();
    map.removeEvicted();
    assertThat(map.size()).isEqualTo(2);
    assertThat(map.find(attributes(1))).isNull();
    assertThat(map.find(attributes(3))).isSameAs(added.get(3));
    assertThat(map.findOrAdd(attributes(10))).isNotNull();
    assertThat(map.findOrAdd(attributes(1))).isNotNull().isNotSameAs(added.get(1));
    assertThat(map.findOrAdd(attributes(11))).isNull();
  }

  @Test
  void aSeriesThatComesBackDuringAWalkIsNotVisitedTwice() {
    final SeriesMap map = map(10);
    for (int i = 0; i < 3; i++) {
      map.findOrAdd(attributes(i));
    }
    final List<Attributes> visited = new ArrayList<>();
    map.forEach(
        series -> {
          visited.add(series.attributes);
          assertThat(map.tryEvict(series, 0)).isTrue();
          assertThat(map.findOrAdd(series.attributes)).isNotSameAs(series);
        });
    assertThat(visited).containsExactly(attributes(0), attributes(1), attributes(2));
    assertThat(map.size()).isEqualTo(3);
  }

  @Test
  void anEvictedSeriesGivesNoCell() {
    final Series series = map(4).findOrAdd(attributes(0));
    assertThat(series.evict(0)).isEqualTo(StripedCells.Eviction.DONE);
    assertThat(series.acquire()).isNull();
  }

  @Test
  void aSeriesInUseIsNotEvicted() {
    final Series series = map(4).findOrAdd(attributes(0));
    final Cell cell = series.acquire();
    assertThat(series.evict(0)).isEqualTo(StripedCells.Eviction.UNDECIDED);
    cell.release();
    assertThat(series.evict(0)).isEqualTo(StripedCells.Eviction.DONE);
  }

  @Test
  void aSeriesWithAMeasurementIsNotEvicted() {
    final Series series = map(4).findOrAdd(attributes(0));
    final SumCell cell = (SumCell) series.acquire();
    cell.addLong(1);
    cell.release();
    assertThat(series.evict(0)).isEqualTo(StripedCells.Eviction.IN_USE);
    final Cell again = series.acquire();
    assertThat(again).isSameAs(cell);
    again.release();
  }

  @Test
  void threadsStoppedInMidRecordCostACellEachAndNoProgress() {
    final Series series = map(4).findOrAdd(attributes(0));
    final Set<Cell> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 100; i++) {
      taken.add(series.acquire());
    }
    assertThat(taken).hasSize(100).doesNotContainNull();
    assertThat(series.cellCount()).isEqualTo(100);
    taken.forEach(Cell::release);
    for (int i = 0; i < 1000; i++) {
      series.acquire().release();
    }
    assertThat(series.cellCount()).isEqualTo(100);
  }

  @Test
  void whereThreadsHaveMetTheFirstCellIsNobodysHome() throws Exception {
    final Series series = map(4).findOrAdd(attributes(0));
    final BoundSeries bound = new BoundSeries(null, series.attributes, series, "no pin");
    final Cell first = series.acquire();
    first.release();
    final Cell ofBound = bound.acquire();
    assertThat(ofBound).as("of a bound series, while there is no other").isSameAs(first);
    series.acquire().release();
    ofBound.release();
    assertThat(series.isStriped()).isTrue();
    final Set<Cell> homes = Collections.newSetFromMap(new IdentityHashMap<>());
    // Threads that are made one after the other mostly have consecutive ids.
    for (int i = 0; homes.size() < 2 && i < 100; i++) {
      final Set<Cell> taken = Collections.newSetFromMap(new IdentityHashMap<>());
      final Thread thread =
          new Thread(
              () -> {
                taken.add(series.acquire());
                taken.forEach(Cell::release);
                taken.add(bound.acquire());
                taken.forEach(Cell::release);
              });
      thread.start();
      thread.join(30_000);
      assertThat(taken).hasSize(1).doesNotContainNull().doesNotContain(first);
      homes.addAll(taken);
    }
    assertThat(homes).hasSize(2);
  }

  @Test
  void concurrentAdditionsAgreeOnEverySeriesAndOnTheLimit() throws Exception {
    final int threads = 8;
    final int limit = 3000;
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int repetition = 0; repetition < 20; repetition++) {
        final SeriesMap map = map(limit);
        final CyclicBarrier start = new CyclicBarrier(threads);
        final List<Future<Series[]>> results = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          results.add(
              pool.submit(
                  () -> {
                    final Series[] seen = new Series[limit];
                    start.await(30, TimeUnit.SECONDS);
                    for (int i = 0; i < limit; i++) {
                      seen[i] = map.findOrAdd(attributes(i));
                    }
                    return seen;
                  }));
        }
        final Series[] first = results.get(0).get(60, TimeUnit.SECONDS);
        for (final Future<Series[]> result : results) {
          assertThat(result.get(60, TimeUnit.SECONDS)).containsExactly(first);
        }
        assertThat(first).doesNotContainNull().doesNotHaveDuplicates();
        assertThat(map.size()).isEqualTo(limit);
        assertThat(map.findOrAdd(attributes(limit))).isNull();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void nothingIsLostWhileSeriesAreEvictedAndComeBack() throws Exception {
    final StreamCollector collector = DeltaSums.create(64);
    final MetricStream stream = collector.stream();
    final int threads = 4;
    final int records = 300_000;
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      final List<Future<?>> recorders = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        final int seed = t;
        recorders.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < records; i++) {
                    // Each set is used for a while and then left alone, so that it is evicted.
                    stream.recordLong(1, attributes((i / 100 + seed) % 64), Context.root());
                  }
                }));
      }
      long total = 0;
      boolean running = true;
      Series first = null;
      boolean anyEvicted = false;
      while (running) {
        running = recorders.stream().anyMatch(recorder -> !recorder.isDone());
        total += sumWithin(64, collector);
        final Series now = stream.seriesMap().find(attributes(0));
        anyEvicted |= first != null && first != now;
        first = first != null ? first : now;
      }
      assertThat(anyEvicted).as("series are evicted meanwhile").isTrue();
      for (final Future<?> recorder : recorders) {
        recorder.get(60, TimeUnit.SECONDS);
      }
      total += sumWithin(64, collector);
      assertThat(total).isEqualTo((long) threads * records);
    } finally {
      pool.shutdownNow();
    }
  }

  /** Tables of thousands of entries, which several calls copy and whose successor is prepared. */
  @Test
  void nothingIsLostWhileLargeTablesGrowAndEvictedSeriesAreRemoved() throws Exception {
    final int limit = 10_000;
    final int threads = 4;
    final int waves = 6;
    final int recordsOfWave = 60_000;
    final StreamCollector collector = DeltaSums.create(limit);
    final MetricStream stream = collector.stream();
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    final List<Future<?>> recorders = new ArrayList<>();
    long total = 0;
    int most = 0;
    try {
      for (int t = 0; t < threads; t++) {
        final Random random = new Random(t);
        recorders.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < waves * recordsOfWave; i++) {
                    // Few sets, then more than the limit, so that tables shrink and grow.
                    final int sets = i / recordsOfWave % 2 == 0 ? 300 : 30_000;
                    stream.recordLong(1, attributes(random.nextInt(sets)), Context.root());
                  }
                }));
      }
      boolean running = true;
      while (running) {
        running = recorders.stream().anyMatch(recorder -> !recorder.isDone());
        total += sumWithin(limit, collector);
        most = Math.max(most, stream.seriesMap().entries());
      }
      for (final Future<?> recorder : recorders) {
        recorder.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    total += sumWithin(limit, collector);
    assertThat(total).isEqualTo((long) threads * waves * recordsOfWave);
    assertThat(most).as("entries of the largest table").isGreaterThan(4096);
    assertThat(stream.seriesMap().removals()).as("series removed").isGreaterThan(limit);
  }

  /** The sum of one collection, which has a point for each set and one for the overflow. */
  private static long sumWithin(int limit, StreamCollector collector) {
    final var data = collector.collect(0, 1, new PointPool(false));
    final Set<Attributes> seen = new HashSet<>();
    long sum = 0;
    if (data != null) {
      for (final var point : data.getPoints()) {
        assertThat(seen.add(point.getAttributes())).as("one point for each series").isTrue();
        sum += ((LongPoint) point).getValue();
      }
    }
    assertThat(seen).hasSizeLessThanOrEqualTo(limit + 1);
    return sum;
  }
}
