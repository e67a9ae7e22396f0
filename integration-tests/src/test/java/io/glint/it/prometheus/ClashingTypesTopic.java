package io.glint.it.prometheus;

import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.SoftAssertions;

/**
 * Names that metrics of different types, or with different descriptions and units, lay claim to,
 * without scope labels, while other meters come and go.
 */
final class ClashingTypesTopic extends Topic {
  private static final int SCOPES = 6;
  private static final int UNRELATED_EVERY = 20;

  /** Each pair both ways, so that it does not matter which scope is collected first. */
  private static final List<List<String>> SCOPE_PAIRS =
      List.of(List.of("one", "other"), List.of("other", "one"));

  private final List<LongCounter> same = new ArrayList<>();
  private final List<LongCounter> counters = new ArrayList<>();
  private final List<LongUpDownCounter> upDowns = new ArrayList<>();
  private double recordedSame;
  private double recorded;

  ClashingTypesTopic() throws IOException {
    super("clashing_types", endpoint -> endpoint.setScopeLabelsEnabled(false), null);
  }

  @Override
  void instruments() {
    for (int i = 0; i < SCOPES; i++) {
      same.add(
          provider
              .get("scope" + i)
              .counterBuilder("e")
              .setDescription("as scope " + i + " tells it")
              .build());
    }
    for (int i = 0; i < SCOPE_PAIRS.size(); i++) {
      final Meter one = provider.get(SCOPE_PAIRS.get(i).get(0));
      final Meter other = provider.get(SCOPE_PAIRS.get(i).get(1));
      counters.add(one.counterBuilder("requests" + i).build());
      upDowns.add(other.upDownCounterBuilder("requests" + i + ".total").build());
      counters.add(one.counterBuilder("jobs" + i).build());
      final AtomicInteger collections = new AtomicInteger();
      other
          .gaugeBuilder("jobs" + i + ".total")
          .buildWithCallback(
              measurement -> {
                if (collections.getAndIncrement() % 2 == 0 || !isRecording()) {
                  measurement.record(1);
                }
              });
    }
  }

  @Override
  void step(int number) {
    final long value = 1L + random.nextInt(5);
    recorded += value;
    counters.forEach(counter -> counter.add(value));
    upDowns.forEach(upDown -> upDown.add(-value));
    for (final LongCounter counter : same) {
      counter.add(value);
      recordedSame += value;
    }
    if (number % UNRELATED_EVERY == 0) {
      provider.get("unrelated" + number).counterBuilder("unrelated" + number).build().add(1);
    }
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    softly.assertThat(atServer.sum("e_total")).as("e of all scopes").isEqualTo(recordedSame);
    for (int i = 0; i < SCOPE_PAIRS.size(); i++) {
      softly.assertThat(Math.abs(atServer.sum("requests" + i + "_total"))).isEqualTo(recorded);
      // The gauge, if it has the name, is 1.
      softly.assertThat(atServer.sum("jobs" + i + "_total")).isIn(recorded, 1.0);
    }
  }
}
