package io.glint.examples.spring;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A shop that records how long checkouts take. Nothing of it is Glint's. */
@SpringBootApplication
public class Shop {
  /** Starts it at port 8080. */
  public static void main(String[] args) {
    SpringApplication.run(Shop.class, args);
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
              .setUnit("s")
              .setExplicitBucketBoundariesAdvice(List.of(0.01, 0.05, 0.1, 0.5, 1.0, 5.0))
              .build();
    }

    @GetMapping("/checkout")
    String checkout() {
      duration.record(0.42);
      return "paid";
    }
  }
}
