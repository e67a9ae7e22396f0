package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Glint works without the API's experimental artifact, and with older versions of it. */
class ClassPathTest {
  private static final String EXPERIMENTAL = "io.opentelemetry.api.incubator.";

  /** Loads everything anew but the JDK, and does not find some classes. */
  private static final class Loader extends URLClassLoader {
    private final Predicate<String> isMissing;

    Loader(Predicate<String> isMissing) {
      super(classPath(), ClassLoader.getPlatformClassLoader());
      this.isMissing = isMissing;
    }

    private static URL[] classPath() {
      return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
          .map(
              element -> {
                try {
                  return new File(element).toURI().toURL();
                } catch (MalformedURLException e) {
                  throw new IllegalStateException(e);
                }
              })
          .toArray(URL[]::new);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (isMissing.test(name)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }

  /** What an application sees of Glint; run inside the loader. */
  public static final class Application implements Supplier<String> {
    @Override
    public String get() {
      final InMemoryMetricReader reader = InMemoryMetricReader.create();
      try (GlintMeterProvider provider =
          GlintMeterProvider.builder().registerMetricReader(reader).build()) {
        final Meter meter = provider.get("application");
        final LongCounterBuilder builder = meter.counterBuilder("counter");
        final LongCounter counter = builder.build();
        counter.add(2, Attributes.of(AttributeKey.stringKey("key"), "value"));
        meter.counterBuilder("doubles").ofDoubles().build().add(1);
        meter.upDownCounterBuilder("up-down").build().add(1);
        meter.upDownCounterBuilder("up-down.doubles").ofDoubles().build().add(1);
        meter.histogramBuilder("histogram").build().record(1);
        meter.histogramBuilder("longs").ofLongs().build().record(1);
        meter.gaugeBuilder("gauge").build().set(1);
        meter.gaugeBuilder("gauge.longs").ofLongs().build().set(1);
        meter.counterBuilder("observed").buildWithCallback(observed -> observed.record(1));
        final Collection<MetricData> metrics = reader.collectAllMetrics();
        return metrics.size()
            + " metrics; "
            + interfaces(builder.getClass())
            + interfaces(counter.getClass());
      }
    }

    private static String interfaces(Class<?> type) {
      return Arrays.toString(
          Arrays.stream(type.getInterfaces()).map(Class::getSimpleName).toArray());
    }
  }

  private static String run(Predicate<String> isMissing) throws Exception {
    return run(isMissing, Application.class);
  }

  private static String run(Predicate<String> isMissing, Class<?> type) throws Exception {
    final Thread thread = Thread.currentThread();
    final ClassLoader before = thread.getContextClassLoader();
    try (Loader loader = new Loader(isMissing)) {
      // The API looks for services there.
      thread.setContextClassLoader(loader);
      final Class<?> application = loader.loadClass(type.getName());
      assertThat(application.getClassLoader()).isSameAs(loader);
      return (String) ((Supplier<?>) application.getDeclaredConstructor().newInstance()).get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void instrumentsAreExtendedWhereTheExperimentalApiIs() throws Exception {
    assertThat(run(name -> false))
        .isEqualTo("9 metrics; [ExtendedLongCounterBuilder][ExtendedLongCounter]");
  }

  @Test
  void instrumentsArePlainWithoutTheExperimentalApi() throws Exception {
    assertThat(run(name -> name.startsWith(EXPERIMENTAL)))
        .isEqualTo("9 metrics; [LongCounterBuilder][LongCounter]");
  }

  /** Before 1.65 there was the advice, but nothing to bind. */
  @Test
  void instrumentsAreExtendedWhereTheExperimentalApiHasNoBoundInstruments() throws Exception {
    assertThat(
            run(
                name ->
                    name.startsWith(EXPERIMENTAL + "metrics.Bound")
                        // Does not load without them, in this version.
                        || name.startsWith(EXPERIMENTAL + "metrics.ExtendedDefaultMeter")))
        .isEqualTo("9 metrics; [ExtendedLongCounterBuilder][ExtendedLongCounter]");
  }

  /** What an application does with the whole of OpenTelemetry; run inside the loader. */
  public static final class Composer implements Supplier<String> {
    @Override
    public String get() {
      final InMemoryMetricReader reader = InMemoryMetricReader.create();
      try (GlintOpenTelemetry openTelemetry =
          GlintOpenTelemetry.create(
              OpenTelemetry.noop(),
              GlintMeterProvider.builder().registerMetricReader(reader).build())) {
        openTelemetry.getMeter("application").counterBuilder("counter").build().add(1);
        final int metrics = reader.collectAllMetrics().size();
        String builder;
        try {
          builder = GlintOpenTelemetry.builder().build().getClass().getSimpleName();
        } catch (IllegalStateException e) {
          builder = e.getMessage();
        }
        return metrics + " " + openTelemetry.getClass().getSimpleName() + " " + builder;
      }
    }
  }

  /** The type came with 1.50. */
  private static String kindOfOpenTelemetry() {
    try {
      Class.forName(EXPERIMENTAL + "ExtendedOpenTelemetry");
      return "ExtendedGlintOpenTelemetry";
    } catch (ClassNotFoundException e) {
      return "GlintOpenTelemetry";
    }
  }

  @Test
  void anOpenTelemetryIsExtendedWhereTheExperimentalApiIs() throws Exception {
    assertThat(run(name -> false, Composer.class))
        .isEqualTo("1 " + kindOfOpenTelemetry() + " " + kindOfOpenTelemetry());
  }

  @Test
  void anOpenTelemetryIsPlainWithoutTheExperimentalApi() throws Exception {
    assertThat(run(name -> name.startsWith(EXPERIMENTAL), Composer.class))
        .isEqualTo("1 GlintOpenTelemetry GlintOpenTelemetry");
  }

  @Test
  void withoutTheArtifactOfTheWholeSdkOneIsComposedAndTheBuilderSaysWhatIsMissing()
      throws Exception {
    assertThat(
            run(
                name ->
                    name.startsWith("io.opentelemetry.sdk.OpenTelemetrySdk")
                        || name.startsWith("io.opentelemetry.sdk.logs.")
                        || name.startsWith("io.opentelemetry.sdk.trace."),
                Composer.class))
        .startsWith("1 " + kindOfOpenTelemetry() + " ")
        .contains("io.opentelemetry:opentelemetry-sdk");
  }
}
