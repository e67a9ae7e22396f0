package io.glint.examples.webstore.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.telemetry.Backends;
import io.glint.examples.webstore.telemetry.Telemetry;
import io.glint.examples.webstore.traces.TraceStore;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MonitorTest {

  private final Telemetry telemetry =
      new Telemetry("127.0.0.1", 0, URI.create("http://127.0.0.1/"), 1.0, 0, Backends.NONE);
  private final Monitor monitor = new Monitor(telemetry);
  private final DoubleHistogram payments =
      telemetry
          .openTelemetry()
          .getMeter(Signals.SCOPE)
          .histogramBuilder(Signals.PAYMENT_DURATION)
          .setExplicitBucketBoundariesAdvice(Signals.SECONDS)
          .build();

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void theTraceOfADotIsKeptForAsLongAsTheDotIsInTheWindow() {
    final String slow = pay(2.0);
    monitor.tick();
    fillTheStore();

    assertThat(monitor.slicesAfter(-1).get(0).dots())
        .singleElement()
        .returns(slow, Interval.Linked::traceId);
    assertThat(telemetry.traces().find(slow)).isPresent();

    for (int i = 0; i < Monitor.WINDOW; i++) {
      monitor.tick();
    }
    assertThat(monitor.slicesAfter(-1))
        .hasSize(Monitor.WINDOW)
        .allSatisfy(slice -> assertThat(slice.dots()).isEmpty());
    fillTheStore();
    assertThat(telemetry.traces().find(slow)).isEmpty();
  }

  @Test
  void onlyNewerSlicesAreHandedOut() {
    monitor.tick();
    monitor.tick();
    monitor.tick();

    assertThat(monitor.slicesAfter(0)).extracting(Slice::number).containsExactly(1L, 2L);
    assertThat(monitor.slicesAfter(2)).isEmpty();
  }

  @Test
  void aReportTellsOfAllSlicesSinceTheLastOne() {
    pay(0.02);
    monitor.tick();
    pay(1.2);
    monitor.tick();

    assertThat(monitor.look().interval().payments().count()).isEqualTo(2);
    assertThat(monitor.look().interval().payments().count()).isZero();
  }

  private void fillTheStore() {
    for (int i = 0; i < TraceStore.CAPACITY; i++) {
      telemetry.openTelemetry().getTracer("test").spanBuilder("other").startSpan().end();
    }
  }

  private String pay(double seconds) {
    final Span span =
        telemetry.openTelemetry().getTracer("test").spanBuilder("payment").startSpan();
    payments.record(
        seconds,
        Attributes.of(Signals.COUNTRY, "FR", Signals.METHOD, "card"),
        Context.root().with(span));
    span.end();
    return span.getSpanContext().getTraceId();
  }
}
