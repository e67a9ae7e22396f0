package io.glint.sdk.internal.meter;

import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;

/** Names a meter. Builders of equal name, version and schema URL give the same meter. */
public final class GlintMeterBuilder implements MeterBuilder {
  private final ProviderState provider;
  private final InstrumentationScopeInfoBuilder scope;

  public GlintMeterBuilder(ProviderState provider, String name) {
    this.provider = provider;
    this.scope = InstrumentationScopeInfo.builder(name);
  }

  @Override
  public MeterBuilder setSchemaUrl(String schemaUrl) {
    scope.setSchemaUrl(schemaUrl);
    return this;
  }

  @Override
  public MeterBuilder setInstrumentationVersion(String version) {
    scope.setVersion(version);
    return this;
  }

  @Override
  public Meter build() {
    return provider.isNoop()
        ? GlintMeter.noop(provider, scope.build())
        : provider.meter(scope.build());
  }
}
