package io.glint.sdk.internal.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutcomeCountsTest {
  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("shop");

  @Test
  void eachScopeMetricAndOutcomeHasACountOfItsOwn() {
    final OutcomeCounts counts = new OutcomeCounts();
    counts.add(SCOPE, "a", Outcome.EXPORTED, 3);
    counts.add(SCOPE, "a", Outcome.EXPORTED, 4);
    counts.add(SCOPE, "a", Outcome.EXPORT_FAILED, 1);
    assertThat(counts.get(SCOPE, "a", Outcome.EXPORTED)).isEqualTo(7);
    assertThat(counts.get(SCOPE, "a", Outcome.EXPORT_FAILED)).isEqualTo(1);
    assertThat(counts.get(SCOPE, "b", Outcome.EXPORTED)).isZero();
    assertThat(counts.get(InstrumentationScopeInfo.create("other"), "a", Outcome.EXPORTED))
        .isZero();
  }

  @Test
  void metricsBeyondTheLimitAreNotCountedAndOthersGoOn() {
    final OutcomeCounts counts = new OutcomeCounts(2);
    // Takes no place.
    counts.add(SCOPE, "none", Outcome.EXPORTED, 0);
    for (int round = 1; round <= 3; round++) {
      for (final String name : List.of("a", "b", "c" + round)) {
        counts.add(SCOPE, name, Outcome.EXPORTED, 1);
      }
      assertThat(counts.get(SCOPE, "a", Outcome.EXPORTED)).isEqualTo(round);
      assertThat(counts.get(SCOPE, "b", Outcome.EXPORTED)).isEqualTo(round);
      assertThat(counts.get(SCOPE, "c" + round, Outcome.EXPORTED)).isZero();
    }
  }

  @Test
  void namesThatComeUpInTwoThreadsAtOnceTakeOnePlaceEach() throws InterruptedException {
    final int threads = 2;
    final int names = 20_000;
    // A thread may hold a place for a moment, which it gives back.
    final OutcomeCounts counts = new OutcomeCounts(names + threads);
    final AtomicInteger arrived = new AtomicInteger();
    final List<Thread> adding = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      final Thread thread =
          new Thread(
              () -> {
                for (int name = 0; name < names; name++) {
                  arrived.getAndIncrement();
                  await(arrived, threads * (name + 1));
                  counts.add(SCOPE, "n" + name, Outcome.EXPORTED, 1);
                }
              });
      thread.setDaemon(true);
      adding.add(thread);
      thread.start();
    }
    for (final Thread each : adding) {
      each.join(TimeUnit.SECONDS.toMillis(20));
    }
    for (int name = 0; name < names; name++) {
      assertThat(counts.get(SCOPE, "n" + name, Outcome.EXPORTED)).isEqualTo(threads);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // Gives way; being right does not depend on it.
  private static void await(AtomicInteger arrived, int number) {
    while (arrived.get() < number) {
      Thread.yield();
    }
  }
}
