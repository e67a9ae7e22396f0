package io.glint.spring;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;

/**
 * A meter provider from the properties of Spring's environment, for an application whose
 * OpenTelemetry has no metrics: the auto-configuration of OpenTelemetry makes it, without traces
 * and logs.
 */
final class EnvironmentMetrics {
  private static final Logger LOGGER =
      Logger.getLogger(GlintMetricsAutoConfiguration.class.getName());

  private static final String RESOURCE_ATTRIBUTES = "management.opentelemetry.resource-attributes";

  private static final String EXPORTER = "otel.metrics.exporter";

  /**
   * What is set for traces and logs is for those who make them; here it could only be malformed.
   */
  private static final List<String> NOT_OF_METRICS =
      List.of(
          "otel.attribute.",
          "otel.blrp.",
          "otel.bsp.",
          "otel.config.",
          "otel.experimental.config.",
          "otel.logs.",
          "otel.propagators",
          "otel.span.",
          "otel.traces.");

  /**
   * Spring Boot's switches of the export of metrics, of which the first one that is set counts; a
   * test with {@code @SpringBootTest} has the second one off.
   */
  private static final List<String> EXPORT_SWITCHES =
      List.of(
          "management.glint.metrics.export.enabled", "management.defaults.metrics.export.enabled");

  private EnvironmentMetrics() {}

  /**
   * Makes it.
   *
   * @param resource wins over the properties, as traces have it; null if Spring Boot has made none
   */
  static GlintMeterProvider create(
      Environment environment,
      Resource resource,
      ClassLoader loader,
      GlintCustomizers customizers) {
    final String offSwitch = offSwitch(environment);
    if (offSwitch != null) {
      tell(
          Level.INFO,
          "Glint's metrics are not exported, as "
              + offSwitch
              + " is false. (Spring Boot sets management.defaults.metrics.export.enabled to false in"
              + " tests.) Set management.glint.metrics.export.enabled=true to export them.");
    }
    final AutoConfiguredOpenTelemetrySdkBuilder builder =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .setServiceClassLoader(loader)
            .addPropertiesSupplier(() -> defaults(environment))
            .addPropertiesCustomizer(config -> settings(environment, config, offSwitch != null))
            .addResourceCustomizer(
                (found, config) ->
                    found.merge(resource == null ? springsOwn(environment) : resource));
    customizers.addTo(builder);
    final OpenTelemetry made = GlintAutoConfiguration.build(builder);
    if (made.getMeterProvider() instanceof GlintMeterProvider metrics) {
      return metrics;
    }
    if (made instanceof OpenTelemetrySdk stock) {
      // A customizer has thrown, or there is no exporter: nobody gets to record into it.
      stock.close();
    }
    if (offSwitch == null) {
      tell(
          Level.INFO,
          "Glint's metrics have no reader, so nothing is recorded. Expose the Actuator endpoint"
              + " openmetrics (management.endpoints.web.exposure.include), which needs a servlet"
              + " container, or set otel.exporter.otlp.endpoint or otel.metrics.exporter.");
    }
    return GlintMeterProvider.builder().registerMetricReader(new NoReader()).build();
  }

  /**
   * Reads nothing and has nothing recorded. A provider without any reader would warn, and tell the
   * user to register one with its builder, which is not in his hands; what he can do was told.
   */
  private static final class NoReader implements MetricReader {
    @Override
    public void register(CollectionRegistration registration) {}

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType type) {
      return Aggregation.drop();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public String toString() {
      return "NoReader";
    }
  }

  /** By the logger that all of the starter has. */
  static void tell(Level level, String message) {
    LOGGER.logp(level, LOGGER.getName(), null, message);
  }

  /** The property that switches the export of metrics off; null if none does. */
  private static String offSwitch(Environment environment) {
    for (final String key : EXPORT_SWITCHES) {
      try {
        final Boolean isOn = environment.getProperty(key, Boolean.class);
        if (isOn != null) {
          return isOn ? null : key;
        }
      } catch (ConversionException e) {
        // Thrown on, it would end the application.
        tell(
            Level.WARNING,
            key
                + " is '"
                + environment.getProperty(key)
                + "', which is not accepted. It must be true or false. It counts as not set.");
      }
    }
    return null;
  }

  /** What is in the resource that Spring Boot makes, where it makes one. */
  private static Resource springsOwn(Environment environment) {
    final AttributesBuilder attributes = Attributes.builder();
    SpringSettings.below(RESOURCE_ATTRIBUTES, environment).forEach(attributes::put);
    return Resource.create(attributes.build());
  }

  private static Map<String, String> defaults(Environment environment) {
    final Map<String, String> defaults = new HashMap<>();
    // As with Spring Boot and the OpenTelemetry starter.
    defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
    final String name = environment.getProperty("spring.application.name");
    if (name != null && !name.isBlank()) {
      defaults.put("otel.service.name", name);
    }
    return defaults;
  }

  private static Map<String, String> settings(
      Environment environment, ConfigProperties config, boolean isOff) {
    final Map<String, String> settings = SpringSettings.of(environment);
    settings.replaceAll(
        (key, value) -> NOT_OF_METRICS.stream().anyMatch(key::startsWith) ? "" : value);
    settings.put("otel.traces.exporter", "none");
    settings.put("otel.logs.exporter", "none");
    settings.put("otel.propagators", "none");
    settings.put("otel.traces.sampler", "parentbased_always_on"); // It may not be empty.
    // As Spring Boot, which exports traces and logs only to where it is told.
    final boolean isTold =
        isSet(EXPORTER, settings, config)
            || isSet("otel.exporter.otlp.endpoint", settings, config)
            || isSet("otel.exporter.otlp.metrics.endpoint", settings, config);
    if (!isTold || isOff) {
      settings.put(EXPORTER, "none");
    }
    return settings;
  }

  private static boolean isSet(String key, Map<String, String> settings, ConfigProperties config) {
    final String value = settings.containsKey(key) ? settings.get(key) : config.getString(key);
    return value != null && !value.isBlank();
  }
}
