package io.glint.it.prometheus;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;

/**
 * Histograms, and counters, with each reservoir there is. Each measurement goes to all of them:
 * what differs is which exemplars they keep.
 */
final class ReservoirsTopic extends Topic {
  private static final Map<String, ExemplarReservoirFactory> RESERVOIRS = new LinkedHashMap<>();

  static {
    RESERVOIRS.put("aligned", ExemplarReservoirFactory.alignedHistogramBucket());
    RESERVOIRS.put(
        "aligned_recent",
        ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT));
    RESERVOIRS.put("fixed_1", ExemplarReservoirFactory.fixedSize(1));
    RESERVOIRS.put("fixed_4", ExemplarReservoirFactory.fixedSize(4));
    RESERVOIRS.put("octaves", ExemplarReservoirFactory.octaveAligned());
    RESERVOIRS.put("extremes_2", ExemplarReservoirFactory.extremes(2));
    RESERVOIRS.put("extremes_1_1", ExemplarReservoirFactory.extremes(1, 1));
  }

  private final boolean exponential;
  private final List<DoubleHistogram> histograms = new ArrayList<>();
  private final List<LongCounter> counters = new ArrayList<>();
  private final List<Long> recorded = new ArrayList<>();

  ReservoirsTopic(String name, boolean exponential) throws IOException {
    super(name);
    this.exponential = exponential;
  }

  @Override
  void views(GlintMeterProviderBuilder builder) {
    RESERVOIRS.forEach(
        (name, factory) -> {
          final GlintView.Builder view = GlintView.builder().setExemplarReservoir(factory);
          builder.registerView(
              InstrumentSelector.builder().setName("bytes." + name).build(), view.build());
          if (exponential) {
            view.setAggregation(Aggregation.base2ExponentialBucketHistogram());
          }
          builder.registerView(
              InstrumentSelector.builder().setName("latency." + name).build(), view.build());
        });
    if (exponential) {
      builder.registerView(
          InstrumentSelector.builder().setName("latency.default").build(),
          GlintView.builder()
              .setAggregation(Aggregation.base2ExponentialBucketHistogram())
              .build());
    }
  }

  private static List<String> names() {
    final List<String> names = new ArrayList<>(RESERVOIRS.keySet());
    names.add("default");
    return names;
  }

  @Override
  void instruments() {
    final Meter meter = provider.get("reservoirs");
    for (final String name : names()) {
      histograms.add(
          meter
              .histogramBuilder("latency." + name)
              .setExplicitBucketBoundariesAdvice(List.of(100.0, 1000.0))
              .build());
      counters.add(meter.counterBuilder("bytes." + name).build());
    }
  }

  /** Most lines have no new exemplar in most scrapes, and have to choose among the old ones. */
  @Override
  int longestPauseMillis() {
    return 400;
  }

  @Override
  void step(int number) {
    for (int i = random.nextInt(3); i >= 0; i--) {
      final long value = 1 + (long) Math.exp(random.nextDouble() * Math.log(5000));
      recorded.add(value);
      inSpan(
          context -> {
            for (final DoubleHistogram histogram : histograms) {
              histogram.record((double) value, Attributes.empty(), context);
            }
            for (final LongCounter counter : counters) {
              counter.add(value, Attributes.empty(), context);
            }
          });
    }
  }

  @Override
  void check(Exposition atServer, SoftAssertions softly) {
    final double sum = recorded.stream().mapToDouble(Long::doubleValue).sum();
    for (final String name : names()) {
      final String histogram = "latency_" + name;
      softly.assertThat(atServer.sum("bytes_" + name + "_total")).as(name).isEqualTo(sum);
      softly.assertThat(atServer.sum(histogram + "_sum")).as(histogram).isEqualTo(sum);
      softly
          .assertThat(atServer.sum(histogram + "_count"))
          .as(histogram)
          .isEqualTo(recorded.size());
      if (Double.isNaN(atServer.sum(histogram + "_count"))) {
        continue;
      }
      final TreeSet<Double> bounds = new TreeSet<>();
      atServer.samples.forEach(
          (series, sample) -> {
            if (series.name().equals(histogram + "_bucket")) {
              final double bound = Exposition.number(series.label("le"));
              bounds.add(bound);
              softly
                  .assertThat(sample.value())
                  .as("%s up to %s", histogram, bound)
                  .isEqualTo((double) recorded.stream().filter(value -> value <= bound).count());
            }
          });
      softly.assertThat(bounds).as("bounds of " + histogram).contains(Double.POSITIVE_INFINITY);
      softly.assertThat(bounds).as("bounds of " + histogram).hasSizeGreaterThan(2);
    }
    softly.assertThat(exemplarsShown()).as("exemplars").isPositive();
  }
}
