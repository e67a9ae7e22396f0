package io.glint.examples.webstore.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.glint.examples.webstore.traces.TraceSpan;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoubleExemplarData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads OTLP, as far as the pages of the demo need it. */
final class OtlpRequests {

  private static final HexFormat HEX = HexFormat.of();

  /** A span and the trace that it belongs to. */
  record Received(String traceId, TraceSpan span) {}

  private OtlpRequests() {}

  /** All spans of a request. */
  static List<Received> spans(byte[] request) throws InvalidProtocolBufferException {
    return ExportTraceServiceRequest.parseFrom(request).getResourceSpansList().stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .map(span -> new Received(hex(span.getTraceId()), span(span)))
        .toList();
  }

  private static TraceSpan span(Span span) {
    return new TraceSpan(
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        span.getName(),
        kind(span.getKind()),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        failure(span.getStatus()),
        attributes(span.getAttributesList()),
        span.getEventsList().stream()
            .map(event -> new TraceSpan.Event(event.getName(), event.getTimeUnixNano()))
            .toList());
  }

  private static SpanKind kind(Span.SpanKind kind) {
    return switch (kind) {
      case SPAN_KIND_SERVER -> SpanKind.SERVER;
      case SPAN_KIND_CLIENT -> SpanKind.CLIENT;
      case SPAN_KIND_PRODUCER -> SpanKind.PRODUCER;
      case SPAN_KIND_CONSUMER -> SpanKind.CONSUMER;
      default -> SpanKind.INTERNAL;
    };
  }

  private static Optional<String> failure(Status status) {
    return status.getCode() == Status.StatusCode.STATUS_CODE_ERROR
        ? Optional.of(status.getMessage().isEmpty() ? "failed" : status.getMessage())
        : Optional.empty();
  }

  /** Histograms, and sums of whole numbers. No page shows others. */
  static List<MetricData> metrics(byte[] request) throws InvalidProtocolBufferException {
    return ExportMetricsServiceRequest.parseFrom(request).getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(
            scope ->
                scope.getMetricsList().stream()
                    .flatMap(
                        metric ->
                            metric(
                                InstrumentationScopeInfo.create(scope.getScope().getName()),
                                metric)))
        .toList();
  }

  private static Stream<MetricData> metric(InstrumentationScopeInfo scope, Metric metric) {
    if (metric.hasHistogram()) {
      final Histogram histogram = metric.getHistogram();
      return Stream.of(
          ImmutableMetricData.createDoubleHistogram(
              Resource.empty(),
              scope,
              metric.getName(),
              metric.getDescription(),
              metric.getUnit(),
              ImmutableHistogramData.create(
                  temporality(histogram.getAggregationTemporality()),
                  histogram.getDataPointsList().stream().map(OtlpRequests::point).toList())));
    }
    final Sum sum = metric.getSum();
    if (sum.getDataPointsList().stream().anyMatch(NumberDataPoint::hasAsInt)) {
      return Stream.of(
          ImmutableMetricData.createLongSum(
              Resource.empty(),
              scope,
              metric.getName(),
              metric.getDescription(),
              metric.getUnit(),
              ImmutableSumData.create(
                  sum.getIsMonotonic(),
                  temporality(sum.getAggregationTemporality()),
                  sum.getDataPointsList().stream().map(OtlpRequests::point).toList())));
    }
    return Stream.empty();
  }

  private static AggregationTemporality temporality(
      io.opentelemetry.proto.metrics.v1.AggregationTemporality temporality) {
    return temporality
            == io.opentelemetry.proto.metrics.v1.AggregationTemporality
                .AGGREGATION_TEMPORALITY_DELTA
        ? AggregationTemporality.DELTA
        : AggregationTemporality.CUMULATIVE;
  }

  private static LongPointData point(NumberDataPoint point) {
    return ImmutableLongPointData.create(
        point.getStartTimeUnixNano(),
        point.getTimeUnixNano(),
        attributes(point.getAttributesList()),
        point.getAsInt());
  }

  private static HistogramPointData point(HistogramDataPoint point) {
    return ImmutableHistogramPointData.create(
        point.getStartTimeUnixNano(),
        point.getTimeUnixNano(),
        attributes(point.getAttributesList()),
        point.getSum(),
        point.hasMin(),
        point.getMin(),
        point.hasMax(),
        point.getMax(),
        point.getExplicitBoundsList(),
        point.getBucketCountsList(),
        point.getExemplarsList().stream().map(OtlpRequests::exemplar).toList());
  }

  private static DoubleExemplarData exemplar(Exemplar exemplar) {
    return ImmutableDoubleExemplarData.create(
        attributes(exemplar.getFilteredAttributesList()),
        exemplar.getTimeUnixNano(),
        SpanContext.create(
            hex(exemplar.getTraceId()),
            hex(exemplar.getSpanId()),
            TraceFlags.getSampled(),
            TraceState.getDefault()),
        exemplar.hasAsInt() ? exemplar.getAsInt() : exemplar.getAsDouble());
  }

  private static Attributes attributes(List<KeyValue> attributes) {
    final AttributesBuilder builder = Attributes.builder();
    for (final KeyValue attribute : attributes) {
      final String key = attribute.getKey();
      final AnyValue value = attribute.getValue();
      switch (value.getValueCase()) {
        case INT_VALUE -> builder.put(key, value.getIntValue());
        case DOUBLE_VALUE -> builder.put(key, value.getDoubleValue());
        case BOOL_VALUE -> builder.put(key, value.getBoolValue());
        case STRING_VALUE -> builder.put(key, value.getStringValue());
        default -> builder.put(key, value.toString().strip());
      }
    }
    return builder.build();
  }

  private static String hex(ByteString id) {
    return HEX.formatHex(id.toByteArray());
  }
}
