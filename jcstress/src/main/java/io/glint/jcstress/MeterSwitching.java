package io.glint.jcstress;

import static io.glint.jcstress.Fixture.DELTA;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.GlintMeterConfig;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.MeterConfigurator;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.meter.GlintMeter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** Instruments follow the last meter configurator, whenever they are made. */
public class MeterSwitching {
  private static final MeterConfigurator OFF = scope -> GlintMeterConfig.disabled();
  private static final MeterConfigurator ON = scope -> GlintMeterConfig.enabled();

  /** An instrument that is made while its meter is disabled. */
  @JCStressTest
  @State
  @Outcome(id = "false", expect = ACCEPTABLE, desc = "disabled")
  @Outcome(expect = FORBIDDEN, desc = "the instrument missed the change")
  public static class ActualNewInstrument {
    private final GlintMeterProvider provider = TinyReader.provider(new TinyReader(DELTA));
    private final Meter meter = provider.get("m");
    private LongCounter counter;

    @Actor
    public void make() {
      counter = meter.counterBuilder("c").build();
    }

    @Actor
    public void disable() {
      provider.setMeterConfigurator(OFF);
    }

    @Arbiter
    public void ask(Z_Result r) {
      r.r1 = counter.isEnabled();
    }
  }

  /** A meter that is made, with an instrument, while the configurator changes. */
  @JCStressTest
  @State
  @Outcome(id = "false", expect = ACCEPTABLE, desc = "disabled")
  @Outcome(expect = FORBIDDEN, desc = "the meter missed the change")
  public static class ActualNewMeter {
    private final GlintMeterProvider provider = TinyReader.provider(new TinyReader(DELTA));
    private LongCounter counter;

    @Actor
    public void make() {
      counter = provider.get("m").counterBuilder("c").build();
    }

    @Actor
    public void disable() {
      provider.setMeterConfigurator(OFF);
    }

    @Arbiter
    public void ask(Z_Result r) {
      r.r1 = counter.isEnabled();
    }
  }

  /** Whichever of two changes is the last: meter and instrument agree on it. */
  @JCStressTest
  @State
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "enabled")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "disabled")
  @Outcome(expect = FORBIDDEN, desc = "meter and instrument differ")
  public static class ActualTwoChanges {
    private final GlintMeterProvider provider = TinyReader.provider(new TinyReader(DELTA));
    private final GlintMeter meter = (GlintMeter) provider.get("m");
    private final LongCounter counter = meter.counterBuilder("c").build();

    @Actor
    public void disable() {
      provider.setMeterConfigurator(OFF);
    }

    @Actor
    public void enable() {
      provider.setMeterConfigurator(ON);
    }

    @Arbiter
    public void ask(ZZ_Result r) {
      r.r1 = meter.isEnabled();
      r.r2 = counter.isEnabled();
    }
  }

  /** A collection while the meter is disabled has all of its metrics, or none. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "all")
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "none")
  @Outcome(expect = FORBIDDEN, desc = "half a meter was collected")
  public static class ActualCollection {
    private final TinyReader reader = new TinyReader(DELTA);
    private final GlintMeterProvider provider = TinyReader.provider(reader);

    public ActualCollection() {
      final Meter meter = provider.get("m");
      meter.counterBuilder("c").build().add(1);
      meter.counterBuilder("d").build().add(1);
    }

    @Actor
    public void collect(I_Result r) {
      r.r1 = reader.collectTotal();
    }

    @Actor
    public void disable() {
      provider.setMeterConfigurator(OFF);
    }
  }

  /** A thread that does nothing but record notices in the end. */
  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "noticed")
  @Outcome(expect = FORBIDDEN, desc = "records for ever")
  @State
  public static class ActualRecorderNotices {
    private final GlintMeterProvider provider = TinyReader.provider(new TinyReader(DELTA));
    private final SyncInstrument counter =
        (SyncInstrument) provider.get("m").counterBuilder("c").build();

    @Actor
    public void record() {
      while (counter.first() != null) {}
    }

    @Signal
    public void disable() {
      provider.setMeterConfigurator(OFF);
    }
  }

  /** An instrument that adopts the state before its meter knows it can miss the change. */
  @JCStressTest
  @State
  @Outcome(id = "false", expect = ACCEPTABLE, desc = "disabled")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByAdoptingTooEarly {
    private final Map<String, Instrument> instruments = new ConcurrentHashMap<>();
    private final Instrument instrument = new Instrument();
    private volatile boolean isEnabled = true;

    @Actor
    public void make() {
      instrument.isEnabled = isEnabled;
      instruments.put("c", instrument);
    }

    @Actor
    public void disable() {
      isEnabled = false;
      instruments.values().forEach(known -> known.isEnabled = false);
    }

    @Arbiter
    public void ask(Z_Result r) {
      r.r1 = instrument.isEnabled;
    }

    private static final class Instrument {
      volatile boolean isEnabled;
    }
  }

  /** A collection that asks for each metric whether the meter is disabled has half of it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2", "0"},
      expect = ACCEPTABLE,
      desc = "all or none")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByAskingTwice {
    private volatile boolean isEnabled = true;

    @Actor
    public void collect(I_Result r) {
      for (int i = 0; i < 2; i++) {
        r.r1 += isEnabled ? 1 : 0;
        Thread.onSpinWait();
      }
    }

    @Actor
    public void disable() {
      isEnabled = false;
    }
  }

  private MeterSwitching() {}
}
