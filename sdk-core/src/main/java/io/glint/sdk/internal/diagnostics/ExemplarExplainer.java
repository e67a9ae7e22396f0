package io.glint.sdk.internal.diagnostics;

import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.collect.ReaderStream;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.meter.GlintMeter;
import io.glint.sdk.internal.meter.ProviderState;
import io.glint.sdk.internal.meter.RegisteredReader;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Puts together what is known of the exemplars of a provider. Thread-safe. */
public final class ExemplarExplainer {
  private static final Logger LOGGER = Logger.getLogger(ExemplarExplainer.class.getName());

  private static final Comparator<ExemplarReport.Metric> BY_SCOPE_AND_NAME =
      Comparator.comparing((ExemplarReport.Metric metric) -> metric.scope().getName())
          .thenComparing(ExemplarReport.Metric::name);

  private final ProviderState provider;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  public ExemplarExplainer(ProviderState provider) {
    this.provider = provider;
  }

  /** Everything, up to this moment. */
  public ExemplarReport report() {
    final List<MetricExemplarReport> metrics = new ArrayList<>();
    for (final RegisteredReader reader : provider.readers()) {
      metrics.addAll(metrics(reader, /* isLive= */ true));
    }
    return new MetricExemplarReport.OfAll(metrics);
  }

  /** What the reader is handed to collect with, and to ask what is known of its exemplars. */
  public ExplainedRegistration registration(RegisteredReader reader) {
    return new ExplainedRegistration(reader);
  }

  /** A registration that can be asked why metrics have exemplars or not. */
  public final class ExplainedRegistration
      implements CollectionRegistration, ExemplarReport.Source {
    private final RegisteredReader reader;

    private ExplainedRegistration(RegisteredReader reader) {
      this.reader = reader;
    }

    /** The reader as the provider knows it. */
    public RegisteredReader reader() {
      return reader;
    }

    @Override
    public Collection<MetricData> collectAllMetrics() {
      return reader.collectAllMetrics();
    }

    @Override
    public ExemplarReport explainExemplars() {
      return new MetricExemplarReport.OfAll(metrics(reader, /* isLive= */ false));
    }
  }

  /** As {@link #metrics(RegisteredReader, boolean)}, up to the last collection. */
  List<MetricExemplarReport> metrics(ReaderId id) {
    for (final RegisteredReader reader : provider.readers()) {
      if (reader.id() == id) {
        return metrics(reader, /* isLive= */ false);
      }
    }
    return List.of();
  }

  /**
   * The metrics of one reader.
   *
   * @param isLive whether measurements count that no collection has seen yet, which takes time
   */
  List<MetricExemplarReport> metrics(RegisteredReader reader, boolean isLive) {
    final List<MetricExemplarReport> metrics = new ArrayList<>();
    for (final GlintMeter meter : provider.meters()) {
      for (final ReaderStream source : meter.sources(reader.id())) {
        metrics.add(
            new MetricExemplarReport(
                source.scope(),
                source.source().metric(),
                reader.id().name(),
                source.source().cardinalityLimit(),
                !meter.isEnabled(),
                source.exemplarAccount(isLive),
                outcomes(reader, source)));
      }
    }
    metrics.sort(BY_SCOPE_AND_NAME);
    return metrics;
  }

  /** Null if the reader, or its exporter, keeps no account or fails to show it. */
  private @Nullable Map<Outcome, Long> outcomes(RegisteredReader reader, ReaderStream stream) {
    if (!(reader.exemplarSource() instanceof ExemplarOutcomes.Source source)) {
      return null;
    }
    try {
      final ExemplarOutcomes account = source.exemplarOutcomes();
      final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
      for (final Outcome outcome : Outcome.values()) {
        outcomes.put(
            outcome, account.get(stream.scope(), stream.source().metric().name(), outcome));
      }
      return Collections.unmodifiableMap(outcomes);
    } catch (Throwable t) {
      // It is user code, and asked in the course of collections, which must not fail for it.
      failures.event(
          t,
          () ->
              "Reader or exporter "
                  + LogText.nameOf(source)
                  + " threw when it was asked what became of its exemplars. Nothing is said of that;"
                  + " exemplarOutcomes() and the get() of what it returns must not throw");
      return null;
    }
  }
}
