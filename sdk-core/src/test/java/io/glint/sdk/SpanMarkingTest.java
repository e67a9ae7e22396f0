package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarReport.SpanMark;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The span of a measurement that a reservoir keeps is marked, if that is wanted. */
@Tag("long")
@Timeout(60)
class SpanMarkingTest {
  private static final AttributeKey<String> EXEMPLAR = AttributeKey.stringKey("exemplar");

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final SdkTracerProvider tracers =
      SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build();
  private GlintMeterProvider provider;

  @AfterEach
  void close() {
    if (provider != null) {
      provider.close();
    }
    tracers.close();
  }

  private GlintMeterProviderBuilder builder() {
    return GlintMeterProvider.builder().registerMetricReader(reader);
  }

  private GlintMeterProvider marking() {
    provider = builder().setExemplarSpanMarking(true).build();
    return provider;
  }

  private Span span() {
    return tracers.get("application").spanBuilder("request").startSpan();
  }

  private Map<SpanMark, Long> marks() {
    return provider.explainExemplars().metrics().get(0).spanMarks().orElseThrow();
  }

  private static Map<SpanMark, Long> marks(
      long marked, long remote, long notRecording, long failed) {
    return Map.of(
        SpanMark.MARKED,
        marked,
        SpanMark.REMOTE,
        remote,
        SpanMark.NOT_RECORDING,
        notRecording,
        SpanMark.FAILED,
        failed);
  }

  private Set<String> markedSpans() {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> "true".equals(span.getAttributes().get(EXEMPLAR)))
        .map(SpanData::getSpanId)
        .collect(Collectors.toSet());
  }

  private static Set<String> spansOfExemplars(MetricData metric) {
    return metric.getData().getPoints().stream()
        .map(PointData::getExemplars)
        .flatMap(exemplars -> exemplars.stream().map(ExemplarData::getSpanContext))
        .map(SpanContext::getSpanId)
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void spansOfWhatIsKeptAreMarkedAndOthersAreNot(Kind kind) {
    final Kind.Instrument instrument = kind.make(marking().get("marking"));
    assertMarked(value -> instrument.record(value, Attributes.empty()));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void thoseOfBoundInstrumentsToo(Kind kind) {
    final Kind.Bound bound = kind.make(marking().get("marking")).bind(Attributes.empty());
    assertMarked(bound::record);
  }

  @Test
  void thoseOfExponentialHistogramsToo() {
    provider =
        builder()
            .setExemplarSpanMarking(true)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .build();
    final Kind.Instrument instrument = Kind.DOUBLE_HISTOGRAM.make(provider.get("marking"));
    assertMarked(value -> instrument.record(value, Attributes.empty()));
    final Kind.Bound bound =
        Kind.DOUBLE_HISTOGRAM.make(provider.get("marking")).bind(Attributes.empty());
    assertMarked(bound::record);
  }

  private interface Recording {
    void record(double value);
  }

  private void assertMarked(Recording recording) {
    spans.reset();
    for (int i = 0; i < 2000; i++) {
      final Span span = span();
      try (Scope scope = span.makeCurrent()) {
        recording.record(1);
      }
      span.end();
    }
    final Set<String> exemplars = spansOfExemplars(collect(reader, "instrument"));
    assertThat(exemplars).isNotEmpty();
    // About 8 of a reservoir of one place, and 112 of 20 places.
    assertThat(markedSpans()).containsAll(exemplars).hasSizeBetween(1, 300);
    assertThat(marks().get(SpanMark.MARKED)).isGreaterThanOrEqualTo(markedSpans().size());
  }

  @Test
  void theSpanOfTheContextThatIsPassedIsMarkedAndNotTheCurrentOne() {
    final LongCounter counter = marking().get("marking").counterBuilder("counter").build();
    final Span passed = span();
    final Span current = span();
    try (Scope scope = current.makeCurrent()) {
      counter.add(1, Attributes.empty(), Context.root().with(passed));
    }
    current.end();
    passed.end();
    assertThat(markedSpans()).containsExactly(passed.getSpanContext().getSpanId());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void offByDefaultAndThenNoSpanIsTouched(boolean isSwitchedOff) {
    final GlintMeterProviderBuilder builder = builder();
    provider =
        (isSwitchedOff
                ? builder.setExemplarSpanMarking("other").setExemplarSpanMarking(false)
                : builder)
            .build();
    final TouchedSpan span = new TouchedSpan(() -> {});
    provider
        .get("marking")
        .counterBuilder("counter")
        .build()
        .add(1, Attributes.empty(), Context.root().with(span));
    assertThat(spansOfExemplars(collect(reader, "counter"))).hasSize(1);
    assertThat(span.attribute).isNull();
    assertThat(span.isAskedWhetherItRecords).isFalse();
    assertThat(provider.explainExemplars().metrics().get(0).spanMarks()).isEmpty();
    assertThat(provider.explainExemplars().toString()).doesNotContain("spans marked");
  }

  @Test
  void theKeyCanBeChosen() {
    provider = builder().setExemplarSpanMarking("sampling.keep").build();
    final Span span = span();
    provider
        .get("marking")
        .counterBuilder("counter")
        .build()
        .add(1, Attributes.empty(), Context.root().with(span));
    span.end();
    assertThat(spans.getFinishedSpanItems().get(0).getAttributes().asMap())
        .isEqualTo(Map.of(AttributeKey.stringKey("sampling.keep"), "true"));
  }

  @Test
  void anEmptyKeyIsRefused() {
    assertThatThrownBy(() -> builder().setExemplarSpanMarking(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setExemplarSpanMarking(false)");
  }

  /** Whoever waits for the span, or is called by it, finds the cell free. */
  @Test
  void theCellHasBeenGivenBackWhenTheSpanIsMarked() {
    final LongCounter counter = marking().get("marking").counterBuilder("counter").build();
    final long[] seen = {0};
    final TouchedSpan span =
        new TouchedSpan(
            () -> {
              seen[0] = value();
              counter.add(10);
            });
    counter.add(1, Attributes.empty(), Context.root().with(span));
    assertThat(span.attribute).isEqualTo("exemplar=true");
    assertThat(seen[0]).isEqualTo(1);
    assertThat(value()).isEqualTo(11);
    ((SyncInstrument) counter)
        .streams()
        .get(0)
        .seriesMap()
        .forEach((Series series) -> assertThat(series.cellCount()).isEqualTo(1));
  }

  private long value() {
    return collect(reader, "counter").getLongSumData().getPoints().stream()
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSpanThatThrowsCostsTheMarkOnlyAndIsReported(boolean isError) {
    final DoubleHistogram histogram =
        marking().get("marking").histogramBuilder("histogram").build();
    final TouchedSpan span =
        new TouchedSpan(
            () -> {
              if (isError) {
                throw new StackOverflowError();
              }
              throw new Failure();
            });
    try (LogCapture log = new LogCapture()) {
      assertThatCode(() -> histogram.record(1, Attributes.empty(), Context.root().with(span)))
          .doesNotThrowAnyException();
      assertThat(log.messages()).isEmpty();
      final MetricData metric = collect(reader, "histogram");
      assertThat(metric.getHistogramData().getPoints().iterator().next().getCount()).isEqualTo(1);
      assertThat(spansOfExemplars(metric)).hasSize(1);
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("'histogram'", "could not be marked", "tail sampler");
    }
    assertThat(marks()).isEqualTo(marks(0, 0, 0, 1));
    assertThat(provider.explainExemplars().toString()).contains("spans marked: 0, that threw: 1");
  }

  @Test
  void spansThatDoNotRecordAreSkippedAndCounted() {
    final LongCounter counter = marking().get("marking").counterBuilder("counter").build();
    final Attributes[] series = new Attributes[4];
    for (int i = 0; i < series.length; i++) {
      // The first measurement of a series is always kept.
      series[i] = Attributes.of(AttributeKey.stringKey("series"), "s" + i);
    }
    final Span ended = span();
    ended.end();
    counter.add(1, series[0], Context.root().with(ended));
    final SpanContext remote =
        SpanContext.createFromRemoteParent(
            "00000000000000000000000000000001",
            "0000000000000001",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    counter.add(1, series[1], Context.root().with(Span.wrap(remote)));
    counter.add(1, series[2], Readers.span(7, true));
    counter.add(1, series[3], Context.root().with(span()));
    assertThat(marks()).isEqualTo(marks(1, 1, 2, 0));
    assertThat(provider.explainExemplars().toString())
        .contains("spans marked: 1, of another process: 1, ended or not recorded: 2\n");
  }

  /** The API does not tell; what is counted is that the attribute was set. */
  @Test
  void aSpanAtTheLimitOfItsAttributesDropsTheMarkAndCountsAsMarked() {
    final LongCounter counter = marking().get("marking").counterBuilder("counter").build();
    try (SdkTracerProvider limited =
        SdkTracerProvider.builder()
            .setSpanLimits(SpanLimits.builder().setMaxNumberOfAttributes(1).build())
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build()) {
      final Span span = limited.get("application").spanBuilder("request").startSpan();
      span.setAttribute("one", 1);
      counter.add(1, Attributes.empty(), Context.root().with(span));
      span.end();
    }
    assertThat(markedSpans()).isEmpty();
    assertThat(marks()).isEqualTo(marks(1, 0, 0, 0));
  }

  @Test
  void whereThereIsNoSpanThereIsNothingToMark() {
    final CustomExemplarFilter everything = (value, attributes, context) -> true;
    provider = builder().setExemplarSpanMarking(true).setExemplarFilter(everything).build();
    final LongCounter counter = provider.get("marking").counterBuilder("counter").build();
    counter.add(1, Attributes.empty(), Context.root());
    reader.collectAllMetrics();
    counter.add(1, Attributes.empty(), null);
    assertThat(marks()).isEqualTo(marks(0, 0, 0, 0));
    assertThat(collect(reader, "counter").getLongSumData().getPoints().iterator().next().getValue())
        .isEqualTo(2);
  }

  @Test
  void theMarksAreToldAsMetricsToo() {
    provider = builder().setExemplarSpanMarking(true).setInternalTelemetryEnabled(true).build();
    final LongCounter counter = provider.get("marking").counterBuilder("counter").build();
    counter.add(1, Attributes.empty(), Context.root().with(span()));
    assertThat(collect(reader, "glint.exemplar.spans").getLongSumData().getPoints())
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getValue()).isEqualTo(1);
              assertThat(point.getAttributes().asMap())
                  .containsEntry(AttributeKey.stringKey("glint.exemplar.mark"), "marked")
                  .containsEntry(AttributeKey.stringKey("glint.metric"), "counter");
            });
  }

  /**
   * How many spans are marked: what docs/exemplars.md says. Prints its table with {@code
   * -Dglint.print}.
   */
  @ParameterizedTest
  @CsvSource({
    "alignedHistogramBucket, 100, 5.2",
    "alignedHistogramBucket, 10000, 9.8",
    "alignedHistogramBucket, 1000000, 14.4",
    "fixedSize(20), 100, 52",
    "fixedSize(20), 10000, 144",
    "extremes(3), 10000, 27",
    "mostRecent, 100, 100"
  })
  void aboutTheLogarithmOfTheMeasurementsIsMarked(String reservoir, int records, double expected) {
    final ExemplarReservoirFactory factory =
        switch (reservoir) {
          case "fixedSize(20)" -> ExemplarReservoirFactory.fixedSize(20);
          case "extremes(3)" -> ExemplarReservoirFactory.extremes(3);
          case "mostRecent" ->
              ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT);
          default -> ExemplarReservoirFactory.alignedHistogramBucket();
        };
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(delta)
            .setExemplarSpanMarking(true)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setExemplarReservoir(factory).build())
            .build();
    final DoubleHistogram histogram = provider.get("marking").histogramBuilder("duration").build();
    final Context context = Context.root().with(new TouchedSpan(() -> {}));
    final int intervals = Math.max(20, 200_000 / records);
    final java.util.SplittableRandom random = new java.util.SplittableRandom(1);
    for (int interval = 0; interval < intervals; interval++) {
      for (int i = 0; i < records; i++) {
        // All in one bucket.
        histogram.record(1 + random.nextDouble(), Attributes.empty(), context);
      }
      delta.collectAllMetrics();
    }
    final double marked = marks().get(SpanMark.MARKED) / (double) intervals;
    if (Boolean.getBoolean("glint.print")) {
      System.out.printf("| `%s` | %,d | %.1f |%n", reservoir, records, marked);
    }
    assertThat(marked).isBetween(expected * 0.7, expected * 1.3);
  }

  /** A span that records and that notes what is done to it. */
  private static final class TouchedSpan implements Span {
    private final Runnable whenMarked;
    String attribute;
    boolean isAskedWhetherItRecords;

    TouchedSpan(Runnable whenMarked) {
      this.whenMarked = whenMarked;
    }

    @Override
    public <T> Span setAttribute(AttributeKey<T> key, T value) {
      attribute = key + "=" + value;
      whenMarked.run();
      return this;
    }

    @Override
    public Span addEvent(String name, Attributes attributes) {
      throw new AssertionError();
    }

    @Override
    public Span addEvent(String name, Attributes attributes, long timestamp, TimeUnit unit) {
      throw new AssertionError();
    }

    @Override
    public Span setStatus(StatusCode statusCode, String description) {
      throw new AssertionError();
    }

    @Override
    public Span recordException(Throwable exception, Attributes additionalAttributes) {
      throw new AssertionError();
    }

    @Override
    public Span updateName(String name) {
      throw new AssertionError();
    }

    @Override
    public void end() {
      throw new AssertionError();
    }

    @Override
    public void end(long timestamp, TimeUnit unit) {
      throw new AssertionError();
    }

    @Override
    public SpanContext getSpanContext() {
      return Readers.spanContext(1, true);
    }

    @Override
    public boolean isRecording() {
      isAskedWhetherItRecords = true;
      return true;
    }
  }
}
