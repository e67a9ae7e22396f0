package io.glint.jcstress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.MetricDescriptor;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** What is to be told once is told once, and of several descriptions the longest stays. */
public class Reporting {

  /** Two threads meet the same event for the first time. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "one of them logs it")
  @Outcome(expect = FORBIDDEN, desc = "logged twice, or not at all")
  public static class ActualFirstEvent {
    private final RateLimitedLog log = new RateLimitedLog(LOGGER, Level.WARNING);
    private boolean isDueForOne;
    private boolean isDueForTwo;

    @Actor
    public void one() {
      isDueForOne = log.isDue();
    }

    @Actor
    public void two() {
      isDueForTwo = log.isDue();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = (isDueForOne ? 1 : 0) + (isDueForTwo ? 1 : 0);
    }
  }

  /** Two threads ask for the instrument again, with longer descriptions. */
  @JCStressTest
  @State
  @Outcome(id = "longest", expect = ACCEPTABLE, desc = "the longest")
  @Outcome(expect = FORBIDDEN, desc = "a longer description was replaced by a shorter one")
  public static class ActualDescription {
    private final MetricDescriptor metric =
        MetricDescriptor.of(
            new InstrumentDescriptor(
                "m", "", "", InstrumentType.COUNTER, InstrumentValueType.LONG));

    @Actor
    public void one() {
      metric.describe("longer");
    }

    @Actor
    public void two() {
      metric.describe("longest");
    }

    @Arbiter
    public void ask(L_Result r) {
      r.r1 = metric.descriptor().description();
    }
  }

  /** Who looks whether it was logged, and then stores that, logs twice. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "one of them logs it")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredTime {
    private volatile long next;
    private boolean isDueForOne;
    private boolean isDueForTwo;

    @Actor
    public void one() {
      isDueForOne = isDue();
    }

    @Actor
    public void two() {
      isDueForTwo = isDue();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = (isDueForOne ? 1 : 0) + (isDueForTwo ? 1 : 0);
    }

    private boolean isDue() {
      if (next > 0) {
        return false;
      }
      next = 1;
      return true;
    }
  }

  /** A description that is compared and then stored, without a lock, can be the shorter one. */
  @JCStressTest
  @State
  @Outcome(id = "longest", expect = ACCEPTABLE, desc = "the longest")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnlockedComparison {
    private volatile String description = "";

    @Actor
    public void one() {
      describe("longer");
    }

    @Actor
    public void two() {
      describe("longest");
    }

    @Arbiter
    public void ask(L_Result r) {
      r.r1 = description;
    }

    private void describe(String other) {
      if (other.length() > description.length()) {
        description = other;
      }
    }
  }

  private static final Logger LOGGER = Logger.getLogger(Reporting.class.getName());

  private Reporting() {}
}
