package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bad input gets one answer that says which instrument, what was done, and what to do. */
class MessagesTest {
  private final LogCapture log = new LogCapture();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader, type -> 2).build();
  private final Meter meter = provider.get("messages");

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  private void assertOneMessageWith(String... parts) {
    assertThat(log.messages()).singleElement().asString().contains(parts);
  }

  @Test
  void invalidName() {
    meter.counterBuilder("1 bad").build().add(1);
    assertOneMessageWith("'1 bad'", "'messages'", "records nothing", "starts with an ASCII letter");
  }

  @Test
  void negativeValues() {
    final LongCounter counter = meter.counterBuilder("requests").build();
    for (int i = 0; i < 1000; i++) {
      counter.add(-5);
    }
    reader.collectAllMetrics();
    assertOneMessageWith("'requests'", "-5", "dropped", "up-down counter");
  }

  @Test
  void notANumber() {
    meter.histogramBuilder("latency").build().record(Double.NaN);
    reader.collectAllMetrics();
    assertOneMessageWith("'latency'", "NaN", "dropped");
  }

  @Test
  void moreAttributeSetsThanTheLimit() {
    final LongCounter counter = meter.counterBuilder("requests").build();
    for (long i = 0; i < 1000; i++) {
      counter.add(
          1, Attributes.of(AttributeKey.longKey("user"), i, AttributeKey.stringKey("kind"), "a"));
    }
    reader.collectAllMetrics();
    reader.collectAllMetrics();
    assertOneMessageWith(
        "'requests'",
        "2 attribute sets",
        "otel.metric.overflow=true",
        "'user' has the most values, 2",
        "CardinalityLimitSelector");
  }

  @Test
  void moreObservedAttributeSetsThanTheLimit() {
    meter
        .gaugeBuilder("queue")
        .buildWithCallback(
            gauge -> {
              for (long i = 0; i < 1000; i++) {
                gauge.record(1, Attributes.of(AttributeKey.longKey("id"), i));
              }
            });
    reader.collectAllMetrics();
    reader.collectAllMetrics();
    assertOneMessageWith("'queue'", "2 attribute sets", "'id' has the most values, 2");
  }

  @Test
  void conflictingInstruments() {
    meter.counterBuilder("requests").setUnit("1").build();
    for (int i = 0; i < 10; i++) {
      meter.counterBuilder("requests").setUnit("{request}").build();
    }
    assertOneMessageWith("'messages'", "unit '1'", "unit '{request}'", "rename one");
  }

  @Test
  void unsoundAdvice() {
    meter.histogramBuilder("latency").setExplicitBucketBoundariesAdvice(List.of(2d, 1d)).build();
    assertOneMessageWith("'latency'", "ignored", "not strictly increasing", "[2.0, 1.0]");
  }

  @Test
  void throwingCallback() {
    meter
        .gaugeBuilder("queue")
        .buildWithCallback(
            measurement -> {
              throw new IllegalStateException("no");
            });
    for (int i = 0; i < 10; i++) {
      reader.collectAllMetrics();
    }
    assertOneMessageWith("'queue'", "threw", "missing from this collection");
  }

  @Test
  void observationOutsideACallback() {
    meter.gaugeBuilder("queue").buildObserver().record(1);
    assertThat(log.messages()).as("from the thread of the application").isEmpty();
    reader.collectAllMetrics();
    assertOneMessageWith("'queue'", "outside its callback", "dropped");
  }

  @Test
  void nullAttributes() {
    meter.counterBuilder("requests").build().add(1, null);
    reader.collectAllMetrics();
    assertOneMessageWith("'requests'", "null attributes", "Attributes.empty()");
  }

  @Test
  void meterWithoutAName() {
    provider.get("").counterBuilder("requests").build().add(1);
    assertOneMessageWith("without a name");
    assertThat(reader.collectAllMetrics().iterator().next().getInstrumentationScopeInfo().getName())
        .isEmpty();
  }

  @Test
  void otherAdviceForAKnownHistogram() {
    meter.histogramBuilder("latency").setExplicitBucketBoundariesAdvice(List.of(1d)).build();
    meter.histogramBuilder("latency").setExplicitBucketBoundariesAdvice(List.of(1d)).build();
    meter.histogramBuilder("latency").build();
    assertThat(log.messages()).isEmpty();
    meter.histogramBuilder("latency").setExplicitBucketBoundariesAdvice(List.of(2d)).build();
    assertOneMessageWith("'latency'", "[2.0]", "keeps what was advised first: [1.0]");
  }

  @Test
  void whatIsAskedForWronglyOverAndOverIsToldOnce() {
    for (int i = 0; i < 100; i++) {
      meter.counterBuilder("1 bad").build();
      meter.counterBuilder("requests").build();
      meter.counterBuilder("Requests").build();
      meter.histogramBuilder("latency").setExplicitBucketBoundariesAdvice(List.of(1d)).build();
      meter.histogramBuilder("latency").setExplicitBucketBoundariesAdvice(List.of(2d)).build();
      meter.histogramBuilder("size").setExplicitBucketBoundariesAdvice(List.of(2d, 1d)).build();
      provider.get("");
    }
    assertThat(log.messages()).hasSize(5).doesNotHaveDuplicates();
  }

  @Test
  void ofWarningsThatAreAllDifferentOnlySoManyAreLogged() {
    for (int i = 0; i < 5_000; i++) {
      meter.counterBuilder("1 bad " + i).build();
    }
    assertThat(log.messages()).hasSize(100);
    assertThat(log.messages()).last().asString().endsWith("of this kind are not logged.");
    meter.counterBuilder("requests").build();
    meter.histogramBuilder("requests").build();
    assertThat(log.messages()).hasSize(101);
  }

  @Test
  void usersDecideWhatIsLogged() {
    final Logger logger = Logger.getLogger("io.glint.sdk");
    logger.setLevel(Level.OFF);
    try {
      meter.counterBuilder("requests").build().add(-1);
      reader.collectAllMetrics();
    } finally {
      logger.setLevel(null);
    }
    assertThat(log.messages()).isEmpty();
  }
}
