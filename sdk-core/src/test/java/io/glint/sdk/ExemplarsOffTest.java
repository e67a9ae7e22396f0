package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who has turned exemplars off does not pay for them. */
class ExemplarsOffTest {
  private final AtomicInteger clockReads = new AtomicInteger();
  private final AtomicInteger contextReads = new AtomicInteger();
  private final AtomicInteger reservoirs = new AtomicInteger();

  /** Closing a provider reads the clock as well. */
  private int recordingClockReads;

  private final class CountingClock implements Clock {
    @Override
    public long now() {
      clockReads.getAndIncrement();
      return 1;
    }

    @Override
    public long nanoTime() {
      clockReads.getAndIncrement();
      return 1;
    }
  }

  private final class CountingContext implements Context {
    private final Context sampled = Readers.span(1, true);

    @Override
    public <V> V get(ContextKey<V> key) {
      contextReads.getAndIncrement();
      return sampled.get(key);
    }

    @Override
    public <V> Context with(ContextKey<V> key, V value) {
      throw new UnsupportedOperationException();
    }
  }

  /** Records with the current and an explicit context, in a series that is known. */
  private void record(Kind kind, ExemplarFilter filter) {
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setClock(new CountingClock())
            .setExemplarFilter(filter)
            .registerMetricReader(InMemoryMetricReader.create())
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder()
                    .setExemplarReservoir(
                        settings -> {
                          reservoirs.getAndIncrement();
                          return ExemplarReservoirFactory.fixedSize(1).create(settings);
                        })
                    .build())
            .build()) {
      final Kind.Instrument instrument = kind.make(provider.get("off"));
      final Kind.Bound bound = instrument.bind(Attributes.empty());
      final CountingContext context = new CountingContext();
      instrument.record(1, Attributes.empty());
      clockReads.set(0);
      try (Scope ignored = context.makeCurrent()) {
        instrument.record(1, Attributes.empty());
        bound.record(1);
        bound.record(1, context);
      }
      recordingClockReads = clockReads.get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void neitherClockNorContextIsReadAndNoReservoirIsMade(Kind kind) {
    record(kind, ExemplarFilter.alwaysOff());
    assertThat(recordingClockReads).isZero();
    assertThat(contextReads).hasValue(0);
    assertThat(reservoirs).hasValue(0);
    record(kind, ExemplarFilter.traceBased());
    assertThat(recordingClockReads).as("what the test can see").isPositive();
    assertThat(contextReads).as("what the test can see").hasPositiveValue();
    assertThat(reservoirs).as("what the test can see").hasValue(1);
  }
}
