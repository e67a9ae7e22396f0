package io.glint.it.prometheus;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;

/**
 * Metrics whose names are like those of another one's samples. Prometheus text has a place for all
 * of them but one; OpenMetrics reserves more names, but never depends on who came first.
 */
final class LikeNamesTopic extends Topic {

  /** All instruments, made in one order or the other. */
  private static final class Instruments {
    private DoubleHistogram[] histograms;
    private LongCounter[] counters;
    private DoubleGauge gauge;

    Instruments(Meter meter, boolean histogramsFirst) {
      if (histogramsFirst) {
        histograms(meter);
      }
      counters =
          new LongCounter[] {
            meter.counterBuilder(histogramsFirst ? "orders" : "orders.created").build(),
            meter.counterBuilder(histogramsFirst ? "orders.created" : "orders").build(),
            meter.counterBuilder("job.duration.count").build(),
            meter.counterBuilder("req.sum").build(),
          };
      gauge = meter.gaugeBuilder("cache.sum").build();
      if (!histogramsFirst) {
        histograms(meter);
      }
    }

    private void histograms(Meter meter) {
      histograms =
          new DoubleHistogram[] {
            meter.histogramBuilder("job.duration").build(),
            meter.histogramBuilder("req").build(),
            meter.histogramBuilder("cache").build(),
          };
    }

    void record() {
      for (final DoubleHistogram histogram : histograms) {
        histogram.record(2);
      }
      for (final LongCounter counter : counters) {
        counter.add(3);
      }
      gauge.set(-1);
    }
  }

  private final String accept;
  private Instruments instruments;
  private double count;

  LikeNamesTopic(String name, String accept) throws IOException {
    super(name, endpoint -> endpoint, accept);
    this.accept = accept;
  }

  @Override
  void instruments() {
    instruments = new Instruments(provider.get("names"), true);
  }

  @Override
  void step(int number) {
    count++;
    instruments.record();
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    for (final String histogram : List.of("job_duration", "req", "cache")) {
      softly.assertThat(atServer.sum(histogram + "_count")).as(histogram).isEqualTo(count);
      softly.assertThat(atServer.sum(histogram + "_sum")).as(histogram).isEqualTo(2.0 * count);
    }
    if (accept != null) {
      for (final String counter :
          List.of("orders", "orders_created", "job_duration_count", "req_sum")) {
        softly.assertThat(atServer.sum(counter + "_total")).as(counter).isEqualTo(3.0 * count);
      }
    } else {
      softly
          .assertThat(List.of(atServer.sum("orders_total"), atServer.sum("orders_created_total")))
          .as("orders, or those created")
          .contains(3.0 * count);
    }
    try {
      softly.assertThat(families(false)).as("the other order").isEqualTo(families(true));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Set<String> families(boolean histogramsFirst) throws IOException, InterruptedException {
    final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
    try (GlintMeterProvider other =
        GlintMeterProvider.builder().registerMetricReader(server).build()) {
      new Instruments(other.get("names"), histogramsFirst).record();
      final String text =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://localhost:" + server.getPort() + "/metrics"))
                      .header(
                          "Accept",
                          accept != null ? accept : "application/openmetrics-text;version=1.0.0")
                      .timeout(Duration.ofSeconds(10))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      return text.lines()
          .filter(line -> line.startsWith("# TYPE"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
