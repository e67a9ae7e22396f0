package io.glint.examples.webstore.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.json.Json;
import io.glint.examples.webstore.traces.TraceStore;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PagesTest {

  private static final String SCRIPT = "<script>alert('\"&')</script>";

  @Test
  void whatCameFromOutsideIsEscapedInHtml() {
    final TraceStore store = new TraceStore();
    try (SdkTracerProvider tracers = SdkTracerProvider.builder().addSpanProcessor(store).build()) {
      final Tracer tracer = tracers.get("test");
      tracer.spanBuilder(SCRIPT).setAttribute(SCRIPT, SCRIPT).startSpan().addEvent(SCRIPT).end();
    }
    final TracePages pages = new TracePages(store, Optional.empty());
    final String id = store.slowest(1).get(0).id();

    assertThat(pages.reply(request("/traces", "text/html")).body()).doesNotContain("<script");
    assertThat(pages.reply(request("/traces/" + id, "text/html")).body())
        .contains("&lt;script&gt;")
        .doesNotContain("<script");
  }

  @Test
  void thePageOfATraceLeadsToTheSameOneInZipkinIfThereIsOne() {
    final TraceStore store = new TraceStore();
    try (SdkTracerProvider tracers = SdkTracerProvider.builder().addSpanProcessor(store).build()) {
      tracers.get("test").spanBuilder("a").startSpan().end();
    }
    final String id = store.slowest(1).get(0).id();
    final Request page = request("/traces/" + id, "text/html");

    assertThat(
            new TracePages(store, Optional.of(URI.create("http://127.0.0.1:9411/")))
                .reply(page)
                .body())
        .contains("<a href=\"http://127.0.0.1:9411/zipkin/traces/" + id + "\">");
    assertThat(new TracePages(store, Optional.empty()).reply(page).body()).doesNotContain("Zipkin");
  }

  @Test
  void anUnknownTraceIsNotFoundAndSaysWhy() {
    final TracePages pages = new TracePages(new TraceStore(), Optional.empty());

    final Reply html =
        pages.reply(request("/traces/0af7651916cd43dd8448eb211c80319c", "text/html"));
    final Reply text = pages.reply(request("/traces/" + SCRIPT, "*/*"));

    assertThat(html.status()).isEqualTo(404);
    assertThat(html.body()).contains("not sampled");
    assertThat(text.status()).isEqualTo(404);
    assertThat(text.body()).doesNotContain("<");
  }

  @Test
  void jsonIsQuoted() {
    assertThat(Json.write(List.of("a\"\\\n", 1.5, true)))
        .isEqualTo("[\"a\\\"\\\\\\u000a\",1.5,true]");
    assertThat(Json.write(Map.of("k", List.of()))).isEqualTo("{\"k\":[]}");
  }

  private static Request request(String path, String accept) {
    return new Request("GET", path, accept, Map.of());
  }
}
