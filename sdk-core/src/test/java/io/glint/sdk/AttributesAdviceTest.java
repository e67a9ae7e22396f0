package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleGaugeBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogramBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleUpDownCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongGaugeBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttributesAdviceTest {
  private static final AttributeKey<String> KEEP = AttributeKey.stringKey("keep");
  private static final AttributeKey<Long> DROP = AttributeKey.longKey("drop");
  private static final List<AttributeKey<?>> ADVICE = List.of(KEEP);
  private static final Attributes BOTH = Attributes.of(KEEP, "a", DROP, 1L);

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemoryMetricReader second = InMemoryMetricReader.create();
  private final List<GlintMeterProvider> providers = new ArrayList<>();
  private final LogCapture log = new LogCapture();

  private Meter meter(Consumer<GlintMeterProviderBuilder> views) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader).registerMetricReader(second);
    views.accept(builder);
    providers.add(builder.build());
    return providers.get(0).get("advice");
  }

  private Meter meter() {
    return meter(builder -> {});
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
    log.close();
  }

  private static InstrumentSelector theInstrument() {
    return InstrumentSelector.builder().setName("instrument").build();
  }

  private PointData onlyPoint(String metric) {
    final List<? extends PointData> points =
        List.copyOf(collect(reader, metric).getData().getPoints());
    assertThat(points).hasSize(1);
    return points.get(0);
  }

  private Set<String> keys(String metric) {
    final Set<String> keys = new java.util.TreeSet<>();
    onlyPoint(metric).getAttributes().forEach((key, value) -> keys.add(key.getKey()));
    return keys;
  }

  @ParameterizedTest
  @EnumSource
  void onlyAdvisedKeysAreOnPointsAndTheOthersStayOnExemplars(Kind kind) {
    final Meter meter = meter();
    final Kind.Instrument instrument = kind.make(meter, ADVICE);
    instrument.bind(BOTH).record(1, span(1, true));
    instrument.record(1, BOTH);
    final PointData point = onlyPoint("instrument");
    assertThat(point.getAttributes()).isEqualTo(Attributes.of(KEEP, "a"));
    assertThat(point.getExemplars().get(0).getFilteredAttributes())
        .isEqualTo(Attributes.of(DROP, 1L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "long counter",
        "double counter",
        "long up-down",
        "double up-down",
        "long gauge",
        "double gauge"
      })
  void asynchronousInstrumentsFollowTheAdvice(String kind) {
    final Meter meter = meter();
    switch (kind) {
      case "long counter" ->
          ((ExtendedLongCounterBuilder) meter.counterBuilder("instrument"))
              .setAttributesAdvice(ADVICE)
              .buildWithCallback(measurement -> measurement.record(1, BOTH));
      case "double counter" ->
          ((ExtendedDoubleCounterBuilder) meter.counterBuilder("instrument").ofDoubles())
              .setAttributesAdvice(ADVICE)
              .buildWithCallback(measurement -> measurement.record(1, BOTH));
      case "long up-down" ->
          ((ExtendedLongUpDownCounterBuilder) meter.upDownCounterBuilder("instrument"))
              .setAttributesAdvice(ADVICE)
              .buildWithCallback(measurement -> measurement.record(1, BOTH));
      case "double up-down" ->
          ((ExtendedDoubleUpDownCounterBuilder)
                  meter.upDownCounterBuilder("instrument").ofDoubles())
              .setAttributesAdvice(ADVICE)
              .buildWithCallback(measurement -> measurement.record(1, BOTH));
      case "long gauge" ->
          ((ExtendedLongGaugeBuilder) meter.gaugeBuilder("instrument").ofLongs())
              .setAttributesAdvice(ADVICE)
              .buildWithCallback(measurement -> measurement.record(1, BOTH));
      default ->
          ((ExtendedDoubleGaugeBuilder) meter.gaugeBuilder("instrument"))
              .setAttributesAdvice(ADVICE)
              .buildWithCallback(measurement -> measurement.record(1, BOTH));
    }
    assertThat(keys("instrument")).containsExactly("keep");
  }

  @Test
  void aStockViewThatOnlyRenamesStillHonoursTheAdvice() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(theInstrument(), View.builder().setName("renamed").build()));
    Kind.LONG_COUNTER.make(meter, ADVICE).record(1, BOTH);
    assertThat(keys("renamed")).containsExactly("keep");
  }

  @Test
  void aViewThatOnlyRenamesStillHonoursTheAdvice() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    theInstrument(), GlintView.builder().setName("renamed").build()));
    Kind.DOUBLE_GAUGE.make(meter, ADVICE).record(1, BOTH);
    assertThat(keys("renamed")).containsExactly("keep");
  }

  @Test
  void theKeysOfAViewGoBeforeTheAdvice() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    theInstrument(), View.builder().setAttributeFilter(Set.of("drop")).build()));
    Kind.LONG_COUNTER.make(meter, ADVICE).record(1, BOTH);
    assertThat(keys("instrument")).containsExactly("drop");
  }

  @Test
  void anEmptyListKeepsNoAttributes() {
    Kind.LONG_COUNTER.make(meter(), List.of()).record(1, BOTH);
    assertThat(keys("instrument")).isEmpty();
  }

  @Test
  void cumulativeReadersShareAStreamThatFollowsTheAdvice() {
    final LongCounter counter =
        ((ExtendedLongCounterBuilder) meter().counterBuilder("instrument"))
            .setAttributesAdvice(ADVICE)
            .build();
    assertThat(((SyncInstrument) counter).streams()).hasSize(1);
  }

  @Test
  void bothKindsOfAdviceAreKeptWhenTheBuilderTurnsToLongs() {
    ((ExtendedDoubleHistogramBuilder) meter().histogramBuilder("instrument"))
        .setAttributesAdvice(ADVICE)
        .setExplicitBucketBoundariesAdvice(List.of(1.0, 2.0))
        .setUnit("ms")
        .ofLongs()
        .build()
        .record(1, BOTH);
    final HistogramPointData point = (HistogramPointData) onlyPoint("instrument");
    assertThat(point.getBoundaries()).containsExactly(1.0, 2.0);
    assertThat(point.getAttributes()).isEqualTo(Attributes.of(KEEP, "a"));
    assertThat(collect(reader, "instrument").getUnit()).isEqualTo("ms");
  }

  @ParameterizedTest
  @EnumSource
  void theFirstAdviceHoldsAndAnotherOneIsTold(Kind kind) {
    final Meter meter = meter();
    kind.make(meter, ADVICE);
    kind.make(meter, ADVICE);
    kind.make(meter, null);
    assertThat(log.messages()).isEmpty();
    kind.make(meter, List.of(DROP)).record(1, BOTH);
    assertThat(log.messages())
        .hasSize(1)
        .first()
        .asString()
        .contains("'instrument'", "attribute keys", "[drop]", "[keep]");
    assertThat(keys("instrument")).containsExactly("keep");
  }

  @Test
  void adviceThatComesLaterThanNoneIsTold() {
    final Meter meter = meter();
    Kind.LONG_COUNTER.make(meter, null);
    Kind.LONG_COUNTER.make(meter, ADVICE).record(1, BOTH);
    assertThat(log.messages()).hasSize(1).first().asString().contains("[keep]", "none");
    assertThat(keys("instrument")).containsExactly("drop", "keep");
  }

  @Test
  void theAdviceOfAsynchronousInstrumentsIsToldToo() {
    final Meter meter = meter();
    meter.counterBuilder("instrument").buildObserver();
    ((ExtendedLongCounterBuilder) meter.counterBuilder("instrument"))
        .setAttributesAdvice(ADVICE)
        .buildObserver();
    assertThat(log.messages()).hasSize(1).first().asString().contains("attribute keys");
  }

  @ParameterizedTest
  @EnumSource
  void nullsInTheAdviceAreReportedAndIgnored(Kind kind) {
    final Kind.Instrument instrument = kind.make(meter(), Collections.singletonList(null));
    assertThat(log.messages()).hasSize(1).first().asString().contains("'instrument'", "null");
    instrument.record(1, BOTH);
    assertThat(keys("instrument")).containsExactly("drop", "keep");
  }

  @Test
  void aNullListIsReportedAndIgnored() {
    ((ExtendedLongCounterBuilder) meter().counterBuilder("instrument"))
        .setAttributesAdvice(null)
        .build()
        .add(1, BOTH);
    assertThat(log.messages()).hasSize(1).first().asString().contains("the list is null");
    assertThat(keys("instrument")).containsExactly("drop", "keep");
  }
}
