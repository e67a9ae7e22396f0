package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.reservoir.Exemplar;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class VisibleExemplarsTest {
  private static final Attributes ATTRIBUTES = Attributes.of(AttributeKey.stringKey("k"), "v");

  private static ShownExemplar exemplar(long value, long time) {
    final Exemplar exemplar = new Exemplar();
    exemplar.setLong(value, time, Attributes.empty(), Readers.span(value, true));
    return ShownExemplar.ofLong(exemplar, Attributes.empty());
  }

  @Test
  void showsTheNewestOfEachSlotInTheirOrder() {
    final SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < 200; run++) {
      final int slots = 1 + random.nextInt(20);
      final Map<Integer, ExemplarData> expected = new TreeMap<>();
      VisibleExemplars visible = VisibleExemplars.NONE;
      for (int interval = 0; interval < 10; interval++) {
        final ShownExemplar[] newer = new ShownExemplar[random.nextInt(slots + 1)];
        for (int slot = 0; slot < newer.length; slot++) {
          if (random.nextInt(4) == 0) {
            newer[slot] = exemplar(1 + random.nextInt(1_000), 10 + interval);
            expected.put(slot, newer[slot]);
          }
        }
        final List<ExemplarData> before = List.copyOf(visible);
        final VisibleExemplars next = visible.replacedBy(newer, 0);
        assertThat(visible).isEqualTo(before);
        assertThat(next).containsExactlyElementsOf(expected.values());
        visible = next;
      }
    }
  }

  @Test
  void isNoOtherWhereNothingIsNew() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(new ShownExemplar[] {null, exemplar(1, 1)}, 0);
    assertThat(visible.replacedBy(new ShownExemplar[3], 0)).isSameAs(visible);
    assertThat(visible.until(1)).isSameAs(visible);
  }

  @Test
  void movesTimesIntoTheWindowOfThePoint() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(
            new ShownExemplar[] {exemplar(1, 4), null, exemplar(2, 9)}, 5);
    assertThat(times(visible)).containsExactly(5L, 9L);
    assertThat(times(visible.until(7))).containsExactly(5L, 7L);
    assertThat(times(visible)).containsExactly(5L, 9L);
    assertThat(visible.until(7).get(1).getSpanContext()).isEqualTo(Readers.spanContext(2, true));
  }

  private static List<Long> times(List<ExemplarData> exemplars) {
    final List<Long> times = new ArrayList<>();
    exemplars.forEach(exemplar -> times.add(exemplar.getEpochNanos()));
    return times;
  }

  @Test
  void cannotBeChanged() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(new ShownExemplar[] {exemplar(1, 1)}, 0);
    assertThatThrownBy(() -> visible.set(0, exemplar(2, 2)))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(visible::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void exemplarsEqualThoseOfTheStockSdk() {
    final Exemplar exemplar = new Exemplar();
    exemplar.setDouble(1.5, 7, Attributes.empty(), Readers.span(3, true));
    final ShownExemplar shown = ShownExemplar.ofDouble(exemplar, ATTRIBUTES);
    assertThat(shown)
        .isEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(3, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(4, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 8, Readers.spanContext(3, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(3, true), 1))
        .isEqualTo(ShownExemplar.ofDouble(exemplar, ATTRIBUTES))
        .hasSameHashCodeAs(ShownExemplar.ofDouble(exemplar, ATTRIBUTES));
    exemplar.setLong(5, 7, Attributes.empty(), Context.root());
    assertThat(ShownExemplar.ofLong(exemplar, ATTRIBUTES))
        .isEqualTo(LongExemplarData.create(ATTRIBUTES, 7, SpanContext.getInvalid(), 5))
        .isNotEqualTo(shown);
  }
}
