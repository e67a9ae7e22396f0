package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
      readers.put((MetricReader) call(registered, "getReader"), limits);
    }
    return readers;
  }

  /** Gives everything but the readers to a builder of Glint. */
  void copyTo(GlintMeterProviderBuilder to) throws ReflectiveOperationException {
    copyViews(SdkMeterProvider.class, provider, to);
    to.setResource((Resource) call(shared, "getResource"));
    to.setClock((Clock) call(shared, "getClock"));
    to.setExemplarFilter(exemplarFilter(call(shared, "getExemplarFilter")));
  }

  /** Gives views and metric producers to a builder of Glint. */
  static void copyViews(SdkMeterProviderBuilder from, GlintMeterProviderBuilder to)
      throws ReflectiveOperationException {
    copyViews(SdkMeterProviderBuilder.class, from, to);
  }

  private static void copyViews(Class<?> type, Object from, GlintMeterProviderBuilder to)
      throws ReflectiveOperationException {
    for (final Object registered : list(type, from, "registeredViews")) {
      to.registerView(
          (InstrumentSelector) call(registered, "getInstrumentSelector"),
          (View) call(registered, "getView"));
    }
    for (final Object producer : list(type, from, "metricProducers")) {
      to.registerMetricProducer((MetricProducer) producer);
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
