package io.glint.autoconfigure;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Makes an OpenTelemetry the global one in place of the stock SDK that auto-configuration makes the
 * global one.
 *
 * <p>Up to 1.49, auto-configuration sets it and then tells listeners, and it is replaced at once.
 * Later versions tell listeners first, from inside {@code GlobalOpenTelemetry.set}, where nothing
 * can be replaced yet. They log a line when it is set, before anybody else gets to see it, in the
 * same thread: that is when it is replaced.
 */
final class GlobalSwap {
  private static final String LOGGER =
      "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder";
  private static final String IS_SET = "Global OpenTelemetry set to";

  private GlobalSwap() {}

  static void replace(OpenTelemetrySdk sdk, GlintOpenTelemetry openTelemetry) {
    if (isBeingSet()) {
      whenSet(global -> replaceNow(sdk, openTelemetry));
    } else {
      replaceNow(sdk, openTelemetry);
    }
  }

  private static boolean isBeingSet() {
    return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(
            frames ->
                frames.anyMatch(frame -> frame.getDeclaringClass() == GlobalOpenTelemetry.class));
  }

  /**
   * Takes metrics over from the SDK that the current thread is about to make the global one. Does
   * nothing if it is not.
   */
  static void takeOverWhenSet() {
    if (isBeingSet()) {
      whenSet(
          sdk -> {
            if (Composed.get(sdk) == null) {
              LateTakeover.of(sdk);
            }
          });
    }
  }

  /**
   * Runs an action in the thread that sets the global OpenTelemetry, once it is set.
   *
   * @param action given what is set
   */
  private static void whenSet(Consumer<OpenTelemetrySdk> action) {
    final Logger logger = Logger.getLogger(LOGGER);
    final Level level = logger.getLevel();
    final Filter filter = logger.getFilter();
    final boolean isLogged = logger.isLoggable(Level.FINE);
    final Thread thread = Thread.currentThread();
    final AtomicBoolean isDone = new AtomicBoolean();
    logger.setFilter(
        line -> {
          final boolean passes = filter == null || filter.isLoggable(line);
          if (Thread.currentThread() == thread
              && String.valueOf(line.getMessage()).startsWith(IS_SET)
              && line.getParameters() != null
              && line.getParameters()[0] instanceof OpenTelemetrySdk sdk
              && isDone.compareAndSet(false, true)) {
            logger.setFilter(filter);
            logger.setLevel(level);
            action.accept(sdk);
          }
          return passes && (isLogged || line.getLevel().intValue() > Level.FINE.intValue());
        });
    if (!isLogged) {
      logger.setLevel(Level.FINE);
    }
  }

  /** Does nothing if it is done, or if the SDK was made for whoever asked, not to be global. */
  static void replaceNow(OpenTelemetrySdk sdk, GlintOpenTelemetry openTelemetry) {
    final OpenTelemetry global = globalOrNull();
    if (global == null
        || global.getTracerProvider() != sdk.getTracerProvider()
        || global.getMeterProvider() == openTelemetry.getMeterProvider()) {
      return;
    }
    // Of the global one: that of the Java agent has configuration that the SDK has not.
    final GlintOpenTelemetry replacement =
        GlintOpenTelemetry.replacingMetricsOf(global, openTelemetry.getMeterProvider());
    try {
      // Under the lock of the global one, so that nobody finds none.
      GlobalOpenTelemetry.set(
          () -> {
            GlobalOpenTelemetry.resetForTest();
            return replacement;
          });
    } catch (NoSuchMethodError e) {
      GlobalOpenTelemetry.resetForTest();
      GlobalOpenTelemetry.set(replacement);
    }
  }

  /** Asking for the global one would set it. */
  private static OpenTelemetry globalOrNull() {
    try {
      return GlobalOpenTelemetry.isSet() ? GlobalOpenTelemetry.get() : null;
    } catch (NoSuchMethodError e) {
      return oldGlobalOrNull();
    }
  }

  /** Versions up to 1.55 do not tell whether it is set. */
  private static OpenTelemetry oldGlobalOrNull() {
    try {
      final Field global = GlobalOpenTelemetry.class.getDeclaredField("globalOpenTelemetry");
      global.setAccessible(true);
      return (OpenTelemetry) global.get(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
