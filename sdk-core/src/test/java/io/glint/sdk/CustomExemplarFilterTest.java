package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CustomExemplarFilterTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("keep");
  private static final ContextKey<String> TENANT = ContextKey.named("tenant");

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final List<GlintMeterProvider> providers = new ArrayList<>();

  private GlintMeterProvider provider(Consumer<GlintMeterProviderBuilder> settings) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader);
    settings.accept(builder);
    providers.add(builder.build());
    return providers.get(0);
  }

  private Meter meter(Consumer<GlintMeterProviderBuilder> settings) {
    return provider(settings).get("filters");
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
  }

  private List<? extends ExemplarData> exemplars(String metric) {
    final List<ExemplarData> exemplars = new ArrayList<>();
    for (final PointData point : collect(reader, metric).getData().getPoints()) {
      exemplars.addAll(point.getExemplars());
    }
    return exemplars;
  }

  @Test
  void seesValueAttributesAndContext() {
    final List<String> seen = new ArrayList<>();
    final CustomExemplarFilter filter =
        (value, attributes, context) ->
            seen.add(value + " " + attributes.get(KEY) + " " + context.get(TENANT));
    final Meter meter = meter(builder -> builder.setExemplarFilter(filter));
    final Context context = Context.root().with(TENANT, "blue");
    meter.counterBuilder("counter").build().add(2, Attributes.of(KEY, "a"), context);
    try (Scope scope = context.makeCurrent()) {
      meter.histogramBuilder("histogram").build().record(0.5);
    }
    assertThat(seen).containsExactly("2.0 a blue", "0.5 null blue");
    assertThat(exemplars("counter")).hasSize(1);
  }

  @Test
  void longValuesAreExactIfItTakesThem() {
    final CustomExemplarFilter filter =
        new CustomExemplarFilter() {
          @Override
          public boolean isEligible(double value, Attributes attributes, Context context) {
            return false;
          }

          @Override
          public boolean isEligible(long value, Attributes attributes, Context context) {
            return value == Long.MAX_VALUE - 1;
          }
        };
    final Meter meter = meter(builder -> builder.setExemplarFilter(filter));
    final var gauge = meter.gaugeBuilder("gauge").ofLongs().build();
    gauge.set(Long.MAX_VALUE - 1);
    gauge.set(Long.MAX_VALUE);
    assertThat(exemplars("gauge"))
        .singleElement()
        .satisfies(
            exemplar ->
                assertThat(((LongExemplarData) exemplar).getValue()).isEqualTo(Long.MAX_VALUE - 1));
  }

  @Test
  void aNullContextIsTheRootToFilterAndReservoir() {
    final List<Context> seen = new ArrayList<>();
    final CustomExemplarFilter filter = (value, attributes, context) -> seen.add(context);
    final ExemplarReservoir reservoir =
        new ExemplarReservoir() {
          @Override
          public boolean offerDouble(
              double value, int bucket, Attributes attributes, Context context) {
            return seen.add(context);
          }

          @Override
          public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
            return seen.add(context);
          }

          @Override
          public void mergeFrom(ExemplarReservoir other) {}

          @Override
          public void collect(ExemplarVisitor visitor) {}
        };
    final Meter meter =
        meter(
            builder ->
                builder
                    .setExemplarFilter(filter)
                    .registerView(
                        InstrumentSelector.builder().setName("*").build(),
                        GlintView.builder().setExemplarReservoir(settings -> reservoir).build()));
    meter.counterBuilder("counter").build().add(2, Attributes.empty(), null);
    meter.histogramBuilder("histogram").build().record(0.5, Attributes.empty(), null);
    assertThat(seen).hasSize(4).allMatch(context -> context == Context.root());
  }

  @ParameterizedTest
  @EnumSource
  void decidesForEveryKindBoundOrNot(Kind kind) {
    final CustomExemplarFilter overFive = (value, attributes, context) -> value > 5;
    final Meter meter = meter(builder -> builder.setExemplarFilter(overFive));
    final Kind.Instrument instrument = kind.make(meter, null);
    final Attributes attributes = Attributes.of(KEY, "a");
    instrument.record(3, attributes);
    instrument.bind(attributes).record(4, span(1, true));
    assertThat(exemplars("instrument")).isEmpty();
    instrument.record(8, attributes);
    assertThat(exemplars("instrument")).hasSize(1);
    instrument.bind(attributes).record(9, Context.root());
    assertThat(exemplars("instrument")).isNotEmpty();
  }

  @Test
  void aViewHasAFilterOfItsOwn() {
    final GlintMeterProvider provider =
        provider(
            builder ->
                builder
                    .registerView(
                        InstrumentSelector.builder().setName("all").build(),
                        GlintView.builder().setExemplarFilter(ExemplarFilter.alwaysOn()).build())
                    .registerView(
                        InstrumentSelector.builder().setName("none").build(),
                        GlintView.builder().setExemplarFilter(ExemplarFilter.alwaysOff()).build()));
    final Meter meter = provider.get("filters");
    for (final String name : List.of("all", "none", "default")) {
      meter.counterBuilder(name).build().add(1);
      meter.counterBuilder(name).build().add(1, Attributes.empty(), span(1, true));
    }
    final var all = exemplars("all");
    final var report = provider.explainExemplars().metrics();
    assertThat(all).hasSize(1);
    assertThat(exemplars("none")).isEmpty();
    assertThat(exemplars("default")).hasSize(1);
    assertThat(report)
        .extracting(ExemplarReport.Metric::eligible)
        .containsExactlyInAnyOrder(2L, 0L, 1L);
  }

  @Test
  void anInstrumentWhoseViewTurnsExemplarsOffReadsNoContext() {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    InstrumentSelector.builder().setName("none").build(),
                    GlintView.builder().setExemplarFilter(ExemplarFilter.alwaysOff()).build()));
    final var off = (SyncInstrument) meter.counterBuilder("none").build();
    final var on = (SyncInstrument) meter.counterBuilder("default").build();
    try (Scope scope = Context.root().with(TENANT, "blue").makeCurrent()) {
      assertThat(off.currentContext()).isSameAs(Context.root());
      assertThat(on.currentContext()).isSameAs(Context.current());
    }
  }

  @Test
  void oneThatThrowsLosesNoMeasurement() {
    final AtomicInteger calls = new AtomicInteger();
    final CustomExemplarFilter broken =
        (value, attributes, context) -> {
          calls.getAndIncrement();
          throw new IllegalStateException("broken");
        };
    try (LogCapture log = new LogCapture()) {
      final Meter meter = meter(builder -> builder.setExemplarFilter(broken));
      final var counter = meter.counterBuilder("counter").build();
      counter.add(1);
      counter.add(2);
      assertThat(calls).hasValue(2);
      assertThat(
              collect(reader, "counter").getLongSumData().getPoints().iterator().next().getValue())
          .isEqualTo(3);
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("exemplar filter", "'counter'", "The measurement was counted");
    }
  }

  @Test
  void filtersOfNoKnownKindAreRefusedByViewsToo() {
    final ExemplarFilter unknown = new ExemplarFilter() {};
    assertThatThrownBy(() -> GlintView.builder().setExemplarFilter(unknown))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CustomExemplarFilter");
  }
}
