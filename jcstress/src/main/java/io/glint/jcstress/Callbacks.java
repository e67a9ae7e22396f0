package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.C;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.async.AsyncStream;
import io.glint.sdk.internal.async.CallbackRegistration;
import io.glint.sdk.internal.async.ObservableInstrument;
import io.glint.sdk.internal.async.Observer;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.data.PointPool;
import io.opentelemetry.api.metrics.Meter;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A callback that is left behind by its collection observes nothing for a later one, runs once at a
 * time, and is not started again once it has been closed.
 */
public class Callbacks {

  /** The collection abandons a callback, before it starts, while it observes, or after it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0", "2, 0"},
      expect = ACCEPTABLE,
      desc = "what was observed in time")
  @Outcome(expect = FORBIDDEN, desc = "a late observation is in the next collection")
  public static class ActualAbandonment {
    private final Observed observed = new Observed(this::observe);
    private volatile boolean isAbandoned;

    @Actor
    public void run() {
      observed.registration.run(observed.reader, () -> isAbandoned);
    }

    @Actor
    public void collectWithoutIt(II_Result r) {
      isAbandoned = true;
      observed.registration.abandon(observed.reader, 0);
      r.r1 = observed.collect();
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r2 = observed.collect();
    }

    private void observe() {
      observed.instrument.record(1, A);
      observed.instrument.record(1, B);
    }
  }

  /**
   * It has been left behind while it observes: what it still observes does not get among that of
   * the run after it.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "each collection has its own")
  @Outcome(expect = FORBIDDEN, desc = "a late observation is in the next collection")
  public static class ActualNextRun {
    private final Observed observed = new Observed(() -> {});
    private final ObservableInstrument.Invocation[] mine = new ObservableInstrument.Invocation[1];
    private volatile ObservableInstrument.Invocation left;

    @Actor
    public void observeLate() {
      final ObservableInstrument.Invocation invocation =
          observed.instrument.open(observed.reader, new Observer());
      left = invocation;
      observed.instrument.record(1, A);
    }

    @Actor
    public void leaveBehind(II_Result r) {
      final ObservableInstrument.Invocation invocation = left;
      if (invocation != null) {
        observed.instrument.close(invocation);
      }
      mine[0] = invocation;
      r.r1 = invocation == null ? 0 : observed.collect();
    }

    @Arbiter
    public void runAgain(II_Result r) {
      if (mine[0] == null) {
        observed.instrument.close(left);
        final var unused = observed.collect();
      }
      final ObservableInstrument.Invocation invocation =
          observed.instrument.open(observed.reader, new Observer());
      observed.instrument.record(1, C);
      observed.instrument.close(invocation);
      r.r2 = observed.collect();
    }
  }

  /** Two collections want the same callback: one at a time, and the other goes on without. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one of them went on without it")
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "one after the other")
  @Outcome(expect = FORBIDDEN, desc = "run by two threads at once, or by none")
  public static class ActualTwoCollections {
    private final Occupancy occupancy = new Occupancy();
    private final Observed observed = new Observed(occupancy::visit);

    @Actor
    public void one() {
      observed.registration.run(observed.reader, () -> false);
    }

    @Actor
    public void two() {
      observed.registration.run(observed.reader, () -> false);
    }

    @Arbiter
    public void ask(II_Result r) {
      r.r1 = occupancy.visits.get();
      r.r2 = occupancy.most.get();
    }
  }

  /** Closed while it runs, it is not started again: the end of the run does not revive it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0", "1"},
      expect = ACCEPTABLE,
      desc = "closed before it was to run, or while or after it ran")
  @Outcome(expect = FORBIDDEN, desc = "started again after it was closed")
  public static class ActualClose {
    private final Occupancy occupancy = new Occupancy();
    private final Observed observed = new Observed(occupancy::visit);

    @Actor
    public void run() {
      observed.registration.run(observed.reader, () -> false);
    }

    @Actor
    public void close() {
      observed.registration.close();
    }

    @Arbiter
    public void runAgain(I_Result r) {
      observed.registration.run(observed.reader, () -> false);
      r.r1 = occupancy.visits.get();
    }
  }

  /**
   * Who asks whether it was abandoned before its invocation can be seen, and closed, is too late.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0", "1"},
      expect = ACCEPTABLE,
      desc = "observed in time, or not at all")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByAskingFirst {
    private volatile boolean isAbandoned;
    private volatile boolean isRoundOpen;
    private volatile boolean isCollected;
    private volatile int observed;

    @Actor
    public void run() {
      if (!isAbandoned) {
        isRoundOpen = true;
        observed = isCollected && isRoundOpen ? 2 : 1;
      }
    }

    @Actor
    public void collectWithoutIt() {
      isAbandoned = true;
      isRoundOpen = false;
      isCollected = true;
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = observed;
    }
  }

  /**
   * A invocation that is looked at without a lock lets an observation through after it was closed.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 0"},
      expect = ACCEPTABLE,
      desc = "what was observed in time")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnlockedRound {
    private volatile boolean isClosed;
    private volatile int observed;

    @Actor
    public void observe() {
      if (!isClosed) {
        Thread.onSpinWait();
        observed = 1;
      }
    }

    @Actor
    public void collectWithoutIt(II_Result r) {
      isClosed = true;
      r.r1 = observed;
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r2 = observed - r.r1;
    }
  }

  /** A state that is looked at and then stored lets two threads in. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "2, 1"},
      expect = ACCEPTABLE,
      desc = "one at a time")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredState {
    private final Occupancy occupancy = new Occupancy();
    private volatile boolean isRunning;

    @Actor
    public void one() {
      run();
    }

    @Actor
    public void two() {
      run();
    }

    @Arbiter
    public void ask(II_Result r) {
      r.r1 = occupancy.visits.get();
      r.r2 = occupancy.most.get();
    }

    private void run() {
      if (!isRunning) {
        isRunning = true;
        occupancy.visit();
        isRunning = false;
      }
    }
  }

  /** A run that stores at its end that the callback is idle revives one that was closed. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0", "1"},
      expect = ACCEPTABLE,
      desc = "not started again")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByRevival {
    private static final int IDLE = 0;
    private static final int RUNNING = 1;
    private static final int CLOSED = 2;

    private final AtomicInteger state = new AtomicInteger(IDLE);
    private int runs;

    @Actor
    public void runOnce() {
      run();
    }

    @Actor
    public void close() {
      state.set(CLOSED);
    }

    @Arbiter
    public void runAgain(I_Result r) {
      run();
      r.r1 = runs;
    }

    private void run() {
      if (state.compareAndSet(IDLE, RUNNING)) {
        runs++;
        state.set(IDLE);
      }
    }
  }

  /** An observable gauge of one reader, and its callback. */
  private static final class Observed {
    final ReaderId reader;
    final ObservableInstrument instrument;
    final CallbackRegistration registration;
    private final AsyncStream stream;

    Observed(Runnable callback) {
      final TinyReader tiny = new TinyReader(CUMULATIVE);
      final Meter meter = TinyReader.provider(tiny).get("m");
      reader = tiny.registered().id();
      instrument = (ObservableInstrument) meter.gaugeBuilder("g").ofLongs().buildObserver();
      registration = (CallbackRegistration) meter.batchCallback(callback, instrument);
      stream = instrument.streams().get(reader).get(0);
    }

    /** The number of attribute sets observed since the last time. */
    int collect() {
      final PointPool points = new PointPool(/* isReused= */ false);
      final var data = stream.collect(0, Fixture.NOW, points);
      return data == null ? 0 : data.getPoints().size();
    }
  }

  private Callbacks() {}
}
