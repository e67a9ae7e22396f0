package io.glint.it.prometheus;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.assertj.core.api.SoftAssertions;

/** Connections that are opened and closed, as observable instruments see them. */
final class ObservablesTopic extends Topic {
  private static final int CONNECTIONS = 8;

  private final AtomicLongArray bytes = new AtomicLongArray(CONNECTIONS);
  private final AtomicIntegerArray open = new AtomicIntegerArray(CONNECTIONS);

  ObservablesTopic() throws IOException {
    super("observables");
  }

  @Override
  void instruments() {
    final Meter meter = provider.get("connections");
    meter.counterBuilder("sent").setUnit("By").buildWithCallback(this::observe);
    meter.upDownCounterBuilder("buffered").buildWithCallback(this::observe);
    meter.gaugeBuilder("last").ofLongs().buildWithCallback(this::observe);
  }

  private void observe(ObservableLongMeasurement measurement) {
    for (int i = 0; i < CONNECTIONS; i++) {
      if (open.get(i) != 0) {
        measurement.record(
            bytes.get(i), Attributes.of(AttributeKey.longKey("connection"), (long) i));
      }
    }
  }

  @Override
  void step(int number) {
    if (number % 10 == 0) {
      final int connection = random.nextInt(CONNECTIONS);
      open.set(connection, 1 - open.get(connection));
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      bytes.addAndGet(i, random.nextInt(100));
    }
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    for (int i = 0; i < CONNECTIONS; i++) {
      final Double expected = open.get(i) != 0 ? (double) bytes.get(i) : Double.NaN;
      for (final String metric : new String[] {"sent_bytes_total", "buffered", "last"}) {
        softly
            .assertThat(atServer.value(metric, "connection", Integer.toString(i)))
            .as("%s of connection %d", metric, i)
            .isEqualTo(expected);
      }
    }
  }
}
