package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Map.entry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.exporter.openmetrics.RequestReader.Head;
import io.glint.exporter.openmetrics.RequestReader.RefusedException;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection with a client: reads a request, answers it, and so on until one side has enough.
 * It reads and writes by blocking calls of one thread. Others may only {@link #cut} it, which ends
 * such a call.
 */
final class HttpConnection implements Runnable {

  /** What the connection is at, so that others know whether it is the client that keeps it. */
  enum Phase {
    /** Nothing of a request has come. */
    IDLE,
    /** A handshake, or the rest of a request, is waited for. */
    READING,
    /** The answer is made. */
    ANSWERING,
    /** The client is to take the answer. */
    SENDING
  }

  /** How much of what a client still sends is read, so that it gets to read why it was refused. */
  private static final int DRAINED_BYTES = 64 * 1024;

  private static final int DRAIN_MILLIS = 500;

  private static final int BUFFER_BYTES = 4 * 1024;

  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          entry(200, "OK"),
          entry(400, "Bad Request"),
          entry(401, "Unauthorized"),
          entry(403, "Forbidden"),
          entry(404, "Not Found"),
          entry(405, "Method Not Allowed"),
          entry(414, "URI Too Long"),
          entry(431, "Request Header Fields Too Large"),
          entry(500, "Internal Server Error"),
          entry(503, "Service Unavailable"),
          entry(505, "HTTP Version Not Supported"));

  /** RFC 9110, section 5.6.7: two digits of the day, which RFC_1123_DATE_TIME does not write. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Socket socket;
  private final @Nullable ServerTls tls;
  private final HttpListener listener;
  private final Function<OpenMetricsRequest, OpenMetricsResponse> pages;

  private volatile Phase phase = Phase.IDLE;

  /** When the phase began. */
  private volatile long phaseNanos = System.nanoTime();

  /** When the phase began, or the client took something of an answer. */
  private volatile long progressNanos = phaseNanos;

  /** The one that runs this; null before and after. */
  @GuardedBy("this")
  private @Nullable Thread thread;

  /** For one thread: the socket itself, or what encrypts for it. */
  @SuppressWarnings("NullAway.Init") // By serve().
  private Socket stream;

  /**
   * A connection that was accepted.
   *
   * @param tls null for none
   */
  HttpConnection(
      Socket socket,
      @Nullable ServerTls tls,
      HttpListener listener,
      Function<OpenMetricsRequest, OpenMetricsResponse> pages) {
    this.socket = socket;
    this.tls = tls;
    this.listener = listener;
    this.pages = pages;
  }

  Phase phase() {
    return phase;
  }

  long phaseNanos() {
    return phaseNanos;
  }

  long progressNanos() {
    return progressNanos;
  }

  private void enter(Phase next) {
    enter(next, System.nanoTime());
  }

  /**
   * Begins a phase: the times first, so that who reads the phase before them never sees old ones.
   */
  void enter(Phase next, long now) {
    progressNanos = now;
    phaseNanos = now;
    phase = next;
  }

  /** Ends the connection at once, whatever it is at; by any thread. */
  void cut() {
    try {
      // Not what encrypts for it: that would wait for the thread that is writing.
      socket.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  /** Interrupts the thread that answers, which may wait for a collection; by any thread. */
  synchronized void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }

  private synchronized void runBy(@Nullable Thread newThread) {
    thread = newThread;
    if (newThread == null) {
      // The thread may not be ours.
      final boolean unused = Thread.interrupted();
    }
  }

  @Override
  public void run() {
    runBy(Thread.currentThread());
    try {
      serve();
    } catch (IOException e) {
      // The client is gone, or was too slow.
    } finally {
      cut();
      runBy(null);
      listener.ended(this);
    }
  }

  private void serve() throws IOException {
    stream = socket;
    List<X509Certificate> certificates = List.of();
    if (tls != null) {
      enter(Phase.READING);
      final SSLSocket encrypted = tls.over(socket);
      stream = encrypted;
      try {
        encrypted.startHandshake();
      } catch (SSLException e) {
        if (!(e.getCause() instanceof EOFException)) {
          // Not one that only looks whether the port is open.
          listener.warnOfHandshake(e);
        }
        throw e;
      }
      certificates = certificates(encrypted);
      enter(Phase.IDLE);
    }
    final RequestReader requests =
        new RequestReader(stream.getInputStream(), () -> enter(Phase.READING));
    final OutputStream out =
        new BufferedOutputStream(new Progress(stream.getOutputStream()), BUFFER_BYTES);
    final InetSocketAddress remote = (InetSocketAddress) socket.getRemoteSocketAddress();
    try {
      boolean goesOn = true;
      while (goesOn) {
        final Head head = requests.read();
        if (head == null) {
          return;
        }
        enter(Phase.ANSWERING);
        final OpenMetricsRequest request =
            new OpenMetricsRequest(
                head.method(), head.path(), head.query(), head.headers(), remote, certificates);
        try (OpenMetricsResponse response = pages.apply(request)) {
          goesOn = head.isPersistent() && !listener.isStopping();
          send(response, out, goesOn);
        }
        if (!goesOn) {
          finish(head.isPersistent());
        }
        enter(Phase.IDLE);
        goesOn &= !listener.isStopping();
      }
    } catch (RefusedException e) {
      send(TextResponse.of(e.status, e.why, false), out, false);
      finish(false);
    }
  }

  private static List<X509Certificate> certificates(SSLSocket encrypted) {
    if (!encrypted.getNeedClientAuth()) {
      return List.of();
    }
    try {
      final List<X509Certificate> chain = new ArrayList<>();
      for (final Certificate each : encrypted.getSession().getPeerCertificates()) {
        if (each instanceof X509Certificate certificate) {
          chain.add(certificate);
        }
      }
      return List.copyOf(chain);
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  private void send(OpenMetricsResponse response, OutputStream out, boolean goesOn)
      throws IOException {
    enter(Phase.SENDING);
    final StringBuilder head = new StringBuilder(512);
    final int status = response.status();
    // A reason may be empty.
    head.append("HTTP/1.1 ").append(status).append(' ').append(REASONS.getOrDefault(status, ""));
    append(head, "Date", date(Instant.now()));
    response.headers().forEach((name, value) -> append(head, name, value));
    append(head, "X-Content-Type-Options", "nosniff");
    if (!goesOn) {
      append(head, "Connection", "close");
    }
    head.append("\r\n\r\n");
    out.write(head.toString().getBytes(ISO_8859_1));
    response.writeTo(out);
  }

  /** A time as the header has it. */
  static String date(Instant time) {
    return DATE.format(time);
  }

  private static void append(StringBuilder head, String name, String value) {
    head.append("\r\n").append(name).append(": ").append(value);
  }

  /**
   * Ends our side, and reads a little of what the client still sends: closed with something unread,
   * TCP would take the answer back from a client that has not read it yet.
   *
   * @param isAllRead whether the client has nothing more to send
   */
  private void finish(boolean isAllRead) throws IOException {
    if (isAllRead || tls != null) {
      stream.close();
      return;
    }
    enter(Phase.READING);
    socket.shutdownOutput();
    socket.setSoTimeout(DRAIN_MILLIS);
    final InputStream in = socket.getInputStream();
    final byte[] unread = new byte[BUFFER_BYTES];
    int count = 0;
    for (int rest = DRAINED_BYTES; rest > 0 && count >= 0; rest -= count) {
      count = in.read(unread);
    }
  }

  /** Notes when the client has taken something. */
  private final class Progress extends OutputStream {
    private final OutputStream target;

    Progress(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      target.write(b);
      progressNanos = System.nanoTime();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      target.write(bytes, offset, length);
      progressNanos = System.nanoTime();
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }
  }
}
