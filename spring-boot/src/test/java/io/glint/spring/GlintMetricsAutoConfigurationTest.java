package io.glint.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintView;
import io.glint.testing.Await;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.support.GenericApplicationContext;

/** Glint's bean beside each OpenTelemetry that an application may have. */
@Timeout(120)
class GlintMetricsAutoConfigurationTest {
  private final OtlpServer receiver = new OtlpServer();
  private final LogCapture log = new LogCapture();
  private final ApplicationContextRunner glintAlone =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(GlintMetricsAutoConfiguration.class));
  private final ApplicationContextRunner glint =
      glintAlone.withPropertyValues("otel.exporter.otlp.endpoint=" + receiver.url(""));
  private final ApplicationContextRunner besideTheStarter =
      glint
          .withConfiguration(AutoConfigurations.of(OpenTelemetryAutoConfiguration.class))
          .withPropertyValues("otel.traces.exporter=none", "otel.logs.exporter=none");

  @AfterEach
  void close() {
    receiver.close();
    log.close();
  }

  private static void record(OpenTelemetry openTelemetry) {
    openTelemetry.getMeter("application").counterBuilder("requests").build().add(3);
  }

  private long received() {
    return receiver.metrics().get("requests").getSum().getDataPoints(0).getAsInt();
  }

  private String resource(String key) {
    return receiver
        .requests()
        .get(0)
        .getResourceMetrics(0)
        .getResource()
        .getAttributesList()
        .stream()
        .filter(attribute -> attribute.getKey().equals(key))
        .map(KeyValue::getValue)
        .findFirst()
        .orElseThrow()
        .getStringValue();
  }

  @Test
  void withoutAnotherOpenTelemetryThereAreMetricsOnly() {
    glint
        .withPropertyValues("spring.application.name=shop")
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(receiver.requests()).hasSize(1);
    assertThat(received()).isEqualTo(3);
    assertThat(resource("service.name")).isEqualTo("shop");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void besideThatOfSpringBootTracesAndResourceAreItsOwn() {
    glint
        .withConfiguration(
            AutoConfigurations.of(
                org.springframework.boot.actuate.autoconfigure.opentelemetry
                    .OpenTelemetryAutoConfiguration.class))
        .withBean(SdkTracerProvider.class, () -> SdkTracerProvider.builder().build())
        .withPropertyValues(
            "spring.application.name=shop",
            "management.opentelemetry.resource-attributes.region=north")
        .run(
            context -> {
              final OpenTelemetry openTelemetry = context.getBean(OpenTelemetry.class);
              assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
              final OpenTelemetrySdk stock = context.getBean(OpenTelemetrySdk.class);
              assertThat(stock.getSdkTracerProvider())
                  .isSameAs(context.getBean(SdkTracerProvider.class));
              assertThat(openTelemetry.getTracerProvider()).isSameAs(stock.getTracerProvider());
              record(openTelemetry);
            });
    assertThat(received()).isEqualTo(3);
    assertThat(resource("service.name")).isEqualTo("shop");
    assertThat(resource("region")).isEqualTo("north");
  }

  /**
   * With Spring Boot 4 nobody makes it without spring-boot-opentelemetry, with 3.5 without
   * Actuator.
   */
  @Test
  void theResourceOfSpringBootIsThatOfMetricsAlsoWhereSpringBootMakesNone() {
    glint
        .withPropertyValues(
            "spring.application.name=shop",
            "management.opentelemetry.resource-attributes.region=north",
            "management.opentelemetry.resource-attributes.service.namespace=shops",
            "otel.resource.attributes.region=south",
            "otel.resource.attributes.team=blue")
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(resource("service.name")).isEqualTo("shop");
    assertThat(resource("region")).isEqualTo("north");
    assertThat(resource("service.namespace")).isEqualTo("shops");
    assertThat(resource("team")).isEqualTo("blue");
  }

  @Test
  void besideTheOpenTelemetryStarterItsMetricsAreTakenOver() {
    besideTheStarter
        .withPropertyValues("spring.application.name=shop")
        .run(
            context -> {
              final OpenTelemetry openTelemetry = context.getBean(OpenTelemetry.class);
              assertThat(openTelemetry).isInstanceOf(GlintOpenTelemetry.class);
              assertThat(context.getBean("openTelemetry"))
                  .isInstanceOf(OpenTelemetrySdk.class)
                  .extracting(bean -> ((OpenTelemetry) bean).getTracerProvider())
                  .isSameAs(openTelemetry.getTracerProvider());
              record(openTelemetry);
            });
    assertThat(receiver.requests()).hasSize(1);
    assertThat(received()).isEqualTo(3);
    assertThat(resource("service.name")).isEqualTo("shop");
    assertThat(resource("telemetry.distro.name")).isNotEmpty();
    assertThat(log.warnings()).isEmpty();
    assertThat(log.messages(Level.INFO))
        .filteredOn(line -> line.startsWith("Metrics are recorded by Glint"))
        .hasSize(1);
  }

  @Configuration(proxyBeanMethods = false)
  static class Views {
    @Bean
    GlintMeterProviderCustomizer views() {
      return builder ->
          builder.registerView(
              InstrumentSelector.builder().setName("requests").build(),
              GlintView.builder().setName("renamed").build());
    }
  }

  @Test
  void aCustomizerIsAskedOnceByGlintItself() {
    glint
        .withUserConfiguration(Views.class)
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(receiver.metrics()).containsOnlyKeys("renamed");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void aCustomizerThatThrowsIsSaidAndNoThreadThatExportsIsLeft() {
    glint
        .withPropertyValues("otel.metric.export.interval=1m")
        .withBean(
            GlintMeterProviderCustomizer.class,
            () ->
                builder -> {
                  throw new IllegalStateException("on purpose");
                })
        .run(
            context -> {
              record(context.getBean(OpenTelemetry.class));
              Await.until(
                  () ->
                      Thread.getAllStackTraces().keySet().stream()
                          .noneMatch(thread -> thread.getName().startsWith("glint-metric-reader")));
            });
    assertThat(receiver.requests()).isEmpty();
    assertThat(log.warnings()).anyMatch(line -> line.contains("stock SDK"));
  }

  @Test
  void aCustomizerIsAskedOnceByTheOpenTelemetryStarter() {
    besideTheStarter
        .withUserConfiguration(Views.class)
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(receiver.metrics()).containsOnlyKeys("renamed");
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theReaderOfACustomizerReadsTheOpenTelemetryStarterWithoutAnExporter() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    besideTheStarter
        .withPropertyValues("otel.metrics.exporter=none")
        .withBean(
            GlintMeterProviderCustomizer.class,
            () -> builder -> builder.registerMetricReader(reader))
        .run(
            context -> {
              record(context.getBean(OpenTelemetry.class));
              assertThat(reader.collectAllMetrics()).hasSize(1);
            });
    assertThat(receiver.requests()).isEmpty();
  }

  @Test
  void theReadersOfAnOpenTelemetryThatTheApplicationBuildsAreTakenOver() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    glint
        .withBean(
            "mine",
            OpenTelemetry.class,
            () ->
                OpenTelemetrySdk.builder()
                    .setMeterProvider(
                        SdkMeterProvider.builder().registerMetricReader(reader).build())
                    .build())
        .withUserConfiguration(Views.class)
        .run(
            context -> {
              record(context.getBean(OpenTelemetry.class));
              assertThat(reader.collectAllMetrics())
                  .singleElement()
                  .satisfies(metric -> assertThat(metric.getName()).isEqualTo("renamed"));
            });
    assertThat(receiver.requests()).as("one set of metrics only").isEmpty();
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void metricsThatAreCompleteBeforeCustomizersCanBeAskedAreSaid() {
    glint
        .withBean(
            "mine",
            OpenTelemetry.class,
            () ->
                AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(
                        () ->
                            Map.of(
                                "otel.exporter.otlp.endpoint",
                                receiver.url(""),
                                "otel.exporter.otlp.protocol",
                                "http/protobuf",
                                "otel.traces.exporter",
                                "none",
                                "otel.logs.exporter",
                                "none"))
                    .build()
                    .getOpenTelemetrySdk())
        .withUserConfiguration(Views.class)
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(receiver.requests()).hasSize(1);
    assertThat(received()).isEqualTo(3);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("GlintMeterProviderCustomizer", "GlintAutoConfiguration.customize");
  }

  @Configuration(proxyBeanMethods = false)
  static class OnePrimaryOfTwo {
    @Bean
    OpenTelemetrySdk first() {
      return OpenTelemetrySdk.builder().build();
    }

    @Bean
    @Primary
    OpenTelemetrySdk second() {
      return OpenTelemetrySdk.builder()
          .setTracerProvider(SdkTracerProvider.builder().build())
          .build();
    }
  }

  @Test
  void aPrimaryOneOfTheApplicationGivesTracesToGlintsWhichIsPrimaryInItsPlace() {
    glint
        .withUserConfiguration(OnePrimaryOfTwo.class)
        .run(
            context ->
                assertThat(context.getBean(OpenTelemetry.class))
                    .isInstanceOf(GlintOpenTelemetry.class)
                    .extracting(OpenTelemetry::getTracerProvider)
                    .isSameAs(context.getBean("second", OpenTelemetry.class).getTracerProvider()));
  }

  /** Spring writes down what a definition says then, without what was noted in it. */
  @Test
  void aPrimaryOneIsStillPrimaryWhereSpringWritesItDownAheadOfTime() {
    System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      new AnnotatedBeanDefinitionReader(context)
          .register(GlintMetricsAutoConfiguration.class, OnePrimaryOfTwo.class);
      context.refreshForAotProcessing(new RuntimeHints());
      assertThat(context.getBeanDefinition("second").isPrimary()).isTrue();
      assertThat(context.getBeanDefinition("first").isPrimary()).isFalse();
    } finally {
      System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
    }
  }

  @Test
  void severalWithoutAPrimaryOneAreRefusedWithWhatToDo() {
    glint
        .withBean("first", OpenTelemetry.class, OpenTelemetry::noop)
        .withBean("second", OpenTelemetry.class, OpenTelemetry::noop)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("first, second")
                    .hasMessageContaining("@Primary")
                    .hasMessageContaining("glint.enabled=false"));
  }

  @Test
  void aGlintOpenTelemetryOfTheApplicationIsLeftAlone() {
    final GlintMeterProvider metrics =
        GlintMeterProvider.builder().registerMetricReader(InMemoryMetricReader.create()).build();
    glint
        .withBean(
            GlintOpenTelemetry.class,
            () -> GlintOpenTelemetry.builder().setMeterProvider(metrics).build())
        .run(
            context ->
                assertThat(context.getBean(OpenTelemetry.class).getMeterProvider())
                    .isSameAs(metrics));
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void itIsOffWhereItIsSwitchedOff() {
    glint
        .withPropertyValues("glint.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(OpenTelemetry.class));
    glint
        .withPropertyValues("otel.sdk.disabled=true")
        .run(context -> assertThat(context).doesNotHaveBean(OpenTelemetry.class));
    assertThat(log.messages()).isEmpty();
    glint
        .withPropertyValues("glint.enabled=yes", "otel.sdk.disabled=on")
        .run(context -> assertThat(context).hasSingleBean(GlintOpenTelemetry.class));
  }

  @Test
  void nothingIsExportedToWhereNobodySaidAndALineSaysWhatToDo() {
    glintAlone.run(
        context -> {
          record(context.getBean(OpenTelemetry.class));
          assertThat(context.getBean(GlintOpenTelemetry.class).getMeterProvider().toString())
              .contains("readers=[NoReader]");
          assertThat(
                  context
                      .getBean(OpenTelemetry.class)
                      .getMeter("application")
                      .counterBuilder("requests")
                      .build()
                      .isEnabled())
              .isFalse();
        });
    assertThat(log.warnings()).isEmpty();
    assertThat(log.messages(Level.INFO))
        .singleElement()
        .asString()
        .contains(
            "openmetrics",
            "servlet container",
            "otel.exporter.otlp.endpoint",
            "otel.metrics.exporter");
  }

  /** Nobody asks for what exports by itself, so it would never be made. */
  @Test
  void withLazyInitializationItIsMadeAtTheStart() {
    glint
        .withInitializer(
            context ->
                context.addBeanFactoryPostProcessor(
                    new LazyInitializationBeanFactoryPostProcessor()))
        .run(
            context ->
                assertThat(
                        context
                            .getSourceApplicationContext()
                            .getBeanFactory()
                            .containsSingleton("glintOpenTelemetry"))
                    .isTrue());
    assertThat(log.messages(Level.INFO)).anyMatch(line -> line.startsWith("Metrics are recorded"));
  }

  /**
   * As {@code @SpringBootTest} has it, so that tests do not send to what is there in production.
   */
  @Test
  void nothingIsExportedWhereSpringBootSwitchesTheExportOfMetricsOff() {
    final ApplicationContextRunner test =
        glint.withPropertyValues("management.defaults.metrics.export.enabled=false");
    test.run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(receiver.requests()).isEmpty();
    assertThat(log.warnings()).isEmpty();
    assertThat(log.messages(Level.INFO))
        .singleElement()
        .asString()
        .contains(
            "management.defaults.metrics.export.enabled is false",
            "management.glint.metrics.export.enabled=true");
    glint
        .withPropertyValues("management.glint.metrics.export.enabled=false")
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(receiver.requests()).isEmpty();
    test.withPropertyValues("management.glint.metrics.export.enabled=true")
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(received()).isEqualTo(3);
  }

  @Test
  void aMalformedSwitchOfTheExportIsToldAndSwitchesNothingOff() {
    glint
        .withPropertyValues("management.glint.metrics.export.enabled=maybe")
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(received()).isEqualTo(3);
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("management.glint.metrics.export.enabled", "'maybe'", "true or false");
  }

  @Test
  void malformedSettingsOfTracesAreLeftToWhoeverMakesTraces() {
    glint
        .withPropertyValues(
            "otel.traces.sampler=nonsense",
            "otel.traces.exporter=nonsense",
            "otel.propagators=nonsense",
            "otel.span.attribute.count.limit=nonsense",
            "otel.attribute.value.length.limit=nonsense",
            "otel.bsp.schedule.delay=nonsense",
            "otel.logs.exporter=nonsense",
            "otel.config.file=nonsense")
        .run(context -> record(context.getBean(OpenTelemetry.class)));
    assertThat(received()).isEqualTo(3);
  }

  @Test
  void aMalformedSettingOfMetricsIsSaidAndItsDefaultUsed() {
    glint
        .withPropertyValues("otel.metric.export.interval=soon")
        .run(
            context ->
                assertThat(context.getBean(GlintOpenTelemetry.class).getMeterProvider().toString())
                    .contains("interval=PT1M"));
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("otel.metric.export.interval", "soon");
  }

  @Test
  void propertiesOfSpringReachTheExporter() {
    glint
        .withPropertyValues(
            "otel.metrics.exporter[0]=otlp",
            "otel.exporter.otlp.headers.api-key=a b,c=d",
            "otel.resource.attributes.region=north",
            "otel.metric.export.interval=7s")
        .run(
            context -> {
              assertThat(context.getBean(GlintOpenTelemetry.class).getMeterProvider().toString())
                  .contains("interval=PT7S");
              record(context.getBean(OpenTelemetry.class));
            });
    assertThat(receiver.received.get(0).header("api-key")).isEqualTo("a b,c=d");
    assertThat(resource("region")).isEqualTo("north");
  }
}
