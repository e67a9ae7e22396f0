package io.glint.examples.webstore.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.web.Format;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TraceTest {

  private final TraceSpan server = span("a", "", "server", 0, 100);
  private final TraceSpan reserve = span("b", "a", "reserve", 5, 15);
  private final TraceSpan charge = span("c", "a", "charge", 20, 95);

  @Test
  void theSlowestSpanIsTheOneThatSpentMostTimeByItself() {
    final Trace trace = trace(reserve, charge, server);

    assertThat(trace.slowest()).contains(charge);
    assertThat(trace.ownNanos(server)).isEqualTo(15);
    assertThat(Format.blame(trace)).startsWith("charge took 75 % of ");
  }

  @Test
  void overlappingChildrenAreNotSubtractedTwice() {
    final TraceSpan parallel = span("d", "a", "parallel", 10, 60);

    assertThat(trace(server, reserve, charge, parallel).ownNanos(server)).isEqualTo(10);
  }

  @Test
  void rowsGoFromParentToChildInOrderOfTime() {
    assertThat(trace(charge, reserve, server).rows())
        .extracting(row -> row.depth() + " " + row.span().name())
        .containsExactly("0 server", "1 reserve", "1 charge");
  }

  @Test
  void aSpanWhoseParentIsElsewhereIsARoot() {
    final Trace trace = trace(span("c", "remote", "charge", 20, 95));

    assertThat(trace.name()).isEqualTo("charge");
    assertThat(trace.nanos()).isEqualTo(75);
  }

  @Test
  void aTraceWithoutEndedSpansHasNothingToBlame() {
    assertThat(trace().slowest()).isEmpty();
    assertThat(Format.blame(trace())).isEmpty();
  }

  private static Trace trace(TraceSpan... spans) {
    return new Trace("0af7651916cd43dd8448eb211c80319c", List.of(spans), 0, false);
  }

  private static TraceSpan span(String id, String parent, String name, long start, long end) {
    return new TraceSpan(
        id,
        parent,
        name,
        SpanKind.INTERNAL,
        start,
        end,
        /* failure= */ Optional.empty(),
        Attributes.empty(),
        List.of());
  }
}
