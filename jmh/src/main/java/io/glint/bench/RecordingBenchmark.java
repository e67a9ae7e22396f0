package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
 * What benchmarks of recording share: a provider of one of the two SDKs, behind the same API and
 * with the same reader.
 *
 * <h2>What is varied</h2>
 *
 * <ul>
 *   <li>the SDK, one in each JVM;
 *   <li>whether exemplars are off or taken inside sampled spans. A span that the stock trace SDK
 *       has started and sampled is current in either case, a thread its own: it is there in a
 *       service, and so the two differ in nothing but the filter;
 *   <li>temporality, and whether a collector runs every 10 ms. That is a thousand times what a
 *       service does, and makes visible what a collection costs those who record;
 *   <li>the number of series;
 *   <li>whether histograms have explicit or exponential buckets;
 *   <li>where Glint keeps exemplars;
 *   <li>the number of readers that ask for the same;
 *   <li>whether threads share {@link Attributes} instances or have their own, equal ones;
 *   <li>the number of threads, which is JMH's to set: {@code -t 1}, {@code 2}, {@code 8}. The score
 *       is the time of one call on one thread. With more threads than processors it includes the
 *       time that the thread waits for one.
 * </ul>
 *
 * <h2>What is not, and why</h2>
 *
 * <ul>
 *   <li>Building attributes. It allocates, costs more than recording, and is the API's work; the
 *       SDKs would differ less for a reason that is neither's.
 *   <li>The memory mode of the reader: it is {@code REUSABLE_DATA}, which the stock OTLP exporters
 *       ask for by default. It can be set for an experiment.
 *   <li>Measurements outside of a span, or inside one that is not sampled: they cost what exemplars
 *       off do, and a look at the span.
 *   <li>Several readers that ask for different things, and views that remove attributes.
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
    jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class RecordingBenchmark {
  @Param({"STOCK", "GLINT"})
  public Sdk sdk;

  @Param({"OFF", "TRACE_BASED"})
  public Exemplars exemplars;

  @Param({"CUMULATIVE", "DELTA"})
  public AggregationTemporality temporality;

  @Param({"1", "128"})
  public int cardinality;

  /** Interval of the collector, or 0 to collect only at the end. */
  @Param({"0", "10"})
  public int collectEveryMillis;

  @Param("SHARED")
  public AttributesUse attributes;

  @Param("REUSABLE_DATA")
  public MemoryMode memoryMode;

  @Param("EXPLICIT")
  public HistogramKind histograms;

  @Param("DEFAULT")
  public Reservoir reservoir;

  /** Readers that ask for the same. One is collected; the others are there. */
  @Param("1")
  public int readers;

  private final List<Walk> walks = new CopyOnWriteArrayList<>();
  private OnDemandReader reader;
  private MeterProvider provider;
  private Attributes[] seriesAttributes;
  private Collector collector;

  /** Makes an unprepared benchmark, for JMH. */
  protected RecordingBenchmark() {}

  /** Makes the provider and the instrument, records once into each series, starts the collector. */
  @Setup
  public final void setUp() {
    walks.clear();
    reader = newReader();
    final List<MetricReader> all = new ArrayList<>();
    all.add(reader);
    while (all.size() < readers) {
      all.add(newReader());
    }
    provider = sdk.create(all, exemplars.filter(), reservoir);
    createInstrument(provider.get("io.glint.bench"));
    seriesAttributes = SeriesAttributes.create(cardinality);
    for (final Attributes attributes : seriesAttributes) {
      recordFirst(attributes);
    }
    if (collectEveryMillis > 0) {
      collector = new Collector(reader, Duration.ofMillis(collectEveryMillis));
    }
  }

  private OnDemandReader newReader() {
    return new OnDemandReader(temporality, memoryMode, histograms);
  }

  /** Makes the instrument that the benchmark records into. */
  abstract void createInstrument(Meter meter);

  /** Makes a series by the first recording into it. */
  abstract void recordFirst(Attributes attributes);

  /** Stops everything and checks that all recordings have arrived. */
  @TearDown
  public final void tearDown() throws IOException, InterruptedException {
    if (collector != null) {
      collector.stop();
      collector = null;
    }
    reader.collect();
    ((Closeable) provider).close();
    checkRecordings();
    checkExemplars();
  }

  private void checkRecordings() {
    final long recorded = cardinality + walks.stream().mapToLong(Walk::steps).sum();
    if (reader.total() != recorded) {
      throw new IllegalStateException(
          sdk + " was given " + recorded + " measurements and exported " + reader.total());
    }
  }

  private void checkExemplars() {
    if ((reader.exemplars() > 0) != (exemplars == Exemplars.TRACE_BASED)) {
      throw new IllegalStateException(
          sdk + " exported " + reader.exemplars() + " exemplars, which were " + exemplars);
    }
  }

  /** Prepares a thread's walk, whose steps must all have arrived in the end. */
  final void start(Walk walk, int threadIndex) {
    walk.start(attributesForThread(), Spans.startSampled(), threadIndex);
    walks.add(walk);
  }

  private Attributes[] attributesForThread() {
    return switch (attributes) {
      case SHARED -> seriesAttributes;
      case OWN -> SeriesAttributes.create(cardinality);
    };
  }

  /** What arrived, once {@link #tearDown} has returned. */
  final OnDemandReader reader() {
    return reader;
  }
}
