package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Overflow;
import io.glint.testing.ForwardingAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attributes that do not equal themselves, as a wrapper does whose {@code equals} asks what it
 * wraps: one object has one series, and costs no other attribute set its own.
 */
class UnequalAttributesTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final AttributeKey<Long> REMOVED = AttributeKey.longKey("removed");

  private static Attributes attributes(long value) {
    return Attributes.of(KEY, value);
  }

  @ParameterizedTest
  @EnumSource
  void oneObjectHasOneSeries(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final LongCounter counter = provider.get("unequal").counterBuilder("counter").build();
      final Attributes wrapped = new Wrapper(attributes(1));
      counter.add(5, attributes(2));
      counter.add(1, wrapped);
      counter.add(1, wrapped);
      assertThat(points(reader))
          .extracting(LongPointData::getValue)
          .containsExactlyInAnyOrder(5L, 2L);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theyFillNothing(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final LongCounter counter = provider.get("unequal").counterBuilder("counter").build();
      for (int i = 0; i < 1100; i++) {
        counter.add(1, attributes(i));
      }
      final Attributes wrapped = new Wrapper(attributes(-1));
      counter.add(1, wrapped);
      counter.add(1, wrapped);
      counter.add(1, new Wrapper(attributes(-1)));
      for (int i = 2000; i < 2100; i++) {
        counter.add(1, attributes(i));
      }
      final Collection<LongPointData> points = points(reader);
      assertThat(points).hasSize(1202);
      assertThat(points.stream().mapToLong(LongPointData::getValue).sum()).isEqualTo(1203);
      assertThat(points)
          .extracting(LongPointData::getAttributes)
          .doesNotContain(Overflow.ATTRIBUTES);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aViewThatRemovesAnotherAttributeFindsTheirSeries(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setExcludedAttributeKeys(Set.of(REMOVED.getKey())).build())
            .build()) {
      final LongCounter counter = provider.get("unequal").counterBuilder("counter").build();
      final Attributes wrapped = new Wrapper(attributes(1).toBuilder().put(REMOVED, 7L).build());
      for (int i = 0; i < 100; i++) {
        counter.add(1, wrapped);
      }
      assertThat(points(reader)).extracting(LongPointData::getValue).containsExactly(100L);
      assertThat(((SyncInstrument) counter).first.aliasCount()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void observationsOfOneObjectAddUp(AggregationTemporality temporality) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final Meter meter = provider.get("unequal");
      final Attributes wrapped = new Wrapper(attributes(1));
      meter
          .upDownCounterBuilder("counter")
          .buildWithCallback(
              measurement -> {
                measurement.record(1, wrapped);
                measurement.record(1, wrapped);
              });
      assertThat(points(reader)).extracting(LongPointData::getValue).containsExactly(2L);
    }
  }

  private static Collection<LongPointData> points(InMemoryMetricReader reader) {
    return List.copyOf(Readers.collect(reader, "counter").getLongSumData().getPoints());
  }

  /** Asks what it wraps whether that is equal to the wrapper: it never is. */
  private static final class Wrapper extends ForwardingAttributes {

    Wrapper(Attributes wrapped) {
      super(wrapped);
    }

    @Override
    public boolean equals(Object other) {
      return attributes.equals(other);
    }

    @Override
    public int hashCode() {
      return attributes.hashCode();
    }
  }
}
