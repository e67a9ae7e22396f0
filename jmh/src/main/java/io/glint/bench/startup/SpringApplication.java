package io.glint.bench.startup;

/**
 * Starts the example for Spring Boot and ends it, which exports its metrics. By reflection:
 * benchmarks are compiled without Spring.
 */
public final class SpringApplication {
  private SpringApplication() {}

  /** Entry point, with settings of Spring. */
  public static void main(String[] args) throws Exception {
    final Object context =
        Class.forName("org.springframework.boot.SpringApplication")
            .getMethod("run", Class.class, String[].class)
            .invoke(null, Class.forName("io.glint.examples.spring.Shop"), args);
    ((AutoCloseable) context).close();
    ProcessorTime.tell();
  }
}
