package io.glint.sdk.internal.series;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What recorders find a series by before they look for it the long way. */
class SeriesHintTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  private final AtomicInteger hashes = new AtomicInteger();
  private final Attributes one = countingHashes(1);
  private final Attributes two = countingHashes(2);

  /** A limit of 2, so that of two series the one that an interval did not see is dropped. */
  private final StreamCollector collector = DeltaSums.create(2);

  private final MetricStream stream = collector.stream();

  private Attributes countingHashes(long value) {
    final Attributes real = attributes(value);
    return (Attributes)
        Proxy.newProxyInstance(
            Attributes.class.getClassLoader(),
            new Class<?>[] {Attributes.class},
            (proxy, method, args) -> {
              if (method.getName().equals("equals")) {
                return proxy == args[0];
              }
              if (method.getName().equals("hashCode")) {
                hashes.incrementAndGet();
              }
              return method.invoke(real, args);
            });
  }

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  private int hashesOfRecording(Attributes attributes) {
    hashes.set(0);
    stream.recordLong(1, attributes, Context.root());
    return hashes.get();
  }

  private void collect() {
    assertThat(collector.collect(0, 1, new PointPool(false))).isNotNull();
  }

  @Test
  void theOnlySeriesIsFoundWithoutAHash() {
    stream.recordLong(1, one, Context.root());
    assertThat(hashesOfRecording(one)).isZero();
  }

  @Test
  void oneThatWasBoundIsFoundWithoutAHash() {
    assertThat(stream.bind(one)).isNotNull();
    assertThat(hashesOfRecording(one)).isZero();
  }

  @Test
  void withSeveralSeriesNoneIsGuessed() {
    stream.recordLong(1, one, Context.root());
    stream.recordLong(1, two, Context.root());
    assertThat(hashesOfRecording(one)).isOne();
    assertThat(hashesOfRecording(two)).isOne();
  }

  @Test
  void asWithASeriesThatIsOnlyBound() {
    stream.recordLong(1, one, Context.root());
    assertThat(stream.bind(two)).isNotNull();
    assertThat(hashesOfRecording(one)).isOne();
  }

  @Test
  void theLastThatIsLeftIsFoundWithoutAHash() {
    stream.recordLong(1, one, Context.root());
    stream.recordLong(1, two, Context.root());
    collect();
    stream.recordLong(1, one, Context.root());
    collect();
    assertThat(stream.seriesMap().size()).isOne();
    assertThat(hashesOfRecording(one)).isZero();
  }

  @Test
  void attributesOfOverflowAreNotTheOnlySeries() {
    stream.recordLong(1, one, Context.root());
    stream.recordLong(1, Overflow.ATTRIBUTES, Context.root());
    assertThat(hashesOfRecording(one)).isZero();
  }

  @Test
  void aMissRenewsAnIndexOfAnEarlierTable() throws Exception {
    final SeriesMap map = stream.seriesMap();
    final Attributes added = leaveAnOldIndex(map);
    assertThat(map.findOrAdd(added)).isSameAs(map.find(added)).isNotNull();
  }

  @Test
  void aCollectionRenewsAnIndexOfAnEarlierTable() throws Exception {
    final SeriesMap map = stream.seriesMap();
    final Attributes added = leaveAnOldIndex(map);
    final Cell cell = map.findOrAdd(added).acquire();
    ((SumCell) cell).addLong(1);
    cell.release();
    leaveIndex(map, new Series[4]);
    assertThat(map.find(added)).isNull();
    collect();
    assertThat(map.find(added)).isNotNull();
  }

  /** As a thread does that has slept since it read the table. Returns attributes it misses. */
  private static Attributes leaveAnOldIndex(SeriesMap map) throws ReflectiveOperationException {
    final Series[] old = (Series[]) cachedIndex().get(map);
    assertThat(map.tryEvict(map.findOrAdd(attributes(3)), 0)).isTrue();
    map.removeEvicted();
    final Attributes added = attributes(4);
    assertThat(map.findOrAdd(added)).isNotNull();
    leaveIndex(map, old);
    assertThat(map.find(added)).isNull();
    return added;
  }

  private static void leaveIndex(SeriesMap map, Series[] index)
      throws ReflectiveOperationException {
    cachedIndex().set(map, index);
  }

  private static VarHandle cachedIndex() throws ReflectiveOperationException {
    return MethodHandles.privateLookupIn(SeriesMap.class, MethodHandles.lookup())
        .findVarHandle(SeriesMap.class, "cachedIndex", Series[].class);
  }
}
