package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What benchmarks of recording share, whichever system is recorded into: the series, the values,
 * the spans, and the check that all of it arrived.
 *
 * <h2>What is varied</h2>
 *
 * <ul>
 *   <li>the system, one in each JVM: subclasses record into one each, but for {@link ApiBenchmark},
 *       which is for both SDKs behind the OpenTelemetry API;
 *   <li>whether exemplars are off or taken inside sampled spans. A span that the stock trace SDK
 *       has started and sampled is current in either case, a thread its own: it is there in a
 *       service, and so the two differ in nothing but the setting;
 *   <li>whether a collector runs every 10 ms. That is a thousand times what a service does, and
 *       makes visible what a collection costs those who record;
 *   <li>the number of series, or the series themselves; the values; the bucket boundaries;
 *   <li>the number of threads, which is JMH's to set: {@code -t 1}, {@code 2}, {@code 8}. The score
 *       is the time of one call on one thread. With more threads than processors it includes the
 *       time that the thread waits for one.
 * </ul>
 *
 * <h2>What is not, and why</h2>
 *
 * <ul>
 *   <li>Building attributes, labels or tags. It allocates, costs more than recording, and would
 *       hide it. All are made before recording.
 *   <li>Measurements outside of a span, or inside one that is not sampled, but for {@link
 *       UnusualPathBenchmark}: they cost what exemplars off do, and a look at the span.
 *   <li>Encoding what was collected.
 * </ul>
 *
 * <p>Each run ends with a collection. It fails unless every recording arrived, and exemplars where
 * they are on and nowhere else: a harness in which nothing is recorded is very fast.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {RecordingBenchmark.LEAST_HEAP, RecordingBenchmark.MOST_HEAP})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class RecordingBenchmark {
  static final String LEAST_HEAP = "-Xms1g";
  static final String MOST_HEAP = "-Xmx1g";

  /** Stands for an interval: the next collection begins when one has ended. */
  static final int WITHOUT_PAUSE = -1;

  @Param({"OFF", "TRACE_BASED"})
  public Exemplars exemplars;

  /** Number of series, unless {@link #attributesFile} has them. */
  @Param({"1", "128"})
  public int cardinality;

  /** Interval of the collector, 0 to collect only at the end, or {@link #WITHOUT_PAUSE}. */
  @Param({"0", "10"})
  public int collectEveryMillis;

  /** Path of the attribute sets to record with, or empty. */
  @Param("")
  public String attributesFile;

  /** Path of the values to record, or empty. */
  @Param("")
  public String valuesFile;

  /** Boundaries of explicit buckets, separated by commas, or empty for OpenTelemetry's default. */
  @Param("")
  public String bounds;

  private final List<Walk> walks = new CopyOnWriteArrayList<>();
  private Attributes[] seriesAttributes;
  private Collector collector;
  private long recordedAtStart;

  /** Makes an unprepared benchmark, for JMH. */
  protected RecordingBenchmark() {}

  /** Makes the instrument and its series, and starts the collector. */
  @Setup
  public final void setUp() {
    walks.clear();
    seriesAttributes = newAttributes();
    recordedAtStart = open(seriesAttributes);
    if (collectEveryMillis != 0) {
      collector = new Collector(this::collect, Duration.ofMillis(Math.max(0, collectEveryMillis)));
    }
  }

  /**
   * Makes what is recorded into, and all series.
   *
   * @return the number of measurements that took
   */
  abstract long open(Attributes[] series);

  /** Collects everything, and keeps account of it. Called by one thread at a time. */
  abstract void collect();

  /** Number of measurements that all collections have shown. */
  abstract long arrived();

  /** Number of exemplars that all collections have shown, the same one more than once or not. */
  abstract long exemplarsArrived();

  /** Gives up what {@link #open} made. */
  abstract void close();

  /** Number of measurements that must arrive for each step of a walk. */
  int arrivalsPerStep() {
    return 1;
  }

  /** What is measured, for messages. */
  abstract String system();

  /** Stops everything and checks that all recordings have arrived. */
  @TearDown
  public final void tearDown() throws InterruptedException {
    if (collector != null) {
      collector.stop();
      collector = null;
    }
    collect();
    close();
    checkRecordings();
    checkExemplars();
  }

  private void checkRecordings() {
    final long steps = walks.stream().mapToLong(Walk::steps).sum();
    final long recorded = recordedAtStart + steps * arrivalsPerStep();
    if (arrived() != recorded) {
      throw new IllegalStateException(
          system() + " was given " + recorded + " measurements and exported " + arrived());
    }
  }

  private void checkExemplars() {
    if ((exemplarsArrived() > 0) != expectsExemplars()) {
      throw new IllegalStateException(
          system() + " exported " + exemplarsArrived() + " exemplars, which were " + exemplars);
    }
  }

  /** True if there must be exemplars in the end, false if there must be none. */
  boolean expectsExemplars() {
    return exemplars == Exemplars.TRACE_BASED;
  }

  /** Number of measurements that were recorded before the first step of a walk. */
  final long recordedAtStart() {
    return recordedAtStart;
  }

  /** Prepares a thread's walk, whose steps must all have arrived in the end. */
  final void start(Walk walk, int threadIndex) {
    walk.start(
        attributesForThread(), UserData.values(valuesFile), Spans.startSampled(), threadIndex);
    walks.add(walk);
  }

  /** One for each series, for a thread to record with. */
  Attributes[] attributesForThread() {
    return seriesAttributes;
  }

  /** New instances, equal from call to call. */
  final Attributes[] newAttributes() {
    return attributesFile.isEmpty()
        ? SeriesAttributes.create(cardinality)
        : UserData.attributes(attributesFile);
  }

  /** Number of series. */
  final int seriesCount() {
    return seriesAttributes.length;
  }

  /** The boundaries that were asked for, or null. */
  final List<Double> ownBounds() {
    return bounds.isEmpty() ? null : UserData.bounds(bounds);
  }

  /** The boundaries of explicit buckets, for those who need to be told the default. */
  final double[] boundsOrDefault() {
    final List<Double> own = ownBounds();
    return (own == null ? UserData.DEFAULT_BOUNDS : own)
        .stream().mapToDouble(Double::doubleValue).toArray();
  }
}
