package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.glint.testing.NumberedExemplar;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricsEncoderTest {
  private final MetricsEncoder encoder = new MetricsEncoder(64 << 20);

  @Test
  void resourceAndScopeAreComplete() {
    final ExportMetricsServiceRequest request = encode(TestMetrics.longSum());

    final ResourceMetrics resource = request.getResourceMetrics(0);
    assertThat(resource.getSchemaUrl()).isEqualTo("https://schema/r");
    assertThat(attributes(resource.getResource().getAttributesList()))
        .containsExactly(Map.entry("service.name", text("shop")));
    final ScopeMetrics scope = resource.getScopeMetrics(0);
    assertThat(scope.getSchemaUrl()).isEqualTo("https://schema/s");
    assertThat(scope.getScope().getName()).isEqualTo("scope");
    assertThat(scope.getScope().getVersion()).isEqualTo("1.2");
    assertThat(attributes(scope.getScope().getAttributesList()))
        .containsExactly(Map.entry("team", text("core")));
  }

  @Test
  void longSumIsComplete() {
    final Metric metric = encodeOne(TestMetrics.longSum());

    assertThat(metric.getName()).isEqualTo("sum.long");
    assertThat(metric.getDescription()).isEqualTo("A sum");
    assertThat(metric.getUnit()).isEqualTo("{item}");
    assertThat(metric.getSum().getIsMonotonic()).isTrue();
    assertThat(metric.getSum().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    final List<NumberDataPoint> points = metric.getSum().getDataPointsList();
    assertThat(points)
        .extracting(NumberDataPoint::getAsInt)
        .containsExactly((1L << 53) + 1, 0L, -1L);
    assertThat(points).allMatch(NumberDataPoint::hasAsInt);
    assertThat(points)
        .allMatch(point -> point.getStartTimeUnixNano() == TestMetrics.START)
        .allMatch(point -> point.getTimeUnixNano() == TestMetrics.TIME);
    assertThat(attributes(points.get(1).getAttributesList()))
        .containsExactly(Map.entry("http.route", text("/cart")));
    assertThat(points.get(2).getAttributesCount()).isZero();

    final Exemplar exemplar = points.get(0).getExemplars(0);
    assertThat(exemplar.hasAsInt()).as("zero is present").isTrue();
    assertThat(exemplar.getTimeUnixNano()).isEqualTo(TestMetrics.EXEMPLAR_TIME);
    assertThat(HexFormat.of().formatHex(exemplar.getTraceId().toByteArray()))
        .isEqualTo(TestMetrics.TRACE_ID);
    assertThat(HexFormat.of().formatHex(exemplar.getSpanId().toByteArray()))
        .isEqualTo(TestMetrics.SPAN_ID);
    assertThat(attributes(exemplar.getFilteredAttributesList()))
        .containsExactly(Map.entry("user.id", AnyValue.newBuilder().setIntValue(42).build()));
  }

  @Test
  void doubleSumIsComplete() {
    final Metric metric = encodeOne(TestMetrics.doubleSum());

    assertThat(metric.getSum().getIsMonotonic()).isFalse();
    assertThat(metric.getSum().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
    final List<NumberDataPoint> points = metric.getSum().getDataPointsList();
    assertThat(points).extracting(NumberDataPoint::getAsDouble).containsExactly(0.0, -2.5);
    assertThat(points).allMatch(NumberDataPoint::hasAsDouble);
    assertThat(points.get(1).getExemplars(0).hasAsDouble()).as("zero is present").isTrue();
  }

  @Test
  void gaugesAreComplete() {
    final List<NumberDataPoint> longs =
        encodeOne(TestMetrics.longGauge("g", TestMetrics.point(0), TestMetrics.point(7)))
            .getGauge()
            .getDataPointsList();
    assertThat(longs).extracting(NumberDataPoint::getAsInt).containsExactly(0L, 7L);
    assertThat(longs).allMatch(NumberDataPoint::hasAsInt);

    final List<NumberDataPoint> doubles =
        encodeOne(TestMetrics.doubleGauge()).getGauge().getDataPointsList();
    assertThat(doubles).extracting(NumberDataPoint::getAsDouble).containsExactly(-0.0, Double.NaN);
    assertThat(doubles).allMatch(point -> point.getStartTimeUnixNano() == 0);
  }

  @Test
  void histogramIsComplete() {
    final Metric metric = encodeOne(TestMetrics.histogram());

    assertThat(metric.getHistogram().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
    final HistogramDataPoint point = metric.getHistogram().getDataPoints(0);
    assertThat(point.getStartTimeUnixNano()).isEqualTo(TestMetrics.START);
    assertThat(point.getTimeUnixNano()).isEqualTo(TestMetrics.TIME);
    assertThat(point.getCount()).isEqualTo(301);
    assertThat(point.getSum()).isEqualTo(12.5);
    assertThat(point.hasMin()).as("a minimum of zero is present").isTrue();
    assertThat(point.getMax()).isEqualTo(10.0);
    assertThat(point.getExplicitBoundsList()).containsExactly(0.0, 5.0, 10.0);
    assertThat(point.getBucketCountsList()).containsExactly(1L, 0L, 300L, 0L);
    assertThat(attributes(point.getAttributesList())).containsOnlyKeys("http.route");
    assertThat(point.getExemplarsList())
        .extracting(Exemplar::getAsDouble)
        .containsExactly(7.5, 0.0);
  }

  @Test
  void emptyHistogramHasASumButNoMinimumOrMaximum() {
    final HistogramDataPoint point =
        encodeOne(TestMetrics.histogram()).getHistogram().getDataPoints(1);

    assertThat(point.hasSum()).isTrue();
    assertThat(point.hasMin()).isFalse();
    assertThat(point.hasMax()).isFalse();
    assertThat(point.getExplicitBoundsCount()).isZero();
    assertThat(point.getBucketCountsList()).containsExactly(0L);
  }

  @Test
  void unknownSumIsAbsent() {
    final HistogramPointData withoutSum =
        HistogramPointData.create(
            1, 2, Attributes.empty(), Double.NaN, false, 0, false, 0, List.of(), List.of(1L));

    final Metric metric = encodeOne(TestMetrics.histogram(withoutSum));

    assertThat(metric.getHistogram().getDataPoints(0).hasSum()).isFalse();
  }

  @Test
  void exponentialHistogramIsComplete() {
    final Metric metric = encodeOne(TestMetrics.exponentialHistogram());

    assertThat(metric.getExponentialHistogram().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    final ExponentialHistogramDataPoint point = metric.getExponentialHistogram().getDataPoints(0);
    assertThat(point.getStartTimeUnixNano()).isEqualTo(TestMetrics.START);
    assertThat(point.getTimeUnixNano()).isEqualTo(TestMetrics.TIME);
    assertThat(point.getCount()).isEqualTo(131);
    assertThat(point.getSum()).isEqualTo(99.5);
    assertThat(point.getScale()).isEqualTo(-3);
    assertThat(point.getZeroCount()).isEqualTo(2);
    assertThat(point.getPositive().getOffset()).isEqualTo(-7);
    assertThat(point.getPositive().getBucketCountsList()).containsExactly(1L, 0L, 128L);
    assertThat(point.getNegative().getBucketCountsCount()).isZero();
    assertThat(point.getMin()).isEqualTo(-1.0);
    assertThat(point.getMax()).isEqualTo(50.0);
    assertThat(attributes(point.getAttributesList())).containsOnlyKeys("http.route");
    assertThat(point.getExemplarsList()).extracting(Exemplar::getAsDouble).containsExactly(3.0);
  }

  @Test
  void summaryIsComplete() {
    final SummaryDataPoint point = encodeOne(TestMetrics.summary()).getSummary().getDataPoints(0);

    assertThat(point.getStartTimeUnixNano()).isEqualTo(TestMetrics.START);
    assertThat(point.getTimeUnixNano()).isEqualTo(TestMetrics.TIME);
    assertThat(point.getCount()).isEqualTo(3);
    assertThat(point.getSum()).isEqualTo(6.5);
    assertThat(attributes(point.getAttributesList())).containsOnlyKeys("http.route");
    assertThat(point.getQuantileValuesList())
        .extracting(SummaryDataPoint.ValueAtQuantile::getQuantile)
        .containsExactly(0.0, 0.99);
    assertThat(point.getQuantileValuesList())
        .extracting(SummaryDataPoint.ValueAtQuantile::getValue)
        .containsExactly(0.5, 4.0);
  }

  @Test
  void idsThatAreNumbersAreWrittenAsThoseOfContexts() {
    final Metric ofNumbers =
        encodeOne(
            TestMetrics.doubleSum(
                new NumberedExemplar(2.5, TestMetrics.EXEMPLAR_TIME, TestMetrics.SPAN)));
    final Metric ofContext =
        encodeOne(
            TestMetrics.doubleSum(
                DoubleExemplarData.create(
                    Attributes.empty(), TestMetrics.EXEMPLAR_TIME, TestMetrics.SPAN, 2.5)));

    assertThat(ofNumbers.getSum().getDataPoints(0).getExemplars(0).getTraceId().size())
        .isEqualTo(16);
    assertThat(ofNumbers).isEqualTo(ofContext);
  }

  @Test
  void exemplarWithoutSpanHasNoIds() {
    final Exemplar exemplar =
        encodeOne(TestMetrics.histogram()).getHistogram().getDataPoints(0).getExemplars(1);

    assertThat(exemplar.hasAsDouble()).isTrue();
    assertThat(exemplar.getTraceId().isEmpty()).isTrue();
    assertThat(exemplar.getSpanId().isEmpty()).isTrue();
  }

  @Test
  void attributesOfEveryTypeKeepValueAndOrder() {
    final List<KeyValue> encoded =
        encodeOne(TestMetrics.longSum()).getSum().getDataPoints(0).getAttributesList();

    final List<String> keys = new ArrayList<>();
    TestMetrics.ALL_TYPES.forEach((key, value) -> keys.add(key.getKey()));
    assertThat(encoded).extracting(KeyValue::getKey).containsExactlyElementsOf(keys);

    final Map<String, AnyValue> values = attributes(encoded);
    assertThat(values.get("string").getStringValue()).isEqualTo("Grüße, 世界 \uD83D\uDE00");
    assertThat(values.get("string.empty").hasStringValue()).isTrue();
    assertThat(values.get("bool").getBoolValue()).isTrue();
    assertThat(values.get("bool.false").hasBoolValue()).isTrue();
    assertThat(values.get("long").getIntValue()).isEqualTo(-5);
    assertThat(values.get("long.zero").hasIntValue()).isTrue();
    assertThat(values.get("long.max").getIntValue()).isEqualTo(Long.MAX_VALUE);
    assertThat(values.get("double").getDoubleValue()).isEqualTo(1.5);
    assertThat(values.get("double.zero").hasDoubleValue()).isTrue();
    assertThat(values.get("strings").getArrayValue().getValuesList())
        .containsExactly(text("a"), text(""), text("c"));
    assertThat(values.get("bools").getArrayValue().getValuesList())
        .extracting(AnyValue::getBoolValue)
        .containsExactly(true, false);
    assertThat(values.get("longs").getArrayValue().getValuesList())
        .extracting(AnyValue::getIntValue)
        .containsExactly(0L, 1L, Long.MIN_VALUE);
    assertThat(values.get("doubles").getArrayValue().getValuesList())
        .extracting(AnyValue::getDoubleValue)
        .containsExactly(0.0, -1.25, Double.POSITIVE_INFINITY);
    assertThat(values.get("strings.empty").hasArrayValue()).isTrue();
    assertThat(values.get("value.bytes").getBytesValue().toByteArray()).containsExactly(0, 1, -1);
    assertThat(values.get("value.empty").getValueCase())
        .isEqualTo(AnyValue.ValueCase.VALUE_NOT_SET);
    final List<KeyValue> nested = values.get("value.nested").getKvlistValue().getValuesList();
    assertThat(nested)
        .extracting(KeyValue::getKey)
        .containsExactlyInAnyOrder("list", "map", "none");
    assertThat(attributes(nested).get("list").getArrayValue().getValuesList())
        .containsExactly(
            AnyValue.newBuilder().setIntValue(1).build(),
            text("x"),
            AnyValue.newBuilder().setBoolValue(false).build());
    assertThat(
            attributes(nested).get("map").getKvlistValue().getValues(0).getValue().getDoubleValue())
        .isEqualTo(0.5);
  }

  @Test
  void metricsAreGroupedByResourceAndScopeInOrder() {
    final Resource other =
        Resource.create(Attributes.builder().put("service.name", "other").build());
    final InstrumentationScopeInfo bare = InstrumentationScopeInfo.create("scope");
    // The same name with another schema URL is another scope; an equal one is not.
    final InstrumentationScopeInfo withSchema =
        InstrumentationScopeInfo.builder("scope").setSchemaUrl("https://schema/2").build();
    final InstrumentationScopeInfo equalToBare = InstrumentationScopeInfo.create("scope");

    final ExportMetricsServiceRequest request =
        encode(
            TestMetrics.longGauge(TestMetrics.RESOURCE, bare, "a", TestMetrics.point(1)),
            TestMetrics.longGauge(other, bare, "b", TestMetrics.point(1)),
            TestMetrics.longGauge(TestMetrics.RESOURCE, withSchema, "c", TestMetrics.point(1)),
            TestMetrics.longGauge(TestMetrics.RESOURCE, equalToBare, "d", TestMetrics.point(1)),
            TestMetrics.longGauge(TestMetrics.RESOURCE, bare, "e", TestMetrics.point(1)));

    assertThat(request.getResourceMetricsList()).hasSize(2);
    final List<ScopeMetrics> first = request.getResourceMetrics(0).getScopeMetricsList();
    assertThat(first).hasSize(2);
    assertThat(first.get(0).getMetricsList())
        .extracting(Metric::getName)
        .containsExactly("a", "d", "e");
    assertThat(first.get(1).getSchemaUrl()).isEqualTo("https://schema/2");
    assertThat(first.get(1).getMetricsList()).extracting(Metric::getName).containsExactly("c");
    assertThat(request.getResourceMetrics(1).getScopeMetrics(0).getMetrics(0).getName())
        .isEqualTo("b");
  }

  @Test
  void metricsWithoutPointsLeaveNoEnvelope() {
    assertThat(encoder.encode(List.of(TestMetrics.longGauge("empty")), new RequestExemplars()))
        .isZero();
    assertThat(encoder.output().size()).isZero();
  }

  @Test
  void encoderIsUsableAfterARequestThatWasTooLarge() throws InvalidProtocolBufferException {
    final MetricsEncoder small = new MetricsEncoder(300);
    assertThatThrownBy(() -> small.encode(TestMetrics.everyKind(), new RequestExemplars()))
        .isInstanceOf(RequestTooLargeException.class);

    assertThat(
            small.encode(
                List.of(TestMetrics.longGauge("g", TestMetrics.point(3))), new RequestExemplars()))
        .isEqualTo(1);
    final ExportMetricsServiceRequest request =
        ExportMetricsServiceRequest.parseFrom(small.toByteArray());
    assertThat(request.getResourceMetrics(0).getScopeMetrics(0).getMetricsList()).hasSize(1);
  }

  @Test
  void manyScopesMetricsPointsAndAttributesAreAllWritten() {
    final List<MetricData> metrics = new ArrayList<>();
    final LongPointData[] points = new LongPointData[200];
    for (int i = 0; i < points.length; i++) {
      points[i] = TestMetrics.point(i);
    }
    for (int i = 0; i < 300; i++) {
      final InstrumentationScopeInfo scope = InstrumentationScopeInfo.create("scope" + i % 50);
      metrics.add(TestMetrics.longGauge(TestMetrics.RESOURCE, scope, "m" + i, points));
    }

    assertThat(encoder.encode(metrics, new RequestExemplars())).isEqualTo(300 * 200);
    final List<ScopeMetrics> scopes = decode().getResourceMetrics(0).getScopeMetricsList();
    assertThat(scopes).hasSize(50);
    assertThat(scopes.get(49).getMetricsList())
        .extracting(Metric::getName)
        .containsExactly("m49", "m99", "m149", "m199", "m249", "m299");
    assertThat(scopes.get(7).getMetrics(3).getGauge().getDataPointsList())
        .extracting(NumberDataPoint::getAsInt)
        .startsWith(0L, 1L)
        .endsWith(199L)
        .hasSize(200);
  }

  private Metric encodeOne(MetricData metric) {
    return encode(metric).getResourceMetrics(0).getScopeMetrics(0).getMetrics(0);
  }

  private ExportMetricsServiceRequest encode(MetricData... metrics) {
    assertThat(encoder.encode(List.of(metrics), new RequestExemplars())).isPositive();
    return decode();
  }

  private ExportMetricsServiceRequest decode() {
    try {
      return ExportMetricsServiceRequest.parseFrom(encoder.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, AnyValue> attributes(List<KeyValue> attributes) {
    return attributes.stream().collect(Collectors.toMap(KeyValue::getKey, KeyValue::getValue));
  }

  private static AnyValue text(String value) {
    return AnyValue.newBuilder().setStringValue(value).build();
  }
}
