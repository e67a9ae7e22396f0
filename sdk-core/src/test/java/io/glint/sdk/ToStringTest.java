package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is handed to the user says what it is: name, kind and meter. */
class ToStringTest {
  private final LogCapture log = new LogCapture();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(InMemoryMetricReader.create()).build();
  private final Meter meter =
      provider.meterBuilder("shop").setInstrumentationVersion("1.2").build();

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  @Test
  void meters() {
    assertThat(meter).hasToString("GlintMeter{name='shop', version=1.2, schemaUrl=null}");
    provider.close();
    assertThat(meter)
        .hasToString("GlintMeter{name='shop', version=1.2, schemaUrl=null, records nothing}");
    assertThat(provider.get("late"))
        .hasToString("GlintMeter{name='late', version=null, schemaUrl=null, records nothing}");
  }

  @Test
  void synchronousInstruments() {
    assertThat(meter.counterBuilder("requests").setUnit("1").setDescription("all").build())
        .hasToString(
            "Instrument 'requests' (long counter, unit '1', description 'all') of meter 'shop'");
    assertThat(meter.counterBuilder("d").ofDoubles().build()).asString().contains("double counter");
    assertThat(meter.histogramBuilder("h").build())
        .asString()
        .contains("'h' (double histogram, ", "of meter 'shop'");
    assertThat(meter.gaugeBuilder("g").ofLongs().build()).asString().contains("'g' (long gauge, ");
    assertThat(meter.upDownCounterBuilder("u").build())
        .asString()
        .contains("'u' (long up_down_counter, ");
  }

  @Test
  void asynchronousInstrumentsAndTheirCallbacks() {
    assertThat(meter.gaugeBuilder("queue").buildObserver())
        .hasToString(
            "Asynchronous instrument 'queue' (double observable_gauge, unit '', description '') of"
                + " meter 'shop'");
    assertThat(meter.counterBuilder("bytes").buildWithCallback(m -> {}))
        .asString()
        .startsWith("Callback of 'bytes' (long observable_counter, ");
  }

  @Test
  void boundInstruments() {
    assertThat(
            ((ExtendedLongCounter) meter.counterBuilder("requests").build())
                .bind(Attributes.builder().put("path", "/\nx").build()))
        .hasToString(
            "Instrument 'requests' (long counter, unit '', description '') of meter 'shop', bound to"
                + " {path=\"/ x\"}");
  }

  @Test
  void thoseThatRecordNothing() {
    assertThat(meter.counterBuilder("1 bad").build())
        .hasToString(
            "Instrument '1 bad' (long counter, unit '', description '') of meter 'shop', which"
                + " records nothing");
    assertThat(meter.gaugeBuilder("1 bad").buildObserver()).asString().contains("records nothing");
    try (GlintMeterProvider without = GlintMeterProvider.builder().build()) {
      assertThat(without.get("m").counterBuilder("c").build())
          .asString()
          .contains("'c' (long counter", "of meter 'm', which records nothing");
    }
    provider.setMeterConfigurator(scope -> GlintMeterConfig.disabled());
    assertThat(meter.counterBuilder("c").build()).asString().contains("records nothing");
  }

  @Test
  void whatRecordsNothingIsSilentAndImplementsWhatOthersDo() {
    final int before = log.messages().size();
    provider.close();
    final Meter late = provider.get("late");
    final ExtendedLongCounter counter = (ExtendedLongCounter) late.counterBuilder("c").build();
    counter.add(-1);
    counter.add(1, null);
    counter.bind(null).add(-1);
    late.histogramBuilder("h").build().record(Double.NaN);
    late.gaugeBuilder("g").buildObserver().record(Double.NaN);
    late.gaugeBuilder("g").buildObserver().record(1);
    late.gaugeBuilder("g").buildWithCallback(m -> m.record(1)).close();
    late.batchCallback(() -> {}, late.gaugeBuilder("g").buildObserver()).close();
    assertThat(counter.isEnabled()).isFalse();
    assertThat(log.messages()).hasSize(before);
  }

  @Test
  void viewsNameKeysAndNoLambdas() {
    final GlintView view =
        GlintView.builder()
            .setName("na\nme")
            .setAttributeFilter(Set.of("path"))
            .setExemplarReservoir(settings -> null)
            .build();
    assertThat(view)
        .asString()
        .contains(
            "name=na me",
            "attributeFilter=only [path]",
            "a lambda of " + ToStringTest.class.getName())
        .doesNotContain("$$Lambda");
    assertThat(GlintView.builder().setExcludedAttributeKeys(Set.of("user")).build())
        .asString()
        .contains("attributeFilter=all but [user]");
  }
}
