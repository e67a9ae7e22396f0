package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.sdk.exemplar.ExemplarAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a view removes from points stays on exemplars unless it is not wanted there. */
class ExemplarAttributesTest {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> USER = AttributeKey.stringKey("user");
  private static final AttributeKey<Long> SIZE = AttributeKey.longKey("size");
  private static final Attributes MEASURED = Attributes.of(ROUTE, "/pay", USER, "ann", SIZE, 3L);

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final List<GlintMeterProvider> providers = new ArrayList<>();

  private Meter meter(Consumer<GlintMeterProviderBuilder> settings) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(reader, type -> 1);
    settings.accept(builder);
    providers.add(builder.build());
    return providers.get(0).get("exemplars");
  }

  @AfterEach
  void close() {
    providers.forEach(GlintMeterProvider::close);
  }

  private static InstrumentSelector any() {
    return InstrumentSelector.builder().setName("*").build();
  }

  private static GlintView.Builder routeOnly() {
    return GlintView.builder().setAttributeFilter(Set.of("route"));
  }

  private Attributes onExemplar(Meter meter) {
    meter.counterBuilder("counter").build().add(1, MEASURED, span(1, true));
    final PointData point = collect(reader, "counter").getData().getPoints().iterator().next();
    assertThat(point.getAttributes()).isEqualTo(Attributes.of(ROUTE, "/pay"));
    assertThat(point.getExemplars()).hasSize(1);
    return point.getExemplars().get(0).getFilteredAttributes();
  }

  @Test
  void whatAViewRemovesIsOnExemplars() {
    assertThat(onExemplar(meter(builder -> builder.registerView(any(), routeOnly().build()))))
        .isEqualTo(Attributes.of(USER, "ann", SIZE, 3L));
  }

  @Test
  void whatAStockViewRemovesIsOnExemplars() {
    assertThat(
            onExemplar(
                meter(
                    builder ->
                        builder.registerView(
                            any(), View.builder().setAttributeFilter(Set.of("route")).build()))))
        .isEqualTo(Attributes.of(USER, "ann", SIZE, 3L));
  }

  @Test
  void anExemplarThatIsShownAgainIsNotFilteredAgain() {
    final Meter meter = meter(builder -> builder.registerView(any(), routeOnly().build()));
    final Attributes first = onExemplar(meter);
    final PointData again = collect(reader, "counter").getData().getPoints().iterator().next();
    assertThat(again.getExemplars().get(0).getFilteredAttributes()).isSameAs(first);
  }

  @Test
  void aViewMayLetNoneStay() {
    final GlintView view = routeOnly().setExemplarAttributes(ExemplarAttributes.none()).build();
    assertThat(onExemplar(meter(builder -> builder.registerView(any(), view))))
        .isEqualTo(Attributes.empty());
  }

  @Test
  void aViewMayLetListedKeysStay() {
    final GlintView view =
        routeOnly().setExemplarAttributes(ExemplarAttributes.only(Set.of("size"))).build();
    assertThat(onExemplar(meter(builder -> builder.registerView(any(), view))))
        .isEqualTo(Attributes.of(SIZE, 3L));
  }

  @Test
  void theProviderDecidesForViewsThatDoNot() {
    assertThat(
            onExemplar(
                meter(
                    builder ->
                        builder
                            .setExemplarAttributes(ExemplarAttributes.none())
                            .registerView(any(), routeOnly().build()))))
        .isEqualTo(Attributes.empty());
  }

  @Test
  void aViewOverridesTheProvider() {
    final GlintView view = routeOnly().setExemplarAttributes(ExemplarAttributes.all()).build();
    assertThat(
            onExemplar(
                meter(
                    builder ->
                        builder
                            .setExemplarAttributes(ExemplarAttributes.none())
                            .registerView(any(), view))))
        .isEqualTo(Attributes.of(USER, "ann", SIZE, 3L));
  }

  @Test
  void theOverflowSeriesShowsAllAttributesOfItsMeasurements() {
    assertThat(ofOverflow(ExemplarAttributes.all()))
        .isEqualTo(Attributes.of(ROUTE, "/pay", USER, "ann", SIZE, 3L));
  }

  @Test
  void theOverflowSeriesShowsAllButWhatTheViewRemovesWhereNoneOfThatMayStay() {
    assertThat(ofOverflow(ExemplarAttributes.none()))
        .isEqualTo(Attributes.of(ROUTE, "/pay", SIZE, 3L));
  }

  private Attributes ofOverflow(ExemplarAttributes wanted) {
    final Meter meter =
        meter(
            builder ->
                builder.registerView(
                    any(),
                    GlintView.builder()
                        .setExcludedAttributeKeys(Set.of("user"))
                        .setExemplarAttributes(wanted)
                        .build()));
    final var counter = meter.counterBuilder("counter").build();
    counter.add(1, Attributes.of(ROUTE, "/"));
    counter.add(1, MEASURED, span(1, true));
    final List<Attributes> filtered = new ArrayList<>();
    for (final PointData point : collect(reader, "counter").getData().getPoints()) {
      point.getExemplars().forEach(exemplar -> filtered.add(exemplar.getFilteredAttributes()));
    }
    assertThat(filtered).hasSize(1);
    return filtered.get(0);
  }

  @Test
  void asynchronousInstrumentsDoAsSynchronousOnes() {
    final Meter meter =
        meter(
            builder ->
                builder
                    .setExemplarFilter(ExemplarFilter.alwaysOn())
                    .registerView(
                        any(),
                        routeOnly()
                            .setExemplarAttributes(ExemplarAttributes.only(Set.of("user")))
                            .build()));
    try (var gauge =
        meter
            .gaugeBuilder("gauge")
            .buildWithCallback(measurement -> measurement.record(1, MEASURED))) {
      final PointData point = collect(reader, "gauge").getData().getPoints().iterator().next();
      assertThat(point.getExemplars().get(0).getFilteredAttributes())
          .isEqualTo(Attributes.of(USER, "ann"));
    }
  }

  @Test
  void nullIsRefusedWhereItIsSet() {
    assertThatThrownBy(() -> ExemplarAttributes.only(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("keys");
    assertThatThrownBy(() -> GlintView.builder().setExemplarAttributes(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> GlintMeterProvider.builder().setExemplarAttributes(null))
        .isInstanceOf(NullPointerException.class);
  }
}
