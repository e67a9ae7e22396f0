package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A shutdown exports a last time and ends, once, in bounded time, with an honest result. */
class PeriodicShutdownTest extends PeriodicReaderFixture {
  private static final Duration PATIENCE = TIMEOUT.multipliedBy(2);

  private final CompletableResultCode slow = new CompletableResultCode();

  @Test
  void itCollectsExportsAndFlushesALastTimeAndShutsTheExporterDownOnce() {
    reader.register(source);
    final CompletableResultCode result = reader.shutdown();
    assertThat(reader.shutdown()).isSameAs(result);
    scheduler.run();
    assertThat(result.isSuccess()).isTrue();
    assertThat(reader.shutdown()).isSameAs(result);
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1", "flush", "shutdown");
    assertThat(scheduler.timers(HOUR) + scheduler.timers(TIMEOUT) + scheduler.timers(PATIENCE))
        .as("nothing is left behind in the user's executor")
        .isZero();
    assertThat(scheduler.isShutdown()).isFalse();
  }

  @Test
  void itWaitsForAnExportThatIsUnderWay() {
    exporter.onExport = () -> slow;
    reader.register(source);
    scheduler.fire(HOUR);
    final CompletableResultCode result = reader.shutdown();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1");
    exporter.onExport = CompletableResultCode::ofSuccess;
    slow.succeed();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1", "export m2", "flush", "shutdown");
    assertThat(result.isSuccess()).isTrue();
  }

  @Test
  void aFlushOfTheExporterThatFailsOrNeverEndsFailsItAndTheExporterIsShutDown() {
    try (LogCapture ignored = new LogCapture()) {
      exporter.onFlush = CompletableResultCode::new;
      reader.register(source);
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      assertThat(exporter.calls).containsExactly("export m1", "flush");
      scheduler.fire(TIMEOUT);
      scheduler.run();
      assertThat(exporter.calls).containsExactly("export m1", "flush", "shutdown");
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
    }
  }

  @Test
  void aReaderThatWasNeverRegisteredShutsItsExporterDown() {
    final CompletableResultCode result = reader.shutdown();
    scheduler.run();
    assertThat(result.isSuccess()).isTrue();
    assertThat(exporter.calls).containsExactly("flush", "shutdown");
  }

  @Test
  void flushesThatWaitAreServedByTheLastCycle() {
    exporter.onExport = () -> slow;
    reader.register(source);
    scheduler.fire(HOUR);
    final CompletableResultCode flush = reader.forceFlush();
    final CompletableResultCode result = reader.shutdown();
    exporter.onExport = CompletableResultCode::ofSuccess;
    slow.succeed();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1", "export m2", "flush", "shutdown");
    assertThat(flush.isSuccess()).isTrue();
    assertThat(result.isSuccess()).isTrue();
  }

  @Test
  void afterwardsAFlushFailsSoftlyAndNothingIsCollected() {
    reader.register(source);
    reader.shutdown();
    final CompletableResultCode early = reader.forceFlush();
    scheduler.run();
    final CompletableResultCode late = reader.forceFlush();
    scheduler.run();
    assertThat(List.of(early, late))
        .allSatisfy(
            flush ->
                assertThat(flush.getFailureThrowable()).hasMessageContaining("has been shut down"));
    assertThat(source.collections).hasValue(1);
  }

  @Test
  void aLastExportThatFailsFailsItAndTheExporterIsShutDown() {
    try (LogCapture ignored = new LogCapture()) {
      reader.register(source);
      exporter.onExport = CompletableResultCode::ofFailure;
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
      assertThat(exporter.calls).containsExactly("export m1", "flush", "shutdown");
    }
  }

  @Test
  void aLastCollectionThatThrowsFailsItAndTheExporterIsShutDown() {
    try (LogCapture ignored = new LogCapture()) {
      reader.register(source);
      source.metrics =
          n -> {
            throw new AssertionError("broken");
          };
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      assertThat(result.getFailureThrowable()).hasMessage("broken");
      assertThat(exporter.calls).containsExactly("flush", "shutdown");
    }
  }

  @Test
  void anExporterThatFailsOrThrowsAtItsShutdownFailsIt() {
    try (LogCapture log = new LogCapture()) {
      exporter.onShutdown =
          () -> {
            throw new AssertionError("stuck door");
          };
      reader.register(source);
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      assertThat(result.isDone()).isTrue();
      assertThat(result.getFailureThrowable()).hasMessage("stuck door");
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("The shutdown of FakeExporter failed: stuck door");
    }
  }

  @Test
  void anExporterThatNeverCompletesItsShutdownFailsIt() {
    try (LogCapture ignored = new LogCapture()) {
      exporter.onShutdown = () -> slow;
      reader.register(source);
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      assertThat(result.isDone()).isFalse();
      scheduler.fire(TIMEOUT);
      assertThat(result.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      slow.succeed();
      scheduler.run();
      assertThat(result.isSuccess()).isFalse();
    }
  }

  @Test
  void aFailedExportAndAFailedFlushOfTheExporterAreReportedEach() {
    try (LogCapture log = new LogCapture()) {
      exporter.onExport = CompletableResultCode::ofFailure;
      exporter.onFlush = CompletableResultCode::ofFailure;
      reader.register(source);
      reader.forceFlush();
      scheduler.run();
      assertThat(log.messages())
          .anyMatch(message -> message.contains("failed to export"))
          .anyMatch(message -> message.startsWith("The flush of"));
    }
  }

  @Test
  void aLastExportThatIsGivenUpIsReported() {
    try (LogCapture log = new LogCapture()) {
      exporter.onExport = () -> slow;
      reader.register(source);
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      scheduler.fire(PATIENCE);
      scheduler.run();
      assertThat(result.isSuccess()).isFalse();
      assertThat(log.messages())
          .filteredOn(message -> message.contains("shuts down without its last export"))
          .singleElement()
          .asString()
          .contains("1200000 ms", "since the last complete one is lost", "shorter timeout");
    }
  }

  /** Notes for each message whether a result was complete when it came. */
  private static final class Onlooker extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.glint");
    private final List<Boolean> wasDone = new ArrayList<>();
    private CompletableResultCode result;

    Onlooker() {
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord logRecord) {
      wasDone.add(result.isDone());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  @Test
  void whatIsSaidOfTheEndIsSaidWhenItIsOver() {
    try (LogCapture ignored = new LogCapture();
        Onlooker onlooker = new Onlooker()) {
      exporter.onExport = () -> slow;
      exporter.onShutdown = CompletableResultCode::ofFailure;
      reader.register(source);
      onlooker.result = reader.shutdown();
      scheduler.run();
      scheduler.fire(PATIENCE);
      assertThat(exporter.calls).containsExactly("export m1", "shutdown");
      assertThat(onlooker.wasDone)
          .as("of the last export, and of the exporter's shutdown")
          .containsExactly(true, true);
    }
  }

  @Test
  void anExportThatNeverCompletesDoesNotKeepTheExporterFromBeingShutDown() {
    try (LogCapture ignored = new LogCapture()) {
      source.metrics = n -> List.of(FakeSource.gauge("m" + n, 6));
      exporter.onExport = () -> slow;
      reader.register(source);
      scheduler.fire(HOUR);
      final CompletableResultCode flush = reader.forceFlush();
      final CompletableResultCode result = reader.shutdown();
      scheduler.run();
      assertThat(exporter.count("shutdown")).isZero();
      // The first timer of that length is the flush's own.
      scheduler.fire(PATIENCE);
      scheduler.fire(PATIENCE);
      assertThat(result.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      assertThat(flush.getFailureThrowable()).isInstanceOf(TimeoutException.class);
      assertThat(exporter.calls).containsExactly("export m1", "flush", "shutdown");

      slow.succeed();
      scheduler.run();
      assertThat(exporter.calls).as("no export after the shutdown").hasSize(3);
      assertThat(source.collections).hasValue(1);
    }
  }

  @Test
  void aShutdownFromInsideTheExporterOrACallbackIsDoneAfterTheCycle() {
    final CompletableResultCode[] result = new CompletableResultCode[1];
    exporter.onExport =
        () -> {
          result[0] = reader.shutdown();
          return CompletableResultCode.ofSuccess();
        };
    reader.register(source);
    scheduler.fire(HOUR);
    assertThat(result[0].isSuccess()).isTrue();
    assertThat(exporter.calls).containsExactly("export m1", "export m2", "flush", "shutdown");
  }
}
