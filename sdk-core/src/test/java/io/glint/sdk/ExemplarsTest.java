package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.glint.sdk.Readers.span;
import static io.glint.sdk.Readers.spanContext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExemplarsTest {
  private static final double[] ONE_PER_BUCKET = {
    0, 1, 6, 11, 26, 51, 76, 101, 251, 501, 751, 1001, 2501, 5001, 7501, 10_001
  };

  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader secondCumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final List<GlintMeterProvider> providers = new ArrayList<>();

  private Meter meter(ExemplarFilter filter) {
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .setExemplarFilter(filter)
            .registerMetricReader(cumulative)
            .registerMetricReader(secondCumulative)
            .registerMetricReader(
                delta, type -> type == io.opentelemetry.sdk.metrics.InstrumentType.COUNTER ? 1 : 9)
            .build();
    providers.add(provider);
    return provider.get("exemplars");
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
  }

  private static List<DoubleExemplarData> exemplars(InMemoryMetricReader reader) {
    return point(reader).getExemplars();
  }

  private static HistogramPointData point(InMemoryMetricReader reader) {
    return collect(reader, "histogram").getHistogramData().getPoints().iterator().next();
  }

  @Test
  void everyBucketHitByASampledMeasurementHasAnExemplarFromIt() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.traceBased()).histogramBuilder("histogram").build();
    for (int round = 0; round < 1000; round++) {
      for (int bucket = 0; bucket < ONE_PER_BUCKET.length; bucket++) {
        histogram.record(ONE_PER_BUCKET[bucket], Attributes.empty(), span(bucket + 1, true));
      }
    }
    for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
      final List<DoubleExemplarData> exemplars = exemplars(reader);
      assertThat(exemplars).hasSize(ONE_PER_BUCKET.length);
      for (int bucket = 0; bucket < ONE_PER_BUCKET.length; bucket++) {
        assertThat(exemplars.get(bucket).getValue()).isEqualTo(ONE_PER_BUCKET[bucket]);
        assertThat(exemplars.get(bucket).getSpanContext()).isEqualTo(spanContext(bucket + 1, true));
      }
    }
  }

  @Test
  void cumulativeExemplarsStayForEveryScraperUntilNewerOnesReplaceThem() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.traceBased()).histogramBuilder("histogram").build();
    histogram.record(1, Attributes.empty(), span(1, true));
    histogram.record(100, Attributes.empty(), span(2, true));
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(ids(cumulative)).containsExactly(1L, 2L);
      assertThat(ids(secondCumulative)).containsExactly(1L, 2L);
    }
    histogram.record(100, Attributes.empty(), span(3, true));
    assertThat(ids(secondCumulative)).containsExactly(1L, 3L);
    assertThat(ids(cumulative)).containsExactly(1L, 3L);
  }

  @Test
  void aDeltaExemplarIsReportedInItsIntervalOnly() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.traceBased()).histogramBuilder("histogram").build();
    histogram.record(1, Attributes.empty(), span(1, true));
    assertThat(ids(delta)).containsExactly(1L);
    histogram.record(1);
    assertThat(exemplars(delta)).isEmpty();
    histogram.record(1, Attributes.empty(), span(2, true));
    assertThat(ids(delta)).containsExactly(2L);
  }

  @Test
  void theChoiceOfACumulativeCounterStartsOverWithEachCollection() {
    final LongCounter counter =
        meter(ExemplarFilter.traceBased()).counterBuilder("counter").build();
    for (int i = 0; i < 100_000; i++) {
      counter.add(1, Attributes.empty(), span(1, true));
    }
    collect(cumulative, "counter");
    counter.add(1, Attributes.empty(), span(2, true));
    assertThat(collect(cumulative, "counter").getData().getPoints())
        .singleElement()
        .satisfies(
            point ->
                assertThat(point.getExemplars())
                    .extracting(ExemplarData::getSpanContext)
                    .isEqualTo(List.of(spanContext(2, true))));
  }

  @Test
  void aValueAtABoundaryIsAnExemplarOfTheBucketBelow() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.traceBased()).histogramBuilder("histogram").build();
    histogram.record(Math.nextUp(5), Attributes.empty(), span(1, true));
    histogram.record(5, Attributes.empty(), span(2, true));
    assertThat(ids(cumulative)).containsExactly(2L, 1L);
    histogram.record(5, Attributes.empty(), span(3, true));
    assertThat(ids(cumulative)).containsExactly(3L, 1L);
  }

  private static List<Long> ids(InMemoryMetricReader reader) {
    return exemplars(reader).stream()
        .map(exemplar -> Long.parseLong(exemplar.getSpanContext().getSpanId(), 16))
        .toList();
  }

  @Test
  void traceBasedAdmitsOnlySampledSpans() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.traceBased()).histogramBuilder("histogram").build();
    histogram.record(1);
    histogram.record(1, Attributes.empty(), span(1, false));
    histogram.record(1, Attributes.empty(), Context.root());
    assertThat(exemplars(cumulative)).isEmpty();
    try (Scope ignored = span(2, true).makeCurrent()) {
      histogram.record(1, Attributes.empty(), Context.root());
      assertThat(exemplars(cumulative)).as("the explicit context counts").isEmpty();
      histogram.record(1);
    }
    assertThat(ids(cumulative)).containsExactly(2L);
  }

  @Test
  void alwaysOnTakesMeasurementsWithoutASpanAndShowsNoIdsThen() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.alwaysOn()).histogramBuilder("histogram").build();
    histogram.record(6, Attributes.empty(), span(1, false));
    assertThat(ids(cumulative)).containsExactly(1L);
    histogram.record(7);
    final ExemplarData exemplar = exemplars(cumulative).get(0);
    assertThat(exemplar.getSpanContext()).isEqualTo(SpanContext.getInvalid());
  }

  @Test
  void alwaysOffKeepsNothing() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.alwaysOff()).histogramBuilder("histogram").build();
    histogram.record(6, Attributes.empty(), span(1, true));
    assertThat(exemplars(cumulative)).isEmpty();
  }

  @Test
  void aFilterThatIsNotStockIsRefusedWithWhatToUse() {
    final ExemplarFilter own = new ExemplarFilter() {};
    assertThatThrownBy(() -> GlintMeterProvider.builder().setExemplarFilter(own))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("traceBased()");
  }

  @Test
  void exemplarsCarryTheTimeOfTheRecordingCallAndOfNoOther() {
    final DoubleHistogram histogram =
        meter(ExemplarFilter.traceBased()).histogramBuilder("histogram").build();
    collect(cumulative, "histogram");
    clock.advance(Duration.ofSeconds(5));
    final long recorded = clock.now();
    histogram.record(1, Attributes.empty(), span(1, true));
    clock.advance(Duration.ofSeconds(5));
    final HistogramPointData point = point(cumulative);
    assertThat(point.getExemplars().get(0).getEpochNanos()).isEqualTo(recorded);
    assertThat(point.getEpochNanos()).isEqualTo(clock.now());
  }

  @Test
  void exemplarsKeepTheTypeOfTheirInstrument() {
    final Meter meter = meter(ExemplarFilter.traceBased());
    final LongCounter counter = meter.counterBuilder("longs").build();
    counter.add((1L << 53) + 1, Attributes.empty(), span(1, true));
    meter.gaugeBuilder("doubles").build().set(1.5, Attributes.empty(), span(2, true));
    meter
        .histogramBuilder("histogram")
        .ofLongs()
        .build()
        .record(7, Attributes.empty(), span(3, true));
    final LongExemplarData ofLong =
        collect(cumulative, "longs")
            .getLongSumData()
            .getPoints()
            .iterator()
            .next()
            .getExemplars()
            .get(0);
    assertThat(ofLong.getValue()).isEqualTo((1L << 53) + 1);
    assertThat(
            collect(cumulative, "doubles")
                .getDoubleGaugeData()
                .getPoints()
                .iterator()
                .next()
                .getExemplars()
                .get(0)
                .getValue())
        .isEqualTo(1.5);
    assertThat(exemplars(cumulative).get(0).getValue()).isEqualTo(7);
  }

  @Test
  void exemplarsOfTheOverflowSeriesKeepTheAttributesItsPointHasNot() {
    final LongCounter counter =
        meter(ExemplarFilter.traceBased()).counterBuilder("counter").build();
    final Attributes second = Attributes.of(AttributeKey.stringKey("key"), "second");
    counter.add(1, Attributes.of(AttributeKey.stringKey("key"), "first"), span(1, true));
    counter.add(1, second, span(2, true));
    final var points = List.copyOf(collect(delta, "counter").getLongSumData().getPoints());
    assertThat(points).hasSize(2);
    assertThat(points.get(0).getExemplars().get(0).getFilteredAttributes().isEmpty()).isTrue();
    assertThat(points.get(1).getAttributes())
        .isEqualTo(Attributes.of(AttributeKey.booleanKey("otel.metric.overflow"), true));
    assertThat(points.get(1).getExemplars().get(0).getFilteredAttributes()).isEqualTo(second);
  }

  @Test
  void theOverflowSeriesHasAReservoirOfItsOwn() {
    final AtomicInteger made = new AtomicInteger();
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("counter").build(),
                GlintView.builder()
                    .setCardinalityLimit(1)
                    .setExemplarReservoir(
                        settings -> {
                          made.incrementAndGet();
                          return ExemplarReservoirFactory.fixedSize(9).create(settings);
                        })
                    .build())
            .build();
    providers.add(provider);
    final LongCounter counter = provider.get("exemplars").counterBuilder("counter").build();
    for (int i = 0; i < 6; i++) {
      counter.add(i, Attributes.of(AttributeKey.longKey("key"), (long) i % 3), span(i + 1, true));
    }
    assertThat(made).as("one real series and the overflow").hasValue(2);
    assertThat(collect(reader, "counter").getLongSumData().getPoints())
        .extracting(
            point ->
                point.getExemplars().stream().map(LongExemplarData::getValue).sorted().toList())
        .containsExactlyInAnyOrder(List.of(0L, 3L), List.of(1L, 2L, 4L, 5L));
  }

  @Test
  void rejectedMeasurementsAreNoExemplars() {
    final Meter meter = meter(ExemplarFilter.alwaysOn());
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    histogram.record(Double.NaN);
    histogram.record(-1);
    histogram.record(3);
    assertThat(exemplars(cumulative)).extracting(DoubleExemplarData::getValue).containsExactly(3d);
  }
}
