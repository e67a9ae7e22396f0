package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import java.lang.reflect.Field;
import java.util.List;

/**
 * Takes over what customizers have added to the stock meter provider's builder, which has no
 * getters: views and metric producers.
 */
final class StockViews {
  private StockViews() {}

  /**
   * Takes them over.
   *
   * @throws ReflectiveOperationException if they cannot be seen
   */
  static void copy(SdkMeterProviderBuilder from, GlintMeterProviderBuilder to)
      throws ReflectiveOperationException {
    for (final Object registered : list(from, "registeredViews")) {
      final Class<?> type = registered.getClass().getSuperclass();
      to.registerView(
          (InstrumentSelector) type.getMethod("getInstrumentSelector").invoke(registered),
          (View) type.getMethod("getView").invoke(registered));
    }
    for (final Object producer : list(from, "metricProducers")) {
      to.registerMetricProducer((MetricProducer) producer);
    }
  }

  private static List<?> list(SdkMeterProviderBuilder builder, String name)
      throws ReflectiveOperationException {
    final Field field = SdkMeterProviderBuilder.class.getDeclaredField(name);
    field.setAccessible(true);
    return List.copyOf((List<?>) field.get(builder));
  }
}
