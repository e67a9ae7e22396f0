package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Null where the API wants something, in both SDKs. */
@SuppressWarnings("NullAway")
class NullArgumentsComparisonTest {
  private static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.stringKey("key"), "value");

  /** What the stock SDK 1.68.0 throws at the application; Glint takes it and counts. */
  private static final Set<String> THROWN_BY_STOCK =
      Set.of(
          "counter unit",
          "double counter unit",
          "up-down counter unit",
          "histogram unit",
          "gauge unit",
          "counter description",
          "double counter description",
          "up-down counter description",
          "histogram description",
          "gauge description",
          "counter attributes null",
          "double counter attributes null",
          "up-down counter attributes null",
          "histogram attributes null",
          "gauge attributes null",
          "batch observer null",
          "batch further observers null");

  /** What neither throws and both do in their own way: the stock SDK, then Glint. */
  private static final Map<String, String> OTHERWISE =
      Map.of(
          "get(null)", "['unknown' a[{}]] | ['' a[{}]]",
          "meterBuilder(null)", "['unknown' a[{}]] | ['' a[{}]]",
          "observed attributes null", "[] | ['meter' a[{}]]",
          "observed double attributes null", "[] | ['meter' a[{}]]");

  private static final Map<String, Consumer<MeterProvider>> USES = allUses();

  private static Map<String, Consumer<MeterProvider>> allUses() {
    final Map<String, Consumer<MeterProvider>> uses = new LinkedHashMap<>();
    uses.put("get(null)", provider -> provider.get(null).counterBuilder("a").build().add(1));
    uses.put(
        "meterBuilder(null)",
        provider -> provider.meterBuilder(null).build().counterBuilder("a").build().add(1));
    uses.put(
        "version null",
        provider ->
            provider
                .meterBuilder("m")
                .setInstrumentationVersion(null)
                .build()
                .counterBuilder("a")
                .build()
                .add(1));
    uses.put(
        "schema null",
        provider ->
            provider
                .meterBuilder("m")
                .setSchemaUrl(null)
                .build()
                .counterBuilder("a")
                .build()
                .add(1));
    use(uses, "counterBuilder(null)", meter -> meter.counterBuilder(null).build().add(1));
    use(
        uses,
        "double counterBuilder(null)",
        meter -> meter.counterBuilder(null).ofDoubles().build().add(1));
    use(
        uses,
        "upDownCounterBuilder(null)",
        meter -> meter.upDownCounterBuilder(null).build().add(1));
    use(uses, "histogramBuilder(null)", meter -> meter.histogramBuilder(null).build().record(1));
    use(
        uses,
        "long histogramBuilder(null)",
        meter -> meter.histogramBuilder(null).ofLongs().build().record(1));
    use(uses, "gaugeBuilder(null)", meter -> meter.gaugeBuilder(null).build().set(1));
    use(
        uses,
        "observable counterBuilder(null)",
        meter -> meter.counterBuilder(null).buildWithCallback(o -> o.record(1)));
    for (final String what : List.of("unit", "description")) {
      final boolean unit = what.equals("unit");
      use(
          uses,
          "counter " + what,
          meter ->
              (unit
                      ? meter.counterBuilder("a").setUnit(null)
                      : meter.counterBuilder("a").setDescription(null))
                  .build()
                  .add(1));
      use(
          uses,
          "double counter " + what,
          meter ->
              (unit
                      ? meter.counterBuilder("a").ofDoubles().setUnit(null)
                      : meter.counterBuilder("a").ofDoubles().setDescription(null))
                  .build()
                  .add(1));
      use(
          uses,
          "up-down counter " + what,
          meter ->
              (unit
                      ? meter.upDownCounterBuilder("a").setUnit(null)
                      : meter.upDownCounterBuilder("a").setDescription(null))
                  .build()
                  .add(1));
      use(
          uses,
          "histogram " + what,
          meter ->
              (unit
                      ? meter.histogramBuilder("a").setUnit(null)
                      : meter.histogramBuilder("a").setDescription(null))
                  .build()
                  .record(1));
      use(
          uses,
          "gauge " + what,
          meter ->
              (unit
                      ? meter.gaugeBuilder("a").setUnit(null)
                      : meter.gaugeBuilder("a").setDescription(null))
                  .build()
                  .set(1));
    }
    use(
        uses,
        "boundaries null",
        meter ->
            meter.histogramBuilder("a").setExplicitBucketBoundariesAdvice(null).build().record(1));
    use(
        uses,
        "long boundaries null",
        meter ->
            meter
                .histogramBuilder("a")
                .ofLongs()
                .setExplicitBucketBoundariesAdvice(null)
                .build()
                .record(1));
    use(
        uses,
        "boundary null",
        meter -> {
          final List<Double> boundaries = new ArrayList<>();
          boundaries.add(null);
          meter
              .histogramBuilder("a")
              .setExplicitBucketBoundariesAdvice(boundaries)
              .build()
              .record(1);
        });
    use(uses, "counter attributes null", meter -> meter.counterBuilder("a").build().add(1, null));
    use(
        uses,
        "double counter attributes null",
        meter -> meter.counterBuilder("a").ofDoubles().build().add(1, null));
    use(
        uses,
        "up-down counter attributes null",
        meter -> meter.upDownCounterBuilder("a").build().add(1, null));
    use(
        uses,
        "histogram attributes null",
        meter -> meter.histogramBuilder("a").build().record(1, null));
    use(uses, "gauge attributes null", meter -> meter.gaugeBuilder("a").build().set(1, null));
    use(
        uses,
        "counter context null",
        meter -> meter.counterBuilder("a").build().add(1, ATTRIBUTES, null));
    use(
        uses,
        "histogram context null",
        meter -> meter.histogramBuilder("a").build().record(1, ATTRIBUTES, null));
    use(
        uses,
        "gauge context null",
        meter -> meter.gaugeBuilder("a").build().set(1, ATTRIBUTES, (Context) null));
    use(
        uses,
        "observed attributes null",
        meter -> meter.counterBuilder("a").buildWithCallback(o -> o.record(1, null)));
    use(
        uses,
        "observed double attributes null",
        meter -> meter.gaugeBuilder("a").buildWithCallback(o -> o.record(1, null)));
    use(
        uses,
        "callback null",
        meter -> {
          meter.counterBuilder("a").buildWithCallback(null);
          meter.counterBuilder("b").build().add(1);
        });
    use(
        uses,
        "batch callback null",
        meter -> {
          final ObservableLongMeasurement observer = meter.counterBuilder("a").buildObserver();
          meter.batchCallback(null, observer);
          meter.counterBuilder("b").build().add(1);
        });
    use(
        uses,
        "batch observer null",
        meter -> {
          final ObservableLongMeasurement observer = meter.counterBuilder("a").buildObserver();
          meter.batchCallback(() -> observer.record(1), null);
          meter.counterBuilder("b").build().add(1);
        });
    use(
        uses,
        "batch further observers null",
        meter -> {
          final ObservableLongMeasurement observer = meter.counterBuilder("a").buildObserver();
          meter.batchCallback(() -> observer.record(1), observer, (ObservableMeasurement[]) null);
        });
    use(
        uses,
        "batch further observer null",
        meter -> {
          final ObservableLongMeasurement observer = meter.counterBuilder("a").buildObserver();
          meter.batchCallback(() -> observer.record(1), observer, (ObservableMeasurement) null);
        });
    return uses;
  }

  private static void use(
      Map<String, Consumer<MeterProvider>> uses, String what, Consumer<Meter> use) {
    uses.put(what, provider -> use.accept(provider.get("meter")));
  }

  private static String outcome(SdkMeterProviderBuilder builder, Consumer<MeterProvider> use) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (SdkMeterProvider provider = builder.registerMetricReader(reader).build()) {
      return outcome(provider, reader, use);
    }
  }

  private static String outcome(GlintMeterProviderBuilder builder, Consumer<MeterProvider> use) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider = builder.registerMetricReader(reader).build()) {
      return outcome(provider, reader, use);
    }
  }

  /** The points that came of it, or what was thrown. */
  private static String outcome(
      MeterProvider provider, InMemoryMetricReader reader, Consumer<MeterProvider> use) {
    try {
      use.accept(provider);
    } catch (RuntimeException e) {
      return e.getClass().getSimpleName();
    }
    return reader.collectAllMetrics().stream()
        .map(NullArgumentsComparisonTest::describe)
        .sorted()
        .toList()
        .toString();
  }

  private static String describe(MetricData metric) {
    return "'"
        + metric.getInstrumentationScopeInfo().getName()
        + "' "
        + metric.getName()
        + metric.getData().getPoints().stream().map(p -> p.getAttributes().asMap()).toList();
  }

  static Set<String> uses() {
    return USES.keySet();
  }

  @ParameterizedTest
  @MethodSource("uses")
  void glintThrowsNothingAndElseDoesWhatTheStockSdkDoes(String what) {
    final String stock = outcome(SdkMeterProvider.builder(), USES.get(what));
    final String glint = outcome(GlintMeterProvider.builder(), USES.get(what));

    assertThat(glint).startsWith("[");
    if (OTHERWISE.containsKey(what)) {
      assertThat(stock + " | " + glint).isEqualTo(OTHERWISE.get(what));
    } else if (THROWN_BY_STOCK.contains(what)) {
      assertThat(stock).endsWith("Exception");
    } else {
      assertThat(stock).isEqualTo(glint);
    }
  }
}
