package io.glint.reservoir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.BitSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExemplarReservoirFactoryTest {
  private static final int MAX = ExemplarVisitor.MAX_SLOTS;

  private static void assertRefused(Supplier<ExemplarReservoirFactory> factory) {
    assertThatThrownBy(factory::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 65536 slots");
  }

  @ParameterizedTest
  @ValueSource(ints = {MAX + 1, 70_000, Integer.MAX_VALUE})
  void aReservoirWithMoreSlotsThanCanBeCollectedIsRefusedWhereItIsSet(int size) {
    assertRefused(() -> ExemplarReservoirFactory.fixedSize(size));
    assertRefused(() -> ExemplarReservoirFactory.extremes(size));
    assertRefused(() -> ExemplarReservoirFactory.extremes(0, size));
    assertRefused(() -> ExemplarReservoirFactory.extremes(1, size - 1));
  }

  @Test
  void theLargestReservoirNumbersItsSlotsUpToTheLast() {
    for (final ExemplarReservoirFactory factory :
        new ExemplarReservoirFactory[] {
          ExemplarReservoirFactory.fixedSize(MAX), ExemplarReservoirFactory.extremes(1, MAX - 1)
        }) {
      final ExemplarReservoir reservoir = factory.create(ReservoirSettings.create(1, () -> 1));
      for (int i = 0; i < MAX; i++) {
        reservoir.offerLong(i, 0, Attributes.empty(), Context.root());
      }
      final BitSet slots = new BitSet();
      reservoir.collect((slot, exemplar) -> slots.set(slot));
      assertThat(slots.cardinality()).isEqualTo(MAX);
      assertThat(slots.length()).isEqualTo(MAX);
    }
  }
}
