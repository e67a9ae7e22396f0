package io.glint.sdk;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.View;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What Glint needs of the stock SDK that not every application has, or some of the supported
 * versions lack or hide. This is the only place in this module that depends on it, apart from those
 * that are for what is experimental in the API, and it is asked only while something is configured
 * or shut down.
 */
final class StockSdk {
  /** What a view has if no filter was set, so that the instrument's advice holds. */
  private static final @Nullable Object NO_FILTER = filterOf(View.builder().build());

  private StockSdk() {}

  /**
   * The filter that a setting stands for.
   *
   * @param filter a {@link CustomExemplarFilter}, or an {@code ExemplarFilter} of the stock SDK,
   *     which has them since 1.56
   * @throws IllegalArgumentException if it is something else
   */
  static CustomExemplarFilter exemplarFilter(Object filter) {
    if (filter instanceof CustomExemplarFilter custom) {
      return custom;
    }
    final CustomExemplarFilter standard = SinceVersion156.exemplarFilterOrNull(filter);
    if (standard != null) {
      return standard;
    }
    throw new IllegalArgumentException(
        "Exemplar filter "
            + LogText.nameOf(filter)
            + " is not supported. Use ExemplarFilter.traceBased(), alwaysOn() or alwaysOff(), or"
            + " implement CustomExemplarFilter for one of your own.");
  }

  /**
   * Which attribute keys a view keeps; null for those that the instrument advises.
   *
   * @throws IllegalArgumentException if the view does more with attributes than that, or does not
   *     tell
   */
  @SuppressWarnings("NullAway") // What is not there cannot be read, and that is said.
  static @Nullable Predicate<String> attributeFilter(View view) {
    final Object filter = filterOf(view);
    if (filter == NO_FILTER) {
      return null;
    }
    return filter instanceof Predicate<?> ? cast(filter) : predicateOf(filter, view);
  }

  /** Its predicate, public since 1.67, or else what holds it. */
  private static @Nullable Object filterOf(View view) {
    try {
      return view.getAttributeFilter();
    } catch (NoSuchMethodError e) {
      return BeforeVersion167.attributesProcessor(view);
    }
  }

  private static Predicate<String> predicateOf(Object processor, View view) {
    try {
      return cast(BeforeVersion167.keyFilter(processor));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalArgumentException(
          "What "
              + LogText.nameOf(view)
              + " does with attributes cannot be read. Only the attribute filters of ViewBuilder are"
              + " supported; use GlintView for this view.",
          e);
    }
  }

  @SuppressWarnings("unchecked")
  private static Predicate<String> cast(Object predicate) {
    return (Predicate<String>) predicate;
  }

  /** Whether it is there with traces and logs. */
  static boolean isComplete() {
    try {
      return OpenTelemetrySdk.class != null;
    } catch (NoClassDefFoundError e) {
      return false;
    }
  }

  /** Shuts down an {@code OpenTelemetrySdk}; null if it is something else. */
  static @Nullable CompletableResultCode shutdown(Object openTelemetry) {
    try {
      return openTelemetry instanceof OpenTelemetrySdk sdk ? sdk.shutdown() : null;
    } catch (NoClassDefFoundError e) {
      return null;
    }
  }

  /** Loaded on first use, so that a type that is missing is noticed here. */
  private static final class SinceVersion156 {
    private static final boolean EXISTS = exists();

    private static boolean exists() {
      try {
        return ExemplarFilter.class.isInterface();
      } catch (NoClassDefFoundError e) {
        return false;
      }
    }

    /** They are markers without methods, and told apart by identity. */
    static @Nullable CustomExemplarFilter exemplarFilterOrNull(Object filter) {
      if (EXISTS) {
        if (filter == ExemplarFilter.traceBased()) {
          return CustomExemplarFilter.traceBased();
        }
        if (filter == ExemplarFilter.alwaysOn()) {
          return CustomExemplarFilter.alwaysOn();
        }
        if (filter == ExemplarFilter.alwaysOff()) {
          return CustomExemplarFilter.alwaysOff();
        }
      }
      return null;
    }
  }

  /** Where a view does not say which attributes it keeps. */
  private static final class BeforeVersion167 {
    static Object attributesProcessor(View view) {
      try {
        final Method getter = View.class.getDeclaredMethod("getAttributesProcessor");
        getter.setAccessible(true);
        return getter.invoke(view);
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new IllegalArgumentException(
            "The attribute filter of "
                + LogText.nameOf(view)
                + " cannot be read: this version of opentelemetry-sdk-metrics hides it. Use GlintView"
                + " for this view, or opentelemetry-sdk-metrics 1.67 or newer.",
            e);
      }
    }

    static Object keyFilter(Object processor) throws ReflectiveOperationException {
      final Field filter = processor.getClass().getDeclaredField("nameFilter");
      filter.setAccessible(true);
      return filter.get(processor);
    }
  }
}
