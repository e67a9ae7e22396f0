package io.glint.it.differential;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.function.Supplier;

/** What a program needs of an SDK besides the OpenTelemetry API. */
record Sdk(
    MeterProvider meterProvider,
    Supplier<CompletableResultCode> forceFlush,
    Supplier<CompletableResultCode> shutdown) {

  /** Sets an SDK up as a program says. */
  @FunctionalInterface
  interface Factory {
    Sdk start(Program program, Clock clock, List<ProgramReader> readers);
  }

  private static final Resource RESOURCE =
      Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "differential"));

  static Sdk stock(Program program, Clock clock, List<ProgramReader> readers) {
    final SdkMeterProviderBuilder builder =
        SdkMeterProvider.builder()
            .setClock(clock)
            .setResource(RESOURCE)
            .setExemplarFilter(program.filter().stock());
    program.views().forEach(view -> builder.registerView(view.selector().stock(), view.stock()));
    readers.forEach(reader -> builder.registerMetricReader(reader, reader::cardinalityLimit));
    final SdkMeterProvider provider = builder.build();
    return new Sdk(provider, provider::forceFlush, provider::shutdown);
  }

  static Sdk glint(Program program, Clock clock, List<ProgramReader> readers) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder()
            .setClock(clock)
            .setResource(RESOURCE)
            .setExemplarFilter(program.filter().stock())
            // As the stock SDK, which knows nothing else.
            .setExemplarAttributes(ExemplarAttributes.all());
    program.views().forEach(view -> builder.registerView(view.selector().stock(), view.stock()));
    readers.forEach(reader -> builder.registerMetricReader(reader, reader::cardinalityLimit));
    final GlintMeterProvider provider = builder.build();
    return new Sdk(provider, provider::forceFlush, provider::shutdown);
  }
}
