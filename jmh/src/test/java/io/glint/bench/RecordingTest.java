package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.infra.ThreadParams;

/** That what the benchmarks measure are recordings which arrive. */
class RecordingTest {
  private static final int STEPS = 30_000;

  @TempDir Path directory;

  /** Every case is run as JMH would: the same methods, called by name, in the same order. */
  @ParameterizedTest
  @MethodSource("workloads")
  void everyRecordingOfACaseArrives(Workload workload, int threads) throws Exception {
    final RecordingBenchmark benchmark = newBenchmark(workload);
    benchmark.setUp();
    runThreads(benchmark, method(workload), threads);
    benchmark.tearDown();

    assertThat(benchmark.arrived())
        .isEqualTo(
            benchmark.recordedAtStart() + (long) threads * STEPS * benchmark.arrivalsPerStep());
    if (benchmark.expectsExemplars()) {
      assertThat(benchmark.exemplarsArrived()).isPositive();
    } else {
      assertThat(benchmark.exemplarsArrived()).isZero();
    }
  }

  static Stream<Object[]> workloads() {
    return Stream.concat(Cases.ALL.stream(), Stream.of(manySeriesOfOwnAttributes()))
        .flatMap(
            benchmarkCase ->
                benchmarkCase.contenders().stream()
                    .map(Contender::workload)
                    .filter(workload -> !workload.benchmark().contains("FloorBenchmark"))
                    .map(workload -> new Object[] {workload, benchmarkCase.threads()}));
  }

  private static Case manySeriesOfOwnAttributes() {
    final Workload workload =
        Cases.named(List.of("P5"))
            .get(0)
            .glint()
            .workload()
            .with("cardinality", 128)
            .with("attributes", AttributesUse.OWN);
    return Case.sideBySide("X", Group.THREADS, "128 series", workload, 8, 1);
  }

  @ParameterizedTest
  @MethodSource("ownWorkloads")
  void ownSeriesValuesAndBoundsArriveInEverySystem(Workload workload) throws Exception {
    final Path attributes = directory.resolve("attributes");
    Files.writeString(attributes, "a.b=1,a_b=2\nroute=/x\n{}\n");
    final Path values = directory.resolve("values");
    Files.writeString(values, "0.5\n2\n");
    final RecordingBenchmark benchmark =
        newBenchmark(
            workload
                .with("attributesFile", attributes)
                .with("valuesFile", values)
                .with("bounds", "0,1,3"));
    benchmark.setUp();
    assertThat(benchmark.boundsOrDefault()).containsExactly(0, 1, 3);
    runThreads(benchmark, method(workload), 2);
    benchmark.tearDown();

    assertThat(benchmark.seriesCount()).isEqualTo(3);
    assertThat(benchmark.arrived()).isGreaterThanOrEqualTo(2L * STEPS);
  }

  static Stream<Workload> ownWorkloads() {
    return Cases.named(List.of("P2", "P6b", "P7a", "P8e", "M1")).stream()
        .flatMap(benchmarkCase -> benchmarkCase.contenders().stream())
        .map(Contender::workload);
  }

  @Test
  void ownValuesAreDrawnAndNoOthers() throws Exception {
    final RecordingBenchmark benchmark = histogram(Sdk.GLINT, Exemplars.OFF);
    benchmark.valuesFile =
        Files.writeString(directory.resolve("values"), "0.5\n2\n70\n").toString();
    benchmark.setUp();
    final Walk walk = new HistogramBenchmark.Caller();
    benchmark.start(walk, 0);

    final Set<Double> values = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      walk.next();
      values.add(walk.value());
    }
    assertThat(values).containsExactlyInAnyOrder(0.5, 2.0, 70.0);
  }

  /** A parameter that is left open would make one case many benchmarks. */
  @ParameterizedTest
  @MethodSource("workloads")
  void casesLeaveNoParameterOpen(Workload workload, int threads) throws Exception {
    final List<String> open =
        Arrays.stream(method(workload).getDeclaringClass().getFields())
            .filter(field -> field.isAnnotationPresent(Param.class))
            .filter(field -> field.getAnnotation(Param.class).value().length > 1)
            .map(Field::getName)
            .filter(name -> !workload.parameters().containsKey(name))
            .toList();

    assertThat(open).isEmpty();
    assertThat(method(workload).isAnnotationPresent(Benchmark.class)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Sdk.class)
  void runFailsIfARecordingDoesNotArrive(Sdk sdk) {
    final ApiBenchmark benchmark = histogram(sdk, Exemplars.OFF);
    benchmark.setUp();
    final Walk walk = new HistogramBenchmark.Caller();
    benchmark.start(walk, 0);
    walk.next();

    assertThatThrownBy(benchmark::tearDown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was given 2 measurements and exported 1");
  }

  @ParameterizedTest
  @EnumSource(Sdk.class)
  void runFailsIfExemplarsDoNotArrive(Sdk sdk) {
    final ApiBenchmark benchmark = histogram(sdk, Exemplars.TRACE_BASED);
    benchmark.setUp();

    assertThatThrownBy(benchmark::tearDown)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("exported 0 exemplars");
  }

  @Test
  void runFailsIfTheCollectorFailed() throws Exception {
    final OnDemandReader reader =
        new OnDemandReader(
            AggregationTemporality.DELTA, MemoryMode.REUSABLE_DATA, HistogramKind.EXPLICIT);
    final IllegalArgumentException cause = new IllegalArgumentException("broken");
    final CountDownLatch collected = new CountDownLatch(1);
    reader.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            collected.countDown();
            throw cause;
          }
        });
    final Collector collector = new Collector(reader::collect, Duration.ofNanos(1));
    collected.await();

    assertThatThrownBy(collector::stop).hasCause(cause);
  }

  @Test
  void threadsVisitEachSeriesOnceARoundInOrdersOfTheirOwn() {
    final ApiBenchmark benchmark = histogram(Sdk.GLINT, Exemplars.OFF);
    benchmark.cardinality = 128;
    benchmark.setUp();
    final List<Object> one = round(benchmark, 0, 128);
    final List<Object> other = round(benchmark, 1, 128);

    assertThat(one).doesNotHaveDuplicates().hasSize(128);
    assertThat(other).isNotEqualTo(one).containsExactlyInAnyOrderElementsOf(one);
  }

  @ParameterizedTest
  @EnumSource(Sdk.class)
  void whatIsMeasuredBeyondTheLimitIsOneSeriesForAll(Sdk sdk) {
    final UnusualPathBenchmark benchmark = new UnusualPathBenchmark();
    prepare(benchmark, sdk, Exemplars.OFF);
    benchmark.path = UnusualPath.OVERFLOW;
    benchmark.cardinality = 128;
    benchmark.setUp();
    benchmark.collect();

    assertThat(benchmark.arrived()).isEqualTo(UnusualPathBenchmark.BEYOND_LIMIT + 128);
    assertThat(benchmark.seriesShown()).isBetween(2000L, 2001L);
    benchmark.close();
  }

  private static List<Object> round(RecordingBenchmark benchmark, int thread, int length) {
    final Walk walk = new HistogramBenchmark.Caller();
    benchmark.start(walk, thread);
    final List<Object> visited = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      visited.add(walk.attributes(walk.next()));
    }
    return visited;
  }

  private static ApiBenchmark histogram(Sdk sdk, Exemplars exemplars) {
    final HistogramBenchmark benchmark = new HistogramBenchmark();
    prepare(benchmark, sdk, exemplars);
    return benchmark;
  }

  private static void prepare(ApiBenchmark benchmark, Sdk sdk, Exemplars exemplars) {
    benchmark.sdk = sdk;
    benchmark.exemplars = exemplars;
    benchmark.temporality = AggregationTemporality.CUMULATIVE;
    benchmark.cardinality = 1;
    benchmark.attributes = AttributesUse.SHARED;
    benchmark.memoryMode = MemoryMode.REUSABLE_DATA;
    benchmark.histograms = HistogramKind.EXPLICIT;
    benchmark.reservoir = Reservoir.DEFAULT;
    benchmark.readers = 1;
    benchmark.attributesFile = "";
    benchmark.valuesFile = "";
    benchmark.bounds = "";
  }

  private static Method method(Workload workload) throws ClassNotFoundException {
    final int dot = workload.benchmark().lastIndexOf('.');
    final String name = workload.benchmark().substring(dot + 1);
    return Arrays.stream(Class.forName(workload.benchmark().substring(0, dot)).getMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static RecordingBenchmark newBenchmark(Workload workload) throws Exception {
    final Class<?> type = method(workload).getDeclaringClass();
    final RecordingBenchmark benchmark =
        (RecordingBenchmark) type.getDeclaredConstructor().newInstance();
    for (final Field field : type.getFields()) {
      final Param param = field.getAnnotation(Param.class);
      if (param != null) {
        final String value = workload.parameters().getOrDefault(field.getName(), param.value()[0]);
        field.set(benchmark, parse(field.getType(), value));
      }
    }
    return benchmark;
  }

  private static Object parse(Class<?> type, String value) {
    if (type == String.class) {
      return value;
    }
    return type == int.class
        ? Integer.valueOf(value)
        : Arrays.stream(type.getEnumConstants())
            .filter(constant -> ((Enum<?>) constant).name().equals(value))
            .findFirst()
            .orElseThrow();
  }

  private static void runThreads(RecordingBenchmark benchmark, Method method, int threads)
      throws Exception {
    final ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      final List<Future<Void>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        final int index = i;
        futures.add(
            executor.submit(
                () -> {
                  runThread(benchmark, method, index, threads);
                  return null;
                }));
      }
      for (final Future<Void> future : futures) {
        future.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void runThread(RecordingBenchmark benchmark, Method method, int index, int threads)
      throws Exception {
    final Class<?> callerType = method.getParameterTypes()[0];
    final Walk caller = (Walk) callerType.getDeclaredConstructor().newInstance();
    callerType
        .getMethod("setUp", benchmark.getClass(), ThreadParams.class)
        .invoke(caller, benchmark, new ThreadParams(index, threads, 0, 1, 0, 1, 0, 1, 0, 1));
    caller.enterSpan();
    try {
      for (int step = 0; step < STEPS; step++) {
        method.invoke(benchmark, caller);
      }
    } finally {
      caller.leaveSpan();
    }
  }
}
