package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which aggregation a histogram has by what its reader, its view and its advice say (SDK
 * specification, "Stream configuration", "Instrument advisory parameter:
 * ExplicitBucketBoundaries").
 */
class DefaultAggregationTest {
  private static final List<Double> ADVISED = List.of(7d);
  private static final List<Double> DEFAULT = ResolvedAggregation.DEFAULT_BOUNDARIES;

  /** Stands for an exponential histogram. */
  private static final List<Double> NONE = null;

  private static final InstrumentSelector SELECTOR =
      InstrumentSelector.builder().setName("histogram").build();

  /** What the view says, if there is one. */
  @SuppressWarnings("ImmutableEnumChecker") // No field changes once a constant is made.
  private enum Views {
    NO_VIEW(builder -> {}),
    GLINT_SAYS_NOTHING(builder -> builder.registerView(SELECTOR, GlintView.builder().build())),
    GLINT_SAYS_DEFAULT(
        builder ->
            builder.registerView(
                SELECTOR,
                GlintView.builder().setAggregation(Aggregation.defaultAggregation()).build())),
    GLINT_SAYS_BUCKETS(
        builder ->
            builder.registerView(
                SELECTOR,
                GlintView.builder().setAggregation(Aggregation.explicitBucketHistogram()).build())),
    GLINT_SAYS_DEFAULT_AND_THEN_NOTHING(
        builder ->
            builder
                .setViewMatchingMode(ViewMatchingMode.COMPOSABLE)
                .registerView(
                    SELECTOR,
                    GlintView.builder().setAggregation(Aggregation.defaultAggregation()).build())
                .registerView(SELECTOR, GlintView.builder().setDescription("told").build())),
    GLINT_SAYS_BUCKETS_AND_THEN_DEFAULT(
        builder ->
            builder
                .setViewMatchingMode(ViewMatchingMode.COMPOSABLE)
                .registerView(
                    SELECTOR,
                    GlintView.builder()
                        .setAggregation(Aggregation.explicitBucketHistogram())
                        .build())
                .registerView(
                    SELECTOR,
                    GlintView.builder().setAggregation(Aggregation.defaultAggregation()).build())),
    GLINT_SAYS_WHAT_MAKES_NO_SENSE(
        builder ->
            builder
                .setViewMatchingMode(ViewMatchingMode.COMPOSABLE)
                .registerView(
                    SELECTOR, GlintView.builder().setAggregation(Aggregation.lastValue()).build())),
    STOCK_SAYS_NOTHING(builder -> builder.registerView(SELECTOR, View.builder().build())),
    STOCK_SAYS_DEFAULT(
        builder ->
            builder.registerView(
                SELECTOR, View.builder().setAggregation(Aggregation.defaultAggregation()).build()));

    private final Consumer<GlintMeterProviderBuilder> registration;

    Views(Consumer<GlintMeterProviderBuilder> registration) {
      this.registration = registration;
    }
  }

  /** What the reader asks for. */
  @SuppressWarnings("ImmutableEnumChecker") // The stock SDK's aggregations do not change.
  private enum Asked {
    DEFAULT(Aggregation.defaultAggregation()),
    BASE2(Aggregation.base2ExponentialBucketHistogram());

    private final Aggregation aggregation;

    Asked(Aggregation aggregation) {
      this.aggregation = aggregation;
    }
  }

  static Stream<Arguments> combinations() {
    return Stream.of(
        // A view that says default means that of the specification, whatever the reader says.
        Arguments.of(Views.GLINT_SAYS_DEFAULT, Asked.DEFAULT, true, ADVISED),
        Arguments.of(Views.GLINT_SAYS_DEFAULT, Asked.DEFAULT, false, DEFAULT),
        Arguments.of(Views.GLINT_SAYS_DEFAULT, Asked.BASE2, true, ADVISED),
        Arguments.of(Views.GLINT_SAYS_DEFAULT, Asked.BASE2, false, DEFAULT),
        Arguments.of(Views.GLINT_SAYS_DEFAULT_AND_THEN_NOTHING, Asked.BASE2, true, ADVISED),
        Arguments.of(Views.GLINT_SAYS_DEFAULT_AND_THEN_NOTHING, Asked.BASE2, false, DEFAULT),
        Arguments.of(Views.GLINT_SAYS_BUCKETS_AND_THEN_DEFAULT, Asked.BASE2, true, ADVISED),
        Arguments.of(Views.GLINT_SAYS_BUCKETS_AND_THEN_DEFAULT, Asked.DEFAULT, true, ADVISED),
        // Explicit buckets without boundaries beat the advice.
        Arguments.of(Views.GLINT_SAYS_BUCKETS, Asked.BASE2, true, DEFAULT),
        Arguments.of(Views.GLINT_SAYS_BUCKETS, Asked.DEFAULT, true, DEFAULT),
        // Advice of boundaries is for explicit buckets, which the reader does not ask for.
        Arguments.of(Views.NO_VIEW, Asked.BASE2, true, NONE),
        Arguments.of(Views.NO_VIEW, Asked.BASE2, false, NONE),
        Arguments.of(Views.NO_VIEW, Asked.DEFAULT, true, ADVISED),
        Arguments.of(Views.NO_VIEW, Asked.DEFAULT, false, DEFAULT),
        Arguments.of(Views.GLINT_SAYS_NOTHING, Asked.BASE2, true, NONE),
        Arguments.of(Views.GLINT_SAYS_NOTHING, Asked.BASE2, false, NONE),
        Arguments.of(Views.GLINT_SAYS_NOTHING, Asked.DEFAULT, true, ADVISED),
        Arguments.of(Views.GLINT_SAYS_NOTHING, Asked.DEFAULT, false, DEFAULT),
        Arguments.of(Views.GLINT_SAYS_WHAT_MAKES_NO_SENSE, Asked.BASE2, true, NONE),
        Arguments.of(Views.GLINT_SAYS_WHAT_MAKES_NO_SENSE, Asked.DEFAULT, true, ADVISED),
        // A stock view says the same in both cases.
        Arguments.of(Views.STOCK_SAYS_NOTHING, Asked.BASE2, true, NONE),
        Arguments.of(Views.STOCK_SAYS_NOTHING, Asked.DEFAULT, true, ADVISED),
        Arguments.of(Views.STOCK_SAYS_DEFAULT, Asked.BASE2, true, NONE),
        Arguments.of(Views.STOCK_SAYS_DEFAULT, Asked.DEFAULT, true, ADVISED));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void theAggregationFollowsFromViewReaderAndAdvice(
      Views views, Asked asked, boolean isAdvised, List<Double> boundaries) {
    final InMemoryMetricReader reader =
        InMemoryMetricReader.create(
            AggregationTemporalitySelector.alwaysCumulative(),
            DefaultAggregationSelector.getDefault()
                .with(InstrumentType.HISTOGRAM, asked.aggregation));
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader);
    views.registration.accept(builder);
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider = builder.build()) {
      final DoubleHistogramBuilder histogram = provider.get("meter").histogramBuilder("histogram");
      if (isAdvised) {
        histogram.setExplicitBucketBoundariesAdvice(ADVISED);
      }
      histogram.build().record(3);
      final MetricData metric = collect(reader, "histogram");
      if (boundaries == null) {
        assertThat(metric.getType()).isEqualTo(MetricDataType.EXPONENTIAL_HISTOGRAM);
      } else {
        assertThat(metric.getHistogramData().getPoints())
            .singleElement()
            .satisfies(point -> assertThat(point.getBoundaries()).isEqualTo(boundaries));
      }
      assertThat(log.messages()).hasSize(views == Views.GLINT_SAYS_WHAT_MAKES_NO_SENSE ? 1 : 0);
    }
  }
}
