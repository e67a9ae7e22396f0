package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the provider of a sender: a client of an HTTP or gRPC library, for which OpenTelemetry has
 * an interface since 1.59.
 */
final class Senders {
  /** Has providers for both protocols. */
  private static final String ARTIFACT = "io.opentelemetry:opentelemetry-exporter-sender-okhttp";

  /** Once, however many exporters are built. */
  private static final ProblemLog LOG =
      ProblemLog.once(Logger.getLogger(OtlpMetricExporter.class.getName()));

  private Senders() {}

  /**
   * Makes a sender with the provider that is named, or that the system property of the interface's
   * name names as for the stock exporters, or else the first one.
   *
   * @param type the interface of the providers
   * @throws IllegalStateException if there is none, or not the one that is wanted, or it cannot
   *     make a sender of what every provider must take
   */
  static <P, S> S make(Class<P> type, OtlpMetricExporterBuilder builder, Function<P, S> create) {
    final P provider = find(type, builder.senderProvider, builder.serviceClassLoader);
    try {
      return create.apply(provider);
    } catch (RuntimeException | LinkageError e) {
      throw new IllegalStateException(
          "The sender of "
              + provider.getClass().getName()
              + " cannot be used by Glint's OTLP exporter: "
              + LogText.of(e, ExportFailure.MAX_CHARS)
              + ". Use the artifact "
              + ARTIFACT
              + ", and name its provider with setSenderProvider if both are there.",
          e);
    }
  }

  /**
   * Finds a provider.
   *
   * @param wanted class name; null if none was set
   * @param loader null for that of this class, or else that of the calling thread
   */
  private static <P> P find(Class<P> type, @Nullable String wanted, @Nullable ClassLoader loader) {
    final Map<String, P> found = new TreeMap<>();
    final List<String> order = new ArrayList<>();
    for (final ClassLoader each : loaders(loader)) {
      if (found.isEmpty()) {
        load(type, each, found, order);
      }
    }
    final String name = type.getSimpleName();
    if (found.isEmpty()) {
      throw new IllegalStateException(
          "No "
              + name
              + " is on the class path. Add the artifact "
              + ARTIFACT
              + " of the version of OpenTelemetry that is used.");
    }
    final String property =
        wanted == null && found.size() > 1 ? System.getProperty(type.getName()) : null;
    final String chosen = wanted != null ? wanted : property;
    if (chosen != null && !chosen.isBlank()) {
      final P provider = found.get(chosen.strip());
      if (provider == null) {
        throw new IllegalStateException(
            "The "
                + name
                + " '"
                + LogText.of(chosen)
                + "' that "
                + (wanted != null ? "setSenderProvider" : "the system property " + type.getName())
                + " names is not on the class path. There are: "
                + String.join(", ", order)
                + ".");
      }
      return provider;
    }
    if (found.size() > 1) {
      LOG.warn(
          "senders",
          "Several senders are on the class path for "
              + name
              + ": "
              + String.join(", ", order)
              + ". The first one is used. Name one with setSenderProvider of the OTLP exporter, or"
              + " with the system property "
              + type.getName()
              + ".");
    }
    return Objects.requireNonNull(found.get(order.get(0)));
  }

  private static List<ClassLoader> loaders(@Nullable ClassLoader given) {
    if (given != null) {
      return List.of(given);
    }
    final List<ClassLoader> loaders = new ArrayList<>();
    loaders.add(Senders.class.getClassLoader());
    final ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    if (ofThread != null) {
      loaders.add(ofThread);
    }
    return loaders;
  }

  private static <P> void load(
      Class<P> type, ClassLoader loader, Map<String, P> found, List<String> order) {
    try {
      for (final P provider : ServiceLoader.load(type, loader)) {
        final String name = provider.getClass().getName();
        if (found.putIfAbsent(name, provider) == null) {
          order.add(name);
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new IllegalStateException(
          "A "
              + type.getSimpleName()
              + " on the class path cannot be loaded: "
              + LogText.of(e, ExportFailure.MAX_CHARS)
              + ". Its artifact must have the version of OpenTelemetry that is used.",
          e);
    }
  }
}
