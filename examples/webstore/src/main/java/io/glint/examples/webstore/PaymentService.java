package io.glint.examples.webstore;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.SplittableRandom;

/**
 * Talks to a payment gateway that is quick, as a rule. Now and then its first answer never comes
 * and the second attempt pays for both: the latency spike this demo is about.
 */
final class PaymentService {

  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final LongCounter failures;
  private final Dice dice;
  private final int slowEvery;

  PaymentService(OpenTelemetry openTelemetry, Dice dice, int slowEvery) {
    this.dice = dice;
    this.slowEvery = slowEvery;
    this.tracer = openTelemetry.getTracer(Signals.SCOPE);
    Meter meter = openTelemetry.getMeter(Signals.SCOPE);
    this.duration =
        meter
            .histogramBuilder(Signals.PAYMENT_DURATION)
            .setUnit("s")
            .setDescription("Time the payment gateway took.")
            .setExplicitBucketBoundariesAdvice(Signals.SECONDS)
            .build();
    this.failures =
        meter
            .counterBuilder(Signals.PAYMENT_FAILURES)
            .setUnit("{payment}")
            .setDescription("Payments the gateway declined.")
            .build();
  }

  /**
   * Charges the customer.
   *
   * @return whether the gateway accepted
   */
  @SuppressWarnings("try") // The scope is closed, not used: javac would have it used.
  boolean charge(Order order) throws InterruptedException {
    Span span =
        tracer
            .spanBuilder("payment.charge")
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(Signals.COUNTRY, order.country())
            .setAttribute(Signals.METHOD, order.method())
            .startSpan();
    // Recording while this span is current is all that an exemplar needs to name its trace.
    try (Scope scope = span.makeCurrent()) {
      long begin = System.nanoTime();
      boolean accepted = askGateway(order, span);
      double seconds = (System.nanoTime() - begin) / 1e9;
      duration.record(seconds, order.attributes());
      span.setAttribute(Signals.PAYMENT_SECONDS, seconds);
      if (!accepted) {
        failures.add(1, order.attributes());
        span.setStatus(StatusCode.ERROR, "declined");
      }
      return accepted;
    } finally {
      span.end();
    }
  }

  private boolean askGateway(Order order, Span span) throws InterruptedException {
    SplittableRandom chance = dice.roll("payment", order.number());
    if (chance.nextInt(slowEvery) == 0 || order.slow()) {
      Thread.sleep(chance.nextInt(800, 2_440));
      span.addEvent("gateway timed out, second attempt");
    }
    double millis = 18 * Math.exp(0.45 * chance.nextGaussian());
    Thread.sleep(Math.round(Math.max(5, Math.min(60, millis))));
    return chance.nextInt(80) != 0;
  }
}
