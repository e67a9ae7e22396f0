package io.glint.sdk.internal.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.Attributes;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that meet in a series come apart; those that do not meet cost no cell. */
class StripesTest {
  private static final int COLLISIONS_BEFORE_MOVING = 16;

  /** More than it takes to have the largest number of places. */
  private static final int MOVES = 12;

  private final Series series =
      DeltaSums.create(10).stream().seriesMap().findOrAdd(Attributes.empty());
  private final List<ExecutorService> threads = new ArrayList<>();

  @AfterEach
  void stopThreads() {
    threads.forEach(ExecutorService::shutdownNow);
  }

  /** A thread whose id is that much greater, or by a multiple of it. */
  private ExecutorService thread(long apart, AtomicLong id) {
    final ExecutorService made =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task);
              while (id.get() != 0 && (thread.getId() - id.get()) % apart != 0) {
                thread = new Thread(task);
              }
              id.set(thread.getId());
              return thread;
            });
    threads.add(made);
    return made;
  }

  private static <T> T call(ExecutorService thread, Callable<T> action) throws Exception {
    return thread.submit(action).get(30, TimeUnit.SECONDS);
  }

  private Cell home(ExecutorService thread) throws Exception {
    final Cell cell = call(thread, series::acquire);
    cell.release();
    return cell;
  }

  /** The other thread finds the home of the first one taken as often as makes it move. */
  private void meet(ExecutorService one, ExecutorService other) throws Exception {
    final Cell taken = call(one, series::acquire);
    for (int i = 0; i < COLLISIONS_BEFORE_MOVING; i++) {
      call(other, series::acquire).release();
    }
    taken.release();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 8, 64, 128, 256, 1024})
  void threadsWithCongruentIdsDoNotMeetForEver(long apart) throws Exception {
    final AtomicLong id = new AtomicLong();
    final ExecutorService one = thread(apart, id);
    final ExecutorService other = thread(apart, id);
    for (int i = 0; i < MOVES; i++) {
      meet(one, other);
    }
    final Cell homeOfOne = home(one);
    final Cell homeOfOther = home(other);
    assertThat(homeOfOther).isNotSameAs(homeOfOne);
    assertThat(home(one)).isSameAs(homeOfOne);
    assertThat(home(other)).isSameAs(homeOfOther);
  }

  @Test
  void threadsThatMeetNobodyCostNoCell() throws Exception {
    final AtomicLong id = new AtomicLong();
    final ExecutorService one = thread(8, id);
    final ExecutorService other = thread(8, id);
    for (int i = 0; i < MOVES; i++) {
      meet(one, other);
    }
    final int cells = series.cellCount();
    for (int i = 0; i < 300; i++) {
      final Thread thread = new Thread(() -> series.acquire().release());
      thread.start();
      thread.join(30_000);
    }
    assertThat(series.cellCount()).isEqualTo(cells);
  }

  @Test
  void aCollisionThatCanChangeNothingIsNotWrittenDown() throws Exception {
    final List<Cell> taken = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      taken.add(series.acquire());
    }
    taken.get(2).release();
    for (int i = 0; i < COLLISIONS_BEFORE_MOVING / 2; i++) {
      series.acquire().release();
    }
    final Object collisions =
        MethodHandles.privateLookupIn(StripedCells.class, MethodHandles.lookup())
            .findVarHandle(StripedCells.class, "collisions", byte.class)
            .get(series);
    assertThat(collisions).isEqualTo((byte) 0);
  }

  /** The stack may end where a thread reads what cells hold. */
  @Test
  void anEvictionThatFailsLeavesNoCellTaken() {
    final List<FailingCell> made = new ArrayList<>();
    final StripedCells cells = new StripedCells(owner -> new FailingCell(made, false));
    for (int i = 0; i < 3; i++) {
      cells.acquire();
    }
    made.forEach(Cell::release);
    made.get(2).failure = new StackOverflowError();
    assertThatThrownBy(() -> cells.evict(0)).isInstanceOf(StackOverflowError.class);
    assertThat(made).hasSize(3).allMatch(Cell::tryAcquire);
    made.forEach(Cell::release);
    made.get(2).failure = null;
    assertThat(cells.evict(0)).isEqualTo(StripedCells.Eviction.DONE);
  }

  /** How many there are takes a walk through the buckets of a histogram. */
  @Test
  void aCellOfADeltaStreamIsNotAskedHowManyMeasurementsItHolds() {
    final List<FailingCell> made = new ArrayList<>();
    final StripedCells cells = new StripedCells(owner -> new FailingCell(made, false));
    made.get(0).holds = 3;
    assertThat(cells.evict(0)).isEqualTo(StripedCells.Eviction.IN_USE);
    assertThat(made.get(0).counted).isZero();
    assertThat(cells.evict(2)).isEqualTo(StripedCells.Eviction.IN_USE);
    assertThat(made.get(0).counted).isEqualTo(1);
    assertThat(cells.evict(3)).isEqualTo(StripedCells.Eviction.DONE);
  }

  /**
   * The id of a thread is asked for where it takes a cell, and where it moves to another one. There
   * it owns a cell already.
   */
  @Test
  void aThreadWhoseIdCannotBeHadLeavesNoCellTaken() throws Exception {
    int calls = 0;
    boolean thrown = true;
    while (thrown) {
      calls++;
      final List<FailingCell> made = new ArrayList<>();
      final StripedCells cells = new StripedCells(owner -> new FailingCell(made, false));
      for (int i = 0; i < 3; i++) {
        cells.acquire();
      }
      made.forEach(Cell::release);
      final WithoutId thread = new WithoutId(cells, calls);
      thread.start();
      thread.join(30_000);
      assertThat(made).as("call %s", calls).allMatch(Cell::tryAcquire);
      thrown = thread.calls == calls;
    }
    assertThat(calls).as("where it takes a cell, and where it moves").isGreaterThan(3);
  }

  /** Finds its home taken until it moves. In that meeting one call of its id throws. */
  private static final class WithoutId extends Thread {
    private final StripedCells cells;
    private final int failing;
    private boolean isLastMeeting;
    int calls;

    WithoutId(StripedCells cells, int failing) {
      this.cells = cells;
      this.failing = failing;
    }

    @Override
    public long getId() {
      if (isLastMeeting && ++calls == failing) {
        throw new IllegalStateException();
      }
      return super.getId();
    }

    @Override
    public void run() {
      final Cell home = cells.acquire();
      for (int i = 1; i <= COLLISIONS_BEFORE_MOVING; i++) {
        isLastMeeting = i == COLLISIONS_BEFORE_MOVING;
        try {
          cells.acquire().release();
        } catch (IllegalStateException e) {
          // The recording call reports it.
        }
      }
      isLastMeeting = false;
      home.release();
    }
  }

  private static final class FailingCell extends Cell {
    private final List<FailingCell> made;
    Error failure;
    long holds;
    int counted;

    FailingCell(List<FailingCell> made, boolean padded) {
      super(0, padded);
      this.made = made;
      made.add(this);
    }

    @Override
    public Cell newStripe() {
      return new FailingCell(made, /* padded= */ true);
    }

    @Override
    public boolean isEmpty() {
      if (failure != null) {
        throw failure;
      }
      return holds == 0;
    }

    @Override
    public long measurements() {
      counted++;
      return holds;
    }

    @Override
    public void clear() {}
  }
}
