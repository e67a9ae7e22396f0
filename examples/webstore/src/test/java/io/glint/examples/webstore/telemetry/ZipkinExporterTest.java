package io.glint.examples.webstore.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** There is no Zipkin here. What the real one makes of it is tested from outside the demo. */
@Timeout(60)
class ZipkinExporterTest {

  @Test
  void aSpanIsTheJsonOfZipkinsSecondVersion() throws Exception {
    final List<String> received = new CopyOnWriteArrayList<>();
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v2/spans",
        exchange -> {
          try (exchange) {
            received.add(
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(202, -1);
          }
        });
    server.start();
    final Span root;
    final Span child;
    try (SdkTracerProvider tracers = tracers(server.getAddress().getPort())) {
      root =
          tracers
              .get("shop")
              .spanBuilder("POST \"/\"")
              .setSpanKind(SpanKind.SERVER)
              .setStartTimestamp(1_700_000_000_000_001_999L, TimeUnit.NANOSECONDS)
              .startSpan();
      child =
          tracers
              .get("shop")
              .spanBuilder("pay")
              .setParent(Context.root().with(root))
              .setStartTimestamp(1_700_000_000_000_002_000L, TimeUnit.NANOSECONDS)
              .setAttribute("attempt", 2L)
              .startSpan();
      child.addEvent("asked", 1_700_000_000_000_003_000L, TimeUnit.NANOSECONDS);
      child.setStatus(StatusCode.ERROR, "declined");
      child.end(1_700_000_000_000_002_999L, TimeUnit.NANOSECONDS);
      root.end(1_700_000_000_000_011_000L, TimeUnit.NANOSECONDS);
    } finally {
      server.stop(0);
    }

    final String trace = root.getSpanContext().getTraceId();
    final String parent = root.getSpanContext().getSpanId();
    assertThat(received)
        .containsExactly(
            "[{\"traceId\":\"%s\",\"id\":\"%s\",\"parentId\":\"%s\",\"name\":\"pay\",\"timestamp\":1700000000000002,\"duration\":1,\"localEndpoint\":{\"serviceName\":\"webstore\"},\"annotations\":[{\"timestamp\":1700000000000003,\"value\":\"asked\"}],\"tags\":{\"attempt\":\"2\",\"error\":\"declined\"}}]"
                .formatted(trace, child.getSpanContext().getSpanId(), parent),
            "[{\"traceId\":\"%s\",\"id\":\"%s\",\"kind\":\"SERVER\",\"name\":\"POST \\\"/\\\"\",\"timestamp\":1700000000000001,\"duration\":9,\"localEndpoint\":{\"serviceName\":\"webstore\"},\"annotations\":[],\"tags\":{}}]"
                .formatted(trace, parent));
  }

  @Test
  void aServerThatIsGoneIsToldOnce() throws Exception {
    try (LogCapture log = new LogCapture(ZipkinExporter.class);
        SdkTracerProvider tracers = tracers(FreePort.find())) {
      tracers.get("shop").spanBuilder("a").startSpan().end();
      tracers.get("shop").spanBuilder("b").startSpan().end();

      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("Zipkin did not take 1 spans", "Connection refused");
    }
  }

  private static SdkTracerProvider tracers(int port) {
    return SdkTracerProvider.builder()
        .setResource(
            Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "webstore")))
        .addSpanProcessor(
            SimpleSpanProcessor.create(
                new ZipkinExporter(URI.create("http://127.0.0.1:" + port + "/"))))
        .build();
  }
}
