package io.glint.exporter.otlp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.exporter.UndeliveredPoints;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what must not be lost of requests that were not delivered, until it is put into a later
 * request. If there is a file, it is there as well. Safe for use by several threads at once.
 */
final class Redelivery {
  private static final int UNLIMITED = Integer.MAX_VALUE - 8;

  private final OutcomeCounts account;
  private final DeliveryCounters counters;
  private final ExportLog log;
  private final int maxSeries;

  @GuardedBy("this")
  private final PendingPoints pending;

  /** Null if there is none, or none that could be read. Written while this is created. */
  private @Nullable PendingFile file;

  @GuardedBy("this")
  private final RequestExemplars exemplars = new RequestExemplars();

  @GuardedBy("this")
  private boolean isClosed;

  /** How many requests that had points from here are not settled. */
  @GuardedBy("this")
  private int underWay;

  /** Written under the lock. */
  private volatile UndeliveredPoints waiting = new UndeliveredPoints(0, 0);

  /**
   * Creates one, with what is in the file.
   *
   * @param maxSeries beyond which points are folded; 0 to keep nothing
   * @param file null for none
   */
  Redelivery(
      int maxSeries,
      boolean keepsGauges,
      @Nullable PendingFile file,
      OutcomeCounts account,
      DeliveryCounters counters,
      ExportLog log) {
    this.account = account;
    this.counters = counters;
    this.log = log;
    this.maxSeries = maxSeries;
    this.pending = new PendingPoints(maxSeries, keepsGauges);
    this.file = file;
    if (file != null) {
      load(file);
    }
  }

  @GuardedBy("this")
  private void load(PendingFile from) {
    try {
      final byte[] request = from.read();
      if (request != null) {
        pending.join(request, 0, request.length, new PendingPoints.Added());
        waiting = pending.count();
        log.loaded(waiting, from);
      }
    } catch (IOException | IllegalArgumentException | OutOfMemoryError e) {
      // Not to be replaced or deleted: the user may get at what is in it.
      pending.clear();
      waiting = pending.count();
      log.notLoaded(from, e);
      closeFile(from);
      file = null;
    }
  }

  private void closeFile(PendingFile closed) {
    try {
      closed.close();
    } catch (IOException e) {
      log.notSaved(closed, e);
    }
  }

  /** Whether nothing is kept now. */
  boolean isEmpty() {
    return waiting.all() == 0;
  }

  /** What is kept now. */
  UndeliveredPoints waiting() {
    return waiting;
  }

  int maxSeries() {
    return maxSeries;
  }

  /** Whether what is kept at the end is there for the next start. */
  boolean hasFile() {
    return file != null;
  }

  /**
   * Puts all that is kept into the request that was just encoded, point by point. It is here no
   * more. The end of the new request is to be told by {@link #settled}. If this throws, what is
   * kept stays here, and so do the points of the new request that were merged until then.
   *
   * @param encoded may be empty
   * @param ofEncoded the exemplars in it; they are taken
   * @param added what became of the points of the new request
   */
  synchronized Request join(
      ProtoWriter encoded, RequestExemplars ofEncoded, PendingPoints.Added added) {
    final Request joined;
    try {
      pending.join(encoded.array(), encoded.start(), encoded.end(), added);
      final ProtoWriter content = new ProtoWriter(UNLIMITED);
      pending.writeTo(content);
      joined = new Request(content, pending.count(), new RequestExemplars());
    } catch (RuntimeException | Error e) {
      pending.removeUnmerged();
      waiting = pending.count();
      throw e;
    }
    exemplars.takeAll(ofEncoded);
    leaveOut(added);
    joined.exemplars().takeAll(exemplars);
    pending.clear();
    waiting = pending.count();
    underWay++;
    return joined;
  }

  /**
   * Keeps what must not be lost of a request that was not delivered.
   *
   * @return what became of its points, whose exemplars are taken from the request; null if nothing
   *     is kept any more, or at all
   */
  synchronized PendingPoints.@Nullable Added keep(Request request) {
    if (isClosed || maxSeries == 0) {
      return null;
    }
    final ProtoWriter content = request.content();
    final PendingPoints.Added added = pending.keep(content.array(), content.start(), content.end());
    for (final Map.Entry<Envelope, Integer> entry : added.exemplars().entrySet()) {
      exemplars.take(request.exemplars(), entry.getKey(), entry.getValue());
    }
    leaveOut(added);
    waiting = pending.count();
    return added;
  }

  @GuardedBy("this")
  private void leaveOut(PendingPoints.Added added) {
    final RequestExemplars leftOut = new RequestExemplars();
    for (final Map.Entry<Envelope, Integer> entry : added.leftOutExemplars().entrySet()) {
      leftOut.take(exemplars, entry.getKey(), entry.getValue());
    }
    leftOut.addTo(account, Outcome.EXPORT_FAILED);
  }

  /**
   * Tells that a request is delivered, or that what must not be lost of it is here again. Has the
   * file say what is kept, unless other requests are under way that had points from here.
   *
   * @param hadKeptPoints whether it was made by {@link #join}
   */
  synchronized void settled(boolean hadKeptPoints) {
    if (hadKeptPoints) {
      underWay--;
    }
    if (file != null && underWay == 0 && !isClosed) {
      final boolean unused = save(file);
    }
  }

  /**
   * Ends it: nothing is kept from now on. What is left stays in the file, or is lost, and the log
   * says which.
   *
   * @param failure of the last attempt to deliver it; null if there was none
   * @return a message if something is lost, otherwise null
   */
  synchronized @Nullable String close(@Nullable ExportFailure failure) {
    if (isClosed) {
      return null;
    }
    isClosed = true;
    final UndeliveredPoints left = waiting;
    boolean isSaved = false;
    if (file != null) {
      // What is in a request that has not ended even now stays in the file.
      isSaved = (underWay > 0 && isEmpty()) || save(file);
      closeFile(file);
    }
    if (left.all() == 0) {
      return null;
    }
    exemplars.addTo(account, Outcome.EXPORT_FAILED);
    if (file != null && isSaved) {
      log.leftInFile(left, file, failure);
      return null;
    }
    counters.lost(left.delta());
    pending.clear();
    waiting = pending.count();
    return log.lostAtShutdown(
        left, failure, "They are lost. With setPendingFile the next start sends them.");
  }

  @GuardedBy("this")
  private boolean save(PendingFile to) {
    try {
      if (isEmpty()) {
        to.delete();
      } else {
        final ProtoWriter content = new ProtoWriter(UNLIMITED);
        pending.writeTo(content);
        to.write(content.toByteArray());
      }
      return true;
    } catch (IOException e) {
      log.notSaved(to, e);
      return false;
    }
  }
}
