package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.UndeliveredPoints;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.List;
import java.util.function.Consumer;

/**
 * Delivers the requests of one collection, one after the other.
 *
 * <p>Runs on a thread of the exporter. Each request has the time-out for itself. After one that
 * failed for a reason that the next ones would meet, too, since the server did not answer or is
 * overloaded, these are not sent. Whatever happens, the result is completed once.
 */
final class Export implements Runnable {
  private final List<Delivery> deliveries;
  private final ExportLog log;
  private final Consumer<Export> onEnd;
  private final CompletableResultCode result = new CompletableResultCode();

  /** Null as long as nothing has failed. */
  private String firstFailure;

  /**
   * Creates an export.
   *
   * @param failure of points that are in no request; null for none
   * @param onEnd called before the result is completed
   */
  Export(List<Delivery> deliveries, String failure, ExportLog log, Consumer<Export> onEnd) {
    this.deliveries = deliveries;
    this.firstFailure = failure;
    this.log = log;
    this.onEnd = onEnd;
  }

  CompletableResultCode result() {
    return result;
  }

  @Override
  public void run() {
    int next = 0;
    ExportFailure obstacle = null;
    try {
      while (next < deliveries.size() && obstacle == null) {
        Delivery delivery = deliveries.get(next);
        next++;
        obstacle = ExportFailure.unexpected();
        delivery.run();
        obstacle = delivery.obstacle();
        fail(delivery.failure());
      }
    } finally {
      end(next, obstacle == null ? null : obstacle.ofEarlierRequest());
    }
  }

  /** Ends an export that is not to be run. */
  void abandon(ExportFailure failure) {
    end(0, failure);
  }

  private void end(int next, ExportFailure failure) {
    try {
      if (next < deliveries.size()) {
        abandon(deliveries.subList(next, deliveries.size()), failure);
      }
    } finally {
      onEnd.accept(this);
      if (firstFailure == null) {
        result.succeed();
      } else {
        result.failExceptionally(new LoggedFailure(firstFailure));
      }
    }
  }

  private void abandon(List<Delivery> rest, ExportFailure failure) {
    int points = 0;
    int delta = 0;
    for (Delivery delivery : rest) {
      points += delivery.points().all();
      delta += delivery.points().delta();
    }
    String message = "failed";
    try {
      message = log.failed(new UndeliveredPoints(points, delta), 0, failure);
    } finally {
      fail(message);
      for (Delivery delivery : rest) {
        delivery.abandon(failure);
      }
    }
  }

  private void fail(String message) {
    if (firstFailure == null) {
      firstFailure = message;
    }
  }
}
