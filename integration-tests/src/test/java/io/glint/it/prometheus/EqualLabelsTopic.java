package io.glint.it.prometheus;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.SoftAssertions;

/** Attribute sets that differ, but not as labels. */
final class EqualLabelsTopic extends Topic {
  private static final List<Attributes> SETS =
      List.of(
          Attributes.of(AttributeKey.stringKey("a.b"), "x"),
          Attributes.of(AttributeKey.stringKey("a_b"), "x"),
          Attributes.of(AttributeKey.stringKey("n"), "1"),
          Attributes.of(AttributeKey.longKey("n"), 1L),
          Attributes.of(AttributeKey.stringKey("日本"), "x"),
          Attributes.of(AttributeKey.stringKey("中国"), "x"));

  private LongCounter counter;
  private LongUpDownCounter upDown;
  private DoubleHistogram histogram;
  private DoubleGauge gauge;
  private double steps;

  EqualLabelsTopic() throws IOException {
    super("equal_labels");
  }

  @Override
  void instruments() {
    final Meter meter = provider.get("labels");
    counter = meter.counterBuilder("counter").build();
    upDown = meter.upDownCounterBuilder("updown").build();
    histogram =
        meter
            .histogramBuilder("histogram")
            .setExplicitBucketBoundariesAdvice(List.of(10.0))
            .build();
    gauge = meter.gaugeBuilder("gauge").build();
  }

  @Override
  void step(int number) {
    steps++;
    for (int i = 0; i < SETS.size(); i++) {
      final int value = 5 + i;
      final Attributes attributes = SETS.get(i);
      upDown.add(-value, attributes);
      gauge.set(value, attributes);
      inSpan(
          context -> {
            counter.add(value, attributes, context);
            histogram.record(value, attributes, context);
          });
    }
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    // The values of each pair of sets: 5 and 6, 7 and 8, 9 and 10.
    check(atServer, softly, "a_b", "x", 11, 6);
    check(atServer, softly, "n", "1", 15, 8);
    check(atServer, softly, "key_", "x", 19, 10);
    softly.assertThat(exemplarsShown()).as("exemplars").isPositive();
  }

  private void check(
      Exposition atServer,
      SoftAssertions softly,
      String label,
      String value,
      double sum,
      double largest) {
    softly
        .assertThat(atServer.value("counter_total", label, value))
        .as("counter " + label)
        .isEqualTo(sum * steps);
    softly
        .assertThat(atServer.value("updown", label, value))
        .as("updown " + label)
        .isEqualTo(-sum * steps);
    softly
        .assertThat(atServer.value("histogram_count", label, value))
        .as("histogram " + label)
        .isEqualTo(2.0 * steps);
    softly
        .assertThat(atServer.value("histogram_sum", label, value))
        .as("histogram " + label)
        .isEqualTo(sum * steps);
    softly
        .assertThat(atServer.value("gauge", label, value))
        .as("gauge " + label)
        .isIn(largest - 1, largest);
  }
}
