package io.glint.spring;

import io.glint.micrometer.GlintMeterRegistry;
import io.glint.sdk.GlintOpenTelemetry;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * What Spring Boot and the application record through Micrometer ({@code http.server.requests},
 * {@code jvm.*}) reaches Glint, by a {@link GlintMeterRegistry} beside the registries that the
 * application has.
 *
 * <p>It comes after the simple registry of Spring Boot, which is there if there is no other, so
 * that {@code /actuator/metrics} stays as it is; and before the composite one, which holds all.
 *
 * <p>It backs off with {@code glint.micrometer.enabled=false}, and where the bridge of the
 * OpenTelemetry starter does the same ({@code otel.instrumentation.micrometer.enabled=true}).
 */
@AutoConfiguration(
    after = GlintMetricsAutoConfiguration.class,
    // By name: of Spring Boot 3, then of Spring Boot 4.
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration",
      "org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration"
    },
    beforeName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({Clock.class, GlintOpenTelemetry.class})
@Conditional(NotSwitchedOff.Micrometer.class)
public final class GlintMicrometerAutoConfiguration {
  /** For Spring. */
  GlintMicrometerAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  GlintMeterRegistry glintMeterRegistry(GlintOpenTelemetry openTelemetry, Clock clock) {
    return GlintMeterRegistry.builder(openTelemetry).setClock(clock).build();
  }

  @Bean
  FlushBeforeClose glintFlushBeforeClose(
      ApplicationContext context,
      GlintOpenTelemetry openTelemetry,
      ObjectProvider<GlintClosing> closing) {
    // There is none if the application has made the GlintOpenTelemetry: it closes it, too.
    return new FlushBeforeClose(context, openTelemetry, closing.getIfAvailable(GlintClosing::new));
  }
}
