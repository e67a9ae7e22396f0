package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.exporter.openmetrics.Metrics.LongPoint;
import io.glint.exporter.openmetrics.Metrics.Metric;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of the exemplars that were rendered, or were not. */
class ScrapeExemplarsTest {
  private final Renderer renderer = new Renderer();

  @Test
  void writtenExemplarsAreExported() {
    renderer.openMetrics(
        histogramOf("h", exemplar(0.5, NOW, 1), exemplar(3, NOW, 1), exemplar(100, NOW, 0)),
        counterOf("c", exemplar(1, NOW, 1)));
    assertThat(outcomes("h")).containsOnly(Map.entry(Outcome.EXPORTED, 3L));
    assertThat(outcomes("c")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
  }

  @Test
  void outcomesGoByTheNameAndScopeThatTheMetricCameWith() {
    final InstrumentationScopeInfo scope = InstrumentationScopeInfo.create("shop");
    renderer.openMetrics(
        counterOf("http.requests", exemplar(1, NOW, 1)).in("s"),
        counterOf("http.requests", exemplar(1, NOW, 1)).in("s").of(scope));
    assertThat(renderer.exemplars.get(scope, "http.requests", Outcome.EXPORTED)).isEqualTo(1);
    assertThat(outcomes("http.requests")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
  }

  @Test
  void anExemplarThatLosesLabelsIsExportedInPart() {
    // Of the 128 characters 63 are left for nothing but the ids.
    final Attributes fits = Attributes.builder().put("a", "x".repeat(64)).put("empty", "").build();
    final Attributes tooLong = Attributes.builder().put("a", "x".repeat(65)).build();
    renderer.openMetrics(
        histogramOf("h", exemplar(0.5, NOW, 1, fits), exemplar(3, NOW, 1, tooLong)),
        counterOf("c", exemplar(1, NOW, 1, tooLong)));
    assertThat(outcomes("h"))
        .containsOnly(Map.entry(Outcome.EXPORTED, 1L), Map.entry(Outcome.EXPORTED_IN_PART, 1L));
    assertThat(outcomes("c")).containsOnly(Map.entry(Outcome.EXPORTED_IN_PART, 1L));
  }

  @Test
  void anExemplarWhoseIdsAloneAreTooLongIsLeftOut() {
    // The names of the labels take 15 of 128.
    final DoubleExemplarData fits =
        DoubleExemplarData.create(Attributes.empty(), NOW, new ForeignSpan(113), 0.5);
    final DoubleExemplarData tooLong =
        DoubleExemplarData.create(Attributes.empty(), NOW, new ForeignSpan(114), 3);
    assertThat(renderer.openMetrics(histogramOf("h", fits, tooLong)))
        .containsOnlyOnce(" # {")
        .contains("le=\"5.0\"} 2\n");
    assertThat(outcomes("h"))
        .containsOnly(Map.entry(Outcome.EXPORTED, 1L), Map.entry(Outcome.LABELS_TOO_LONG, 1L));
  }

  @Test
  void noExemplarIsRequestedByWhoAsksForPrometheusText() {
    final DoubleExemplarData exemplar = exemplar(0.5, NOW, 1);
    renderer.text(
        histogramOf("h", exemplar, exemplar),
        counterOf("c", exemplar),
        gaugeOf("g", exemplar),
        deltaOf("left.out", exemplar));
    assertThat(outcomes("h")).containsOnly(Map.entry(Outcome.NOT_REQUESTED, 2L));
    for (final String name : List.of("c", "left.out")) {
      assertThat(outcomes(name)).containsOnly(Map.entry(Outcome.NOT_REQUESTED, 1L));
    }
    // Asking for OpenMetrics would not have helped.
    assertThat(outcomes("g")).containsOnly(Map.entry(Outcome.NOT_REPRESENTABLE, 1L));
  }

  @Test
  void gaugesAndUpDownCountersHaveNoPlaceForExemplars() {
    final LongExemplarData integer =
        LongExemplarData.create(Attributes.empty(), NOW, Metrics.span(1), 1);
    renderer.openMetrics(
        gaugeOf("g", exemplar(1, NOW, 1)),
        Metrics.upDownCounter("u", new LongPoint(Attributes.empty(), 1, List.of(integer))));
    assertThat(outcomes("g")).containsOnly(Map.entry(Outcome.NOT_REPRESENTABLE, 1L));
    assertThat(outcomes("u")).containsOnly(Map.entry(Outcome.NOT_REPRESENTABLE, 1L));
  }

  @Test
  void aBucketAndACounterHaveNoPlaceForASecondExemplar() {
    renderer.openMetrics(
        histogramOf(
            "h",
            exemplar(0.5, NOW, 1),
            exemplar(0.6, NOW, 1),
            exemplar(0.7, NOW, 1),
            exemplar(3, NOW, 1),
            exemplar(Double.NaN, NOW, 1)),
        counterOf("c", exemplar(1, NOW, 1), exemplar(2, NOW + 1, 1)));
    assertThat(outcomes("h"))
        .containsOnly(Map.entry(Outcome.EXPORTED, 2L), Map.entry(Outcome.NOT_REPRESENTABLE, 3L));
    assertThat(outcomes("c"))
        .containsOnly(Map.entry(Outcome.EXPORTED, 1L), Map.entry(Outcome.NOT_REPRESENTABLE, 1L));
  }

  @Test
  void metricsAndPointsThatAreLeftOutHaveNoPlaceForExemplars() {
    final DoubleExemplarData exemplar = exemplar(0.5, NOW, 1);
    renderer.openMetrics(
        deltaOf("delta", exemplar),
        counterOf("a", exemplar),
        gaugeOf("a.total", exemplar),
        Metrics.doubleCounter("nan", Metrics.point(Attributes.empty(), Double.NaN, exemplar)),
        counterOf("twice", exemplar),
        counterOf("twice", exemplar, exemplar));
    for (final String name : List.of("delta", "a.total", "nan")) {
      assertThat(outcomes(name)).as(name).containsOnly(Map.entry(Outcome.NOT_REPRESENTABLE, 1L));
    }
    assertThat(outcomes("a")).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
    assertThat(outcomes("twice"))
        .containsOnly(Map.entry(Outcome.EXPORTED, 1L), Map.entry(Outcome.NOT_REPRESENTABLE, 2L));
  }

  @Test
  void eachScrapeCountsAgain() {
    final MetricData metric = histogramOf("h", exemplar(0.5, NOW, 1), exemplar(0.6, NOW, 1));
    renderer.openMetrics(metric);
    renderer.text(metric);
    renderer.openMetrics(metric);
    assertThat(outcomes("h"))
        .containsOnly(
            Map.entry(Outcome.EXPORTED, 2L),
            Map.entry(Outcome.NOT_REPRESENTABLE, 2L),
            Map.entry(Outcome.NOT_REQUESTED, 2L));
  }

  @Test
  void whatIsForgottenIsNotEntered() {
    final ScrapeExemplars tally = new ScrapeExemplars();
    tally.start(ScrapeFormat.OPEN_METRICS);
    tally.metric(Metrics.counter("a", 1));
    tally.point(2);
    tally.metric(Metrics.counter("b", 1));
    tally.point(1);
    tally.clear();
    tally.addTo(renderer.exemplars, Outcome.EXPORTED);
    assertThat(outcomes("a")).isEmpty();
    assertThat(outcomes("b")).isEmpty();
  }

  @Test
  void countingAgainAllocatesNothing() {
    final MetricData[] metrics = new MetricData[1000];
    for (int i = 0; i < metrics.length; i++) {
      metrics[i] = Metrics.counter("metric." + i, 1);
    }
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final ScrapeExemplars tally = new ScrapeExemplars();
    final DoubleExemplarData exemplar = exemplar(1, NOW, 1);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 200; i++) {
      final long before = threads.getCurrentThreadAllocatedBytes();
      tally.start(ScrapeFormat.OPEN_METRICS);
      for (final MetricData metric : metrics) {
        tally.writing(tally.metric(metric));
        for (int series = 0; series < 5; series++) {
          tally.point(2);
          tally.written(exemplar, /* inPart= */ false);
        }
      }
      tally.addTo(renderer.exemplars, Outcome.EXPORTED);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(outcomes("metric.999"))
        .containsOnly(
            Map.entry(Outcome.EXPORTED, 1000L), Map.entry(Outcome.NOT_REPRESENTABLE, 1000L));
    // Less than one byte for each metric: the measurement itself may cost some.
    assertThat(least).isLessThan(1000);
  }

  private Map<Outcome, Long> outcomes(String name) {
    return outcomes(renderer.exemplars, name);
  }

  /** The outcomes that the exemplars of a metric without a scope have had. */
  static Map<Outcome, Long> outcomes(ExemplarOutcomes account, String name) {
    final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    for (final Outcome outcome : Outcome.values()) {
      final long count = account.get(Metrics.NO_SCOPE, name, outcome);
      if (count != 0) {
        counts.put(outcome, count);
      }
    }
    return counts;
  }

  static Metric histogramOf(String name, DoubleExemplarData... exemplars) {
    return Metrics.histogram(name, point(exemplars));
  }

  private static Metric deltaOf(String name, DoubleExemplarData... exemplars) {
    return Metrics.metric(
        name,
        MetricDataType.HISTOGRAM,
        HistogramData.create(AggregationTemporality.DELTA, List.of(point(exemplars))));
  }

  private static HistogramPoint point(DoubleExemplarData... exemplars) {
    return new HistogramPoint(
        Attributes.empty(), 9, List.of(1.0, 5.0), List.of(1L, 1L, 1L), List.of(exemplars));
  }

  static Metric counterOf(String name, DoubleExemplarData... exemplars) {
    return Metrics.doubleCounter(name, Metrics.point(Attributes.empty(), 7, exemplars));
  }

  static Metric gaugeOf(String name, DoubleExemplarData... exemplars) {
    return Metrics.gauge(name, Metrics.point(Attributes.empty(), 7, exemplars));
  }

  /** Of a tracing system with ids of its own; the API's have 48 digits together. */
  private record ForeignSpan(int digits) implements SpanContext {
    @Override
    public String getTraceId() {
      return "a".repeat(digits - 16);
    }

    @Override
    public String getSpanId() {
      return "b".repeat(16);
    }

    @Override
    public TraceFlags getTraceFlags() {
      return TraceFlags.getSampled();
    }

    @Override
    public TraceState getTraceState() {
      return TraceState.getDefault();
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public boolean isRemote() {
      return false;
    }
  }
}
