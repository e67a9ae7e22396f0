package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.C;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A provider shuts down once, with one last collection that misses nothing recorded before; what
 * comes meanwhile is in it or is dropped, and what comes afterwards makes no series.
 */
public class Shutdown {

  /** New attributes are recorded meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "in the last collection")
  @Outcome(
      id = {"2, 0", "2, 1"},
      expect = ACCEPTABLE,
      desc = "too late")
  @Outcome(expect = FORBIDDEN, desc = "an earlier measurement was lost, or one counted twice")
  public static class ActualNewSeries {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);
    private final LongCounter counter = provider.get("m").counterBuilder("c").build();

    public ActualNewSeries() {
      counter.add(2, A);
    }

    @Actor
    public void record() {
      counter.add(1, B);
    }

    @Actor
    public void shutdown(II_Result r) {
      provider.shutdown();
      r.r1 = reader.collectedAtShutdown();
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = reader.collectTotal();
    }
  }

  /** An instrument that is made meanwhile takes no new attributes afterwards. */
  @JCStressTest
  @State
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not enabled, and no series")
  @Outcome(expect = FORBIDDEN, desc = "the instrument missed the shutdown")
  public static class ActualNewInstrument {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);
    private final Meter meter = provider.get("m");
    private LongCounter counter;

    @Actor
    public void make() {
      counter = meter.counterBuilder("c").build();
    }

    @Actor
    public void shutdown() {
      provider.shutdown();
    }

    @Arbiter
    public void record(II_Result r) {
      r.r1 = counter.isEnabled() ? 1 : 0;
      counter.add(1, C);
      r.r2 = reader.collectTotal();
    }
  }

  /** Two threads shut down: it happens once, and both get the same result. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "once")
  @Outcome(expect = FORBIDDEN, desc = "twice, or with two results")
  public static class ActualTwice {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);
    private CompletableResultCode one;
    private CompletableResultCode two;

    @Actor
    public void one() {
      one = provider.shutdown();
    }

    @Actor
    public void two() {
      two = provider.shutdown();
    }

    @Arbiter
    public void ask(II_Result r) {
      r.r1 = reader.shutdowns();
      r.r2 = one == two && one.isSuccess() ? 1 : 0;
    }
  }

  /** A shutdown that looks whether it was begun, and then begins, happens twice. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredFlag {
    private final AtomicInteger shutdowns = new AtomicInteger();
    private volatile boolean isShutdown;

    @Actor
    public void one() {
      shutdown();
    }

    @Actor
    public void two() {
      shutdown();
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = shutdowns.get();
    }

    private void shutdown() {
      if (!isShutdown) {
        isShutdown = true;
        shutdowns.incrementAndGet();
      }
    }
  }

  /** An instrument that looks for a shutdown before it can be found by one misses it. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "no series")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByLookingTooEarly {
    private final Queue<MetricStream> sources = new ConcurrentLinkedQueue<>();
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private volatile boolean isShutdown;

    @Actor
    public void make() {
      if (isShutdown) {
        stream.shutdown();
      }
      sources.add(stream);
    }

    @Actor
    public void shutdown() {
      isShutdown = true;
      sources.forEach(MetricStream::shutdown);
    }

    @Arbiter
    public void record(I_Result r) {
      stream.recordLong(1, C, null);
      r.r1 = Fixture.collectTotal(collector);
    }
  }

  /** A last collection that is taken before recording is refused loses what comes in between. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in the last collection, or refused")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByPromise {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private volatile boolean isShutdown;

    @Actor
    public void record(II_Result r) {
      if (!isShutdown) {
        // Nobody can promise that a last collection is still to come.
        stream.recordLong(1, A, null);
        r.r1 = 1;
      }
    }

    @Actor
    public void shutdown(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
      isShutdown = true;
    }
  }

  private Shutdown() {}
}
