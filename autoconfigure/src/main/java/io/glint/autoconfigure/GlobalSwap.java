package io.glint.autoconfigure;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import java.lang.reflect.Field;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

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
              LateTakeover.of(sdk, builder -> {});
            }
          });
    }
  }

  /**
   * Runs an action in the thread that sets the global OpenTelemetry, once it is set.
   *
   * @param action given what is set
   */
  static void whenSet(Consumer<OpenTelemetrySdk> action) {
    new Watch(Logger.getLogger(LOGGER), action).begin();
  }

  /**
   * Waits at a logger for the line of its thread. Several applications in one process, each with
   * its own Glint, may start at the same time and wait at one logger, each watch in front of the
   * one that began before. They are of different class loaders, so each tells the others what they
   * need to know in types of the JDK.
   */
  private static final class Watch implements Filter, Supplier<Object[]> {
    private static final String NAME = "Glint waits for the global OpenTelemetry";

    private final Logger logger;
    private final Consumer<OpenTelemetrySdk> action;
    private final Thread thread = Thread.currentThread();

    /** Null for none. All that follows is guarded by the logger. */
    private @Nullable Filter before;

    /** What the logger had before any watch; null for that of its parent. */
    private @Nullable Level level;

    private boolean isFineLogged;
    private boolean isDone;

    Watch(Logger logger, Consumer<OpenTelemetrySdk> action) {
      this.logger = logger;
      this.action = action;
    }

    void begin() {
      synchronized (logger) {
        before = logger.getFilter();
        final Object[] other = state(before);
        level = other == null ? logger.getLevel() : (Level) other[1];
        isFineLogged = other == null ? logger.isLoggable(Level.FINE) : (Boolean) other[2];
        logger.setFilter(this);
        if (!logger.isLoggable(Level.FINE)) {
          logger.setLevel(Level.FINE);
        }
      }
    }

    /** Leaves the logger as if this watch had never begun. */
    private void end() {
      synchronized (logger) {
        isDone = true;
        if (logger.getFilter() == this) {
          before = withoutDone(before);
          logger.setFilter(before);
          if (state(before) == null) {
            logger.setLevel(level);
          }
        }
      }
    }

    @Override
    public boolean isLoggable(LogRecord line) {
      final Filter next;
      synchronized (logger) {
        next = before;
      }
      final boolean passes = next == null || next.isLoggable(line);
      final OpenTelemetrySdk sdk = whatIsSetBy(line);
      if (sdk != null) {
        end();
        action.accept(sdk);
      }
      synchronized (logger) {
        before = withoutDone(before);
        return passes && (isFineLogged || line.getLevel().intValue() > Level.FINE.intValue());
      }
    }

    /** Null if it is not the line that this waits for. */
    private @Nullable OpenTelemetrySdk whatIsSetBy(LogRecord line) {
      synchronized (logger) {
        return !isDone
                && Thread.currentThread() == thread
                && String.valueOf(line.getMessage()).startsWith(IS_SET)
                && line.getParameters() != null
                && line.getParameters()[0] instanceof OpenTelemetrySdk sdk
            ? sdk
            : null;
      }
    }

    /**
     * The filter before it, level, whether fine lines are logged without it, whether it is done.
     */
    @Override
    public Object[] get() {
      return new Object[] {before, level, isFineLogged, isDone};
    }

    /** Null if it is no watch, of whatever class loader. */
    private static Object @Nullable [] state(@Nullable Filter filter) {
      return filter instanceof Supplier<?> watch && filter.toString().equals(NAME)
          ? (Object[]) watch.get()
          : null;
    }

    private static @Nullable Filter withoutDone(@Nullable Filter filter) {
      Filter waiting = filter;
      for (Object[] watch = state(waiting);
          watch != null && (Boolean) watch[3];
          watch = state(waiting)) {
        waiting = (Filter) watch[0];
      }
      return waiting;
    }

    @Override
    public String toString() {
      return NAME;
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
  private static @Nullable OpenTelemetry globalOrNull() {
    try {
      return GlobalOpenTelemetry.isSet() ? GlobalOpenTelemetry.get() : null;
    } catch (NoSuchMethodError e) {
      return oldGlobalOrNull();
    }
  }

  /** Versions up to 1.55 do not tell whether it is set. */
  private static @Nullable OpenTelemetry oldGlobalOrNull() {
    try {
      final Field global = GlobalOpenTelemetry.class.getDeclaredField("globalOpenTelemetry");
      global.setAccessible(true);
      return (OpenTelemetry) global.get(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
