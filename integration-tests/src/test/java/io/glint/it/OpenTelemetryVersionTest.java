package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications bring OpenTelemetry in a version of their own; an old one is met by a sentence. */
@Timeout(60)
class OpenTelemetryVersionTest {
  private static final List<String> TOO_OLD = List.of("1.48.0");

  /** Every way into Glint; run by {@link #run} with the version of the application. */
  public enum Entry {
    METER_PROVIDER {
      @Override
      Object call() {
        return GlintMeterProvider.builder();
      }
    },
    VIEW {
      @Override
      Object call() {
        return GlintView.builder();
      }
    },
    OPEN_TELEMETRY {
      @Override
      Object call() {
        return GlintOpenTelemetry.create(OpenTelemetry.noop(), null);
      }
    },
    PERIODIC_READER {
      @Override
      Object call() {
        return GlintPeriodicMetricReader.create(null);
      }
    },
    PERIODIC_READER_BUILDER {
      @Override
      Object call() {
        return GlintPeriodicMetricReader.builder(null);
      }
    },
    OTLP {
      @Override
      Object call() {
        return OtlpMetricExporter.create();
      }
    },
    OTLP_BUILDER {
      @Override
      Object call() {
        return OtlpMetricExporter.builder();
      }
    },
    OPEN_METRICS {
      @Override
      Object call() {
        return OpenMetricsServer.builder();
      }
    };

    abstract Object call();
  }

  /** Calls an entry by name. */
  public static final class Caller implements Function<String, String> {
    @Override
    public String apply(String entry) {
      return Entry.valueOf(entry).call().toString();
    }
  }

  /** An application from its first line to a scrape of its metrics. */
  public static final class Application implements Function<String, String> {
    @Override
    public String apply(String counterName) {
      final OpenMetricsServer server =
          OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
      try (GlintMeterProvider provider =
          GlintMeterProvider.builder()
              .registerMetricReader(server)
              .registerMetricReader(GlintPeriodicMetricReader.create(nobodyListens()))
              .registerView(
                  InstrumentSelector.builder().setName("stock.view").build(),
                  View.builder().setName("seen").build())
              .registerView(
                  InstrumentSelector.builder().setName("own.view").build(),
                  GlintView.builder().setName("own").build())
              .build()) {
        final Meter meter =
            GlintOpenTelemetry.create(OpenTelemetry.noop(), provider).getMeter("application");
        final LongCounter counter = meter.counterBuilder(counterName).build();
        counter.add(2, Attributes.of(AttributeKey.stringKey("key"), "value"));
        meter.counterBuilder("stock.view").build().add(1);
        meter.histogramBuilder("own.view").build().record(1);
        meter.gaugeBuilder("observed").buildWithCallback(observed -> observed.record(1));
        return HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getPort() + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Called from inside the loader. */
  private static OtlpMetricExporter nobodyListens() {
    return OtlpMetricExporter.builder()
        .setEndpoint("http://127.0.0.1:1/v1/metrics")
        .setRetryPolicy(null)
        .build();
  }

  static Stream<Object[]> everyEntryOfEachVersion() {
    return TOO_OLD.stream()
        .flatMap(version -> Stream.of(Entry.values()).map(entry -> new Object[] {version, entry}));
  }

  @ParameterizedTest
  @MethodSource("everyEntryOfEachVersion")
  void anOldVersionIsNamedWithWhereItIsFromAndWhatToDo(String version, Entry entry) {
    assertThatThrownBy(() -> run(jars(version), Caller.class, entry.name()))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Glint needs OpenTelemetry 1.49.0 or newer")
        .hasMessageContaining("opentelemetry-api " + version + " was loaded from file:")
        .hasMessageContaining("opentelemetry-api-" + version + ".jar")
        .hasMessageContaining("opentelemetry-bom")
        .hasMessageContaining("Maven")
        .hasMessageContaining("Gradle")
        .hasMessageContaining("opentelemetry.version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.48.0", "1.49.0"})
  void eachTimeTheSameIsSaid(String version) throws Exception {
    try (URLClassLoader loader = loader(jars(version))) {
      for (int time = 0; time < 2; time++) {
        if (TOO_OLD.contains(version)) {
          assertThatThrownBy(() -> run(loader, Caller.class, "METER_PROVIDER"))
              .isExactlyInstanceOf(IllegalStateException.class);
        } else {
          assertThat(run(loader, Caller.class, "METER_PROVIDER")).isNotEmpty();
        }
      }
    }
  }

  /** As when the API comes with an application server, or one artifact has a version of its own. */
  @ParameterizedTest
  @CsvSource({"api", "sdk-common", "sdk-metrics"})
  void oneOldArtifactAmongNewOnesIsTheOneThatIsNamed(String artifact) throws Exception {
    final List<URL> jars = new ArrayList<>(jars("1.49.0"));
    jars.removeIf(jar -> jar.getPath().contains("opentelemetry-" + artifact + "-1"));
    jars.add(url(folder("1.48.0").resolve("opentelemetry-" + artifact + "-1.48.0.jar")));

    assertThatThrownBy(() -> run(jars, Caller.class, "METER_PROVIDER"))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageContaining("opentelemetry-" + artifact + " 1.48.0")
        .hasMessageContaining("opentelemetry-" + artifact + "-1.48.0.jar");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.49.0", "1.55.0", "1.66.0"})
  void aVersionThatIsNewEnoughWorks(String version) throws Exception {
    assertThat(run(jars(version), Application.class, "counter"))
        .contains("counter_total{key=\"value\"")
        .contains("seen_total")
        .contains("own_count")
        .contains("observed")
        .contains("telemetry_sdk_version=\"" + version + "\"");
  }

  private static String run(List<URL> openTelemetry, Class<?> program, String argument)
      throws Exception {
    try (URLClassLoader loader = loader(openTelemetry)) {
      return run(loader, program, argument);
    }
  }

  @SuppressWarnings("unchecked")
  private static String run(URLClassLoader loader, Class<?> program, String argument)
      throws Exception {
    final Thread thread = Thread.currentThread();
    final ClassLoader before = thread.getContextClassLoader();
    try {
      // The API looks for services there.
      thread.setContextClassLoader(loader);
      final Class<?> loaded = loader.loadClass(program.getName());
      assertThat(loaded.getClassLoader()).isSameAs(loader);
      return ((Function<String, String>) loaded.getDeclaredConstructor().newInstance())
          .apply(argument);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Glint and the programs above, with nothing of OpenTelemetry but what is named. */
  private static URLClassLoader loader(List<URL> openTelemetry) {
    final List<URL> classPath = new ArrayList<>(openTelemetry);
    for (final Class<?> type :
        List.of(
            GlintMeterProvider.class,
            ExemplarReservoir.class,
            OtlpMetricExporter.class,
            OpenMetricsServer.class,
            OpenTelemetryVersionTest.class)) {
      classPath.add(type.getProtectionDomain().getCodeSource().getLocation());
    }
    return new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /** Where the build has put them. */
  private static Path folder(String version) {
    return Path.of("target", "opentelemetry", version);
  }

  private static List<URL> jars(String version) throws IOException {
    try (Stream<Path> jars = Files.list(folder(version))) {
      return jars.map(OpenTelemetryVersionTest::url).toList();
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
