package io.glint.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.LogCapture;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GlintMeterRegistryTest {
  private static final SpanContext SPAN =
      SpanContext.create(
          "0af7651916cd43dd8448eb211c80319c",
          "b7ad6b7169203331",
          TraceFlags.getSampled(),
          TraceState.getDefault());

  /** In a field, as asking for it allocates. */
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();
  private final GlintOpenTelemetry openTelemetry =
      GlintOpenTelemetry.builder().setMeterProvider(provider).build();
  private final MockClock clock = new MockClock();
  private final GlintMeterRegistry registry =
      GlintMeterRegistry.builder(openTelemetry).setClock(clock).build();

  @AfterEach
  void close() {
    registry.close();
    openTelemetry.close();
  }

  /** The metric of that name in a new collection, or null. */
  private MetricData collect(String name) {
    return reader.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private HistogramPointData histogram(String name) {
    return collect(name).getHistogramData().getPoints().iterator().next();
  }

  private double value(String name) {
    final MetricData metric = collect(name);
    final List<DoublePointData> points =
        new ArrayList<>(
            metric.getType() == MetricDataType.DOUBLE_GAUGE
                ? metric.getDoubleGaugeData().getPoints()
                : metric.getDoubleSumData().getPoints());
    assertThat(points).hasSize(1);
    return points.get(0).getValue();
  }

  private static void inSpan(Runnable action) {
    try (Scope scope = Context.root().with(Span.wrap(SPAN)).makeCurrent()) {
      action.run();
    }
  }

  // ------------------------------------------------------------------ what is recorded

  @Test
  void aTimerIsAHistogramInSecondsWithAnExemplarInEachBucket() {
    final Timer timer =
        Timer.builder("http.server.requests")
            .description("requests")
            .tag("uri", "/")
            .register(registry);
    inSpan(
        () -> {
          timer.record(100, TimeUnit.MILLISECONDS);
          timer.record(Duration.ofSeconds(3));
        });
    final MetricData metric = collect("http.server.requests");
    assertThat(metric.getUnit()).isEqualTo("s");
    assertThat(metric.getDescription()).isEqualTo("requests");
    assertThat(metric.getInstrumentationScopeInfo().getName()).isEqualTo(GlintMeterRegistry.SCOPE);
    final HistogramPointData point = metric.getHistogramData().getPoints().iterator().next();
    assertThat(point.getAttributes()).isEqualTo(Attributes.of(AttributeKey.stringKey("uri"), "/"));
    assertThat(point.getBoundaries())
        .containsExactly(
            0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);
    // A value on a boundary is in the bucket below.
    assertThat(point.getCounts())
        .containsExactly(0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L);
    assertThat(point.getSum()).isEqualTo(3.1);
    assertThat(point.getExemplars())
        .hasSize(2)
        .allSatisfy(exemplar -> assertThat(exemplar.getSpanContext()).isEqualTo(SPAN));
    assertThat(point.getExemplars().get(0).getValue()).isEqualTo(0.1);
  }

  @Test
  void serviceLevelObjectivesAreTheBoundaries() {
    final Timer timer =
        Timer.builder("timer")
            .serviceLevelObjectives(Duration.ofMillis(100), Duration.ofMillis(300))
            .register(registry);
    timer.record(Duration.ofMillis(300));
    assertThat(histogram("timer").getBoundaries()).containsExactly(0.1, 0.3);
    assertThat(histogram("timer").getCounts()).containsExactly(0L, 1L, 0L);

    final DistributionSummary summary =
        DistributionSummary.builder("summary")
            .baseUnit("bytes")
            .scale(2)
            .serviceLevelObjectives(1000, 100_000)
            .register(registry);
    summary.record(500);
    assertThat(collect("summary").getUnit()).isEqualTo("By");
    assertThat(histogram("summary").getBoundaries()).containsExactly(1000.0, 100_000.0);
    assertThat(histogram("summary").getCounts()).containsExactly(1L, 0L, 0L);
  }

  @Test
  void aPercentileHistogramHasItsBoundariesInTheBaseUnit() {
    Timer.builder("timer")
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(10))
        .maximumExpectedValue(Duration.ofSeconds(2))
        .register(registry)
        .record(Duration.ofMillis(20));
    assertThat(histogram("timer").getBoundaries())
        .hasSizeGreaterThan(20)
        .startsWith(0.01)
        .endsWith(2.0)
        .isSorted()
        .doesNotHaveDuplicates();
    // Its largest expected value is infinite.
    DistributionSummary.builder("summary")
        .publishPercentileHistogram()
        .register(registry)
        .record(7);
    assertThat(histogram("summary").getBoundaries())
        .hasSizeGreaterThan(100)
        .allSatisfy(boundary -> assertThat(boundary).isFinite());
  }

  @Test
  void aMeterFilterDecidesOnBoundariesAsInOtherRegistries() {
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public io.micrometer.core.instrument.distribution.DistributionStatisticConfig
                  configure(
                      Meter.Id id,
                      io.micrometer.core.instrument.distribution.DistributionStatisticConfig
                          config) {
                return io.micrometer.core.instrument.distribution.DistributionStatisticConfig
                    .builder()
                    .serviceLevelObjectives(1e9)
                    .build()
                    .merge(config);
              }
            });
    registry.timer("timer").record(Duration.ofSeconds(1));
    assertThat(histogram("timer").getBoundaries()).containsExactly(1.0);
  }

  @Test
  void summariesWithoutBoundariesHaveThoseOfOpenTelemetry() {
    registry.summary("summary").record(7);
    assertThat(histogram("summary").getBoundaries()).startsWith(0.0, 5.0, 10.0).endsWith(10_000.0);
  }

  @Test
  void theBoundariesOfTimersWithoutTheirOwnCanBeSet() {
    final MeterRegistry other =
        GlintMeterRegistry.builder(openTelemetry).setTimerBoundaries(List.of()).build();
    other.timer("timer").record(Duration.ofSeconds(1));
    assertThat(histogram("timer").getBoundaries()).isEmpty();
    final GlintMeterRegistryBuilder builder = GlintMeterRegistry.builder(openTelemetry);
    for (final List<Double> wrong :
        List.of(List.of(2.0, 1.0), List.of(1.0, 1.0), List.of(Double.NaN), List.of(1.0, 1.0 / 0))) {
      assertThatThrownBy(() -> builder.setTimerBoundaries(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong.toString());
    }
  }

  @Test
  void aCounterIsThereFromZeroOnAndHasExemplars() {
    final Counter counter = registry.counter("orders", "country", "NO");
    assertThat(value("orders")).isZero();
    inSpan(() -> counter.increment(2.5));
    final DoublePointData point =
        collect("orders").getDoubleSumData().getPoints().iterator().next();
    assertThat(point.getValue()).isEqualTo(2.5);
    assertThat(point.getExemplars())
        .singleElement()
        .satisfies(exemplar -> assertThat(exemplar.getSpanContext()).isEqualTo(SPAN));
    assertThat(collect("orders").getDoubleSumData().isMonotonic()).isTrue();
  }

  @Test
  void metersCanBeRead() {
    final Timer timer = registry.timer("timer");
    timer.record(Duration.ofSeconds(1));
    timer.record(Duration.ofSeconds(2));
    assertThat(timer.count()).isEqualTo(2);
    assertThat(timer.totalTime(TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(timer.max(TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(timer.takeSnapshot().mean(TimeUnit.SECONDS)).isEqualTo(1.5);
    final DistributionSummary summary = registry.summary("summary");
    summary.record(4);
    assertThat(summary.count()).isEqualTo(1);
    assertThat(summary.totalAmount()).isEqualTo(4);
    assertThat(summary.max()).isEqualTo(4);
    final Counter counter = registry.counter("counter");
    counter.increment();
    assertThat(counter.count()).isEqualTo(1);
  }

  /** An instrument drops it, counts it and reports it; who reads the meter is not to see it. */
  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void whatIsNoAmountIsInNeitherTheMeterNorTheMetric(double amount) {
    final Counter counter = registry.counter("counter");
    counter.increment(2);
    counter.increment(amount);
    assertThat(counter.count()).isEqualTo(2);
    assertThat(value("counter")).isEqualTo(2);
    final DistributionSummary summary = registry.summary("summary");
    summary.record(2);
    summary.record(amount);
    assertThat(summary.count()).isEqualTo(1);
    assertThat(summary.totalAmount()).isEqualTo(2);
    assertThat(summary.max()).isEqualTo(2);
    assertThat(histogram("summary").getCount()).isEqualTo(1);
  }

  @Test
  void recordingAllocatesNothing() {
    final Counter counter = registry.counter("counter", "a", "b");
    final Timer timer = registry.timer("timer", "a", "b");
    final DistributionSummary summary = registry.summary("summary", "a", "b");
    inSpan(
        () -> {
          long allocated = Long.MAX_VALUE;
          // The first rounds are interpreted, and make cells.
          for (int round = 0; round < 50 && allocated > 0; round++) {
            final long before = allocatedBytes();
            for (int i = 0; i < 10_000; i++) {
              counter.increment();
              timer.record(3, TimeUnit.MILLISECONDS);
              summary.record(3);
            }
            allocated = allocatedBytes() - before;
          }
          assertThat(allocated).isZero();
        });
  }

  private static long allocatedBytes() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void percentilesOfTheProcessAreLeftToTheBackend() {
    final Timer timer = Timer.builder("timer").publishPercentiles(0.5, 0.99).register(registry);
    timer.record(Duration.ofSeconds(1));
    assertThat(timer.takeSnapshot().percentileValues()).isEmpty();
    assertThat(reader.collectAllMetrics()).hasSize(1);
  }

  @Test
  void itWorksBesideOthersInACompositeRegistry() {
    final CompositeMeterRegistry composite = new CompositeMeterRegistry(clock);
    composite.add(
        new io.micrometer.core.instrument.simple.SimpleMeterRegistry(SimpleConfig.DEFAULT, clock));
    composite.add(registry);
    final Timer.Sample sample = Timer.start(clock);
    clock.add(Duration.ofMillis(40));
    sample.stop(composite.timer("timer"));
    assertThat(histogram("timer").getSum()).isEqualTo(0.04);
    assertThat(composite.get("timer").timer().count()).isEqualTo(1);
  }

  // ------------------------------------------------------------------ what is observed

  @Test
  void gaugesAreObserved() {
    final AtomicInteger size = registry.gauge("size", Tags.of("queue", "q"), new AtomicInteger(3));
    assertThat(value("size")).isEqualTo(3);
    size.set(4);
    assertThat(value("size")).isEqualTo(4);
    TimeGauge.builder("age", size, TimeUnit.MILLISECONDS, AtomicInteger::get).register(registry);
    assertThat(collect("age").getUnit()).isEqualTo("s");
    assertThat(value("age")).isEqualTo(0.004, within(1e-12));
  }

  @Test
  void aGaugeWithoutAValueHasNoPointAndSaysNothing() {
    try (LogCapture log = new LogCapture()) {
      Gauge.builder("gone", () -> null).register(registry);
      Gauge.builder("nan", () -> Double.NaN).register(registry);
      for (int i = 0; i < 3; i++) {
        assertThat(reader.collectAllMetrics()).isEmpty();
      }
      assertThat(log.messages()).isEmpty();
    }
  }

  @Test
  void functionsAreObserved() {
    final AtomicInteger source = new AtomicInteger(5);
    FunctionCounter.builder("hits", source, AtomicInteger::get).baseUnit("hits").register(registry);
    assertThat(value("hits")).isEqualTo(5);
    assertThat(collect("hits").getUnit()).isEqualTo("hits");
    assertThat(collect("hits").getDoubleSumData().isMonotonic()).isTrue();
    FunctionTimer.builder(
            "calls", source, AtomicInteger::get, AtomicInteger::get, TimeUnit.MILLISECONDS)
        .register(registry);
    assertThat(value("calls.count")).isEqualTo(5);
    assertThat(value("calls.sum")).isEqualTo(0.005);
    assertThat(collect("calls.sum").getUnit()).isEqualTo("s");
  }

  @Test
  void tasksThatRunAreObserved() {
    final LongTaskTimer timer = LongTaskTimer.builder("import").register(registry);
    final LongTaskTimer.Sample first = timer.start();
    clock.add(Duration.ofSeconds(10));
    final LongTaskTimer.Sample second = timer.start();
    clock.add(Duration.ofSeconds(5));
    assertThat(value("import.active")).isEqualTo(2);
    assertThat(value("import.duration")).isEqualTo(20);
    assertThat(value("import.max")).isEqualTo(15);
    assertThat(collect("import.duration").getUnit()).isEqualTo("s");
    final var unused = first.stop() + second.stop();
    assertThat(value("import.active")).isZero();
  }

  @Test
  void measurementsOfACustomMeterAreObserved() {
    Meter.builder(
            "custom",
            Meter.Type.OTHER,
            List.of(
                new Measurement(() -> 1.0, Statistic.COUNT),
                new Measurement(() -> 2.0, Statistic.TOTAL_TIME),
                new Measurement(() -> 3.0, Statistic.MAX),
                new Measurement(() -> 4.0, Statistic.ACTIVE_TASKS)))
        .register(registry);
    assertThat(value("custom.count")).isEqualTo(1);
    assertThat(value("custom.total_time")).isEqualTo(2);
    assertThat(value("custom.max")).isEqualTo(3);
    assertThat(collect("custom.max").getType()).isEqualTo(MetricDataType.DOUBLE_GAUGE);
    assertThat(value("custom.active")).isEqualTo(4);
  }

  // ------------------------------------------------------------------ names

  @Test
  void metersOfOneNameAreSeriesOfOneMetric() {
    try (LogCapture log = new LogCapture()) {
      Timer.builder("timer")
          .description("one")
          .tag("a", "1")
          .register(registry)
          .record(1, TimeUnit.DAYS);
      Timer.builder("timer").tag("a", "2").register(registry).record(1, TimeUnit.DAYS);
      assertThat(reader.collectAllMetrics())
          .singleElement()
          .satisfies(metric -> assertThat(metric.getData().getPoints()).hasSize(2));
      assertThat(log.warnings()).isEmpty();
    }
  }

  @Test
  void commonTagsAndTheNamingConventionAreApplied() {
    registry.config().commonTags("app", "shop");
    registry.config().namingConvention((name, type, unit) -> "my." + name);
    registry.counter("orders").increment();
    assertThat(collect("my.orders").getData().getPoints().iterator().next().getAttributes())
        .isEqualTo(Attributes.of(AttributeKey.stringKey("app"), "shop"));
  }

  /** Dashboards go on working: only {@code _max} is missing, and {@code _bucket} is new. */
  @Test
  void seriesInPrometheusHaveTheNamesThatMicrometerGivesThem() throws Exception {
    final AtomicInteger number = new AtomicInteger(1);
    final Scrapes scrapes =
        scrapes(
            meters -> {
              meters.timer("http.server.requests", "uri", "/").record(Duration.ofMillis(3));
              meters.counter("orders").increment();
              meters.counter("logback.events", "level", "info").increment();
              Counter.builder("jvm.gc.memory.allocated").baseUnit("bytes").register(meters);
              Gauge.builder("jvm.memory.used", number, AtomicInteger::get)
                  .baseUnit("bytes")
                  .register(meters);
              Gauge.builder("jvm.threads.live", number, AtomicInteger::get)
                  .baseUnit("threads")
                  .register(meters);
              Gauge.builder("system.cpu.usage", number, AtomicInteger::get).register(meters);
              Gauge.builder("hikaricp.connections", number, AtomicInteger::get).register(meters);
              TimeGauge.builder("process.uptime", number, TimeUnit.MILLISECONDS, AtomicInteger::get)
                  .register(meters);
              FunctionCounter.builder("jvm.classes.unloaded", number, AtomicInteger::get)
                  .baseUnit("classes")
                  .register(meters);
              DistributionSummary.builder("payload").baseUnit("bytes").register(meters).record(1);
            });
    scrapes.ofMicrometer.removeIf(name -> name.endsWith("_max"));
    scrapes.ofGlint.removeIf(name -> name.endsWith("_bucket"));
    assertThat(scrapes.ofGlint).containsExactlyInAnyOrderElementsOf(scrapes.ofMicrometer);
  }

  /** Those of the table in docs/migrating.md. */
  @Test
  void theSeriesInPrometheusThatHaveOtherNamesAreThoseOfTheGuide() throws Exception {
    final AtomicInteger number = new AtomicInteger(1);
    final Scrapes scrapes =
        scrapes(
            meters -> {
              FunctionTimer.builder(
                      "cache.load", number, calls -> 1, calls -> 1, TimeUnit.MILLISECONDS)
                  .register(meters);
              LongTaskTimer.builder("http.server.requests.active").register(meters).start();
              FunctionCounter.builder("jvm.compilation.time", number, AtomicInteger::get)
                  .baseUnit("ms")
                  .register(meters);
              FunctionCounter.builder("process.cpu.time", number, AtomicInteger::get)
                  .baseUnit("ns")
                  .register(meters);
            });
    assertThat(scrapes.ofMicrometer)
        .containsExactlyInAnyOrder(
            "cache_load_seconds_count",
            "cache_load_seconds_sum",
            "http_server_requests_active_seconds_count",
            "http_server_requests_active_seconds_sum",
            "http_server_requests_active_seconds_max",
            "jvm_compilation_time_ms_total",
            "process_cpu_time_ns_total");
    assertThat(scrapes.ofGlint)
        .containsExactlyInAnyOrder(
            "cache_load_count_total",
            "cache_load_sum_seconds_total",
            "http_server_requests_active_active",
            "http_server_requests_active_duration_seconds",
            "http_server_requests_active_max_seconds",
            "jvm_compilation_time_milliseconds_total",
            "process_cpu_time_nanoseconds_total");
  }

  /** The names of series at both endpoints. */
  private record Scrapes(Set<String> ofMicrometer, Set<String> ofGlint) {}

  private static Scrapes scrapes(Consumer<MeterRegistry> application) throws Exception {
    final PrometheusMeterRegistry prometheus =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(server).build();
        GlintOpenTelemetry openTelemetry =
            GlintOpenTelemetry.builder().setMeterProvider(provider).build()) {
      application.accept(prometheus);
      application.accept(GlintMeterRegistry.create(openTelemetry));
      final String scraped =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://localhost:" + server.getPort() + "/metrics"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      final Set<String> ofGlint = names(scraped);
      ofGlint.remove("target_info");
      return new Scrapes(names(prometheus.scrape()), ofGlint);
    }
  }

  private static Set<String> names(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.split("[{ ]", 2)[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  // ------------------------------------------------------------------ removal

  /** A meter of each kind, and the names of its metrics. */
  @SuppressWarnings("ImmutableEnumChecker") // List.of
  enum MeterKind {
    COUNTER("meter") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        final Counter counter = registry.counter("meter", tags);
        counter.increment();
        return counter;
      }
    },
    TIMER("meter") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        final Timer timer = registry.timer("meter", tags);
        timer.record(1, TimeUnit.SECONDS);
        return timer;
      }
    },
    SUMMARY("meter") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        final DistributionSummary summary = registry.summary("meter", tags);
        summary.record(1);
        return summary;
      }
    },
    GAUGE("meter") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        return Gauge.builder("meter", () -> 1).tags(tags).register(registry);
      }
    },
    FUNCTION_COUNTER("meter") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        return FunctionCounter.builder("meter", this, kind -> 1).tags(tags).register(registry);
      }
    },
    FUNCTION_TIMER("meter.count", "meter.sum") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        return FunctionTimer.builder("meter", this, kind -> 1, kind -> 1, TimeUnit.SECONDS)
            .tags(tags)
            .register(registry);
      }
    },
    LONG_TASK_TIMER("meter.active", "meter.duration", "meter.max") {
      @Override
      Meter make(MeterRegistry registry, Tags tags) {
        return LongTaskTimer.builder("meter").tags(tags).register(registry);
      }
    };

    final List<String> metrics;

    MeterKind(String... metrics) {
      this.metrics = List.of(metrics);
    }

    abstract Meter make(MeterRegistry registry, Tags tags);
  }

  private List<String> tagsOf(String metric) {
    final MetricData data = collect(metric);
    return data == null
        ? List.of()
        : data.getData().getPoints().stream()
            .map(point -> point.getAttributes().get(AttributeKey.stringKey("tag")))
            .sorted()
            .toList();
  }

  @ParameterizedTest
  @EnumSource(MeterKind.class)
  void aMeterThatIsRemovedVanishesAndOthersStay(MeterKind kind) {
    final Meter removed = kind.make(registry, Tags.of("tag", "removed"));
    kind.make(registry, Tags.of("tag", "stays"));
    for (final String metric : kind.metrics) {
      assertThat(tagsOf(metric)).containsExactly("removed", "stays");
    }
    registry.remove(removed);
    // Each reader has the last values of what was recorded.
    reader.collectAllMetrics();
    reader.collectAllMetrics();
    for (int i = 0; i < 2; i++) {
      for (final String metric : kind.metrics) {
        assertThat(tagsOf(metric)).containsExactly("stays");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MeterKind.class)
  void oneThatIsMadeAgainIsThereAgain(MeterKind kind) {
    registry.remove(kind.make(registry, Tags.of("tag", "again")));
    kind.make(registry, Tags.of("tag", "again"));
    for (int i = 0; i < 4; i++) {
      for (final String metric : kind.metrics) {
        assertThat(tagsOf(metric)).containsExactly("again");
      }
    }
  }

  /**
   * A registry beside the one of the test. Runs something in the middle of its next recording,
   * before that has come to its series.
   */
  private static final class Interruption implements CustomExemplarFilter {
    private Runnable next = () -> {};
    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final GlintMeterRegistry registry =
        GlintMeterRegistry.create(
            GlintOpenTelemetry.builder()
                .setMeterProvider(
                    GlintMeterProvider.builder()
                        .registerMetricReader(reader)
                        .setExemplarFilter(this)
                        .build())
                .build());

    @Override
    public boolean isEligible(double value, Attributes attributes, Context context) {
      final Runnable now = next;
      next = () -> {};
      now.run();
      return false;
    }
  }

  private static void record(Meter meter) {
    if (meter instanceof Counter counter) {
      counter.increment();
    } else if (meter instanceof Timer timer) {
      timer.record(1, TimeUnit.SECONDS);
    } else {
      ((DistributionSummary) meter).record(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "TIMER", "SUMMARY"})
  void oneThatIsRemovedInTheMiddleOfARecordingVanishesToo(MeterKind kind) {
    final Interruption interruption = new Interruption();
    final Meter meter = kind.make(interruption.registry, Tags.empty());
    interruption.next =
        () -> {
          interruption.registry.remove(meter);
          while (!interruption.reader.collectAllMetrics().isEmpty()) {
            // Until the series has ended.
          }
        };
    record(meter);
    assertThat(interruption.reader.collectAllMetrics()).as("it has begun again").hasSize(1);
    interruption.reader.collectAllMetrics();
    assertThat(interruption.reader.collectAllMetrics()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "TIMER", "SUMMARY"})
  void aRecordingIntoARemovedMeterDoesNotEndTheSeriesOfANewOne(MeterKind kind) {
    final Interruption interruption = new Interruption();
    final Meter meter = kind.make(interruption.registry, Tags.empty());
    interruption.next =
        () -> {
          interruption.registry.remove(meter);
          kind.make(interruption.registry, Tags.empty());
        };
    record(meter);
    for (int i = 0; i < 5; i++) {
      assertThat(interruption.reader.collectAllMetrics()).hasSize(1);
    }
  }

  /** A naming convention can make one name of two. */
  @ParameterizedTest
  @EnumSource(names = {"COUNTER", "TIMER", "SUMMARY"})
  void aSeriesThatTwoMetersHaveEndsWithTheSecond(MeterKind kind) {
    registry.config().namingConvention(NamingConvention.snakeCase);
    final Meter first = kind.make(registry, Tags.of("the.tag", "1"));
    final Meter second = kind.make(registry, Tags.of("the_tag", "1"));
    registry.remove(first);
    for (int i = 0; i < 4; i++) {
      assertThat(collect("meter").getData().getPoints()).hasSize(1);
    }
    record(second);
    final PointData point = collect("meter").getData().getPoints().iterator().next();
    assertThat(
            point instanceof HistogramPointData histogram
                ? histogram.getCount()
                : ((DoublePointData) point).getValue())
        .as("all that was recorded into both")
        .isEqualTo(3);
    registry.remove(second);
    reader.collectAllMetrics();
    reader.collectAllMetrics();
    assertThat(collect("meter")).isNull();
  }

  @Test
  void whatIsRecordedIntoARemovedMeterIsDropped() {
    final Counter counter = registry.counter("counter");
    final Timer timer = registry.timer("timer");
    final DistributionSummary summary = registry.summary("summary");
    registry.clear();
    reader.collectAllMetrics();
    reader.collectAllMetrics();
    counter.increment();
    timer.record(1, TimeUnit.SECONDS);
    summary.record(1);
    assertThat(reader.collectAllMetrics()).isEmpty();
    assertThat(counter.count() + timer.count() + summary.count()).isZero();
  }

  @Test
  void closingEndsWhatIsObservedAndKeepsWhatWasRecorded() {
    final AtomicInteger held =
        registry.gauge("gauge", List.of(Tag.of("a", "b")), new AtomicInteger(1));
    registry.counter("counter").increment();
    assertThat(value("gauge")).isEqualTo(1);
    registry.close();
    assertThat(held).hasValue(1);
    assertThat(collect("gauge")).isNull();
    assertThat(value("counter")).isEqualTo(1);
  }

  @Test
  void whatIsRegisteredWhileTheRegistryIsClosedIsNotObserved() {
    registry
        .config()
        .meterFilter(
            MeterFilter.deny(
                id -> {
                  // It is asked when it is settled that the meter will be made.
                  registry.close();
                  return false;
                }));
    final AtomicInteger held =
        registry.gauge("gauge", Tags.empty(), new AtomicInteger(1), AtomicInteger::get);
    assertThat(collect("gauge")).isNull();
    assertThat(held).hasValue(1);
  }

  @Test
  void withoutAnSdkNothingHappens() {
    final MeterRegistry noop = GlintMeterRegistry.create(io.opentelemetry.api.OpenTelemetry.noop());
    for (final MeterKind kind : MeterKind.values()) {
      noop.remove(kind.make(noop, Tags.empty()));
    }
    noop.close();
  }
}
