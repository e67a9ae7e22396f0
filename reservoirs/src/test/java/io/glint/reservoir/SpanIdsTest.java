package io.glint.reservoir;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.internal.ReadableSpanIds;
import io.glint.reservoir.internal.SpanIds;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpanIdsTest {
  private static final String TRACE_ID = "0123456789abcdeffedcba9876543210";
  private static final String SPAN_ID = "fedcba9876543210";

  private static SpanContext context(TraceFlags flags, TraceState state) {
    return SpanContext.create(TRACE_ID, SPAN_ID, flags, state);
  }

  private static SpanContext sampled() {
    return context(TraceFlags.getSampled(), TraceState.getDefault());
  }

  private static Exemplar packed(SpanContext context) {
    final Exemplar exemplar = new Exemplar();
    exemplar.setPacked(0, 0, Attributes.empty(), inSpan(context));
    return exemplar;
  }

  /** The same as points show it. */
  private static final class Shown extends ReadableSpanIds {
    Shown(SpanIds exemplar) {
      setSpan(exemplar);
    }

    SpanContext context() {
      return spanContext();
    }
  }

  private static Context inSpan(SpanContext context) {
    return Context.root().with(Span.wrap(context));
  }

  @Test
  void idsBecomeNumbersWithTheFirstByteHighest() {
    final Shown exemplar = new Shown(packed(sampled()));
    assertThat(exemplar.hasNumbers()).isTrue();
    assertThat(exemplar.traceIdHigh()).isEqualTo(0x0123456789abcdefL);
    assertThat(exemplar.traceIdLow()).isEqualTo(0xfedcba9876543210L);
    assertThat(exemplar.spanId()).isEqualTo(0xfedcba9876543210L);
  }

  @ParameterizedTest
  @CsvSource({
    "0123456789abcdeffedcba9876543210, fedcba9876543210",
    "00000000000000000000000000000001, 0000000000000001",
    "10000000000000000000000000000000, 1000000000000000",
    "ffffffffffffffffffffffffffffffff, ffffffffffffffff",
    "00000000000000010000000000000000, 8000000000000000"
  })
  void theContextIsMadeAgainWithAnyFlags(String traceId, String spanId) {
    for (int flags = 0; flags < 256; flags++) {
      final SpanContext context =
          SpanContext.create(
              traceId, spanId, TraceFlags.fromByte((byte) flags), TraceState.getDefault());
      final Exemplar exemplar = packed(context);
      assertThat(exemplar.spanContext()).isEqualTo(context).isNotSameAs(context);
      assertThat(new Shown(exemplar).hasNumbers()).isTrue();
    }
  }

  static Stream<SpanContext> contextsOfWhichNumbersWouldLoseSomething() {
    return Stream.of(
        SpanContext.getInvalid(),
        SpanContext.createFromRemoteParent(
            TRACE_ID, SPAN_ID, TraceFlags.getSampled(), TraceState.getDefault()),
        context(TraceFlags.getSampled(), TraceState.builder().put("vendor", "1").build()),
        new OwnContext(sampled()));
  }

  @ParameterizedTest
  @MethodSource("contextsOfWhichNumbersWouldLoseSomething")
  void otherContextsAreKeptAsTheyAre(SpanContext context) {
    final Exemplar exemplar = packed(context);
    assertThat(exemplar.spanContext()).isSameAs(context);
    assertThat(new Shown(exemplar).hasNumbers()).isFalse();
  }

  @Test
  void nothingOfAnEarlierSpanShowsThrough() {
    final Exemplar exemplar = packed(sampled());
    exemplar.setLong(1, 1, Attributes.empty(), Context.root());
    assertThat(exemplar.spanContext()).isSameAs(SpanContext.getInvalid());
    exemplar.setPacked(1, 1, Attributes.empty(), inSpan(sampled()));
    assertThat(exemplar.spanContext()).isEqualTo(sampled());
    exemplar.clear();
    assertThat(exemplar.spanContext()).isSameAs(SpanContext.getInvalid());
    assertThat(new Shown(exemplar).hasNumbers()).isFalse();
  }

  @Test
  void whatIsTakenOverFromAnotherExemplarIsPackedThen() {
    final Exemplar kept = new Exemplar();
    final SpanContext context = sampled();
    kept.setDouble(1, 1, Attributes.empty(), inSpan(context));
    assertThat(kept.spanContext()).isSameAs(context);
    final Shown copy = new Shown(kept);
    assertThat(copy.hasNumbers()).isTrue();
    final Shown copyOfCopy = new Shown(copy);
    assertThat(copyOfCopy.context()).isEqualTo(context);
  }

  @Test
  void reservoirsKeepNumbersUnlessEachMeasurementReplacesTheLast() {
    assertThat(hasNumbers(ExemplarReservoirFactory.alignedHistogramBucket())).containsOnly(true);
    assertThat(hasNumbers(ExemplarReservoirFactory.fixedSize(2))).containsOnly(true);
    assertThat(hasNumbers(ExemplarReservoirFactory.octaveAligned())).containsOnly(true);
    assertThat(hasNumbers(ExemplarReservoirFactory.extremes(1, 1))).containsOnly(true);
    assertThat(
            hasNumbers(
                ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT)))
        .containsOnly(false);
  }

  private static List<Boolean> hasNumbers(ExemplarReservoirFactory factory) {
    final ExemplarReservoir reservoir = factory.create(ReservoirSettings.create(2, () -> 1));
    final SpanContext context = sampled();
    reservoir.offerDouble(1, 0, Attributes.empty(), inSpan(context));
    reservoir.offerDouble(2, 1, Attributes.empty(), inSpan(context));
    final List<Boolean> found = new ArrayList<>();
    // A context of which only the numbers are kept is made anew.
    reservoir.collect((slot, exemplar) -> found.add(exemplar.spanContext() != context));
    return found;
  }

  /** Of somebody else, who may show more than ids. */
  private record OwnContext(SpanContext context) implements SpanContext {
    @Override
    public String getTraceId() {
      return context.getTraceId();
    }

    @Override
    public String getSpanId() {
      return context.getSpanId();
    }

    @Override
    public TraceFlags getTraceFlags() {
      return context.getTraceFlags();
    }

    @Override
    public TraceState getTraceState() {
      return context.getTraceState();
    }

    @Override
    public boolean isRemote() {
      return false;
    }
  }
}
