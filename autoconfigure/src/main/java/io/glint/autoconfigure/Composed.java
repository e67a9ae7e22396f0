package io.glint.autoconfigure;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which OpenTelemetry has Glint's metrics for which stock SDK. An SDK is known by its meter
 * provider: the Java agent puts that into another SDK. Keeps neither of them: see {@link
 * StockMetrics#keep}.
 */
final class Composed {
  private record Pair(
      WeakReference<SdkMeterProvider> stock, WeakReference<GlintOpenTelemetry> openTelemetry) {}

  private static final List<Pair> PAIRS = new ArrayList<>();

  private Composed() {}

  static void put(OpenTelemetrySdk sdk, GlintOpenTelemetry openTelemetry) {
    synchronized (PAIRS) {
      PAIRS.removeIf(pair -> pair.openTelemetry.get() == null);
      PAIRS.add(
          new Pair(
              new WeakReference<>(sdk.getSdkMeterProvider()), new WeakReference<>(openTelemetry)));
    }
  }

  /** Null if there is none. */
  static @Nullable GlintOpenTelemetry get(OpenTelemetrySdk sdk) {
    synchronized (PAIRS) {
      for (final Iterator<Pair> pairs = PAIRS.iterator(); pairs.hasNext(); ) {
        final Pair pair = pairs.next();
        if (pair.stock.get() == sdk.getSdkMeterProvider()) {
          return pair.openTelemetry.get();
        }
      }
      return null;
    }
  }
}
