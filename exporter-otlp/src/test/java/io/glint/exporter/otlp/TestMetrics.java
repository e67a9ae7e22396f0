package io.glint.exporter.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Hand-made metric data of every kind. */
final class TestMetrics {
  static final long START = 1_700_000_000_000_000_001L;
  static final long TIME = 1_700_000_060_000_000_002L;
  static final long EXEMPLAR_TIME = 1_700_000_030_000_000_003L;
  static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  static final String SPAN_ID = "b7ad6b7169203331";
  static final SpanContext SPAN =
      SpanContext.create(TRACE_ID, SPAN_ID, TraceFlags.getSampled(), TraceState.getDefault());

  static final Resource RESOURCE =
      Resource.create(Attributes.builder().put("service.name", "shop").build(), "https://schema/r");
  static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.builder("scope")
          .setVersion("1.2")
          .setSchemaUrl("https://schema/s")
          .setAttributes(Attributes.builder().put("team", "core").build())
          .build();

  /** Every type of attribute, with values that are the default of their field among them. */
  static final Attributes ALL_TYPES =
      Attributes.builder()
          .put("string", "Grüße, 世界 \uD83D\uDE00")
          .put("string.empty", "")
          .put("bool", true)
          .put("bool.false", false)
          .put("long", -5L)
          .put("long.zero", 0L)
          .put("long.max", Long.MAX_VALUE)
          .put("double", 1.5)
          .put("double.zero", 0.0)
          .put("strings", "a", "", "c")
          .put("bools", true, false)
          .put("longs", 0L, 1L, Long.MIN_VALUE)
          .put("doubles", 0.0, -1.25, Double.POSITIVE_INFINITY)
          .put(AttributeKey.stringArrayKey("strings.empty"), List.of())
          .put(AttributeKey.valueKey("value.bytes"), Value.of(new byte[] {0, 1, -1}))
          .put(AttributeKey.valueKey("value.empty"), Value.empty())
          .put(
              AttributeKey.valueKey("value.nested"),
              Value.of(
                  KeyValue.of("list", Value.of(Value.of(1), Value.of("x"), Value.of(false))),
                  KeyValue.of("map", Value.of(KeyValue.of("d", Value.of(0.5)))),
                  KeyValue.of("none", Value.empty())))
          .build();

  static final Attributes ROUTE = Attributes.builder().put("http.route", "/cart").build();
  static final Attributes FILTERED = Attributes.builder().put("user.id", 42).build();

  private TestMetrics() {}

  static LongPointData point(long value) {
    return ImmutableLongPointData.create(START, TIME, ROUTE, value);
  }

  /** Two metrics of a point each. */
  static List<MetricData> twoPoints() {
    return List.of(longGauge("a", point(1)), longGauge("b", point(2)));
  }

  static MetricData longGauge(String name, LongPointData... points) {
    return longGauge(RESOURCE, SCOPE, name, points);
  }

  static MetricData longGauge(
      Resource resource, InstrumentationScopeInfo scope, String name, LongPointData... points) {
    return ImmutableMetricData.createLongGauge(
        resource, scope, name, "", "1", GaugeData.createLongGaugeData(List.of(points)));
  }

  static MetricData longSum() {
    return ImmutableMetricData.createLongSum(
        RESOURCE,
        SCOPE,
        "sum.long",
        "A sum",
        "{item}",
        SumData.createLongSumData(
            true,
            AggregationTemporality.CUMULATIVE,
            List.of(
                ImmutableLongPointData.create(
                    START, TIME, ALL_TYPES, 9_007_199_254_740_993L, List.of(longExemplar())),
                ImmutableLongPointData.create(START, TIME, ROUTE, 0),
                ImmutableLongPointData.create(START, TIME, Attributes.empty(), -1))));
  }

  static MetricData doubleSum() {
    return ImmutableMetricData.createDoubleSum(
        RESOURCE,
        SCOPE,
        "sum.double",
        "",
        "s",
        SumData.createDoubleSumData(
            false,
            AggregationTemporality.DELTA,
            List.of(
                ImmutableDoublePointData.create(START, TIME, ROUTE, 0.0),
                ImmutableDoublePointData.create(
                    START, TIME, Attributes.empty(), -2.5, List.of(doubleExemplar(0.0))))));
  }

  static MetricData doubleSum(DoubleExemplarData exemplar) {
    return ImmutableMetricData.createDoubleSum(
        RESOURCE,
        SCOPE,
        "sum.double",
        "",
        "s",
        SumData.createDoubleSumData(
            false,
            AggregationTemporality.DELTA,
            List.of(ImmutableDoublePointData.create(START, TIME, ROUTE, 1.0, List.of(exemplar)))));
  }

  static MetricData doubleGauge() {
    return ImmutableMetricData.createDoubleGauge(
        RESOURCE,
        SCOPE,
        "gauge.double",
        "A gauge",
        "Cel",
        GaugeData.createDoubleGaugeData(
            List.of(
                ImmutableDoublePointData.create(0, TIME, ROUTE, -0.0),
                ImmutableDoublePointData.create(0, TIME, Attributes.empty(), Double.NaN))));
  }

  static MetricData histogram() {
    return histogram(
        ImmutableHistogramPointData.create(
            START,
            TIME,
            ROUTE,
            12.5,
            true,
            0.0,
            true,
            10.0,
            List.of(0.0, 5.0, 10.0),
            List.of(1L, 0L, 300L, 0L),
            List.of(doubleExemplar(7.5), exemplarWithoutSpan(0.0))),
        ImmutableHistogramPointData.create(
            START, TIME, Attributes.empty(), 0.0, false, 0.0, false, 0.0, List.of(), List.of(0L)));
  }

  static MetricData histogram(HistogramPointData... points) {
    return ImmutableMetricData.createDoubleHistogram(
        RESOURCE,
        SCOPE,
        "histogram",
        "A histogram",
        "ms",
        HistogramData.create(AggregationTemporality.DELTA, List.of(points)));
  }

  static MetricData exponentialHistogram() {
    final ExponentialHistogramBuckets positive =
        ExponentialHistogramBuckets.create(-3, -7, List.of(1L, 0L, 128L));
    final ExponentialHistogramBuckets none = ExponentialHistogramBuckets.create(-3, 0, List.of());
    return ImmutableMetricData.createExponentialHistogram(
        RESOURCE,
        SCOPE,
        "histogram.exponential",
        "",
        "By",
        ExponentialHistogramData.create(
            AggregationTemporality.CUMULATIVE,
            List.of(
                ExponentialHistogramPointData.create(
                    -3,
                    99.5,
                    2,
                    true,
                    -1.0,
                    true,
                    50.0,
                    positive,
                    none,
                    START,
                    TIME,
                    ROUTE,
                    List.of(doubleExemplar(3.0))))));
  }

  static MetricData summary() {
    return ImmutableMetricData.createDoubleSummary(
        RESOURCE,
        SCOPE,
        "summary",
        "A summary",
        "s",
        ImmutableSummaryData.create(
            List.of(
                SummaryPointData.create(
                    START,
                    TIME,
                    ROUTE,
                    3,
                    6.5,
                    List.of(
                        ValueAtQuantile.create(0.0, 0.5), ValueAtQuantile.create(0.99, 4.0))))));
  }

  static List<MetricData> everyKind() {
    final List<MetricData> all = new ArrayList<>();
    Collections.addAll(
        all,
        longGauge("gauge.long", point(0), point(Long.MIN_VALUE)),
        doubleGauge(),
        longSum(),
        doubleSum(),
        histogram(),
        exponentialHistogram(),
        summary());
    return all;
  }

  static LongExemplarData longExemplar() {
    return LongExemplarData.create(FILTERED, EXEMPLAR_TIME, SPAN, 0);
  }

  static DoubleExemplarData doubleExemplar(double value) {
    return DoubleExemplarData.create(FILTERED, EXEMPLAR_TIME, SPAN, value);
  }

  static DoubleExemplarData exemplarWithoutSpan(double value) {
    return DoubleExemplarData.create(
        Attributes.empty(), EXEMPLAR_TIME, SpanContext.getInvalid(), value);
  }
}
