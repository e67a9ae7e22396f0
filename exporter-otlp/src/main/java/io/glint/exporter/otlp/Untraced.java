package io.glint.exporter.otlp;

import io.opentelemetry.api.impl.InstrumentationUtil;
import io.opentelemetry.context.Context;

/**
 * Runs code whose HTTP calls no instrumentation shall trace: a span for each export would itself be
 * exported, and would hang below whatever request happened to trigger the export.
 */
final class Untraced {
  private static final boolean CAN_SUPPRESS = canSuppress();

  private Untraced() {}

  static void run(Runnable task) {
    if (CAN_SUPPRESS) {
      Context.root().wrap(() -> InstrumentationUtil.suppressInstrumentation(task)).run();
    } else {
      Context.root().wrap(task).run();
    }
  }

  /**
   * The API has no public way to ask for this. The class is the one the stock exporters and the
   * instrumentation of the Java agent agree on; an API version without it costs the suppression,
   * not the export.
   */
  private static boolean canSuppress() {
    try {
      InstrumentationUtil.shouldSuppressInstrumentation(Context.root());
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }
}
