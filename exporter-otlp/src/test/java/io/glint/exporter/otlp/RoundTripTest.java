package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.google.protobuf.util.JsonFormat;
import io.glint.testing.OtlpServer;
import io.opentelemetry.exporter.internal.otlp.metrics.MetricsRequestMarshaler;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is sent of random collections is what the stock exporters send. */
@Timeout(120)
@Tag("long")
class RoundTripTest {
  private static final int COLLECTIONS = 3_000;
  private static final int JSON_COLLECTIONS = 1_000;
  private static final int SENT_COLLECTIONS = 300;
  private static final long SEED = 20_261_201;

  /** Of 64 bits: strings of digits. */
  private static final Set<String> LONGS =
      Set.of(
          "timeUnixNano",
          "startTimeUnixNano",
          "asInt",
          "intValue",
          "count",
          "zeroCount",
          "bucketCounts");

  private static final Set<String> INTEGERS = Set.of("aggregationTemporality", "scale", "offset");

  /** Numbers, or strings if they are none. */
  private static final Set<String> DOUBLES =
      Set.of("asDouble", "doubleValue", "sum", "min", "max", "explicitBounds", "quantile", "value");

  private static final Pattern ID = Pattern.compile("\"(traceId|spanId)\":\"([0-9a-f]+)\"");

  @Test
  void encodingIsThatOfTheStockMarshaler() throws IOException {
    final MetricsEncoder encoder = new MetricsEncoder(Integer.MAX_VALUE - 8);
    for (int i = 0; i < COLLECTIONS; i++) {
      final List<MetricData> metrics = new RandomMetrics(SEED + i).collection();
      final int points = encoder.encode(metrics, new RequestExemplars());
      assertThat(sorted(ExportMetricsServiceRequest.parseFrom(encoder.toByteArray())))
          .as("collection of seed %s", SEED + i)
          .isEqualTo(ofStock(metrics));
      assertThat(points).isEqualTo(points(metrics));
    }
  }

  @Test
  void aSecondEncodingIsThatOfTheStockMarshalerAlsoForEqualData() throws IOException {
    final MetricsEncoder encoder = new MetricsEncoder(Integer.MAX_VALUE - 8);
    for (int i = 0; i < COLLECTIONS; i++) {
      // Each collection comes twice, ten exports apart, as other objects.
      final long seed = SEED + (i / 20) * 10L + i % 10;
      final List<MetricData> metrics = new RandomMetrics(seed).collection();
      final int unused = encoder.encode(metrics, new RequestExemplars());
      assertThat(sorted(ExportMetricsServiceRequest.parseFrom(encoder.toByteArray())))
          .as("collection of seed %s", seed)
          .isEqualTo(ofStock(metrics));
    }
  }

  @Test
  void jsonSaysWhatTheBinaryFormSays() throws IOException {
    final MetricsEncoder encoder = new MetricsEncoder(Integer.MAX_VALUE - 8);
    for (int i = 0; i < JSON_COLLECTIONS; i++) {
      final int unused =
          encoder.encode(new RandomMetrics(SEED + i).collection(), new RequestExemplars());
      final byte[] binary = encoder.toByteArray();
      final String json = new String(OtlpJson.of(binary), StandardCharsets.UTF_8);
      assertThat(json).doesNotContain("\n");
      // The parser takes the sign off a zero.
      assertThat(ofJson(json).toString())
          .as("collection of seed %s", SEED + i)
          .isEqualTo(
              ExportMetricsServiceRequest.parseFrom(binary)
                  .toString()
                  .replace(": -0.0\n", ": 0.0\n"));
    }
  }

  @Test
  void serversReceiveTheSameFromTheStockExporters() throws IOException {
    try (OtlpServer http = new OtlpServer();
        OtlpServer json = new OtlpServer();
        GrpcServer grpc = new GrpcServer();
        MetricExporter glintJson =
            OtlpMetricExporter.builder()
                .setProtocol("http/json")
                .setEndpoint(json.url("/v1/metrics"))
                .build();
        MetricExporter glintHttp =
            OtlpMetricExporter.builder().setEndpoint(http.url("/v1/metrics")).build();
        MetricExporter stockHttp =
            OtlpHttpMetricExporter.builder().setEndpoint(http.url("/v1/metrics")).build();
        MetricExporter glintGrpc =
            OtlpMetricExporter.builder()
                .setProtocol("grpc")
                .setEndpoint(grpc.url("http"))
                .setCompression("gzip")
                .build();
        MetricExporter stockGrpc =
            OtlpGrpcMetricExporter.builder().setEndpoint(grpc.url("http")).build()) {
      for (int i = 0; i < SENT_COLLECTIONS; i++) {
        final List<MetricData> metrics = withPoints(new RandomMetrics(SEED + i).collection());
        if (metrics.isEmpty()) {
          continue;
        }
        export(glintHttp, metrics);
        export(stockHttp, metrics);
        export(glintGrpc, metrics);
        export(glintJson, metrics);
        export(stockGrpc, metrics);
        final ExportMetricsServiceRequest expected = sorted(http.received.get(1).request());
        assertThat(sorted(http.received.get(0).request())).isEqualTo(expected);
        // The parser takes the sign off a zero.
        assertThat(
                ofJson(new String(json.received.get(0).body(), StandardCharsets.UTF_8)).toString())
            .isEqualTo(http.received.get(0).request().toString().replace(": -0.0\n", ": 0.0\n"));
        assertThat(grpc.received).hasSize(2).allMatch(request -> sorted(request).equals(expected));
        http.received.clear();
        json.received.clear();
        grpc.received.clear();
      }
    }
  }

  /** A parser of protobuf takes other forms as well. */
  @Test
  void numbersInJsonHaveTheFormOfTheirKind() {
    final MetricsEncoder encoder = new MetricsEncoder(Integer.MAX_VALUE - 8);
    final Set<String> seen = new TreeSet<>();
    for (int i = 0; i < SENT_COLLECTIONS; i++) {
      final int unused =
          encoder.encode(new RandomMetrics(SEED + i).collection(), new RequestExemplars());
      final String json = new String(OtlpJson.of(encoder.toByteArray()), StandardCharsets.UTF_8);
      assertForms("", JsonParser.parseString(json), seen);
    }
    assertThat(seen)
        .containsAll(LONGS)
        .containsAll(INTEGERS)
        .containsAll(DOUBLES)
        .contains("NaN", "Infinity", "-Infinity");
  }

  private static void assertForms(String key, JsonElement element, Set<String> seen) {
    if (element.isJsonObject()) {
      element
          .getAsJsonObject()
          .entrySet()
          .forEach(e -> assertForms(e.getKey(), e.getValue(), seen));
    } else if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(each -> assertForms(key, each, seen));
    } else if (LONGS.contains(key)) {
      assertThat(element.getAsJsonPrimitive().isString()).as(key).isTrue();
      assertThat(element.getAsString()).as(key).matches("-?[0-9]+");
      seen.add(key);
    } else if (INTEGERS.contains(key)) {
      assertThat(element.getAsJsonPrimitive().isNumber()).as(key).isTrue();
      assertThat(element.getAsString()).as(key).matches("-?[0-9]+");
      seen.add(key);
    } else if (DOUBLES.contains(key)) {
      seen.add(key);
      if (element.getAsJsonPrimitive().isString()) {
        assertThat(element.getAsString()).as(key).isIn("NaN", "Infinity", "-Infinity");
        seen.add(element.getAsString());
      }
    }
  }

  /** What the stock marshaler makes of metrics, sorted. */
  static ExportMetricsServiceRequest ofStock(Collection<MetricData> metrics) throws IOException {
    final ByteArrayOutputStream stock = new ByteArrayOutputStream();
    MetricsRequestMarshaler.create(withPoints(metrics)).writeBinaryTo(stock);
    return sorted(ExportMetricsServiceRequest.parseFrom(stock.toByteArray()));
  }

  private static void export(MetricExporter exporter, List<MetricData> metrics) {
    assertThat(exporter.export(metrics).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
  }

  /** The stock exporters send metrics without points, too. */
  private static List<MetricData> withPoints(Collection<MetricData> metrics) {
    return metrics.stream().filter(metric -> !metric.getData().getPoints().isEmpty()).toList();
  }

  private static int points(Collection<MetricData> metrics) {
    return metrics.stream().mapToInt(metric -> metric.getData().getPoints().size()).sum();
  }

  /** The parser of protobuf wants ids in Base64, as other bytes. */
  private static ExportMetricsServiceRequest ofJson(String json) throws IOException {
    final String withBase64 =
        ID.matcher(json)
            .replaceAll(
                id ->
                    "\""
                        + id.group(1)
                        + "\":\""
                        + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(id.group(2)))
                        + "\"");
    final ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
    JsonFormat.parser().merge(withBase64, request);
    return request.build();
  }

  /** The stock marshaler groups in the order of a hash map. */
  static ExportMetricsServiceRequest sorted(ExportMetricsServiceRequest request) {
    final List<ResourceMetrics> resources = new ArrayList<>();
    for (final ResourceMetrics resource : request.getResourceMetricsList()) {
      final List<ScopeMetrics> scopes = new ArrayList<>(resource.getScopeMetricsList());
      scopes.sort(Comparator.comparing(ScopeMetrics::toString));
      resources.add(resource.toBuilder().clearScopeMetrics().addAllScopeMetrics(scopes).build());
    }
    resources.sort(Comparator.comparing(ResourceMetrics::toString));
    return ExportMetricsServiceRequest.newBuilder().addAllResourceMetrics(resources).build();
  }
}
