package io.glint.spring;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.resources.Resource;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Glint's metrics in an application of Spring Boot 3.5 or 4: a bean {@link GlintOpenTelemetry},
 * which has the traces, logs and propagators of the {@link OpenTelemetry} that the application has
 * without Glint.
 *
 * <p>That one may come from Spring Boot, from the OpenTelemetry starter, or from the application;
 * without any there are metrics only. It stays a bean, and Glint's is a primary one beside it:
 *
 * <ul>
 *   <li>Whoever asks for an {@code OpenTelemetry} gets Glint's; whoever asks for an {@code
 *       OpenTelemetrySdk}, a class that cannot have a foreign meter provider, gets what it got. A
 *       bean that is replaced while it is made, by a {@code BeanPostProcessor}, would no longer be
 *       what its definition says, and applications that ask for the class would not start.
 *   <li>Dependencies go one way, from Glint's bean to the other one and what that is made of, so
 *       there is no cycle. For the same reason there is no bean of type {@code MeterProvider}:
 *       Spring Boot's span processor would ask for it while the other one is made. Ask for {@code
 *       GlintOpenTelemetry} and its meter provider.
 *   <li>Spring closes Glint's first, which closes the other one and exports metrics a last time.
 * </ul>
 *
 * <p>If the other one has metrics, made by auto-configuration from environment variables and
 * properties, by a declarative configuration file or by a builder, Glint takes them over, as {@link
 * GlintAutoConfiguration} does: readers, views and resource. Otherwise they are made from the
 * properties {@code otel.*} and {@code glint.*} of Spring's environment.
 *
 * <p>It backs off if there is a bean of type {@code GlintOpenTelemetry}, and with {@code
 * glint.enabled=false} or {@code otel.sdk.disabled=true}.
 */
@AutoConfiguration(
    // By name: of Spring Boot 3, of Spring Boot 4, of the OpenTelemetry starter.
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration",
      "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
      "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration"
    })
@Conditional(NotSwitchedOff.Glint.class)
@ConditionalOnMissingBean(GlintOpenTelemetry.class)
public final class GlintMetricsAutoConfiguration {
  /** For Spring. */
  GlintMetricsAutoConfiguration() {}

  @Bean(destroyMethod = "") // The bean below closes it, after it and so after all that use it.
  @Primary
  GlintOpenTelemetry glintOpenTelemetry(
      ConfigurableListableBeanFactory beans,
      Environment environment,
      ObjectProvider<Resource> resource,
      GlintCustomizers customizers,
      GlintClosing closing) {
    NotSwitchedOff.tellMalformed(environment);
    final OpenTelemetry other = OtherOpenTelemetry.find(beans);
    GlintMeterProvider metrics = metricsOf(other, customizers);
    if (metrics == null) {
      metrics =
          EnvironmentMetrics.create(
              environment, resource.getIfUnique(), beans.getBeanClassLoader(), customizers);
    }
    customizers.tellIfNotAsked();
    return closing.of(GlintOpenTelemetry.replacingMetricsOf(other, metrics));
  }

  @Bean
  GlintClosing glintClosing() {
    return new GlintClosing();
  }

  /** Null if it has none. */
  private static GlintMeterProvider metricsOf(OpenTelemetry other, GlintCustomizers customizers) {
    final OpenTelemetry taken =
        other instanceof OpenTelemetrySdk sdk ? GlintAutoConfiguration.of(sdk, customizers) : other;
    return taken.getMeterProvider() instanceof GlintMeterProvider metrics ? metrics : null;
  }

  /** With lazy initialization too: what exports by itself is asked for by nobody. */
  @Bean
  static LazyInitializationExcludeFilter glintIsMadeAtTheStart() {
    return LazyInitializationExcludeFilter.forBeanTypes(GlintOpenTelemetry.class);
  }

  @Bean
  static BeanFactoryPostProcessor glintIsThePrimaryOne() {
    return OtherOpenTelemetry::makeSecondary;
  }

  @Bean
  GlintCustomizers glintCustomizers(ObjectProvider<GlintMeterProviderCustomizer> customizers) {
    return new GlintCustomizers(customizers);
  }

  /** The OpenTelemetry starter asks for beans of this type when it makes its SDK. */
  @Bean
  AutoConfigurationCustomizerProvider glintCustomizersOfAutoConfiguration(
      GlintCustomizers customizers) {
    return customizers::addTo;
  }

  /** Only if the endpoint is exposed: what nobody can scrape is not kept for scrapes. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({
    ConditionalOnAvailableEndpoint.class,
    RequestContextHolder.class,
    HttpServletRequest.class
  })
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnAvailableEndpoint(endpoint = OpenMetricsEndpoint.class)
  static class ActuatorConfiguration {
    @Bean(destroyMethod = "") // The meter provider closes its readers.
    @ConditionalOnMissingBean
    OpenMetricsReader glintOpenMetricsReader() {
      return OpenMetricsReader.builder().build();
    }

    @Bean
    GlintMeterProviderCustomizer glintOpenMetricsReaderCustomizer(OpenMetricsReader reader) {
      return builder -> builder.registerMetricReader(reader);
    }

    @Bean
    OpenMetricsEndpoint glintOpenMetricsEndpoint(OpenMetricsReader reader) {
      return new OpenMetricsEndpoint(reader);
    }
  }
}
