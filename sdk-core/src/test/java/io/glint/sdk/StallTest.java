package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.StallFixture.Setting;
import io.glint.sdk.StallFixture.UserCode;
import io.glint.sdk.internal.cell.ProtocolPoint;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wherever a thread is stopped, all others go on: two of them record a million measurements each
 * into the series that it has in its hands, and make new series. When it goes on, every measurement
 * has been counted once.
 *
 * <p>Runs in a JVM of its own, in which {@link ProtocolPoint} is enabled.
 */
@Tag("protocol-points")
@Timeout(120)
@Tag("long")
class StallTest {
  private static final int OTHERS = 2;
  private static final int RECORDS = 1_000_000;

  /** For what takes a fraction of a second. */
  private static final int PATIENCE_SECONDS = 30;

  private static final int NEW_SERIES = 100;

  /** Stopped threads and limits are reported, which is no news here. */
  private final LogCapture log = new LogCapture();

  @AfterEach
  void forget() {
    log.close();
    ProtocolPoint.setVisitor(point -> {});
  }

  static Stream<Arguments> stops() {
    return Stream.of(AggregationTemporality.values())
        .flatMap(
            temporality ->
                EnumSet.allOf(StallPoint.class).stream()
                    .filter(
                        stop -> stop.isPossibleWith(temporality == AggregationTemporality.DELTA))
                    .map(stop -> Arguments.of(stop, temporality)));
  }

  @ParameterizedTest
  @MethodSource("stops")
  void othersGoOnWhileOneThreadIsStopped(StallPoint stop, AggregationTemporality temporality)
      throws Exception {
    final ThreadStopper stopper = new ThreadStopper(stop.place, stop.way.passes);
    ProtocolPoint.setVisitor(stopper::reached);
    try (StallFixture stage =
        new StallFixture(Kind.DOUBLE_HISTOGRAM, temporality, stop.way.setting, stopper)) {
      othersGoOn(stage, stop, stopper, !stop.way.isCollector);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void othersGoOnWhileARecorderOfAnyInstrumentIsStopped(Kind kind) throws Exception {
    for (final StallPoint stop :
        new StallPoint[] {
          StallPoint.RECORDER_OFFERING_EXEMPLAR,
          StallPoint.RECORDER_BEFORE_RELEASE,
          StallPoint.BOUND_RECORDER_WITH_CELL
        }) {
      final ThreadStopper stopper = new ThreadStopper(stop.place, stop.way.passes);
      ProtocolPoint.setVisitor(stopper::reached);
      try (StallFixture stage =
          new StallFixture(kind, AggregationTemporality.DELTA, Setting.PLAIN, stopper)) {
        othersGoOn(stage, stop, stopper, /* collects= */ false);
      }
    }
  }

  @Test
  void othersGoOnWhileARecorderOfAnExponentialHistogramIsStopped() throws Exception {
    final StallPoint stop = StallPoint.RECORDER_OFFERING_EXEMPLAR;
    final ThreadStopper stopper = new ThreadStopper(stop.place, stop.way.passes);
    try (StallFixture stage =
        new StallFixture(
            Kind.DOUBLE_HISTOGRAM,
            Aggregation.base2ExponentialBucketHistogram(),
            AggregationTemporality.CUMULATIVE,
            Setting.PLAIN,
            stopper)) {
      othersGoOn(stage, stop, stopper, /* collects= */ true);
    }
  }

  private static void othersGoOn(
      StallFixture stage, StallPoint stop, ThreadStopper stopper, boolean collects)
      throws Exception {
    stop.way.preparation.accept(stage);
    final Task stopped = stop(stage, stop, stopper);
    try {
      stop.way.meanwhile.accept(stage);
      final List<Task> others = startOthers(stage);
      assertThat(finish(others, PATIENCE_SECONDS))
          .as("others finish while one is stopped")
          .isTrue();
      assertThat(stopped.isFinished(0)).as("the stopped thread").isFalse();
      if (collects) {
        final Task collection = new Task("collector", stage::collect);
        assertThat(collection.isFinished(PATIENCE_SECONDS)).as("a collection ends").isTrue();
      }
    } finally {
      stopper.release();
    }
    assertThat(stopped.isFinished(PATIENCE_SECONDS)).as("the stopped thread goes on").isTrue();
    assertCountedOnce(stage);
  }

  /** Starts a thread that is stopped when this returns. */
  private static Task stop(StallFixture stage, StallPoint stop, ThreadStopper stopper) {
    final Task stopped =
        new Task(
            "stopped",
            () -> {
              stopper.stopCurrentThread();
              stop.way.action.accept(stage);
            });
    assertThat(stopper.awaitStopped()).as("the thread has come to its place").isTrue();
    return stopped;
  }

  private static List<Task> startOthers(StallFixture stage) {
    final List<Task> others = new ArrayList<>();
    for (int i = 0; i < OTHERS; i++) {
      others.add(new Task("other " + i, () -> recordAMillion(stage)));
    }
    return others;
  }

  private static void recordAMillion(StallFixture stage) {
    final Runnable bound = stage.bind(StallFixture.SHARED);
    for (int i = 0; i < RECORDS; i++) {
      if (i % (RECORDS / NEW_SERIES) == 0) {
        stage.record(stage.newAttributes());
        stage.record(stage.newAlias());
        stage.record(StallFixture.OWN);
        bound.run();
      }
      stage.record(StallFixture.SHARED);
    }
  }

  private static boolean finish(List<Task> tasks, int seconds) throws Exception {
    boolean finished = true;
    for (final Task task : tasks) {
      finished &= task.isFinished(seconds);
    }
    return finished;
  }

  private static void assertCountedOnce(StallFixture stage) {
    stage.collect();
    assertThat(stage.explained()).isEqualTo(stage.recorded());
    if (!stage.isGauge()) {
      assertThat(stage.collected()).isEqualTo(stage.recorded());
    }
  }

  @Test
  void aThreadIsStoppedAtEveryPoint() {
    final Set<ProtocolPoint> points = EnumSet.noneOf(ProtocolPoint.class);
    final Set<UserCode> userCode = EnumSet.noneOf(UserCode.class);
    for (final StallPoint stop : StallPoint.values()) {
      if (stop.place instanceof ProtocolPoint point) {
        points.add(point);
      } else {
        userCode.add((UserCode) stop.place);
      }
    }
    assertThat(points).containsExactlyInAnyOrder(ProtocolPoint.values());
    assertThat(userCode).containsExactlyInAnyOrder(UserCode.values());
  }

  // The check finds a wait that is put back.

  @ParameterizedTest
  @CsvSource({
    "RECORDER_WITH_CELL, CELL_ACQUIRED, CELL_RELEASING",
    "COLLECTOR_WITH_CELL, CELL_ACQUIRED, CELL_RELEASING",
    "COLLECTOR_BEFORE_RELEASE, CELL_ACQUIRED, CELL_RELEASING",
    "RECORDER_INDEXING_SERIES, SERIES_ADDING, SERIES_INDEXED"
  })
  void aLockBetweenTwoPointsIsFound(StallPoint stop, ProtocolPoint from, ProtocolPoint to)
      throws Exception {
    final ReentrantLock lock = new ReentrantLock();
    final AtomicBoolean locks = new AtomicBoolean(true);
    final ThreadStopper stopper = new ThreadStopper(stop.place, stop.way.passes);
    try (StallFixture stage =
        new StallFixture(
            Kind.DOUBLE_HISTOGRAM, AggregationTemporality.CUMULATIVE, Setting.PLAIN, stopper)) {
      ProtocolPoint.setVisitor(
          point -> {
            if (point == from && locks.get()) {
              lock.lock();
            }
            stopper.reached(point);
            if (point == to && lock.isHeldByCurrentThread()) {
              lock.unlock();
            }
          });
      final Task stopped = stop(stage, stop, stopper);
      final List<Task> others = startOthers(stage);
      try {
        assertThat(finish(others, 1)).as("others finish while one is stopped").isFalse();
        assertThat(lock.getQueueLength()).as("others that wait").isEqualTo(OTHERS);
      } finally {
        locks.set(false);
        stopper.release();
      }
      assertThat(stopped.isFinished(PATIENCE_SECONDS)).isTrue();
      assertThat(finish(others, PATIENCE_SECONDS)).isTrue();
      assertCountedOnce(stage);
    }
  }

  /** Something a thread of its own does. */
  private static final class Task {
    private final Thread thread;
    private volatile Throwable failure;

    Task(String name, Runnable action) {
      this.thread = new Thread(action, name);
      thread.setUncaughtExceptionHandler((dead, cause) -> failure = cause);
      thread.setDaemon(true);
      thread.start();
    }

    boolean isFinished(int seconds) throws InterruptedException {
      thread.join(Math.max(1, TimeUnit.SECONDS.toMillis(seconds)));
      assertThat(failure).isNull();
      return !thread.isAlive();
    }
  }
}
