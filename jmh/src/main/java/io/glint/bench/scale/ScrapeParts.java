package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.Statistics;
import io.glint.bench.tool.Providers;
import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What each part of a scrape costs: the same scrape cut off after the collection, after the text,
 * and whole, each on a provider of its own, in one JVM and in turns. What a part costs is the
 * difference between two of them. The stock SDK and exporter are measured beside it.
 *
 * <p>Processor time and bytes are those of the thread that does the work; for a whole scrape, those
 * of all threads but the scraper's. Series and exemplars are those of {@link ScrapeCost}.
 *
 * <p>Arguments, as for {@link ScrapeCost}: number of series, number of buckets of each series that
 * are recorded into between two scrapes, rounds to warm up, rounds that count.
 */
public final class ScrapeParts {
  private static final Map<String, List<String>> TEXT =
      Map.of("Accept", List.of("application/openmetrics-text; version=1.0.0"));
  private static final Map<String, List<String>> GZIP =
      Map.of("Accept", TEXT.get("Accept"), "Accept-Encoding", List.of("gzip"));

  private final int series;
  private final Attributes[] attributes;
  private final List<Cut> cuts = new ArrayList<>();

  private ScrapeParts(int series) {
    this.series = series;
    this.attributes = SeriesAttributes.create(series);
  }

  /** Entry point. */
  public static void main(String[] args) throws Exception {
    new ScrapeParts(Integer.parseInt(args[0]))
        .run(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    System.exit(0);
  }

  private void run(int buckets, int warmups, int rounds) throws Exception {
    for (final Sdk sdk : Sdk.values()) {
      cuts.add(collection(sdk));
      cuts.add(sdk == Sdk.GLINT ? text("GLINT text", TEXT) : stockText());
      if (sdk == Sdk.GLINT) {
        cuts.add(text("GLINT text, gzip", GZIP));
      }
      cuts.add(whole(sdk));
    }
    for (int round = 0; round < warmups + rounds; round++) {
      for (final Cut cut : cuts) {
        cut.record(round == 0 ? ScrapeCost.VALUES.length : buckets, round);
        cut.measure(round >= warmups);
      }
    }
    System.out.println("ns and bytes for a series: median (lowest to highest)");
    for (final Cut cut : cuts) {
      cut.print();
    }
  }

  /** The collection alone. */
  private Cut collection(Sdk sdk) {
    final CollectingReader reader = new CollectingReader(AggregationTemporality.CUMULATIVE);
    return new Cut(sdk + " collection", provider(sdk, reader), true, reader::collect);
  }

  /** And the text, which is thrown away. */
  private Cut text(String name, Map<String, List<String>> headers) {
    final OpenMetricsReader reader = OpenMetricsReader.builder().build();
    return new Cut(
        name,
        provider(Sdk.GLINT, reader),
        true,
        () -> {
          try (OpenMetricsResponse response = reader.scrape("GET", null, headers::get)) {
            response.writeTo(OutputStream.nullOutputStream());
          }
        });
  }

  private Cut stockText() {
    final PrometheusMetricReader reader = PrometheusMetricReader.create();
    final OpenMetricsTextFormatWriter writer = OpenMetricsTextFormatWriter.create();
    return new Cut(
        "STOCK text",
        provider(Sdk.STOCK, reader),
        true,
        () -> writer.write(OutputStream.nullOutputStream(), reader.collect()));
  }

  /** And sent over loopback. */
  private Cut whole(Sdk sdk) throws IOException {
    final Endpoint endpoint = new Endpoint(sdk, series);
    final byte[] buffer = new byte[1 << 17];
    return new Cut(sdk + " sent", endpoint.provider(), false, () -> endpoint.scrape(buffer));
  }

  private MeterProvider provider(Sdk sdk, MetricReader reader) {
    return Providers.create(
        sdk, reader, ExemplarFilter.traceBased(), series + Endpoint.SPARE_SERIES);
  }

  /** A scrape up to some point. */
  private final class Cut {
    private final String name;
    private final DoubleHistogram histogram;
    private final Supplier<ThreadCosts> costs;
    private final Stopwatch.Work work;
    private final List<ThreadCosts> rounds = new ArrayList<>();

    Cut(String name, MeterProvider provider, boolean isOfThisThread, Stopwatch.Work work) {
      this.name = name;
      this.costs = isOfThisThread ? ThreadCosts::ofThisThread : ThreadCosts::ofOthers;
      this.work = work;
      this.histogram =
          provider.get("io.glint.bench").histogramBuilder("http.server.request.duration").build();
    }

    void record(int buckets, int round) {
      ScrapeCost.record(histogram, attributes, buckets, round);
    }

    void measure(boolean counts) throws Exception {
      final ThreadCosts before = costs.get();
      work.run();
      final ThreadCosts used = costs.get().minus(before);
      if (counts) {
        rounds.add(used);
      }
    }

    void print() {
      final double[] nanos =
          rounds.stream().mapToDouble(used -> (double) used.nanos() / series).sorted().toArray();
      final double[] bytes =
          rounds.stream().mapToDouble(used -> (double) used.bytes() / series).toArray();
      System.out.printf(
          Locale.ROOT,
          "%-18s %7.0f ns (%.0f to %.0f)  %9.1f B%n",
          name,
          Statistics.median(nanos),
          nanos[0],
          nanos[nanos.length - 1],
          Statistics.median(bytes));
    }
  }
}
