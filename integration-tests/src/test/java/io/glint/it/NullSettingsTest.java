package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.glint.exporter.openmetrics.ExpositionBuilder;
import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsReaderBuilder;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.OpenMetricsServerBuilder;
import io.glint.exporter.otlp.OtlpFileMetricExporter;
import io.glint.exporter.otlp.OtlpFileMetricExporterBuilder;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.GlintMeterConfig;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintOpenTelemetryBuilder;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.GlintPeriodicMetricReaderBuilder;
import io.glint.sdk.GlintView;
import io.glint.sdk.MeterConfigurator;
import io.glint.sdk.ViewMatchingMode;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.CardinalityLimitSelector;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Null where a setting is wanted is refused at once, with the name of the parameter, in each public
 * method of each module. What is excepted is named here, with the reason.
 */
class NullSettingsTest {

  /** The objects that methods are called on, new ones each time; static methods need none. */
  private static final Map<Class<?>, Supplier<?>> TARGETS =
      Map.of(
          GlintMeterProviderBuilder.class, GlintMeterProvider::builder,
          GlintView.Builder.class, GlintView::builder,
          GlintPeriodicMetricReaderBuilder.class,
              () -> GlintPeriodicMetricReader.builder(InMemoryMetricExporter.create()),
          OtlpMetricExporterBuilder.class, OtlpMetricExporter::builder,
          OtlpFileMetricExporterBuilder.class, OtlpFileMetricExporter::builder,
          OpenMetricsServerBuilder.class, OpenMetricsServer::builder,
          OpenMetricsReaderBuilder.class, OpenMetricsReader::builder,
          ExpositionBuilder.class, OpenMetricsReader::builder,
          GlintOpenTelemetryBuilder.class, GlintOpenTelemetry::builder,
          MeterConfigurator.class, () -> (MeterConfigurator) scope -> null);

  /** Arguments that are right, for the other parameters. */
  private static final Map<Class<?>, Object> SAMPLES = samples();

  /** Null means something there, or is ignored as the stock SDK does; each says so in its doc. */
  private static final Set<String> NULL_IS_ALLOWED =
      Set.of(
          // A single attempt, as in the stock exporters.
          "OtlpMetricExporterBuilder.setRetryPolicy(retryPolicy)");

  /** Called by Glint, or with each measurement: not with settings. */
  private static final Set<String> NO_SETTINGS =
      Set.of("isEligible", "equals", "collect", "mergeFrom", "offerLong", "offerDouble");

  private static Map<Class<?>, Object> samples() {
    final Map<Class<?>, Object> samples = new HashMap<>();
    samples.put(String.class, "name");
    samples.put(Duration.class, Duration.ofSeconds(1));
    samples.put(TimeUnit.class, TimeUnit.SECONDS);
    samples.put(long.class, 1L);
    samples.put(int.class, 1);
    samples.put(byte[].class, new byte[0]);
    samples.put(char[].class, new char[0]);
    samples.put(Path.class, Path.of("file"));
    samples.put(SSLContext.class, sslContext());
    samples.put(X509TrustManager.class, trustManager());
    samples.put(boolean.class, true);
    samples.put(Object.class, "not an instrument");
    samples.put(Attributes.class, Attributes.empty());
    samples.put(double.class, 1.0);
    samples.put(MetricReader.class, InMemoryMetricReader.create());
    samples.put(MetricExporter.class, InMemoryMetricExporter.create());
    samples.put(
        CardinalityLimitSelector.class, CardinalityLimitSelector.defaultCardinalityLimitSelector());
    samples.put(InstrumentSelector.class, InstrumentSelector.builder().setName("n").build());
    samples.put(View.class, View.builder().build());
    samples.put(Function.class, (Function<?, ?>) scope -> null);
    samples.put(GlintView.class, GlintView.builder().build());
    samples.put(GlintMeterConfig.class, GlintMeterConfig.enabled());
    samples.put(OpenTelemetry.class, OpenTelemetry.noop());
    samples.put(Predicate.class, (Predicate<?>) value -> true);
    samples.put(ViewMatchingMode.class, ViewMatchingMode.INDEPENDENT);
    samples.put(InstrumentType.class, InstrumentType.COUNTER);
    samples.put(CollectionRegistration.class, CollectionRegistration.noop());
    samples.put(InstrumentationScopeInfo.class, InstrumentationScopeInfo.create("s"));
    samples.put(ExemplarReservoirFactory.class, ExemplarReservoirFactory.fixedSize(1));
    samples.put(
        GlintMeterProvider.class,
        GlintMeterProvider.builder().registerMetricReader(InMemoryMetricReader.create()).build());
    return samples;
  }

  private static SSLContext sslContext() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static X509TrustManager trustManager() {
    try {
      final TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** One parameter of one method. */
  record Argument(Method method, int index) {
    String name() {
      return method.getParameters()[index].getName();
    }

    @Override
    public String toString() {
      return method.getDeclaringClass().getSimpleName()
          + "."
          + method.getName()
          + "("
          + name()
          + ")";
    }
  }

  /** All that takes an object: of builders and of others that are set up with, and static ones. */
  static List<Argument> arguments() {
    final List<Argument> arguments = new ArrayList<>();
    for (final Class<?> type : publicClasses()) {
      for (final Method method : type.getDeclaredMethods()) {
        final boolean isStatic = Modifier.isStatic(method.getModifiers());
        if (!Modifier.isPublic(method.getModifiers())
            || method.isSynthetic()
            || NO_SETTINGS.contains(method.getName())
            || !(isStatic || TARGETS.containsKey(type))
            || (Modifier.isAbstract(method.getModifiers()) && !isStatic)
            || (type.isEnum() && isStatic)) {
          continue;
        }
        for (int i = 0; i < method.getParameterCount(); i++) {
          if (!method.getParameterTypes()[i].isPrimitive()) {
            arguments.add(new Argument(method, i));
          }
        }
      }
    }
    arguments.sort(Comparator.comparing(Argument::toString));
    return arguments;
  }

  private static List<Class<?>> publicClasses() {
    final List<Class<?>> classes = new ArrayList<>();
    for (final ArchitectureTest.Module module : ArchitectureTest.shipped()) {
      classFiles(module.classes()).stream()
          .filter(name -> !name.contains("internal") && !name.endsWith("-info.class"))
          .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
          .map(NullSettingsTest::load)
          .filter(NullSettingsTest::isPublic)
          .forEach(classes::add);
    }
    return classes;
  }

  /** By their paths below the root of the module, which is a jar once it has been packaged. */
  private static List<String> classFiles(Path classes) {
    try (FileSystem jar = Files.isDirectory(classes) ? null : FileSystems.newFileSystem(classes);
        Stream<Path> files = Files.walk(jar == null ? classes : jar.getPath("/"))) {
      final Path root = jar == null ? classes : jar.getPath("/");
      return files
          .map(file -> root.relativize(file).toString())
          .filter(name -> name.endsWith(".class"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * {@link Hidden} for classes that need what is experimental in the API, none of which is public.
   */
  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, NullSettingsTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    } catch (NoClassDefFoundError e) {
      assertThat(e).hasMessageContaining("incubator");
      return Hidden.class;
    }
  }

  private static final class Hidden {}

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getDeclaringClass() == null || isPublic(type.getDeclaringClass()));
  }

  @ParameterizedTest
  @MethodSource("arguments")
  void nullIsRefusedByNameOrMeansWhatTheDocumentationSays(Argument argument) throws Exception {
    final Method method = argument.method();
    final Object[] arguments =
        Arrays.stream(method.getParameters()).map(NullSettingsTest::sample).toArray();
    arguments[argument.index()] = null;
    final Supplier<?> target = TARGETS.get(method.getDeclaringClass());
    try {
      final Object unused = method.invoke(target == null ? null : target.get(), arguments);
    } catch (InvocationTargetException e) {
      assertThat(e.getCause()).isInstanceOf(NullPointerException.class).hasMessage(argument.name());
      assertThat(NULL_IS_ALLOWED).doesNotContain(argument.toString());
      return;
    }
    if (!NULL_IS_ALLOWED.contains(argument.toString())) {
      fail("%s takes null without a word", argument);
    }
  }

  private static Object sample(Parameter parameter) {
    final Class<?> type = parameter.getType();
    if (SAMPLES.containsKey(type)) {
      return SAMPLES.get(type);
    }
    // It has no other parameter, or this one is null.
    return null;
  }

  @Test
  void allBuildersAreTried() {
    final Set<String> builders = new TreeSet<>();
    for (final Class<?> type : publicClasses()) {
      if (type.getSimpleName().endsWith("Builder")) {
        builders.add(type.getSimpleName());
        assertThat(TARGETS).containsKey(type);
      }
    }
    assertThat(builders).hasSize(9);
    assertThat(arguments()).hasSizeGreaterThan(40).doesNotHaveDuplicates();
  }
}
