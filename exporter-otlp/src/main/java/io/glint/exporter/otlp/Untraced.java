package io.glint.exporter.otlp;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Runs code whose HTTP calls no instrumentation shall trace: a span for each export would itself be
 * exported, and would hang below whatever request happened to trigger the export.
 */
final class Untraced {
  /** {@code suppressInstrumentation(Runnable)}; null if this version of the API has none. */
  private static final @Nullable MethodHandle SUPPRESS = find();

  private Untraced() {}

  static void run(Runnable task) {
    Context.root().wrap(SUPPRESS == null ? task : () -> suppressed(task)).run();
  }

  @SuppressWarnings("NullAway") // Called if there is one.
  private static void suppressed(Runnable task) {
    try {
      SUPPRESS.invokeExact(task);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  /**
   * The API has no public way to ask for this. The class is the one the stock exporters and the
   * instrumentation of the Java agent agree on; it has moved. An API version without it costs the
   * suppression, not the export. Names are relative to a class, which is where an agent has moved
   * the API to.
   */
  private static @Nullable MethodHandle find() {
    final String api = OpenTelemetry.class.getPackageName();
    for (final String place : new String[] {".impl", ".internal"}) {
      try {
        return MethodHandles.publicLookup()
            .findStatic(
                Class.forName(
                    api + place + ".InstrumentationUtil",
                    true,
                    OpenTelemetry.class.getClassLoader()),
                "suppressInstrumentation",
                MethodType.methodType(void.class, Runnable.class));
      } catch (ReflectiveOperationException | LinkageError e) {
        // Not there.
      }
    }
    return null;
  }
}
