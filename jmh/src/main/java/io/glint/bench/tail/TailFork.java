package io.glint.bench.tail;

import io.glint.bench.HistogramKind;
import io.glint.bench.OnDemandReader;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.Providers;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** One JVM that measures one side in one scenario. */
public final class TailFork {
  static final String SERVICE = "service";
  static final String RESPONSE = "response";
  static final String HICCUPS = "hiccups";
  static final String COLLECTIONS = "collections";
  static final String CREATIONS = "creations";
  static final String FIRST = "first";
  static final String GARBAGE_COLLECTIONS = "garbageCollections";
  static final String GARBAGE_MILLIS = "garbageMillis";

  private static final int SERIES = 128;
  private static final long MILLI = 1_000_000;

  private TailFork() {}

  /**
   * Entry point: side, scenario, recorders, calls a second, milliseconds of warm-up, and then,
   * nanoseconds that a call takes to do nothing if there is no SDK.
   */
  public static void main(String[] args) throws InterruptedException {
    final Side side = Side.valueOf(args[0]);
    final Scenario scenario = Scenario.valueOf(args[1]);
    final int recorders = Integer.parseInt(args[2]);
    final int perSecond = Integer.parseInt(args[3]);
    final long warmup = Long.parseLong(args[4]) * MILLI;
    final long measured = Long.parseLong(args[5]) * MILLI;
    final long idleNanos = Long.parseLong(args[6]);

    final Attributes[] series = SeriesAttributes.create(SERIES);
    OnDemandReader reader = null;
    DoubleHistogram instrument = null;
    if (side.sdk() != null) {
      reader =
          new OnDemandReader(
              scenario.temporality(), MemoryMode.REUSABLE_DATA, HistogramKind.EXPLICIT);
      instrument =
          Providers.create(
                  side.sdk(), reader, ExemplarFilter.traceBased(), scenario.cardinalityLimit())
              .get("io.glint.bench")
              .histogramBuilder("http.server.request.duration")
              .setUnit("ms")
              .build();
      for (final Attributes attributes : series) {
        instrument.record(1, attributes);
      }
    }

    final Disturbance.Collecting collecting =
        new Disturbance.Collecting(reader, scenario.periodMillis());
    final long start = System.nanoTime() + 50 * MILLI;
    final Disturbance.Creating creating = new Disturbance.Creating(instrument, start + warmup);
    final List<Disturbance> disturbances = new ArrayList<>(List.of(collecting));
    if (scenario.createsSeries()) {
      disturbances.add(creating);
    }
    if (scenario == Scenario.GARBAGE) {
      disturbances.add(new Disturbance.Allocating());
    }
    final Hiccups hiccups = new Hiccups(start + warmup, start + warmup + measured);
    final List<Recorder> threads = new ArrayList<>();
    for (int i = 0; i < recorders; i++) {
      threads.add(
          new Recorder(
              instrument, idleNanos, series, perSecond, i, start, start + warmup, measured));
    }
    disturbances.forEach(Thread::start);
    hiccups.start();
    threads.forEach(Thread::start);
    for (final Recorder thread : threads) {
      thread.join();
    }
    hiccups.join();
    for (final Disturbance disturbance : disturbances) {
      disturbance.end();
    }

    final Histogram service = Latencies.merge(threads.stream().map(Recorder::service).toList());
    final Histogram response = Latencies.merge(threads.stream().map(Recorder::response).toList());
    final long calls = threads.stream().mapToLong(Recorder::calls).sum();
    final long warmupCalls = threads.stream().mapToLong(Recorder::warmupCalls).sum();
    check(calls, SERIES + warmupCalls + calls + creating.created(), service, reader);
    ChildJvm.tell(SERVICE, Latencies.encode(service));
    ChildJvm.tell(RESPONSE, Latencies.encode(response));
    ChildJvm.tell(HICCUPS, Latencies.encode(hiccups.late()));
    ChildJvm.tell(COLLECTIONS, collecting.piecesPerSecond());
    ChildJvm.tell(FIRST, Latencies.encode(creating.firstCalls()));
    if (scenario.createsSeries()) {
      ChildJvm.tell(CREATIONS, creating.createdPerSecond());
    }
    final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    ChildJvm.tell(
        GARBAGE_COLLECTIONS,
        collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum());
    ChildJvm.tell(
        GARBAGE_MILLIS,
        collectors.stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum());
  }

  /** A harness in which nothing is recorded is very fast. */
  private static void check(long calls, long recorded, Histogram service, OnDemandReader reader) {
    if (calls == 0 || service.getTotalCount() != calls) {
      throw new IllegalStateException(calls + " calls, " + service.getTotalCount() + " measured");
    }
    if (reader != null) {
      reader.collect();
      if (reader.total() != recorded) {
        throw new IllegalStateException(recorded + " recorded, " + reader.total() + " exported");
      }
      if (reader.exemplars() == 0) {
        throw new IllegalStateException("Recorded in sampled spans, but no exemplar was exported");
      }
    }
  }
}
