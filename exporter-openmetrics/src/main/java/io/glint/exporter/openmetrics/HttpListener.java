package io.glint.exporter.openmetrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.exporter.openmetrics.HttpConnection.Phase;
import io.glint.sdk.internal.exporter.DaemonThreads;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections, each of which runs as one task of an executor, and ends those whose clients
 * keep them too long.
 *
 * <p>There are never more connections than the limit. One more takes the place of the one whose
 * client has kept it waiting for longest: for a request, for the rest of one, or to take something
 * of an answer. So clients that fall silent, however many, cost others nothing but a new
 * connection.
 */
final class HttpListener {

  private static final int BACKLOG = 128;

  /** How often is looked for clients that are too slow. */
  private static final int TICK_MILLIS = 1000;

  /** After the system has refused a connection, for instance because files are used up. */
  private static final int PAUSE_MILLIS = 100;

  private final ServerSocket server;
  private final InetSocketAddress address;
  private final @Nullable ServerTls tls;
  private final Executor executor;
  private final Function<OpenMetricsRequest, OpenMetricsResponse> pages;
  private final HttpLimits limits;
  private final ProblemLog log;
  private final Thread acceptor;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Those that may go on. */
  @GuardedBy("lock")
  private final Set<HttpConnection> connections = new HashSet<>();

  /** How many tasks have not ended, of connections that were cut too. */
  @GuardedBy("lock")
  private int running;

  private volatile boolean stopping;

  /**
   * Makes a listener that does nothing before {@link #start}.
   *
   * @param server bound already
   * @param tls null for none
   */
  HttpListener(
      ServerSocket server,
      @Nullable ServerTls tls,
      Executor executor,
      Function<OpenMetricsRequest, OpenMetricsResponse> pages,
      HttpLimits limits,
      ProblemLog log) {
    this.server = server;
    this.tls = tls;
    this.executor = executor;
    this.pages = pages;
    this.limits = limits;
    this.log = log;
    address = (InetSocketAddress) server.getLocalSocketAddress();
    acceptor = DaemonThreads.newThread("glint-openmetrics-" + address.getPort(), this::accept);
  }

  /** Makes the socket of a listener. */
  static ServerSocket bind(InetSocketAddress address) throws IOException {
    final ServerSocket server = new ServerSocket();
    try {
      server.bind(address, BACKLOG);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  void start() {
    acceptor.start();
  }

  boolean isStopping() {
    return stopping;
  }

  private void accept() {
    while (!stopping) {
      try {
        acceptOne();
        cutThoseThatAreTooSlow();
      } catch (Throwable e) {
        // An Error, for instance for a lack of memory, which may be there for the next connection.
        pause();
      }
    }
  }

  private void acceptOne() {
    try {
      // Nobody to look after: nothing to wake up for.
      server.setSoTimeout(count(false) == 0 ? 0 : TICK_MILLIS);
      accept(server.accept());
    } catch (SocketTimeoutException e) {
      // The tick.
    } catch (IOException e) {
      if (!stopping) {
        log.warn(
            "accept",
            "",
            () ->
                "A connection at "
                    + address
                    + " could not be accepted. Look whether the process has too many open files:",
            e);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      // Only a sign to go on.
    }
  }

  private void accept(Socket socket) throws IOException {
    final HttpConnection connection = new HttpConnection(socket, tls, this, pages);
    if (!admit(connection)) {
      connection.cut();
      return;
    }
    boolean isStarted = false;
    try {
      socket.setTcpNoDelay(true);
      executor.execute(connection);
      isStarted = true;
    } catch (RejectedExecutionException e) {
      if (!stopping) {
        log.warn(
            "rejected",
            "",
            () ->
                "The executor given to OpenMetricsServerBuilder.setExecutor refuses connections;"
                    + " they are closed. It needs a thread for each of up to "
                    + limits.connections()
                    + " connections.");
      }
    } finally {
      if (!isStarted) {
        connection.cut();
        ended(connection);
      }
    }
  }

  private boolean admit(HttpConnection connection) {
    HttpConnection crowdedOut = null;
    final boolean isFull;
    lock.lock();
    try {
      if (stopping) {
        return false;
      }
      isFull = connections.size() >= limits.connections();
      if (isFull) {
        crowdedOut = longestWaitedFor(false);
        connections.remove(crowdedOut);
      }
      if (!isFull || crowdedOut != null) {
        connections.add(connection);
        running++;
      }
    } finally {
      lock.unlock();
    }
    if (!isFull) {
      return true;
    }
    if (crowdedOut == null) {
      log.warn(
          "all answering",
          "",
          () ->
              "All "
                  + limits.connections()
                  + " connections at "
                  + address
                  + " are being answered; another one is closed. Look for a slow callback, and for"
                  + " scrapers that ask too often.");
      return false;
    }
    crowdedOut.cut();
    log.warn(
        "crowded out",
        "",
        () ->
            "There are more than "
                + limits.connections()
                + " connections at "
                + address
                + "; for each new one that is closed whose client has been silent for longest. Look"
                + " for clients that open connections and neither send nor read.");
    return true;
  }

  /** The connection that waits for its client for longest; null if there is none. */
  @GuardedBy("lock")
  private @Nullable HttpConnection longestWaitedFor(boolean onlySending) {
    final long now = System.nanoTime();
    long longest = -1;
    HttpConnection found = null;
    for (final HttpConnection each : connections) {
      final Phase phase = each.phase();
      final long waited = now - each.progressNanos();
      final boolean isWaiting =
          switch (phase) {
            case IDLE, READING -> !onlySending;
            case SENDING -> waited > TimeUnit.MILLISECONDS.toNanos(limits.stalledInNeedMillis());
            case ANSWERING -> false;
          };
      if (isWaiting && waited > longest) {
        longest = waited;
        found = each;
      }
    }
    return found;
  }

  /** Ends the connection whose client takes nothing of an answer for longest, if there is one. */
  void cutOneThatIsStalled() {
    final HttpConnection stalled;
    lock.lock();
    try {
      stalled = longestWaitedFor(true);
      connections.remove(stalled);
    } finally {
      lock.unlock();
    }
    if (stalled != null) {
      stalled.cut();
    }
  }

  private void cutThoseThatAreTooSlow() {
    final long now = System.nanoTime();
    lock.lock();
    try {
      connections.removeIf(
          each -> {
            final boolean tooSlow = isTooSlow(each, now);
            if (tooSlow) {
              each.cut();
            }
            return tooSlow;
          });
    } finally {
      lock.unlock();
    }
  }

  /** Whether the client has kept a connection longer than it may in this phase. */
  boolean isTooSlow(HttpConnection connection, long now) {
    // Before the times: a phase that begins meanwhile does not get the time of the one before it.
    final Phase phase = connection.phase();
    final long phaseMillis = TimeUnit.NANOSECONDS.toMillis(now - connection.phaseNanos());
    final long waitedMillis = TimeUnit.NANOSECONDS.toMillis(now - connection.progressNanos());
    return switch (phase) {
      case IDLE -> phaseMillis >= limits.idleMillis();
      case READING -> phaseMillis >= limits.readingMillis();
      case SENDING ->
          phaseMillis >= limits.sendingMillis() || waitedMillis >= limits.stalledMillis();
      case ANSWERING -> false;
    };
  }

  /** Called by each connection at its end. */
  void ended(HttpConnection connection) {
    lock.lock();
    try {
      connections.remove(connection);
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void warnOfHandshake(IOException failure) {
    log.warn(
        "handshake",
        "",
        () ->
            "A client's TLS handshake at "
                + address
                + " failed: "
                + LogText.of(failure.getMessage())
                + ". Look whether it speaks https, trusts the certificate of this server, and sends"
                + " one of its own if that is asked for.");
  }

  /**
   * Stops to listen, lets answers end that are under way, then ends all connections.
   *
   * @param millis how long is waited, once for answers and once more for threads
   * @return whether no task is left
   */
  boolean stop(long millis) throws InterruptedException {
    lock.lock();
    try {
      stopping = true;
    } finally {
      lock.unlock();
    }
    try {
      server.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
    try {
      cutAll(false);
      await(millis, false);
    } finally {
      cutAll(true);
    }
    await(millis, true);
    acceptor.join(millis);
    return count(true) == 0;
  }

  /** Waits until nothing is answered, or until no task is left. */
  private void await(long millis, boolean all) throws InterruptedException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lock();
    try {
      while (count(all) > 0 && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private int count(boolean all) {
    lock.lock();
    try {
      return all ? running : connections.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends connections.
   *
   * @param answering whether also those that are being answered
   */
  private void cutAll(boolean answering) {
    lock.lock();
    try {
      connections.removeIf(
          each -> {
            final boolean isAnswering =
                each.phase() == Phase.ANSWERING || each.phase() == Phase.SENDING;
            if (answering || !isAnswering) {
              each.cut();
            }
            if (answering) {
              each.interrupt();
            }
            return answering || !isAnswering;
          });
    } finally {
      lock.unlock();
    }
  }
}
