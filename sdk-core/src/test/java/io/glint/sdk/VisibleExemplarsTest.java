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

  private static Exemplar offered(long value) {
    final Exemplar exemplar = new Exemplar();
    exemplar.setLong(value, 0, Attributes.empty(), Readers.span(value, true));
    return exemplar;
  }

  private static ShownExemplar exemplar(long value, long time) {
    return ShownExemplar.create(true).set(offered(value), Attributes.empty(), time);
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
        final VisibleExemplars next = visible.replacedBy(newer);
        assertThat(visible).isEqualTo(before);
        assertThat(next).containsExactlyElementsOf(expected.values());
        visible = next;
      }
    }
  }

  @Test
  void isNoOtherWhereNothingIsNew() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(new ShownExemplar[] {null, exemplar(1, 1)});
    assertThat(visible.replacedBy(new ShownExemplar[3])).isSameAs(visible);
    assertThat(visible.until(1)).isSameAs(visible);
  }

  @Test
  void movesTimesBeforeTheEndOfThePoint() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(
            new ShownExemplar[] {exemplar(1, 5), null, exemplar(2, 9)});
    assertThat(times(visible)).containsExactly(5L, 9L);
    assertThat(times(visible.until(7))).containsExactly(5L, 7L);
    assertThat(times(visible)).containsExactly(5L, 9L);
    assertThat(visible.until(7).get(1).getSpanContext()).isEqualTo(Readers.spanContext(2, true));
  }

  @Test
  void overwritesWhatItHas() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(
            new ShownExemplar[] {null, exemplar(1, 1), null, exemplar(3, 1)});
    assertThat(visible.overwrite(0, offered(9), ATTRIBUTES, 2)).isFalse();
    assertThat(visible.overwrite(2, offered(9), ATTRIBUTES, 2)).isFalse();
    assertThat(visible.overwrite(4, offered(9), ATTRIBUTES, 2)).isFalse();
    assertThat(visible.overwrite(3, offered(4), ATTRIBUTES, 7)).isTrue();
    assertThat(visible)
        .containsExactly(
            LongExemplarData.create(Attributes.empty(), 1, Readers.spanContext(1, true), 1),
            LongExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(4, true), 4));
    assertThat(times(visible.until(6))).containsExactly(1L, 6L);
    visible.overwrite(3, offered(5), ATTRIBUTES, 2);
    assertThat(visible.until(6)).as("the late one is gone").isSameAs(visible);
    assertThat(VisibleExemplars.NONE.overwrite(0, offered(9), ATTRIBUTES, 2)).isFalse();
  }

  @Test
  void showsOnlyTheFreshWhereThatIsAskedFor() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(
            new ShownExemplar[] {exemplar(1, 1), exemplar(2, 1), exemplar(3, 9)});
    visible.showFresh();
    assertThat(visible).hasSize(3);
    visible.overwrite(2, offered(4), ATTRIBUTES, 2);
    visible.overwrite(0, offered(5), ATTRIBUTES, 3);
    visible.showFresh();
    assertThat(times(visible)).containsExactly(3L, 2L);
    assertThat(times(visible.until(2))).containsExactly(2L, 2L);
    final ExemplarData gone = visible.get(0);
    assertThat(gone.getFilteredAttributes()).isEqualTo(ATTRIBUTES);
    assertThatThrownBy(() -> visible.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    final VisibleExemplars more =
        visible.replacedBy(new ShownExemplar[] {null, null, null, exemplar(6, 4)});
    more.showFresh();
    assertThat(times(more)).containsExactly(4L);
    more.showFresh();
    assertThat(more).isEmpty();
    assertThat(gone.getFilteredAttributes()).isEqualTo(Attributes.empty());
    assertThat(gone.getSpanContext().isValid()).isFalse();
    VisibleExemplars.NONE.showFresh();
    assertThat(VisibleExemplars.NONE).isEmpty();
  }

  private static List<Long> times(List<ExemplarData> exemplars) {
    final List<Long> times = new ArrayList<>();
    exemplars.forEach(exemplar -> times.add(exemplar.getEpochNanos()));
    return times;
  }

  @Test
  void cannotBeChanged() {
    final VisibleExemplars visible =
        VisibleExemplars.NONE.replacedBy(new ShownExemplar[] {exemplar(1, 1)});
    assertThatThrownBy(() -> visible.set(0, exemplar(2, 2)))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(visible::clear).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void exemplarsEqualThoseOfTheStockSdk() {
    final Exemplar exemplar = new Exemplar();
    exemplar.setDouble(1.5, 0, Attributes.empty(), Readers.span(3, true));
    final ShownExemplar shown = ShownExemplar.create(false).set(exemplar, ATTRIBUTES, 7);
    assertThat(shown)
        .isEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(3, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(4, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 8, Readers.spanContext(3, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(3, true), 1))
        .isEqualTo(ShownExemplar.create(false).set(exemplar, ATTRIBUTES, 7))
        .hasSameHashCodeAs(ShownExemplar.create(false).set(exemplar, ATTRIBUTES, 7));
    exemplar.setLong(5, 0, Attributes.empty(), Context.root());
    assertThat(ShownExemplar.create(true).set(exemplar, ATTRIBUTES, 7))
        .isEqualTo(LongExemplarData.create(ATTRIBUTES, 7, SpanContext.getInvalid(), 5))
        .isNotEqualTo(shown);
  }
}
