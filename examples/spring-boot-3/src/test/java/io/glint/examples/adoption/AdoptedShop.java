package io.glint.examples.adoption;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.io.IOException;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A shop that is told how long a checkout took, and ends when its standard input does. */
@SpringBootApplication
public class AdoptedShop {
  /**
   * Serves until the end of the standard input, and prints the port.
   *
   * @param arguments properties of Spring
   */
  public static void main(String[] arguments) throws IOException {
    final ConfigurableApplicationContext context =
        SpringApplication.run(AdoptedShop.class, arguments);
    System.out.println("port " + context.getEnvironment().getProperty("local.server.port"));
    while (System.in.read() >= 0) {
      // Until the end of the input.
    }
    // Spring's hook closes the context.
    System.exit(0);
  }

  /** Takes orders. */
  @RestController
  static class Checkout {
    private final DoubleHistogram duration;

    Checkout(OpenTelemetry openTelemetry) {
      duration =
          openTelemetry
              .getMeter("shop")
              .histogramBuilder("checkout.duration")
              .setUnit("ms")
              .build();
    }

    @GetMapping("/checkout")
    String checkout(@RequestParam("millis") double millis) {
      duration.record(millis);
      return "paid";
    }
  }

  /** The stock SDK's metrics, which Spring Boot takes from a bean and does not make. */
  @Configuration(proxyBeanMethods = false)
  @Profile("stock")
  static class StockMetrics {
    @Bean
    SdkMeterProvider meterProvider(
        @Value("${otel.exporter.otlp.endpoint}") String endpoint,
        @Value("${otel.exporter.prometheus.port}") int port) {
      return SdkMeterProvider.builder()
          .registerMetricReader(
              PrometheusHttpServer.builder().setHost("localhost").setPort(port).build())
          .registerMetricReader(
              PeriodicMetricReader.builder(
                      OtlpHttpMetricExporter.builder()
                          .setEndpoint(endpoint + "/v1/metrics")
                          .build())
                  .setInterval(Duration.ofHours(1))
                  .build())
          .build();
    }
  }
}
