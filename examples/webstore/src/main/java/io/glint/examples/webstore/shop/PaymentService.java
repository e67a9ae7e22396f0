package io.glint.examples.webstore.shop;

import io.glint.examples.webstore.shop.PaymentProvider.TimeOut;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;

/**
 * Takes the money, and measures how long that took. A first request to the provider that gets no
 * answer is followed by a second: the customer waits for both. That is the latency spike that this
 * demo is about.
 */
public final class PaymentService {

  private static final int ATTEMPTS = 2;

  private final Tracer tracer;
  private final PaymentProvider provider;
  private final DoubleHistogram duration;
  private final DoubleHistogram stockDuration;
  private final LongCounter failures;

  /**
   * Creates the service.
   *
   * @param stock a meter of the stock SDK, which gets every payment too, for the comparison on the
   *     start page; a real shop has one meter
   */
  public PaymentService(OpenTelemetry openTelemetry, Meter stock, PaymentProvider provider) {
    this.provider = provider;
    this.tracer = openTelemetry.getTracer(Signals.SCOPE);
    final Meter meter = openTelemetry.getMeter(Signals.SCOPE);
    this.duration = duration(meter);
    this.stockDuration = duration(stock);
    this.failures =
        meter
            .counterBuilder(Signals.PAYMENT_FAILURES)
            .setUnit("{payment}")
            .setDescription("Payments that were declined.")
            .build();
  }

  private static DoubleHistogram duration(Meter meter) {
    return meter
        .histogramBuilder(Signals.PAYMENT_DURATION)
        .setUnit("s")
        .setDescription("Time a payment took, all attempts included.")
        .setExplicitBucketBoundariesAdvice(Signals.SECONDS)
        .build();
  }

  /**
   * Charges the customer.
   *
   * @return whether the payment was accepted
   */
  boolean charge(Order order) throws InterruptedException {
    final Span span =
        tracer
            .spanBuilder(Signals.PAYMENT_SPAN)
            .setAttribute(Signals.COUNTRY, order.country())
            .setAttribute(Signals.METHOD, order.method())
            .startSpan();
    // Recording while this span is current is all that an exemplar needs to name its trace.
    try (Scope scope = span.makeCurrent()) {
      final long begin = System.nanoTime();
      final boolean accepted = askProvider(order);
      final double seconds = (System.nanoTime() - begin) / 1e9;
      duration.record(seconds, order.attributes());
      stockDuration.record(seconds, order.attributes());
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

  private boolean askProvider(Order order) throws InterruptedException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      final Span span =
          tracer
              .spanBuilder("ask payment provider")
              .setSpanKind(SpanKind.CLIENT)
              .setAttribute("attempt", attempt)
              .startSpan();
      try {
        return provider.charge(order, attempt);
      } catch (TimeOut noAnswer) {
        span.setStatus(StatusCode.ERROR, noAnswer.getMessage());
      } finally {
        span.end();
      }
    }
    return false;
  }
}
