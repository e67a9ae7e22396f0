package io.glint.sdk.internal.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.reservoir.Exemplar;
import io.glint.sdk.Readers;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.exemplar.RetainedExemplars;
import io.glint.sdk.internal.histogram.BucketIndex;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExemplarUpdateTest {
  private static final Attributes ATTRIBUTES = Attributes.of(AttributeKey.stringKey("k"), "v");

  /** Buckets up to 10, 20 and above. */
  private static final ExemplarLines BUCKETS =
      ExemplarLines.ofBuckets(new BucketIndex(new double[] {10, 20}));

  private static final MeasurementClock CLOCK = new MeasurementClock(Clock.getDefault());

  private final ExemplarUpdate inBuckets =
      new ExemplarUpdate(BUCKETS, () -> MutableExemplarData.create(/* isLong= */ false), CLOCK);

  private RetainedExemplars shown = RetainedExemplars.NONE;

  private static Exemplar offered(double value, long time) {
    final Exemplar exemplar = new Exemplar();
    exemplar.setDouble(value, time, Attributes.empty(), Readers.span(1 + time, true));
    return exemplar;
  }

  private void keep(int slot, double value, long time) {
    inBuckets.keep(slot, offered(value, time), Attributes.empty());
  }

  /** Ends an interval of a cumulative series. */
  private void end(boolean isReused, boolean prefersLargest) {
    shown = inBuckets.applyTo(shown, /* isDelta= */ false, isReused, prefersLargest);
    inBuckets.clear();
  }

  private void end() {
    end(/* isReused= */ false, /* prefersLargest= */ false);
  }

  /** As "value@time", of those that are outranked with a minus. */
  private List<String> texts() {
    final List<String> texts = new ArrayList<>();
    for (final ExemplarData data : shown) {
      final MutableExemplarData exemplar = (MutableExemplarData) data;
      texts.add(
          (exemplar.isOutranked() ? "-" : "")
              + (long) exemplar.doubleValue()
              + "@"
              + exemplar.getEpochNanos());
    }
    return texts;
  }

  @Test
  void anExemplarStaysUntilItsSlotIsFilledAgain() {
    keep(0, 1, 10);
    keep(1, 15, 11);
    keep(3, 25, 12);
    end();
    assertThat(texts()).containsExactly("1@10", "15@11", "25@12");
    keep(1, 16, 20);
    end();
    assertThat(texts()).containsExactly("1@10", "16@20", "25@12");
    final RetainedExemplars before = shown;
    end();
    assertThat(shown).as("nothing is new").isSameAs(before);
  }

  @Test
  void onceTheClockWasSetBackWhatStaysIsStillShownWithoutAllocating() {
    final long[] wallTime = {0};
    final Clock clock =
        new Clock() {
          @Override
          public long now() {
            return wallTime[0];
          }

          @Override
          public long nanoTime() {
            return 0;
          }
        };
    final MeasurementClock setBack = new MeasurementClock(clock);
    wallTime[0] = 2 * MeasurementClock.MAX_AHEAD_NANOS;
    setBack.synchronize();
    wallTime[0] = 100;
    setBack.synchronize();
    assertThat(setBack.wasSetBack()).isTrue();
    final ExemplarUpdate update =
        new ExemplarUpdate(BUCKETS, () -> MutableExemplarData.create(/* isLong= */ false), setBack);
    update.keep(0, offered(1, 10), Attributes.empty());
    final RetainedExemplars first =
        update.applyTo(
            RetainedExemplars.NONE,
            /* isDelta= */ false,
            /* isReused= */ false,
            /* prefersLargest= */ false);
    final var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long before = threads.getCurrentThreadAllocatedBytes();
    RetainedExemplars last = first;
    for (int i = 0; i < 10_000; i++) {
      update.clear();
      last = update.applyTo(last, false, false, false);
    }
    // An array for each of them would take 240,000 bytes.
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000);
    assertThat(last).isSameAs(first);
  }

  @Test
  void theOneThatALineShowsStaysWithoutASlotUntilANewerOneComes() {
    keep(0, 2, 11);
    keep(1, 1, 10);
    end();
    assertThat(texts()).containsExactly("1@10", "2@11");
    keep(0, 15, 20);
    end();
    assertThat(texts()).as("1@10 alone would go back").containsExactly("1@10", "2@11", "15@20");
    keep(1, 16, 30);
    end();
    assertThat(texts()).containsExactly("2@11", "15@20", "16@30");
    keep(2, 3, 40);
    end();
    assertThat(texts()).containsExactly("3@40", "15@20", "16@30");
  }

  @Test
  void anOlderExemplarThatIsCollectedLaterTakesTheSlotAndNotTheLine() {
    keep(0, 1, 10);
    end();
    keep(0, 2, 9);
    end();
    assertThat(texts()).containsExactly("2@9", "1@10");
    keep(0, 3, 8);
    end();
    assertThat(texts()).as("they do not pile up").containsExactly("3@8", "1@10");
    keep(0, 4, 10);
    end();
    assertThat(texts()).as("of the same time").containsExactly("4@10");
  }

  @Test
  void whereTheLargestIsPreferredItIsThatOfTheNewestInterval() {
    keep(0, 9, 10);
    keep(1, 5, 11);
    end(/* isReused= */ false, /* prefersLargest= */ true);
    assertThat(texts()).containsExactly("9@10", "-5@11");
    keep(0, 2, 20);
    end(/* isReused= */ false, /* prefersLargest= */ true);
    assertThat(texts()).as("slot 1 was not filled again").containsExactly("-5@11", "2@20");
    keep(0, 4, 19);
    keep(1, 3, 21);
    end(/* isReused= */ false, /* prefersLargest= */ true);
    assertThat(texts())
        .as("that of the interval before is later than the largest")
        .containsExactly("4@19", "2@20", "-3@21");
    keep(0, 15, 30);
    keep(1, 15, 31);
    end(/* isReused= */ false, /* prefersLargest= */ true);
    assertThat(texts()).as("of equal ones").containsExactly("2@20", "-15@30", "15@31");
  }

  @Test
  void aDeltaPointShowsThoseOfItsInterval() {
    keep(0, 15, 10);
    keep(1, 1, 11);
    for (final boolean isReused : new boolean[] {true, false}) {
      final RetainedExemplars first =
          inBuckets.applyTo(RetainedExemplars.NONE, /* isDelta= */ true, isReused, false);
      assertThat(first).extracting(ExemplarData::getEpochNanos).containsExactly(11L, 10L);
      inBuckets.clear();
      final RetainedExemplars before = isReused ? first : RetainedExemplars.NONE;
      assertThat(inBuckets.applyTo(before, /* isDelta= */ true, isReused, false)).isEmpty();
      inBuckets.clear();
      keep(0, 15, 10);
      keep(1, 1, 11);
    }
  }

  /** Against a plain model, and that no line goes back, whatever the times and the slots. */
  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void whatIsShownIsInOrderCompleteAndNeverGoesBack(boolean isReused, boolean prefersLargest) {
    final SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < 300; run++) {
      shown = RetainedExemplars.NONE;
      final Map<Integer, String> slots = new HashMap<>();
      final Map<Integer, Long> lineTimes = new HashMap<>();
      final int slotCount = 1 + random.nextInt(40);
      for (int interval = 1; interval < 12; interval++) {
        final List<ExemplarData> before = List.copyOf(shown);
        final List<String> textsBefore = texts();
        for (int kept = random.nextInt(2 * slotCount); kept > 0; kept--) {
          final int slot = random.nextInt(slotCount);
          final int value = random.nextInt(30);
          final long time = 100L * interval + random.nextInt(150);
          keep(slot, value, time);
          slots.put(slot, value + "@" + time);
        }
        end(isReused, prefersLargest);
        assertThat(shown.size()).isLessThanOrEqualTo(slotCount + 3);
        assertThat(texts().stream().map(text -> text.replace("-", ""))).containsAll(slots.values());
        assertThat(shown)
            .isSortedAccordingTo(
                Comparator.comparing((ExemplarData exemplar) -> line(exemplar))
                    .thenComparing(ExemplarData::getEpochNanos));
        for (int line = 0; line < 3; line++) {
          final long time = timeOnLine(line);
          assertThat(time).isGreaterThanOrEqualTo(lineTimes.getOrDefault(line, 0L));
          lineTimes.put(line, time);
        }
        if (!isReused) {
          assertThat(before).hasSameSizeAs(textsBefore);
          final RetainedExemplars now = shown;
          shown = new RetainedExemplars();
          final MutableExemplarData[] old = before.toArray(new MutableExemplarData[0]);
          shown.set(old, old.length);
          assertThat(texts()).as("what was shown is not changed").isEqualTo(textsBefore);
          shown = now;
        }
      }
    }
  }

  private static int line(ExemplarData exemplar) {
    return BUCKETS.of(((MutableExemplarData) exemplar).doubleValue());
  }

  /** As an exporter chooses. */
  private long timeOnLine(int line) {
    long time = 0;
    for (final ExemplarData exemplar : shown) {
      if (line(exemplar) == line && !((MutableExemplarData) exemplar).isOutranked()) {
        time = Math.max(time, exemplar.getEpochNanos());
      }
    }
    return time;
  }

  @Test
  void exponentialHistogramsAreSortedByTimeAndKeepTheLatestOfEachOctave() {
    final ExemplarUpdate inOctaves =
        new ExemplarUpdate(ExemplarLines.OCTAVES, () -> MutableExemplarData.create(false), CLOCK);
    inOctaves.keep(0, offered(100, 10), Attributes.empty());
    inOctaves.keep(1, offered(3, 9), Attributes.empty());
    inOctaves.keep(2, offered(-3, 8), Attributes.empty());
    shown = inOctaves.applyTo(shown, false, false, false);
    inOctaves.clear();
    assertThat(texts()).containsExactly("-3@8", "3@9", "100@10");
    inOctaves.keep(0, offered(4, 20), Attributes.empty());
    inOctaves.keep(1, offered(0, 21), Attributes.empty());
    shown = inOctaves.applyTo(shown, false, false, false);
    inOctaves.clear();
    assertThat(texts()).containsExactly("-3@8", "100@10", "4@20", "0@21");
  }

  @ParameterizedTest
  @CsvSource({
    "3, 4, true",
    "4, 4.1, false",
    "2, 4, false",
    "0, 1, false",
    "-3, -2, true",
    "-4, -3, false",
    "-3, 3, false",
    "0, -0.0, true",
    "Infinity, 1.7e308, true",
    "5e-324, 2e-308, true",
  })
  void anOctaveIncludesItsUpperBound(double one, double other, boolean isSame) {
    assertThat(ExemplarLines.OCTAVES.of(one) == ExemplarLines.OCTAVES.of(other)).isEqualTo(isSame);
  }

  @Test
  void ofOneTimeTheSmallerValueComesFirst() {
    final ExemplarUpdate update =
        new ExemplarUpdate(
            ExemplarLines.ONE, () -> MutableExemplarData.create(/* isLong= */ true), CLOCK);
    for (int slot = 0; slot < 2; slot++) {
      final Exemplar exemplar = new Exemplar();
      exemplar.setLong(Long.MAX_VALUE - slot, 5, Attributes.empty(), Context.root());
      update.keep(slot, exemplar, Attributes.empty());
    }
    assertThat(update.applyTo(RetainedExemplars.NONE, true, false, false))
        .extracting(exemplar -> ((LongExemplarData) exemplar).getValue())
        .containsExactly(Long.MAX_VALUE - 1, Long.MAX_VALUE);
  }

  @Test
  void whatIsNotShownAnyMoreLetsGoOfItsMeasurementWhereItIsUsedAgain() {
    inBuckets.keep(0, offered(1, 1), ATTRIBUTES);
    end(/* isReused= */ true, /* prefersLargest= */ false);
    final RetainedExemplars list = shown;
    final ExemplarData gone = shown.get(0);
    assertThat(gone.getFilteredAttributes()).isEqualTo(ATTRIBUTES);
    keep(0, 2, 2);
    end(/* isReused= */ true, /* prefersLargest= */ false);
    assertThat(shown).isSameAs(list);
    assertThat(gone.getFilteredAttributes()).isEqualTo(Attributes.empty());
    assertThat(gone.getSpanContext().isValid()).isFalse();
    keep(0, 3, 3);
    end(/* isReused= */ true, /* prefersLargest= */ false);
    assertThat(shown.get(0)).as("the same object again").isSameAs(gone);
    assertThat(texts()).containsExactly("3@3");
    assertThat(RetainedExemplars.NONE).isEmpty();
  }

  @Test
  void aListCannotBeChanged() {
    keep(0, 1, 1);
    end();
    assertThatThrownBy(() -> shown.set(0, shown.get(0)))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> shown.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> shown.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void exemplarsEqualThoseOfTheStockSdk() {
    final Exemplar exemplar = new Exemplar();
    exemplar.setDouble(1.5, 7, Attributes.empty(), Readers.span(3, true));
    final MutableExemplarData shown =
        MutableExemplarData.create(false).set(0, exemplar, exemplar.epochNanos(), ATTRIBUTES);
    assertThat(shown)
        .isEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(3, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(4, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 8, Readers.spanContext(3, true), 1.5))
        .isNotEqualTo(DoubleExemplarData.create(ATTRIBUTES, 7, Readers.spanContext(3, true), 1))
        .isEqualTo(
            MutableExemplarData.create(false).set(1, exemplar, exemplar.epochNanos(), ATTRIBUTES))
        .hasSameHashCodeAs(
            MutableExemplarData.create(false).set(1, exemplar, exemplar.epochNanos(), ATTRIBUTES));
    exemplar.setLong(5, 7, Attributes.empty(), Context.root());
    assertThat(MutableExemplarData.create(true).set(0, exemplar, exemplar.epochNanos(), ATTRIBUTES))
        .isEqualTo(LongExemplarData.create(ATTRIBUTES, 7, SpanContext.getInvalid(), 5))
        .isNotEqualTo(shown);
  }
}
