package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A flush collects, exports and flushes the exporter, in its turn, and says what came of it. */
class PeriodicFlushTest extends PeriodicReaderFixture {
  private static final Duration PATIENCE = TIMEOUT.multipliedBy(2);

  @Test
  void itCollectsExportsEachBatchAndThenFlushesTheExporter() {
    source.metrics = n -> List.of(FakeSource.gauge("a", 3), FakeSource.gauge("b", 2));
    reader.register(source);
    final CompletableResultCode result = reader.forceFlush();
    assertThat(result.isDone()).as("nothing runs on the caller's thread").isFalse();
    scheduler.run();
    assertThat(result.isSuccess()).isTrue();
    assertThat(exporter.calls).containsExactly("export a", "export a b", "export b", "flush");
    assertThat(scheduler.timers(PATIENCE)).isZero();
    assertThat(scheduler.timers(HOUR)).as("the schedule goes on").isEqualTo(1);
  }

  @Test
  void thePeriodicExportDoesNotFlushTheExporter() {
    reader.register(source);
    scheduler.fire(HOUR);
    assertThat(exporter.calls).containsExactly("export m1");
  }

  @Test
  void itWaitsForAnExportThatIsUnderWayAndThenCollectsAnew() {
    final CompletableResultCode slow = new CompletableResultCode();
    exporter.onExport = () -> slow;
    reader.register(source);
    scheduler.fire(HOUR);
    final CompletableResultCode result = reader.forceFlush();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1");
    exporter.onExport = CompletableResultCode::ofSuccess;
    slow.succeed();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1", "export m2", "flush");
    assertThat(result.isSuccess()).isTrue();
    assertThat(source.overlaps).hasValue(0);
  }

  @Test
  void flushesThatWaitTogetherAreOne() {
    final CompletableResultCode slow = new CompletableResultCode();
    exporter.onExport = () -> slow;
    reader.register(source);
    final List<CompletableResultCode> results = new ArrayList<>();
    results.add(reader.forceFlush());
    scheduler.run();
    for (int i = 0; i < 100; i++) {
      results.add(reader.forceFlush());
    }
    slow.succeed();
    scheduler.run();
    assertThat(results).allMatch(CompletableResultCode::isSuccess);
    assertThat(exporter.calls).containsExactly("export m1", "flush", "export m2", "flush");
  }

  /** A way for something to fail. */
  record Failure(String name, Supplier<CompletableResultCode> outcome) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Failure> failures() {
    final IllegalStateException cause = new IllegalStateException("no route");
    return Stream.of(
        new Failure("fails", CompletableResultCode::ofFailure),
        new Failure("fails with a cause", () -> CompletableResultCode.ofExceptionalFailure(cause)),
        new Failure("returns null", () -> null),
        new Failure(
            "throws",
            () -> {
              throw cause;
            }),
        new Failure(
            "throws an error",
            () -> {
              throw new AssertionError("no route");
            }));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void anExportThatFailsFailsTheFlushAndTheExporterIsFlushedAllTheSame(Failure failure) {
    try (LogCapture ignored = new LogCapture()) {
      reader.register(source);
      exporter.onExport = failure.outcome();
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable()).isNotNull();
      assertThat(exporter.calls).containsExactly("export m1", "flush");
    }
  }

  @Test
  void oneBatchOfSeveralThatFailsFailsTheFlush() {
    try (LogCapture ignored = new LogCapture()) {
      source.metrics = n -> List.of(FakeSource.gauge("a", 6));
      reader.register(source);
      exporter.onExport =
          () ->
              exporter.calls.size() == 2
                  ? CompletableResultCode.ofFailure()
                  : CompletableResultCode.ofSuccess();
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
      assertThat(exporter.calls).containsExactly("export a", "export a", "export a", "flush");
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void anExporterFlushThatFailsFailsTheFlush(Failure failure) {
    try (LogCapture log = new LogCapture()) {
      reader.register(source);
      exporter.onFlush = failure.outcome();
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      assertThat(result.isDone()).isTrue();
      assertThat(result.isSuccess()).isFalse();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("The flush of FakeExporter failed");

      exporter.onFlush = CompletableResultCode::ofSuccess;
      final CompletableResultCode next = reader.forceFlush();
      scheduler.run();
      assertThat(next.isSuccess()).isTrue();
    }
  }

  @Test
  void aCollectionThatFailsFailsTheFlush() {
    try (LogCapture ignored = new LogCapture()) {
      reader.register(source);
      source.metrics =
          n -> {
            throw new IllegalStateException("broken");
          };
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      assertThat(result.isDone()).isTrue();
      assertThat(result.getFailureThrowable()).hasMessage("broken");
      assertThat(exporter.calls).containsExactly("flush");
    }
  }

  @Test
  void withNothingToExportTheExporterIsStillFlushed() {
    final CompletableResultCode result = reader.forceFlush();
    scheduler.run();
    assertThat(result.isSuccess()).isTrue();
    assertThat(exporter.calls).containsExactly("flush");
  }

  @Test
  void aFlushThatWaitsTooLongFailsWithoutExportButTheExporterIsFlushed() {
    reader.register(source);
    exporter.onExport = CompletableResultCode::new;
    scheduler.fire(HOUR);
    final CompletableResultCode result = reader.forceFlush();
    scheduler.fire(PATIENCE);
    assertThat(result.isDone()).isTrue();
    assertThat(result.getFailureThrowable()).isInstanceOf(TimeoutException.class);
    assertThat(exporter.calls).containsExactly("export m1", "flush");
  }

  @Test
  void aFlushFromInsideACallbackOrTheExporterFailsAtOnce() {
    final List<CompletableResultCode> inner = new ArrayList<>();
    try (LogCapture log = new LogCapture()) {
      source.metrics =
          n -> {
            inner.add(reader.forceFlush());
            return List.of(FakeSource.gauge("m", 1));
          };
      exporter.onExport =
          () -> {
            inner.add(reader.forceFlush());
            return CompletableResultCode.ofSuccess();
          };
      exporter.onFlush =
          () -> {
            inner.add(reader.forceFlush());
            return CompletableResultCode.ofSuccess();
          };
      reader.register(source);
      final CompletableResultCode result = reader.forceFlush();
      scheduler.run();
      assertThat(result.isSuccess()).isTrue();
      assertThat(inner).hasSize(3).allMatch(r -> r.isDone() && !r.isSuccess());
      assertThat(log.messages()).singleElement().asString().contains("do not flush from there");
    }
  }

  @Test
  void anActionThatWaitsForTheResultMayFlushAgainOrThrow() {
    reader.register(source);
    final List<CompletableResultCode> later = new ArrayList<>();
    reader
        .forceFlush()
        .whenComplete(
            () -> {
              later.add(reader.forceFlush());
              throw new IllegalStateException("an action of the user's");
            });
    scheduler.run();
    assertThat(later).singleElement().matches(CompletableResultCode::isSuccess);
    assertThat(exporter.calls).containsExactly("export m1", "flush", "export m2", "flush");
  }
}
