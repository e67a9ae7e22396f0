package io.glint.exporter.otlp;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.UndeliveredPoints;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of the points of one export that were not delivered: they are kept, or given up. Not
 * safe for use by several threads at once.
 */
final class Settlement {
  private final Delivery.Settings settings;
  private @Nullable ExportFailure failure;
  private int attempts;
  private int all;
  private int delta;
  private int kept;
  private int keptDelta;
  private int folded;
  private int noRoom;

  Settlement(Delivery.Settings settings) {
    this.settings = settings;
  }

  /** What went wrong first, and does most harm; null if nothing did. */
  @Nullable ExportFailure failure() {
    return failure;
  }

  UndeliveredPoints undelivered() {
    return new UndeliveredPoints(all, delta);
  }

  /** Points that are in no request, as each is too large for one. */
  @SuppressWarnings("NullAway") // Called if there are such: one of them is of a metric.
  void leftOut(RequestSplitter parts) {
    add(
        parts.leftOut(),
        ExportFailure.pointTooLarge(
            parts.leftOut().all(),
            parts.leftOutMetric(),
            parts.leftOutSize(),
            settings.maxRequestSize()),
        0);
    parts.leftOutExemplars().addTo(settings.exemplarOutcomes(), Outcome.EXPORT_FAILED);
    settings.counters().lost(parts.leftOut().delta());
  }

  /**
   * A request that was not delivered; from now on its content is not used any more.
   *
   * @param attemptsOfRequest how often it was tried
   */
  void notDelivered(Request request, ExportFailure cause, boolean isKept, int attemptsOfRequest) {
    add(request.points(), cause, attemptsOfRequest);
    int lost = request.points().delta();
    try {
      final PendingPoints.Added added = isKept ? settings.redelivery().keep(request) : null;
      if (added != null) {
        kept += added.kept();
        keptDelta += added.keptDelta();
        folded += added.folded();
        noRoom += added.dropped();
        lost -= added.keptDelta();
        settings.counters().folded(added.folded());
      }
    } finally {
      if (cause.fate() != Fate.PROBABLY_DELIVERED) {
        settings.counters().lost(lost);
      }
      request.exemplars().addTo(settings.exemplarOutcomes(), Outcome.EXPORT_FAILED);
    }
  }

  private void add(UndeliveredPoints points, ExportFailure cause, int attemptsOfRequest) {
    all += points.all();
    delta += points.delta();
    // What was probably delivered must not hide what was not.
    if (failure == null
        || (failure.fate() == Fate.PROBABLY_DELIVERED && cause.fate() != Fate.PROBABLY_DELIVERED)) {
      failure = cause;
      attempts = attemptsOfRequest;
    }
  }

  /** Logs it, and answers the message. */
  String message() {
    final ExportFailure first = first();
    return settings.log().failed(all, attempts, first, sentences(first));
  }

  /**
   * After the last attempt, logs what was neither delivered nor kept, and answers the message; null
   * if there is nothing. What was kept is logged by whoever ends that.
   */
  @Nullable String lostAtShutdown() {
    final UndeliveredPoints lost = new UndeliveredPoints(all - kept, delta - keptDelta);
    return lost.all() == 0
        ? null
        : settings.log().lostAtShutdown(lost, failure, sentencesAtShutdown(first()));
  }

  private ExportFailure first() {
    return Objects.requireNonNull(failure, "nothing went wrong");
  }

  private static String sentencesAtShutdown(ExportFailure failure) {
    return switch (failure.fate()) {
      case NOT_DELIVERED -> "They are lost.";
      case UNKNOWN ->
          "They may have arrived nevertheless. If not, they are lost. With setPendingFile the next"
              + " start sends them.";
      case PROBABLY_DELIVERED -> "They were probably delivered, and are not sent again.";
    };
  }

  private String sentences(ExportFailure failure) {
    if (kept == 0 && noRoom == 0) {
      return failure.fateOf(undelivered());
    }
    final StringBuilder text = new StringBuilder();
    final boolean isUnknown = failure.fate() == Fate.UNKNOWN;
    if (isUnknown) {
      text.append(
          settings.resendsUnanswered()
              ? "The points may have arrived nevertheless. "
              : "The points that were sent may have arrived nevertheless. ");
    }
    if (kept > 0) {
      text.append("The ")
          .append(UndeliveredPoints.count(kept, keptDelta == kept ? "delta point" : "point"))
          .append(kept == 1 ? " that must not be lost is kept" : " that must not be lost are kept")
          .append(
              failure.isShutdown()
                  ? " for the end of the shutdown."
                  : kept == 1
                      ? ", and goes out with the next export."
                      : ", and go out with the next export.");
    }
    if (isUnknown && settings.resendsUnanswered()) {
      text.append(
          " They count twice if they had arrived; setResendUnanswered(false) gives them up.");
    }
    if (folded > 0 || noRoom > 0) {
      text.append(" More than ")
          .append(settings.redelivery().maxSeries())
          .append(" series are waiting: ")
          .append(UndeliveredPoints.count(folded, "point"))
          .append(" went to series with the attribute otel.metric.overflow");
      if (noRoom > 0) {
        text.append(", and ")
            .append(UndeliveredPoints.count(noRoom, "point"))
            .append(" were dropped");
      }
      text.append(". If this is too few, raise setMaxPendingSeries.");
    }
    if (all > kept + noRoom) {
      text.append(
          delta > keptDelta + noRoom
              ? " What the other delta points counted is lost"
                  + (isUnknown ? " if they have not arrived." : ".")
              : " No total of the others is lost: the next export that succeeds has it.");
    }
    return text.toString().trim();
  }
}
