package io.glint.examples.webstore.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.traces.Trace;
import io.glint.examples.webstore.traces.TraceSpan;
import io.glint.examples.webstore.traces.TraceStore;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.FreePort;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What exporters send, and what comes out. There is no agent here. */
@Timeout(60)
class AgentTelemetryTest {

  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("payment.method");

  private final int port = FreePort.find();
  private final AgentTelemetry telemetry = new AgentTelemetry(port, 9464, 1);

  AgentTelemetryTest() throws Exception {}

  @Test
  void whatIsExportedIsTheTraceAndTheHistogramWhoseExemplarLeadsToIt() throws Exception {
    final SdkTracerProvider tracers =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                SimpleSpanProcessor.create(
                    OtlpHttpSpanExporter.builder().setEndpoint(url("/v1/traces")).build()))
            .build();
    final GlintMeterProvider metrics =
        GlintMeterProvider.builder()
            .registerMetricReader(
                GlintPeriodicMetricReader.create(
                    OtlpMetricExporter.builder()
                        .setEndpoint(url("/v1/metrics"))
                        .setAggregationTemporalitySelector(
                            AggregationTemporalitySelector.deltaPreferred())
                        .build()))
            .build();
    final Span root =
        tracers.get("shop").spanBuilder("POST").setSpanKind(SpanKind.SERVER).startSpan();
    final Context context = Context.root().with(root);
    final Span payment =
        tracers
            .get("shop")
            .spanBuilder("payment")
            .setParent(context)
            .setAttribute("attempt", 2L)
            .startSpan();
    metrics
        .get("shop")
        .histogramBuilder("payment.duration")
        .setExplicitBucketBoundariesAdvice(List.of(1.0, 2.0))
        .build()
        .record(1.25, Attributes.of(METHOD, "card"), Context.root().with(payment));
    metrics.get("shop").counterBuilder("orders").build().add(3);
    final Span export =
        tracers
            .get("agent")
            .spanBuilder("POST /v1/traces")
            .setAttribute("url.path", "/v1/traces")
            .startSpan();
    export.end();
    payment.addEvent("asked").setStatus(StatusCode.ERROR, "declined").end();
    root.end();
    tracers.close();
    metrics.close();

    final String traceId = root.getSpanContext().getTraceId();
    final Trace trace = telemetry.traces().find(traceId).orElseThrow();
    assertThat(telemetry.traces().find(export.getSpanContext().getTraceId())).isEmpty();
    assertThat(trace.rows())
        .extracting(row -> row.span().name())
        .containsExactly("POST", "payment");
    assertThat(trace.rows().get(0).span().kind()).isEqualTo(SpanKind.SERVER);
    final TraceSpan child = trace.rows().get(1).span();
    assertThat(child.parentId()).isEqualTo(root.getSpanContext().getSpanId());
    assertThat(child.failure()).isEqualTo(Optional.of("declined"));
    assertThat(child.attributes()).isEqualTo(Attributes.of(AttributeKey.longKey("attempt"), 2L));
    assertThat(child.events()).extracting(TraceSpan.Event::name).containsExactly("asked");

    final Collection<MetricData> received = telemetry.sinceLastTime();
    final MetricData histogram = named(received, "payment.duration");
    assertThat(histogram.getHistogramData().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.DELTA);
    final HistogramPointData point = histogram.getHistogramData().getPoints().iterator().next();
    assertThat(point.getAttributes()).isEqualTo(Attributes.of(METHOD, "card"));
    assertThat(point.getBoundaries()).containsExactly(1.0, 2.0);
    assertThat(point.getCounts()).containsExactly(0L, 1L, 0L);
    assertThat(point.getMax()).isEqualTo(1.25);
    assertThat(point.getExemplars())
        .singleElement()
        .satisfies(
            exemplar -> {
              assertThat(exemplar.getValue()).isEqualTo(1.25);
              assertThat(exemplar.getSpanContext().getTraceId()).isEqualTo(traceId);
              assertThat(exemplar.getSpanContext().getSpanId()).isEqualTo(child.id());
            });
    assertThat(named(received, "orders").getLongSumData().getPoints())
        .singleElement()
        .satisfies(sum -> assertThat(sum.getValue()).isEqualTo(3));
    assertThat(telemetry.sinceLastTime()).isEmpty();
  }

  @Test
  void aTraceThatAScrapeHasShownIsKeptWhileItIsShownAndAsLongAsAServerHasTheExemplar() {
    telemetry.scraped(Set.of("old"));
    addTraces("old", TraceStore.CAPACITY);
    telemetry.scraped(Set.of("old"));
    addTraces("young", TraceStore.CAPACITY);
    assertThat(telemetry.traces().find("old")).as("still shown").isPresent();

    telemetry.scraped(Set.of());
    addTraces("more", TraceStore.CAPACITY);
    assertThat(telemetry.traces().find("old")).as("one may be late").isPresent();

    telemetry.scraped(Set.of("more"));
    addTraces("last", TraceStore.CAPACITY);
    assertThat(telemetry.traces().find("old")).isEmpty();
    assertThat(telemetry.traces().find("young")).isEmpty();
  }

  private void addTraces(String first, int others) {
    add(first);
    for (int i = 0; i < others; i++) {
      add(first + i);
    }
  }

  private void add(String traceId) {
    telemetry
        .traces()
        .add(
            traceId,
            new TraceSpan(
                "b7ad6b7169203331",
                "",
                "a",
                SpanKind.INTERNAL,
                1,
                2,
                Optional.empty(),
                Attributes.empty(),
                List.of()));
  }

  private String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  private static MetricData named(Collection<MetricData> metrics, String name) {
    return metrics.stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
