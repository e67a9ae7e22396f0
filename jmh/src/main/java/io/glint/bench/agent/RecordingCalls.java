package io.glint.bench.agent;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.DoubleConsumer;

/**
 * What a recording call of the application costs under the agent, in a sampled span: with the
 * attributes in the call, and with an instrument that is bound to them. Through the agent's bridge,
 * as the application calls.
 */
record RecordingCalls(
    double lookedUpNanos, double lookedUpBytes, double boundNanos, double boundBytes) {

  private static final int CALLS = 200_000;
  private static final int BATCHES = 25;

  /** What the compiler needs until it has settled. */
  private static final int WARM_UP = 10;

  private static final int VALUES = 1024;

  @SuppressWarnings("try") // Opened for its effect.
  static RecordingCalls measure() {
    final DoubleHistogram histogram =
        GlobalOpenTelemetry.getMeter("recording").histogramBuilder("recording.calls").build();
    final Attributes attributes =
        Attributes.of(
            AttributeKey.stringKey("http.request.method"),
            "GET",
            AttributeKey.stringKey("http.route"),
            "/cart",
            AttributeKey.longKey("http.response.status_code"),
            200L);
    final var bound = ((ExtendedDoubleHistogram) histogram).bind(attributes);
    final Batches lookedUp = new Batches(value -> histogram.record(value, attributes));
    final Batches ofBound = new Batches(bound::record);
    final Span span = GlobalOpenTelemetry.getTracer("recording").spanBuilder("calls").startSpan();
    try (Scope scope = span.makeCurrent()) {
      for (int i = 0; i < BATCHES; i++) {
        lookedUp.run(i);
        ofBound.run(i);
      }
    } finally {
      span.end();
    }
    return new RecordingCalls(lookedUp.nanos(), lookedUp.bytes(), ofBound.nanos(), ofBound.bytes());
  }

  /** As one line, which {@link #parse} reads. */
  String toLine() {
    return lookedUpNanos + " " + lookedUpBytes + " " + boundNanos + " " + boundBytes;
  }

  static RecordingCalls parse(String line) {
    final double[] numbers =
        Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
    return new RecordingCalls(numbers[0], numbers[1], numbers[2], numbers[3]);
  }

  /** Calls of one kind. */
  private static final class Batches {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final double[] nanos = new double[BATCHES];
    private final double[] bytes = new double[BATCHES];
    private final DoubleConsumer call;

    Batches(DoubleConsumer call) {
      this.call = call;
    }

    void run(int batch) {
      final long allocated = THREADS.getCurrentThreadAllocatedBytes();
      final long begin = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        call.accept(i % VALUES);
      }
      nanos[batch] = (double) (System.nanoTime() - begin) / CALLS;
      bytes[batch] = (double) (THREADS.getCurrentThreadAllocatedBytes() - allocated) / CALLS;
    }

    double nanos() {
      return median(nanos);
    }

    double bytes() {
      return median(bytes);
    }

    private static double median(double[] all) {
      final double[] settled = Arrays.copyOfRange(all, WARM_UP, all.length);
      Arrays.sort(settled);
      return settled[settled.length / 2];
    }
  }
}
