package io.glint.it.fidelity;

import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Records into all combinations at once and collects, meanwhile and afterwards. In each round all
 * threads record; in each but the first a collector collects while they do; then all is quiet, and
 * two collections follow each other.
 */
final class Driver implements AutoCloseable {
  /** Name of the meter. */
  static final String SCOPE = "fidelity";

  static final int ROUNDS = 3;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  /** Measurements that a thread makes before it goes on to the next combination. */
  private static final int BURST = 4;

  private final ExecutorService recorders = Executors.newCachedThreadPool(RecorderThread::new);
  private final Sdk sdk;
  private final LongSupplier stamps;

  /** Of the collection under way. */
  private volatile long lookStart;

  private volatile long lookTime;

  Driver(Sdk sdk) {
    this.sdk = sdk;
    this.stamps = sdk.stamps();
  }

  /** What was recorded and what was seen. */
  record Outcome(Sdk sdk, Setup setup, List<Ledger> ledgers, List<Seen.Look> looks) {}

  /**
   * Runs once.
   *
   * @param perThread measurements of each thread, in each combination and round
   * @param mostLooks how often to collect while a round is recorded, at most
   */
  Outcome run(Setup setup, List<Combination> combinations, int perThread, int mostLooks, long salt)
      throws Exception {
    final MeasurementClock clock = new MeasurementClock();
    clock.advance();
    final List<Seen.Look> looks = new ArrayList<>();
    final List<Ledger> all = new ArrayList<>();
    try (Looker looker = setup.reader().open(setup.temporality())) {
      final Sdk.Provider provider = sdk.start(setup.filter(), clock, looker.reader(), combinations);
      try {
        final Meter meter = provider.meterProvider().get(SCOPE);
        final Recorders instruments = new Recorders(meter);
        final Observer observer = new Observer(meter, this);
        final List<Recording> recordings = new ArrayList<>();
        for (final Combination combination : combinations) {
          if (combination.kind().isObservable()) {
            final Ledger ledger = new Ledger(combination, ROUNDS * (mostLooks + 2), salt);
            all.add(ledger);
            observer.observe(ledger);
          } else {
            final Ledger ledger =
                new Ledger(combination, ROUNDS * perThread * setup.threads(), salt);
            all.add(ledger);
            recordings.add(new Recording(ledger, instruments.of(combination, setup.isBound())));
          }
        }
        for (int round = 0; round < ROUNDS; round++) {
          final List<Future<Void>> running =
              start(recordings, setup.threads(), round * perThread, perThread);
          if (round > 0) {
            lookWhile(running, mostLooks, looker, clock, looks);
          }
          for (final Future<Void> recorder : running) {
            recorder.get(60, TimeUnit.SECONDS);
          }
          looks.add(look(looker, clock));
          looks.add(look(looker, clock));
        }
      } finally {
        provider.close().run();
      }
    }
    return new Outcome(sdk, setup, all, looks);
  }

  private record Recording(Ledger ledger, Recorder recorder) {}

  private List<Future<Void>> start(
      List<Recording> recordings, int threads, int first, int perThread) {
    final CyclicBarrier barrier = new CyclicBarrier(threads);
    final List<Future<Void>> running = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      final int own = thread;
      final Callable<Void> task =
          () -> {
            record(recordings, own, threads, first, perThread, barrier);
            return null;
          };
      running.add(recorders.submit(task));
    }
    return running;
  }

  private void record(
      List<Recording> recordings,
      int thread,
      int threads,
      int first,
      int perThread,
      CyclicBarrier barrier)
      throws InterruptedException, BrokenBarrierException {
    final RecorderThread self = (RecorderThread) Thread.currentThread();
    barrier.await();
    for (int begin = 0; begin < perThread; begin += BURST) {
      for (final Recording recording : recordings) {
        for (int i = begin; i < Math.min(perThread, begin + BURST); i++) {
          record(recording, (first + i) * threads + thread, self);
        }
      }
    }
    self.ledger = null;
  }

  private void record(Recording recording, int index, RecorderThread self) {
    final Ledger ledger = recording.ledger();
    final double value = ledger.value(index);
    final int series = ledger.series(index);
    final SpanKind span = ledger.span(index);
    final Context context = span.isSpan() ? ledger.context(index) : null;
    self.index = index;
    self.ledger = ledger;
    ledger.begin(index, stamps.getAsLong());
    if (span == SpanKind.SAMPLED_IN_SCOPE) {
      try (Scope scope = context.makeCurrent()) {
        recording.recorder().record(value, series, null);
      }
    } else {
      recording.recorder().record(value, series, context);
    }
    ledger.end(index, stamps.getAsLong());
  }

  private void lookWhile(
      List<Future<Void>> running,
      int mostLooks,
      Looker looker,
      MeasurementClock clock,
      List<Seen.Look> looks)
      throws Exception {
    for (int i = 0; i < mostLooks; i++) {
      if (running.stream().allMatch(Future::isDone)) {
        return;
      }
      looks.add(look(looker, clock));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private Seen.Look look(Looker looker, MeasurementClock clock) throws Exception {
    clock.advance();
    final long before = stamps.getAsLong();
    // An observation is stamped with the start, which is thus later than the look before.
    long start = before;
    while (start <= before + 1) {
      start = stamps.getAsLong();
    }
    lookStart = start - 1;
    lookTime = clock.now();
    final var points = looker.look(clock.now());
    return new Seen.Look(start, stamps.getAsLong(), clock.now(), points);
  }

  /** Called when a callback observes. */
  void observed(Ledger ledger, int index) {
    ledger.time(index, lookTime);
    ledger.begin(index, lookStart);
    ledger.end(index, lookStart);
  }

  @Override
  public void close() throws InterruptedException {
    recorders.shutdownNow();
    if (!recorders.awaitTermination(30, TimeUnit.SECONDS)) {
      throw new AssertionError("recorders do not end");
    }
  }
}
