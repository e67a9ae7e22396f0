package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** An export that takes too long is reported, and still nothing overlaps it. */
class PeriodicTimeoutTest extends PeriodicReaderFixture {
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final CompletableResultCode slow = new CompletableResultCode();

  @Test
  void anOverdueExportIsReportedAndNothingIsCollectedOrExportedUntilItCompletes() {
    try (LogCapture log = new LogCapture()) {
      source.metrics = n -> List.of(FakeSource.gauge("m" + n, 4));
      exporter.onExport = () -> slow;
      reader.register(source);
      scheduler.fire(HOUR);
      assertThat(log.messages()).isEmpty();
      scheduler.fire(TIMEOUT);
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("an export has been running for")
          .contains("give the exporter a shorter timeout");
      assertThat(scheduler.timers(REMINDER)).isEqualTo(1);
      scheduler.fire(REMINDER);
      scheduler.fire(HOUR);
      assertThat(source.collections).hasValue(1);
      assertThat(exporter.calls).hasSize(1);

      exporter.onExport = CompletableResultCode::ofSuccess;
      slow.succeed();
      scheduler.run();
      assertThat(exporter.calls)
          .as("nothing is lost: the rest of the collection, then the cycle that is due")
          .containsExactly("export m1", "export m1", "export m2", "export m2");
      assertThat(exporter.mostExportsInFlight).hasValue(1);
      assertThat(source.overlaps).hasValue(0);
      assertThat(scheduler.timers(REMINDER)).isZero();
      assertThat(scheduler.timers(HOUR)).isEqualTo(1);
    }
  }

  @Test
  void eachBatchHasTheWholeTimeout() {
    try (LogCapture log = new LogCapture()) {
      source.metrics = n -> List.of(FakeSource.gauge("m" + n, 4));
      exporter.onExport = () -> slow;
      reader.register(source);
      scheduler.fire(HOUR);
      assertThat(scheduler.timers(TIMEOUT)).isEqualTo(1);
      final CompletableResultCode second = new CompletableResultCode();
      exporter.onExport = () -> second;
      slow.succeed();
      scheduler.run();
      assertThat(exporter.calls).containsExactly("export m1", "export m1");
      assertThat(scheduler.timers(TIMEOUT))
          .as("that of the first batch is gone, that of the second has begun")
          .isEqualTo(1);
      assertThat(log.messages()).isEmpty();
      scheduler.fire(TIMEOUT);
      assertThat(log.messages()).hasSize(1);
      second.succeed();
      scheduler.run();
    }
  }

  @Test
  void aFlushFailsAsSoonAsItsExportIsOverdue() {
    try (LogCapture ignored = new LogCapture()) {
      exporter.onExport = () -> slow;
      reader.register(source);
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      scheduler.fire(TIMEOUT);
      assertThat(result.isDone()).isTrue();
      assertThat(result.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      assertThat(exporter.calls).containsExactly("export m1", "flush");

      // The late result changes nothing.
      slow.succeed();
      scheduler.run();
      assertThat(result.isSuccess()).isFalse();
      exporter.onExport = CompletableResultCode::ofSuccess;
      final CompletableResultCode next = reader.forceFlush();
      scheduler.run();
      assertThat(next.isSuccess()).isTrue();
    }
  }

  @Test
  void anExporterThatNeverCompletesItsFlushFailsItAndExportsOn() {
    try (LogCapture ignored = new LogCapture()) {
      exporter.onFlush = CompletableResultCode::new;
      reader.register(source);
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      scheduler.fire(TIMEOUT);
      assertThat(result.isDone()).isTrue();
      assertThat(result.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      scheduler.fire(HOUR);
      assertThat(exporter.calls).containsExactly("export m1", "flush", "export m2");
    }
  }

  @Test
  void anOverdueCollectionIsReportedAndFailsTheFlush() {
    try (LogCapture log = new LogCapture()) {
      final CompletableResultCode[] result = new CompletableResultCode[1];
      source.metrics =
          n -> {
            // The time runs out while this one is in a callback.
            scheduler.fire(TIMEOUT);
            assertThat(result[0].getFailureThrowable())
                .hasMessageStartingWith("collection not complete");
            scheduler.fire(HOUR);
            source.metrics = next -> List.of(FakeSource.gauge("m" + next, 1));
            return List.of(FakeSource.gauge("m" + n, 1));
          };
      reader.register(source);
      result[0] = reader.forceFlush();
      scheduler.run();
      assertThat(log.messages()).singleElement().asString().contains("Does a callback");
      assertThat(exporter.calls).containsExactly("flush", "export m1", "flush", "export m2");
      assertThat(scheduler.timers(REMINDER)).isZero();
    }
  }

  @Test
  void whileOneLateFlushOfTheExporterRunsThereIsNoOther() {
    try (LogCapture ignored = new LogCapture()) {
      exporter.onExport = () -> slow;
      final CompletableResultCode late = new CompletableResultCode();
      exporter.onFlush = () -> late;
      reader.register(source);
      scheduler.fire(HOUR);
      for (int i = 0; i < 5; i++) {
        final CompletableResultCode result = reader.forceFlush();
        scheduler.fire(TIMEOUT.multipliedBy(2));
        assertThat(result.isDone()).isTrue();
      }
      assertThat(exporter.count("flush")).isEqualTo(1);
      late.succeed();
      reader.forceFlush();
      scheduler.fire(TIMEOUT.multipliedBy(2));
      assertThat(exporter.count("flush")).isEqualTo(2);
      assertThat(exporter.count("export")).isEqualTo(1);
    }
  }
}
