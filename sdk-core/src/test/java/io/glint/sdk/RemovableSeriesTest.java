package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A series that its application has done with ends when each reader has had it. */
class RemovableSeriesTest extends EndingSeriesFixture {
  private LongCounter counter(InMemoryMetricReader... readers) {
    return meter(builder(readers)).counterBuilder("counter").build();
  }

  private static void remove(Object instrument, Attributes attributes) {
    assertThat(GlintMeterProvider.setSeriesRemovable(instrument, attributes, true)).isTrue();
  }

  /** The values by the attribute; a collection, half a minute after the one before. */
  private Map<String, Long> values(InMemoryMetricReader reader) {
    clock.advance(Duration.ofSeconds(30));
    final Map<String, Long> values = new TreeMap<>();
    final MetricData metric = collect(reader, "counter");
    if (metric != null) {
      for (final LongPointData point : metric.getLongSumData().getPoints()) {
        values.put(String.valueOf(point.getAttributes().get(KEY)), point.getValue());
      }
    }
    return values;
  }

  @Test
  void itHasItsLastValueForTwoCollectionsAndThenNoPoint() {
    final LongCounter counter = counter(reader);
    counter.add(1, A);
    counter.add(2, B);
    assertThat(values(reader)).isEqualTo(Map.of("a", 1L, "b", 2L));
    counter.add(10, A);
    remove(counter, A);
    for (int i = 0; i < 2; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("a", 11L, "b", 2L));
    }
    for (int i = 0; i < 3; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("b", 2L));
    }
  }

  @Test
  void eachReaderHasItsLastValue() {
    final LongCounter counter = counter(reader, other);
    counter.add(1, A);
    remove(counter, A);
    assertThat(values(reader)).isEqualTo(Map.of("a", 1L));
    assertThat(values(reader)).as("the other one has not had it").isEqualTo(Map.of("a", 1L));
    assertThat(values(other)).isEqualTo(Map.of("a", 1L));
    assertThat(values(reader)).isEmpty();
    assertThat(values(other)).isEmpty();
  }

  @Test
  void itMakesRoomBelowTheLimit() {
    final LongCounter counter = counter(reader);
    counter.add(1, A);
    counter.add(1, B);
    remove(counter, A);
    for (int i = 0; i < 2; i++) {
      assertThat(values(reader)).containsKey("b");
    }
    counter.add(5, Attributes.of(KEY, "c"));
    assertThat(values(reader)).isEqualTo(Map.of("b", 1L, "c", 5L));
  }

  @Test
  void whatIsRecordedLaterBeginsANewSeries() {
    final LongCounter counter = counter(reader);
    counter.add(1, A);
    remove(counter, A);
    for (int i = 0; i < 2; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("a", 1L));
    }
    assertThat(values(reader)).isEmpty();
    final long before = clock.now();
    counter.add(7, A);
    final LongPointData point =
        collect(reader, "counter").getLongSumData().getPoints().iterator().next();
    assertThat(point.getValue()).isEqualTo(7);
    assertThat(point.getStartEpochNanos()).isGreaterThanOrEqualTo(before);
    assertThat(values(reader)).as("it stays").isEqualTo(Map.of("a", 7L));
  }

  @Test
  void whatIsStillRecordedBeforeItEndsIsNotLost() {
    final LongCounter counter = counter(reader);
    counter.add(1, A);
    remove(counter, A);
    for (long value = 2; value < 6; value++) {
      counter.add(1, A);
      assertThat(values(reader)).isEqualTo(Map.of("a", value));
    }
    assertThat(values(reader)).isEqualTo(Map.of("a", 5L));
    assertThat(values(reader)).isEmpty();
  }

  @Test
  void itCanBeTakenBack() {
    final LongCounter counter = counter(reader);
    counter.add(1, A);
    remove(counter, A);
    assertThat(values(reader)).isEqualTo(Map.of("a", 1L));
    assertThat(GlintMeterProvider.setSeriesRemovable(counter, A, false)).isTrue();
    for (int i = 0; i < 3; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("a", 1L));
    }
  }

  @Test
  void underDeltaTemporalityItIsDroppedWithTheFirstIntervalThatIsEmpty() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final LongCounter counter = counter(delta);
    counter.add(1, A);
    remove(counter, A);
    assertThat(values(delta)).isEqualTo(Map.of("a", 1L));
    assertThat(values(delta)).isEmpty();
    counter.add(4, A);
    assertThat(values(delta)).isEqualTo(Map.of("a", 4L));
  }

  @Test
  void aSeriesInWhichAViewHasJoinedOthersStays() {
    final LongCounter counter = counterWithout("key");
    counter.add(1, A);
    counter.add(1, B);
    remove(counter, A);
    for (int i = 0; i < 4; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("null", 2L));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSeriesThatAViewLetsOthersShareStays(boolean isSharedBefore) {
    final LongCounter counter = counterWithout("user");
    final Attributes withUser = Attributes.of(KEY, "a", AttributeKey.stringKey("user"), "u");
    counter.add(1, A);
    if (isSharedBefore) {
      counter.add(1, withUser);
    }
    remove(counter, A);
    if (!isSharedBefore) {
      counter.add(1, withUser);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("a", 2L));
    }
  }

  @Test
  void oneThatABoundInstrumentSharesStaysToo() {
    final LongCounter counter = counterWithout("user");
    final MetricStream stream = ((SyncInstrument) counter).streams().get(0);
    stream.bind(Attributes.of(KEY, "a", AttributeKey.stringKey("user"), "u"));
    remove(counter, A);
    assertThat(stream.seriesMap().find(A).isRemovable()).isFalse();
  }

  @Test
  void aViewThatKeepsAllOfItsAttributesLetsASeriesEnd() {
    final LongCounter counter = counterWithout("user");
    counter.add(1, A);
    remove(counter, A);
    for (int i = 0; i < 2; i++) {
      assertThat(values(reader)).isEqualTo(Map.of("a", 1L));
    }
    assertThat(values(reader)).isEmpty();
  }

  /** A view removes the attribute with this key. */
  private LongCounter counterWithout(String key) {
    return meter(
            builder(reader)
                .registerView(
                    InstrumentSelector.builder().setName("*").build(),
                    GlintView.builder().setExcludedAttributeKeys(Set.of(key)).build()))
        .counterBuilder("counter")
        .build();
  }

  @Test
  void anUnknownSeriesIsNoProblemAndADifferentInstrumentIsLeftAlone() {
    final LongCounter counter = counter(reader);
    remove(counter, A);
    assertThat(values(reader)).isEmpty();
    assertThat(
            GlintMeterProvider.setSeriesRemovable(
                MeterProvider.noop().get("other").counterBuilder("counter").build(), A, true))
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void histogramsToo(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    final DoubleHistogram histogram = meter(builder(reader)).histogramBuilder("histogram").build();
    histogram.record(1, A);
    remove(histogram, A);
    final int collections = temporality == AggregationTemporality.DELTA ? 1 : 2;
    for (int i = 0; i < collections; i++) {
      clock.advance(Duration.ofSeconds(30));
      assertThat(collect(reader, "histogram").getHistogramData().getPoints()).hasSize(1);
    }
    clock.advance(Duration.ofSeconds(30));
    assertThat(collect(reader, "histogram")).isNull();
  }
}
