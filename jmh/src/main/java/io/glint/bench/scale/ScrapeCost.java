package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Spans;
import io.glint.bench.Statistics;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a scrape of histograms with exemplars costs, Glint's endpoint beside the stock exporter: in
 * one JVM, in turns, over loopback, as OpenMetrics and without compression.
 *
 * <p>Each series has an exemplar in each of its buckets. Time is given twice: what the scraper
 * waits, and the processor time of all threads but the scraper's own. What these threads allocate
 * is counted in bytes.
 *
 * <p>Arguments: number of series, number of buckets of each series that are recorded into between
 * two scrapes, rounds to warm up, rounds that count.
 */
public final class ScrapeCost {
  /** One for each of the 16 default buckets; most of them as clocks give them. */
  static final double[] VALUES = {
    0,
    3.0518,
    7,
    17.250123,
    37.1,
    62,
    87.00001,
    175.5,
    375,
    625.125,
    875,
    1750.9171234,
    3750,
    6250.5,
    8750,
    20_000
  };

  private final byte[] buffer = new byte[1 << 17];
  private final Map<Sdk, Side> sides = new EnumMap<>(Sdk.class);

  private ScrapeCost() {}

  /** Entry point. */
  public static void main(String[] args) throws Exception {
    new ScrapeCost()
        .run(
            Integer.parseInt(args[0]),
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]));
    System.exit(0);
  }

  private void run(int series, int buckets, int warmups, int rounds) throws Exception {
    for (final Sdk sdk : Sdk.values()) {
      sides.put(sdk, new Side(sdk, series));
    }
    for (int round = 0; round < warmups + rounds; round++) {
      for (final Side side : sides.values()) {
        record(side.histogram, side.attributes, round == 0 ? VALUES.length : buckets, round);
        side.scrape(round >= warmups);
      }
    }
    for (final Side side : sides.values()) {
      side.print(series);
    }
    final Side stock = sides.get(Sdk.STOCK);
    final Side glint = sides.get(Sdk.GLINT);
    System.out.printf(
        "ratio: wall %.3f, processor %.3f, bytes %.5f%n",
        median(glint.wall) / median(stock.wall),
        median(glint.processor) / median(stock.processor),
        median(glint.bytes) / median(stock.bytes));
  }

  private static double median(List<Double> values) {
    return Statistics.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Records into some buckets of each series, in sampled spans. */
  @SuppressWarnings("try") // Opened for its effect.
  static void record(DoubleHistogram histogram, Attributes[] attributes, int buckets, int round) {
    for (int i = 0; i < buckets; i++) {
      // Other buckets each time, so that none is the same for ever.
      final double value = VALUES[(i + round) % VALUES.length];
      try (Scope scope = Spans.startSampled().makeCurrent()) {
        for (final Attributes each : attributes) {
          histogram.record(value, each);
        }
      }
    }
  }

  /** One endpoint with its provider. */
  private final class Side {
    private final Sdk sdk;
    private final Endpoint endpoint;
    private final DoubleHistogram histogram;
    private final Attributes[] attributes;
    private final List<Double> wall = new ArrayList<>();
    private final List<Double> processor = new ArrayList<>();
    private final List<Double> bytes = new ArrayList<>();
    private long body;

    Side(Sdk sdk, int series) throws IOException {
      this.sdk = sdk;
      this.attributes = SeriesAttributes.create(series);
      this.endpoint = new Endpoint(sdk, series);
      histogram =
          endpoint
              .provider()
              .get("io.glint.bench")
              .histogramBuilder("http.server.request.duration")
              .build();
    }

    void scrape(boolean counts) throws IOException {
      final ThreadCosts before = ThreadCosts.ofOthers();
      final long start = System.nanoTime();
      body = endpoint.scrape(buffer);
      final long end = System.nanoTime();
      final ThreadCosts used = ThreadCosts.ofOthers().minus(before);
      if (counts) {
        wall.add((double) (end - start));
        processor.add((double) used.nanos());
        bytes.add((double) used.bytes());
      }
    }

    void print(int series) {
      System.out.printf(
          "%s: body %d B/series; wall %.0f ns/series, processor %.0f ns/series, %.1f B/series, %.0f"
              + " B/scrape%n",
          sdk,
          body / series,
          median(wall) / series,
          median(processor) / series,
          median(bytes) / series,
          median(bytes));
    }
  }
}
