package io.glint.exporter.openmetrics;

import static java.util.Objects.requireNonNull;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link OpenMetricsServer}. Not safe for use by several threads; each {@link #build()}
 * starts a server of its own.
 */
public final class OpenMetricsServerBuilder extends ExpositionBuilder<OpenMetricsServerBuilder> {

  private static final int MAX_PORT = 65535;

  private String host = OpenMetricsServer.DEFAULT_HOST;
  private int port = OpenMetricsServer.DEFAULT_PORT;
  private String path = OpenMetricsServer.DEFAULT_PATH;
  private String healthPath = OpenMetricsServer.DEFAULT_HEALTH_PATH;

  /** Null for threads of the server. */
  private @Nullable Executor executor;

  /** Null for everybody. */
  private @Nullable Access access;

  /** Makes what encrypts. */
  private interface Tls {
    Supplier<SSLContext> of(@Nullable Path trustedClients, ProblemLog log);
  }

  /** Null for none. */
  private @Nullable Tls tls;

  /** Whether it says which clients are trusted. */
  private boolean tlsHasTrust;

  /** Null for none. */
  private @Nullable Path trustedClients;

  private boolean clientCertificateRequired;

  /** Shorter in tests. */
  HttpLimits limits = HttpLimits.DEFAULT;

  /** Null to decide by who can read. */
  private @Nullable Boolean livePage;

  /** Null for none. */
  private @Nullable String traceUrl;

  OpenMetricsServerBuilder() {}

  @Override
  OpenMetricsServerBuilder self() {
    return this;
  }

  /**
   * Sets the name or address of the interface to listen on. The default, {@code localhost}, cannot
   * be reached from other machines; {@code 0.0.0.0} listens on all interfaces.
   *
   * @param host a host name or an IP address, not null nor empty
   * @return this builder
   * @throws IllegalArgumentException if {@code host} is empty
   */
  public OpenMetricsServerBuilder setHost(String host) {
    requireNonNull(host, "host");
    if (host.isBlank()) {
      throw new IllegalArgumentException(
          "host must not be empty; for all interfaces use \"0.0.0.0\"");
    }
    this.host = host;
    return this;
  }

  /**
   * Sets the TCP port to listen on, 9464 by default.
   *
   * @param port from 0 to 65535; 0 for any free port, see {@link OpenMetricsServer#getPort()}
   * @return this builder
   * @throws IllegalArgumentException if {@code port} is out of range
   */
  public OpenMetricsServerBuilder setPort(int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "port must be from 0 (any free port) to " + MAX_PORT + " but is " + port);
    }
    this.port = port;
    return this;
  }

  /**
   * Sets where the metrics are, {@code /metrics} by default. What is below, after a slash, is
   * answered alike.
   *
   * @param path from the first slash on, of visible ASCII without question mark, {@code #} and
   *     {@code %}, and without a slash at its end unless it is {@code /}; not null
   * @return this builder
   * @throws IllegalArgumentException if {@code path} is none such
   */
  public OpenMetricsServerBuilder setPath(String path) {
    this.path = checkedPath("path", path);
    return this;
  }

  /**
   * Sets where the server answers 200 as long as it answers, {@code /-/healthy} by default. It does
   * so to anybody who can connect, without a collection, and tells nothing else.
   *
   * @param path as for {@link #setPath}, but another one
   * @return this builder
   * @throws IllegalArgumentException if {@code path} is none such
   */
  public OpenMetricsServerBuilder setHealthPath(String path) {
    this.healthPath = checkedPath("path", path);
    return this;
  }

  private static String checkedPath(String name, String path) {
    requireNonNull(path, name);
    boolean isPath = path.startsWith("/") && (path.length() == 1 || !path.endsWith("/"));
    for (int i = 0; i < path.length(); i++) {
      final char c = path.charAt(i);
      isPath &= c > ' ' && c < 0x7f && "?#%".indexOf(c) < 0;
    }
    if (!isPath) {
      throw new IllegalArgumentException(
          name
              + " must begin with a slash and not end with one, and be of visible ASCII without"
              + " '?', '#' and '%', as \"/metrics\" is, but is '"
              + LogText.of(path)
              + "'");
    }
    return path;
  }

  /**
   * Sets what runs connections. By default each has a daemon thread of the server while it lasts.
   * {@code Executors.newVirtualThreadPerTaskExecutor()} suits on Java 21 and newer.
   *
   * @param executor runs each connection as one task that lasts as long as the connection, and
   *     never in the thread that calls it; with fewer threads than there are connections, {@value
   *     HttpLimits#CONNECTIONS} at most, some wait. It is not shut down. Not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setExecutor(Executor executor) {
    this.executor = requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Asks for a user name and a password (RFC 7617, "The 'Basic' HTTP Authentication Scheme"), which
   * are compared in a time that does not tell where they differ. Who has others is answered 401.
   * They go over the network as they are: {@linkplain #setTls(Path, Path) encrypt} it.
   *
   * <p>Replaces what {@link #setAuthenticator} has set.
   *
   * @param user not null nor empty, without a colon
   * @param password not null nor empty
   * @return this builder
   * @throws IllegalArgumentException if {@code user} has a colon, or either is empty
   */
  public OpenMetricsServerBuilder setBasicAuthentication(String user, String password) {
    requireNonNull(user, "user");
    requireNonNull(password, "password");
    if (user.isEmpty() || user.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "user must not be empty nor have a colon, which ends a user name in HTTP, but is '"
              + LogText.of(user)
              + "'");
    }
    if (password.isEmpty()) {
      throw new IllegalArgumentException("password must not be empty");
    }
    this.access = Access.basic(user, password);
    return this;
  }

  /**
   * Asks the application who may read. Who may not is answered 401. The {@linkplain #setHealthPath
   * health path} is open to all.
   *
   * <p>Replaces what {@link #setBasicAuthentication} has set.
   *
   * @param challenge the value of the header {@code WWW-Authenticate} of answers 401, which says
   *     what to send: {@code Bearer realm="metrics"} for instance; of visible ASCII and spaces, not
   *     null nor empty
   * @param allows called with each request, by several threads at once; not null. If it throws, the
   *     request is answered 500, and that is logged. A comparison of secrets should take the same
   *     time wherever they differ: {@link java.security.MessageDigest#isEqual}
   * @return this builder
   * @throws IllegalArgumentException if {@code challenge} is empty or has other characters
   */
  public OpenMetricsServerBuilder setAuthenticator(
      String challenge, Predicate<? super OpenMetricsRequest> allows) {
    requireNonNull(challenge, "challenge");
    requireNonNull(allows, "allows");
    if (challenge.isBlank() || !challenge.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "challenge must be of visible ASCII and spaces, as \"Bearer realm=\\\"metrics\\\"\" is, but"
              + " is '"
              + LogText.of(challenge)
              + "'");
    }
    this.access = new Access(challenge, allows);
    return this;
  }

  /**
   * Encrypts, with a context of the application's, from which the key, the certificate and the
   * trust in clients are taken. Replaces what another {@code setTls} has set.
   *
   * @param context not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setTls(SSLContext context) {
    requireNonNull(context, "context");
    this.tls = (trustedClients, log) -> () -> context;
    this.tlsHasTrust = true;
    return this;
  }

  /**
   * Encrypts, with a certificate and its key in PEM format. The files are read by {@link #build},
   * and again for new connections when one of them has changed. Replaces what another {@code
   * setTls} has set.
   *
   * @param certificates the server's certificate, then those of who signed it; not null
   * @param privateKey its key as PKCS #8 ({@code BEGIN PRIVATE KEY}), not encrypted; not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setTls(Path certificates, Path privateKey) {
    requireNonNull(certificates, "certificates");
    requireNonNull(privateKey, "privateKey");
    this.tls = (trustedClients, log) -> TlsFiles.pem(certificates, privateKey, trustedClients, log);
    this.tlsHasTrust = false;
    return this;
  }

  /**
   * Encrypts, with the key and the certificate of a key store, PKCS #12 or JKS. The file is read by
   * {@link #build}, and again for new connections when it has changed. Replaces what another {@code
   * setTls} has set.
   *
   * @param keyStore not null
   * @param password of the store and of the key in it; copied, not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setTls(Path keyStore, char[] password) {
    requireNonNull(keyStore, "keyStore");
    final char[] copy = requireNonNull(password, "password").clone();
    this.tls = (trustedClients, log) -> TlsFiles.keyStore(keyStore, copy, trustedClients, log);
    this.tlsHasTrust = false;
    return this;
  }

  /**
   * Asks clients for a certificate that one of these has signed, or that is one of these. A client
   * without one gets no connection. Needs one of the {@code setTls} that take files; with a context
   * of its own the application calls {@link #setClientCertificateRequired}.
   *
   * @param certificates one or more in PEM format, read as those of {@link #setTls(Path, Path)};
   *     not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setTrustedClients(Path certificates) {
    this.trustedClients = requireNonNull(certificates, "certificates");
    return this;
  }

  /**
   * Sets whether clients need a certificate that the context given to {@link #setTls(SSLContext)}
   * trusts. By default they do not.
   *
   * @return this builder
   */
  public OpenMetricsServerBuilder setClientCertificateRequired(boolean required) {
    this.clientCertificateRequired = required;
    return this;
  }

  /**
   * Sets whether who opens {@code /} in a browser sees the metrics: each with its series,
   * histograms as a picture over time with exemplars on it, and why there are none. It shows what
   * scrapers get. By default it is on if the server can be reached from this machine only, or asks
   * who reads: by {@link #setBasicAuthentication}, {@link #setAuthenticator} or the certificates of
   * clients.
   *
   * <p>Where something scrapes, the page shows what that has collected, and does not collect by
   * itself. Where nothing does, all pages together collect every two seconds while one is open.
   * Where it is on, the data of the last collection is held until the next one.
   *
   * @return this builder
   */
  public OpenMetricsServerBuilder setLivePageEnabled(boolean enabled) {
    this.livePage = enabled;
    return this;
  }

  /**
   * Sets where a trace can be seen: then each exemplar of the {@linkplain #setLivePageEnabled live
   * page} is a link to its trace. By default it only tells the ids. The user guide has templates
   * for Grafana with Tempo, Jaeger and Zipkin.
   *
   * @param template an address of http or https, or one relative to the page, in which {@code
   *     {traceId}} and {@code {spanId}} stand for the ids of the span in hexadecimal; the first one
   *     has to be there. Other braces, spaces and quotes are percent-encoded. Not null.
   * @return this builder
   * @throws IllegalArgumentException if the template is not such an address; the message says why
   */
  public OpenMetricsServerBuilder setTraceUrlTemplate(String template) {
    this.traceUrl = TraceUrl.checked(requireNonNull(template, "template"));
    return this;
  }

  /** Null if the server does not encrypt. */
  private @Nullable ServerTls newTls(ProblemLog log) {
    final boolean asksClients = clientCertificateRequired || trustedClients != null;
    if (asksClients && tls == null) {
      throw new IllegalStateException(
          "Certificates of clients are asked for, but the server does not encrypt: call"
              + " OpenMetricsServerBuilder.setTls, or leave setTrustedClients and"
              + " setClientCertificateRequired out.");
    }
    if (tls == null) {
      return null;
    }
    if (tlsHasTrust && trustedClients != null) {
      throw new IllegalStateException(
          "The context given to OpenMetricsServerBuilder.setTls says which clients are trusted:"
              + " call setClientCertificateRequired(true) in place of setTrustedClients.");
    }
    if (!tlsHasTrust && clientCertificateRequired && trustedClients == null) {
      throw new IllegalStateException(
          "Certificates of clients are required, but nothing says which are trusted: call"
              + " OpenMetricsServerBuilder.setTrustedClients.");
    }
    return new ServerTls(tls.of(trustedClients, log), asksClients);
  }

  /**
   * Binds the address and starts to listen.
   *
   * @return the listening server; scrapes are refused with status 503 until it is registered with a
   *     meter provider
   * @throws IllegalStateException if the host is unknown, or the address cannot be bound, for
   *     instance because the port is in use; if a file of {@code setTls} or {@code
   *     setTrustedClients} cannot be read; or if settings contradict each other. The message says
   *     which and what to do
   */
  public OpenMetricsServer build() {
    if (path.equals(healthPath)) {
      throw new IllegalStateException(
          "Metrics and health cannot both be at '"
              + path
              + "': set another one by OpenMetricsServerBuilder.setPath or setHealthPath.");
    }
    final ProblemLog log = OpenMetricsReader.newLog(OpenMetricsServer.LOGGER);
    final ServerTls serverTls = newTls(log);
    final ServerSocket socket = bind();
    final OpenMetricsReader reader =
        newReader(
            log,
            OpenMetricsServer.LOGGER.getName(),
            (InetSocketAddress) socket.getLocalSocketAddress());
    final OpenMetricsServer server =
        new OpenMetricsServer(
            socket,
            reader,
            path,
            healthPath,
            serverTls,
            access,
            executor,
            limits,
            new LiveSettings(livePage, traceUrl, naming()),
            log);
    server.start();
    return server;
  }

  private ServerSocket bind() {
    try {
      return HttpListener.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(
          "Cannot listen on '"
              + LogText.of(host)
              + "' for scrapes: the host is unknown. Set an address of this machine by"
              + " OpenMetricsServerBuilder.setHost, \"0.0.0.0\" for all.",
          e);
    } catch (IOException e) {
      throw new IllegalStateException(
          "Cannot listen on "
              + LogText.of(host)
              + ':'
              + port
              + " for scrapes: "
              + LogText.of(e.getMessage())
              + ". If another process or another OpenMetricsServer has the port, set another one by"
              + " OpenMetricsServerBuilder.setPort, 0 for any free port; if the address is not of"
              + " this machine, set one that is by setHost.",
          e);
    }
  }
}
