package io.glint.sdk.internal.diagnostics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.internal.collect.CollectionListener;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.sdk.common.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs why metrics that have been recorded for a while have no exemplars: each metric once, or if
 * they are lost on the way out once for each reader; those with the same cause in one message.
 * Looks once a minute at most for each reader, after a collection. Thread-safe.
 */
public final class ExemplarAdvisor implements CollectionListener {
  private static final Logger LOGGER = Logger.getLogger(ExemplarAdvisor.class.getName());

  private static final long INTERVAL_NANOS = 60_000_000_000L;

  /** Metrics with fewer measurements are not reported. */
  private static final long FEW = 20;

  /**
   * Samplers take one span in a hundred, or fewer: with less than this, none may be mere chance.
   */
  private static final long FEW_FOR_A_SAMPLER = 1000;

  private static final int MAX_NAMED = 5;

  private final ExemplarExplainer explainer;
  private final Clock clock;

  @GuardedBy("this")
  private final Map<ReaderId, Long> lastCheckNanos = new HashMap<>();

  @GuardedBy("this")
  private final Set<String> seen = new HashSet<>();

  @GuardedBy("this")
  private final Set<String> logged = new HashSet<>();

  public ExemplarAdvisor(ExemplarExplainer explainer, Clock clock) {
    this.explainer = explainer;
    this.clock = clock;
  }

  @Override
  public void collected(ReaderId reader, long nanos, @Nullable Throwable failure) {
    if (isDue(reader)) {
      selectForAdvice(explainer.metrics(reader))
          .forEach((cause, names) -> logAdvice(cause, names, reader.name()));
    }
  }

  private synchronized boolean isDue(ReaderId reader) {
    final long now = clock.nanoTime();
    final Long last = lastCheckNanos.putIfAbsent(reader, now);
    if (last == null || now - last < INTERVAL_NANOS) {
      return false;
    }
    lastCheckNanos.put(reader, now);
    return true;
  }

  /** Names of the metrics that are to be advised on, by cause. */
  private synchronized Map<ExemplarReport.Cause, List<String>> selectForAdvice(
      List<MetricExemplarReport> metrics) {
    final Map<ExemplarReport.Cause, List<String>> advised =
        new EnumMap<>(ExemplarReport.Cause.class);
    for (final MetricExemplarReport metric : metrics) {
      final ExemplarReport.Cause cause = metric.cause();
      if (metric.measurements() < few(cause) || isOwn(metric.scope().getName())) {
        continue;
      }
      final String ofAll = metric.scope().getName() + ' ' + metric.name();
      final String ofReader = metric.reader() + ' ' + ofAll;
      // A while: it had measurements when last looked at, too.
      final boolean isNew = seen.add(ofReader);
      if (!isNew
          && ExemplarAdvice.isWorthLogging(cause)
          && !logged.contains(ofAll)
          && logged.add(ExemplarAdvice.isOfReader(cause) ? ofReader : ofAll)) {
        advised.computeIfAbsent(cause, first -> new ArrayList<>()).add(LogText.of(metric.name()));
      }
    }
    return advised;
  }

  private static long few(ExemplarReport.Cause cause) {
    return cause == ExemplarReport.Cause.SPAN_NOT_SAMPLED ? FEW_FOR_A_SAMPLER : FEW;
  }

  /** What Glint and its exporters say of themselves is never recorded in a span. */
  private static boolean isOwn(String scopeName) {
    return scopeName.equals(InternalTelemetry.SCOPE) || scopeName.startsWith("io.glint.exporter.");
  }

  private static void logAdvice(ExemplarReport.Cause cause, List<String> names, String readerName) {
    final StringBuilder text = new StringBuilder(500);
    text.append(names.size() == 1 ? "Metric '" : "Metrics '");
    text.append(String.join("', '", names.subList(0, Math.min(names.size(), MAX_NAMED))));
    text.append('\'');
    if (names.size() > MAX_NAMED) {
      text.append(" and ").append(names.size() - MAX_NAMED).append(" more");
    }
    text.append(names.size() == 1 ? " has" : " have").append(" no exemplars");
    if (ExemplarAdvice.isOfReader(cause)) {
      text.append(" for ").append(readerName);
    }
    text.append(". ").append(ExemplarAdvice.of(cause));
    text.append(
        " GlintMeterProvider.explainExemplars() has the numbers. Logged once for a metric.");
    SafeLog.log(LOGGER, Level.INFO, text.toString(), null);
  }
}
