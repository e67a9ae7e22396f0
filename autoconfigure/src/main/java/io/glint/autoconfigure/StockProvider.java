package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.MeterConfigurator;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Reads what a stock meter provider, or its builder, has been configured with. They have no
 * getters, so it is read by reflection; what is not where it is expected ends in an exception. This
 * is the only place that does so.
 */
final class StockProvider {
  private final SdkMeterProvider provider;
  private final Object shared;

  /** Reads a provider. */
  StockProvider(SdkMeterProvider provider) throws ReflectiveOperationException {
    this.provider = provider;
    this.shared = field(SdkMeterProvider.class, provider, "sharedState");
  }

  /** Puts others in the place of the readers of a builder; none if they cannot be seen. */
  @SuppressWarnings("unchecked") // The key of the stock builder's map is its reader.
  static void replaceReaders(SdkMeterProviderBuilder builder, UnaryOperator<MetricReader> others) {
    try {
      final Map<MetricReader, Object> readers =
          (Map<MetricReader, Object>)
              field(SdkMeterProviderBuilder.class, builder, "metricReaders");
      for (final MetricReader reader : List.copyOf(readers.keySet())) {
        readers.put(others.apply(reader), readers.remove(reader));
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      // They stay with the stock SDK.
    }
  }

  /**
   * Whether a reader reads for an exporter at an interval: that of a customizer may be for another
   * one. As far as can be seen.
   */
  static boolean isPeriodic(
      PeriodicMetricReader reader, MetricExporter exporter, Duration interval) {
    try {
      final Class<?> type = PeriodicMetricReader.class;
      return field(type, reader, "exporter") == exporter
          && field(type, reader, "intervalNanos").equals(interval.toNanos());
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }

  /** The readers, each with its limits of cardinality. */
  Map<MetricReader, Map<InstrumentType, Integer>> readers() throws ReflectiveOperationException {
    final Map<MetricReader, Map<InstrumentType, Integer>> readers = new HashMap<>();
    for (final Object registered : list(SdkMeterProvider.class, provider, "registeredReaders")) {
      final Object views = call(registered, "getViewRegistry");
      final Map<InstrumentType, Integer> limits = new HashMap<>();
      final Object defaults = field(views.getClass(), views, "instrumentDefaultRegisteredView");
      for (final Map.Entry<?, ?> view : ((Map<?, ?>) defaults).entrySet()) {
        limits.put(
            (InstrumentType) view.getKey(), (Integer) call(view.getValue(), "getCardinalityLimit"));
      }
      final MetricReader reader = (MetricReader) call(registered, "getReader");
      readers.put(reader, acceptedLimits(reader, limits));
    }
    return readers;
  }

  /** The stock SDK takes limits for which it has no series at all; Glint says so. */
  private static Map<InstrumentType, Integer> acceptedLimits(
      MetricReader reader, Map<InstrumentType, Integer> limits) {
    final Set<Integer> refused = new TreeSet<>();
    limits.replaceAll(
        (type, limit) -> {
          if (limit >= 1) {
            return limit;
          }
          refused.add(limit);
          return MetricSettings.DEFAULT_LIMIT;
        });
    refused.forEach(
        limit ->
            Settings.refuseInFile(
                "A cardinality limit of a reader, " + reader.getClass().getSimpleName() + ",",
                limit.toString(),
                "1 or more",
                MetricSettings.DEFAULT_LIMIT));
    return limits;
  }

  /** Whether {@link #replace} can do so in this version. */
  boolean canReplace() {
    try {
      final List<Object> all = registered();
      final Object first = all.set(0, all.get(0));
      final Object unused = creation(first);
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }

  /**
   * Puts another reader in the place of one, for flush and shutdown of the provider. The other one
   * is not told to read the provider.
   */
  void replace(MetricReader reader, MetricReader other) throws ReflectiveOperationException {
    final List<Object> all = registered();
    for (int i = 0; i < all.size(); i++) {
      final Object registered = all.get(i);
      if (call(registered, "getReader") == reader) {
        final Object views = call(registered, "getViewRegistry");
        all.set(i, creation(registered).invoke(null, other, views));
      }
    }
  }

  /** The list itself. */
  @SuppressWarnings("unchecked")
  private List<Object> registered() throws ReflectiveOperationException {
    return (List<Object>) field(SdkMeterProvider.class, provider, "registeredReaders");
  }

  private static Method creation(Object registered) throws ReflectiveOperationException {
    final Class<?> views = call(registered, "getViewRegistry").getClass();
    return registered.getClass().getMethod("create", MetricReader.class, views);
  }

  /**
   * Gives everything but the readers to a builder of Glint.
   *
   * @param extensions what views get besides
   */
  void copyTo(GlintMeterProviderBuilder to, ViewExtensions extensions)
      throws ReflectiveOperationException {
    copyViews(to, extensions);
    extensions.registerRest(to);
    to.setMeterConfigurator(MeterConfigurator.of(meterConfigurator(), StockProvider::isEnabled));
    to.setResource((Resource) call(shared, "getResource"));
    to.setClock((Clock) call(shared, "getClock"));
    to.setExemplarFilter(exemplarFilter(call(shared, "getExemplarFilter")));
  }

  private void copyViews(GlintMeterProviderBuilder to, ViewExtensions extensions)
      throws ReflectiveOperationException {
    for (final Object registered : list(SdkMeterProvider.class, provider, "registeredViews")) {
      final InstrumentSelector selector =
          (InstrumentSelector) call(registered, "getInstrumentSelector");
      to.registerView(selector, extensions.extended(selector, (View) call(registered, "getView")));
    }
    for (final Object producer : list(SdkMeterProvider.class, provider, "metricProducers")) {
      to.registerMetricProducer((MetricProducer) producer);
    }
  }

  /** Its types are internal to the stock SDK. */
  @SuppressWarnings("unchecked")
  private Function<InstrumentationScopeInfo, Object> meterConfigurator()
      throws ReflectiveOperationException {
    return (Function<InstrumentationScopeInfo, Object>)
        field(SdkMeterProvider.class, provider, "meterConfigurator");
  }

  /** What a meter configurator of the stock SDK has answered. */
  private static boolean isEnabled(Object config) {
    try {
      return (Boolean) call(config, "isEnabled");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The stock filters are of classes that bear their names. */
  private static CustomExemplarFilter exemplarFilter(Object stock)
      throws ReflectiveOperationException {
    final String name = stock.getClass().getSimpleName();
    if (name.startsWith("AlwaysOff")) {
      return CustomExemplarFilter.alwaysOff();
    }
    if (name.startsWith("AlwaysOn")) {
      return CustomExemplarFilter.alwaysOn();
    }
    if (name.startsWith("TraceBased")) {
      return CustomExemplarFilter.traceBased();
    }
    throw new NoSuchFieldException("exemplar filter " + name);
  }

  private static List<?> list(Class<?> type, Object object, String name)
      throws ReflectiveOperationException {
    return new ArrayList<>((List<?>) field(type, object, name));
  }

  private static Object field(Class<?> type, Object object, String name)
      throws ReflectiveOperationException {
    final Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  /** Of the class itself, or of a public one that it extends. */
  private static Object call(Object object, String getter) throws ReflectiveOperationException {
    final var method = object.getClass().getMethod(getter);
    method.setAccessible(true);
    return method.invoke(object);
  }
}
