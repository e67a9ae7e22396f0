package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static io.glint.jcstress.Fixture.OTHER_A;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.internal.collect.StreamCollector;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What holds for a stream holds for the instruments of a provider and the collections of its
 * readers.
 */
public class ReaderEndToEnd {

  /** A measurement recorded while a delta reader collects is in exactly one of its collections. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualRecord {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);
    private final LongCounter counter = provider.get("m").counterBuilder("c").build();

    @Actor
    public void record() {
      counter.add(1, A);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = reader.collectTotal();
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = reader.collectTotal();
    }
  }

  /**
   * An instrument that is made and used while a reader collects is in this collection or the next.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualNewInstrument {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);

    @Actor
    public void record() {
      provider.get("m").counterBuilder("c").build().add(1, A);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = reader.collectTotal();
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = reader.collectTotal();
    }
  }

  /** Two threads that ask for the same instrument at once record into the same one. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one metric that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two metrics, or a measurement lost")
  public static class ActualSameInstrument {
    private final TinyReader reader = new TinyReader(CUMULATIVE);
    private final GlintMeterProvider provider = TinyReader.provider(reader);

    @Actor
    public void one() {
      provider.get("m").counterBuilder("c").build().add(1, A);
    }

    @Actor
    public void two() {
      provider.get("m").counterBuilder("c").build().add(1, OTHER_A);
    }

    @Arbiter
    public void collect(II_Result r) {
      final Collection<MetricData> metrics = reader.collect();
      r.r1 = metrics.size();
      r.r2 = TinyReader.total(metrics);
    }
  }

  /** A delta reader takes nothing away from a cumulative one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1, 1", "1, 0, 1"},
      expect = ACCEPTABLE,
      desc = "once for each reader")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualTwoReaders {
    private final TinyReader delta = new TinyReader(DELTA);
    private final TinyReader cumulative = new TinyReader(CUMULATIVE);
    private final GlintMeterProvider provider = TinyReader.provider(delta, cumulative);
    private final LongCounter counter = provider.get("m").counterBuilder("c").build();

    @Actor
    public void record() {
      counter.add(1, A);
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = delta.collectTotal();
    }

    @Arbiter
    public void collectRest(III_Result r) {
      r.r2 = delta.collectTotal();
      r.r3 = cumulative.collectTotal();
    }
  }

  /**
   * What was recorded before the provider is shut down is in the last collection; what is recorded
   * meanwhile is in it or comes too late.
   */
  @JCStressTest
  @State
  @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "in the last collection")
  @Outcome(
      id = {"2, 0", "2, 1"},
      expect = ACCEPTABLE,
      desc = "too late")
  @Outcome(expect = FORBIDDEN, desc = "an earlier measurement was lost, or one counted twice")
  public static class ActualShutdown {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);
    private final LongCounter counter = provider.get("m").counterBuilder("c").build();

    public ActualShutdown() {
      counter.add(2, A);
    }

    @Actor
    public void record() {
      counter.add(1, A);
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

  /**
   * An instrument that each thread makes for itself if it has seen none splits the measurements.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one metric that counts both")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUncheckedInstrument {
    private volatile StreamCollector known;
    private StreamCollector madeByOne;
    private StreamCollector madeByTwo;

    @Actor
    public void one() {
      madeByOne = instrument();
      madeByOne.stream().recordLong(1, A, null);
    }

    @Actor
    public void two() {
      madeByTwo = instrument();
      madeByTwo.stream().recordLong(1, A, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = madeByOne == madeByTwo ? 1 : 2;
      r.r2 = Fixture.collectTotal(known);
    }

    private StreamCollector instrument() {
      if (known == null) {
        known = Fixture.longCounter(CUMULATIVE, NO_LIMIT);
      }
      return known;
    }
  }

  private ReaderEndToEnd() {}
}
