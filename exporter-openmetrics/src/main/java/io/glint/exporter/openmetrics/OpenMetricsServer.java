package io.glint.exporter.openmetrics;

import static java.util.Objects.requireNonNull;

import io.glint.sdk.OpenTelemetryVersion;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.internal.exporter.DaemonThreads;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A metric reader that is scraped: it listens on a port and answers {@code GET /metrics} with the
 * metrics of its meter provider, in the format that the request's Accept header prefers:
 * OpenMetrics 1.0, Prometheus text 0.0.4 or 1.0.0, or Prometheus protobuf. {@linkplain
 * OpenMetricsServerBuilder#setOpenMetrics2Enabled OpenMetrics 2.0} can be switched on.
 *
 * <pre>{@code
 * OpenMetricsServer server =
 *     OpenMetricsServer.builder().setHost("127.0.0.1").setPort(9464).build();
 * provider = SdkMeterProvider.builder().registerMetricReader(server).build();
 * }</pre>
 *
 * <p>The parameter {@code name[]} of the query asks for single metrics, and may be given more than
 * once: {@code /metrics?name[]=a_total&name[]=b}. A metric is asked for by the name of its TYPE
 * line or that of one of its samples, in full, and is sent with all its samples; {@code
 * target_info} too has to be named. A name that no metric has is no error: without any metric the
 * answer is an empty exposition. All metrics are collected nevertheless, callbacks run, and an
 * interval of exemplars ends. A query of more than 65536 characters or 1024 parameters is answered
 * 400.
 *
 * <p>Other paths: what is below {@code /metrics/} is answered as {@code /metrics} is; {@code
 * /-/healthy} answers 200 and does not collect, to anybody; {@code /} says where the metrics are,
 * and to a browser {@linkplain OpenMetricsServerBuilder#setLivePageEnabled shows} them.
 *
 * <p>OpenTelemetry specification, "Metrics Exporter - Prometheus" and "Prometheus and OpenMetrics
 * Compatibility". Where these leave something open, or data does not fit the formats:
 *
 * <ul>
 *   <li>Temporality is cumulative for all instruments. Delta points, which only a {@code
 *       MetricProducer} can bring, are left out with a warning.
 *   <li>An exponential histogram is a native histogram in protobuf and OpenMetrics 2.0, and has no
 *       classic buckets beside. A scale above 8 is brought down to 8, which is exact; a point whose
 *       scale is below -4, or that has no sum, is left out with a warning, as the specification
 *       says. In a family that has, or had, an explicit histogram it is a classic one, as
 *       Prometheus cannot read a family of both. The zero threshold is 1e-128. All exemplars are
 *       there in the order of time, but those that are later than the latest of those that stay:
 *       Prometheus takes none that is older than what it has.
 *   <li>In OpenMetrics 1.0 and in Prometheus text an exponential histogram is written as a classic
 *       one, whose 36 bucket bounds are always the same: the powers of four from 2<sup>-30</sup> to
 *       2<sup>40</sup>. Its counts are exact at each scale of -1 or more. Below that a bound may
 *       include values up to the next bound that the scale has. No count falls when the scale does.
 *   <li>Names are translated by the {@linkplain OpenMetricsServerBuilder#setTranslationStrategy
 *       strategy}, and then escaped as the request's Accept header says by its parameter {@code
 *       escaping}: {@code underscores}, which is meant if it says nothing, {@code dots}, {@code
 *       values}, or {@code allow-utf-8} for not at all. {@code name[]} asks for names as they are
 *       written then, or as they are without the parameter.
 *   <li>Metrics that become one name and have the same type are one family. If they differ in unit
 *       or description, they have none, from the first scrape on that sees it.
 *   <li>If their types differ, one has the name. A histogram or summary has the names of its
 *       samples before a counter or gauge. Otherwise it is the metric that comes first by scope
 *       name, scope version, schema URL and metric name, compared as strings, or by type if these
 *       are the same. The others are left out of the formats in which the names clash. A metric
 *       keeps its name while it has no points. One that is new and comes before takes the name
 *       over, once and for as long as the process runs. This is remembered for 10,000 names and
 *       types; if there are more, those without points are forgotten.
 *   <li>OpenMetrics 1.0 reserves names for a counter that its samples do not have. If another
 *       metric has one of them, the counter is written under the type {@code unknown}, without
 *       unit, exemplars and {@code _created}. The other formats have it as a counter.
 *   <li>Points that end up with the same name and labels are one series. Counters, up-down
 *       counters, histograms and summaries add up: histograms over the bounds that all have,
 *       summaries without quantiles. Of gauges that of the first metric stays, and of one metric
 *       the one whose attributes come first; the series is not that of another one while it has no
 *       value. 10,000 such series are remembered. If a part of a counter has no point in a scrape,
 *       it counts with its last value; 10,000 such parts are remembered. Without a part up-down
 *       counters, histograms and summaries are smaller in that scrape.
 *   <li>{@code target_info} has the resource of the metric that comes first in the same order.
 *   <li>Each clash of names or labels is logged once. Other problems are logged at most once in ten
 *       minutes, by the logger that has the name of this class, with the number of times each was
 *       met.
 *   <li>In OpenMetrics 1.0 a histogram has neither {@code _sum} nor {@code _count} if a bucket
 *       bound is negative, an exponential histogram has negative values, or the sum is negative or
 *       NaN. Prometheus text has the {@code _count} always, and the {@code _sum} unless it is NaN.
 *       A sum that is NaN means that it was left out where the point was made, and is not worth a
 *       warning. Protobuf and OpenMetrics 2.0 have to have a sum: there it is NaN.
 *   <li>Exemplars are not in Prometheus text. Elsewhere it is the latest of a counter, and of each
 *       bucket of a histogram; with a reservoir that prefers the largest, the largest of the newest
 *       interval that has one. What a line shows never goes back in time. OpenMetrics 2.0 has all.
 *   <li>The time at which a count began is in protobuf and OpenMetrics 2.0 always, where it costs
 *       no series; in OpenMetrics 1.0 as {@link OpenMetricsServerBuilder#setCreatedSamplesEnabled}
 *       says.
 *   <li>A metric or label name never begins with an underscore, and a metric name never ends with
 *       one; a label {@code le} or {@code quantile} that comes from an attribute of a histogram or
 *       summary gets the prefix {@code key_}.
 * </ul>
 *
 * <p>Answers other than 200: those of {@link OpenMetricsReader#scrape}; 400, 414, 431 and 505 for
 * what is no request of HTTP/1.1 or 1.0, or is too long; 401 for who may not read; 403 for a
 * browser that asks for this machine by a name that may be anybody's, where the server listens on
 * this machine only, and has neither TLS nor a password; 404 for other paths; 405 for methods other
 * than GET and HEAD. A body is complete before its first byte is sent, so that no scrape is cut
 * short by a failure. HEAD does not collect.
 *
 * <p>Who may read: it listens on {@code localhost} unless {@linkplain
 * OpenMetricsServerBuilder#setHost asked otherwise}. It can {@linkplain
 * OpenMetricsServerBuilder#setTls(Path, Path) encrypt}, ask for {@linkplain
 * OpenMetricsServerBuilder#setTrustedClients certificates of clients}, for {@linkplain
 * OpenMetricsServerBuilder#setBasicAuthentication a password}, or {@linkplain
 * OpenMetricsServerBuilder#setAuthenticator what the application decides}.
 *
 * <p>Limits, so that no client harms the application or other scrapers: {@value
 * HttpLimits#CONNECTIONS} connections, of which the one whose client has been silent for longest
 * makes room for a new one; {@value HttpLimits#READING_SECONDS} s for a request, {@value
 * HttpLimits#IDLE_SECONDS} s between two; an answer is given up when the client takes nothing for
 * {@value HttpLimits#STALLED_SECONDS} s, or not all of it in {@value HttpLimits#SENDING_SECONDS} s;
 * first lines of 66 kB, {@value RequestReader#MAX_HEADERS} headers of 16 kB together; and the
 * {@linkplain OpenMetricsServerBuilder#setMaxConcurrentScrapes scrapes that run at once}, of which
 * one whose client takes nothing for {@value HttpLimits#STALLED_IN_NEED_MILLIS} ms makes room. What
 * a request holds is never logged nor answered.
 *
 * <p>Threading: all methods may be called by any thread. Several scrapes may run at once; they
 * collect one after the other and send their answers side by side. Each connection has a daemon
 * thread, or a task of the {@linkplain OpenMetricsServerBuilder#setExecutor executor}; one more
 * thread accepts them. None keeps the JVM running.
 *
 * <p>Memory: a scrape that has the same series as the one before allocates a fixed amount. For that
 * the labels of all series are kept, about a byte for each character, and the buffers of up to two
 * bodies, plain and compressed. The labels are kept once more for protobuf, and for each way to
 * escape names that is asked for and gives other names, until none of 100 scrapes has asked for
 * them. Only while scrapes wait for one another up to four more bodies are kept, and each scrape
 * has its own, or shares one, until it is sent.
 */
public final class OpenMetricsServer implements MetricReader, ExemplarOutcomes.Source {

  static final String DEFAULT_HOST = "localhost";
  static final int DEFAULT_PORT = 9464;
  static final String DEFAULT_PATH = "/metrics";
  static final String DEFAULT_HEALTH_PATH = "/-/healthy";

  private static final long SHUTDOWN_GRACE_MILLIS = 1000;

  static final Logger LOGGER = Logger.getLogger(OpenMetricsServer.class.getName());

  private final InetSocketAddress address;
  private final String metricsPath;
  private final @Nullable ServerTls tls;
  private final @Nullable Access access;
  private final ProblemLog log;
  private final OpenMetricsReader reader;
  private final List<Route> routes;
  private final HttpListener listener;

  /** Null if the threads are the application's. */
  private final @Nullable ExecutorService ownExecutor;

  private final CompletableResultCode shutdownResult = new CompletableResultCode();

  /**
   * Makes a server that does not answer before {@link #start}.
   *
   * @param socket bound already
   * @param reader what answers scrapes
   * @param tls null for none
   * @param access null for everybody
   * @param executor null for threads of its own
   * @param livePage not null
   */
  OpenMetricsServer(
      ServerSocket socket,
      OpenMetricsReader reader,
      String metricsPath,
      String healthPath,
      @Nullable ServerTls tls,
      @Nullable Access access,
      @Nullable Executor executor,
      HttpLimits limits,
      LiveSettings livePage,
      ProblemLog log) {
    this.reader = reader;
    this.metricsPath = metricsPath;
    this.tls = tls;
    this.access = access;
    this.log = log;
    address = (InetSocketAddress) socket.getLocalSocketAddress();
    final boolean hasLivePage = livePage.isOn(isPrivate());
    final IndexPage index = new IndexPage(metricsPath, healthPath, hasLivePage);
    final List<Route> all = new ArrayList<>();
    all.add(new Route(healthPath, true, true, OpenMetricsServer::healthy));
    all.add(new Route(metricsPath, true, false, this::scrape));
    if (hasLivePage) {
      final Scrapes scrapes = reader.scrapes();
      scrapes.showBy(new LiveCollections(livePage.naming()));
      final LivePage page =
          new LivePage(index::answer, after -> scrapes.live(after, livePage.traceUrl()), log);
      all.add(new Route(LivePage.FILES, true, false, page::file));
      all.add(new Route("/", false, false, page::answer));
    } else {
      all.add(new Route("/", false, false, index::answer));
    }
    // One that is below another one is asked first.
    all.sort(Comparator.comparingInt((Route route) -> route.path().length()).reversed());
    routes = List.copyOf(all);
    Executor threads = executor;
    if (threads == null) {
      ownExecutor = newExecutor(address.getPort());
      threads = ownExecutor;
    } else {
      ownExecutor = null;
    }
    listener = new HttpListener(socket, tls, threads, this::answer, limits, log);
    reader.scrapes().makeRoomBy(listener::cutOneThatIsStalled);
  }

  /**
   * Returns a builder with the default settings.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static OpenMetricsServerBuilder builder() {
    OpenTelemetryVersion.requireSupported();
    return new OpenMetricsServerBuilder();
  }

  private static ExecutorService newExecutor(int port) {
    final AtomicInteger number = new AtomicInteger();
    final ThreadFactory threads =
        task ->
            DaemonThreads.newThread(
                "glint-openmetrics-" + port + "-" + number.incrementAndGet(), task);
    return Executors.newCachedThreadPool(threads);
  }

  void start() {
    listener.start();
  }

  /**
   * Whether nobody but those who are meant to can read: it listens on this machine only, or asks
   * who is there.
   */
  boolean isPrivate() {
    return address.getAddress().isLoopbackAddress()
        || access != null
        || (tls != null && tls.clientCertificateRequired());
  }

  private OpenMetricsResponse answer(OpenMetricsRequest request) {
    try {
      for (final Route route : routes) {
        if (route.leadsTo(request.path())) {
          return answer(request, route);
        }
      }
      final OpenMetricsResponse refusal = refusal(request);
      return refusal != null
          ? refusal
          : TextResponse.of(
              404, "Not found. Metrics are at " + metricsPath + "\n", request.isHead());
    } catch (Throwable e) {
      // An Error too: the client is to get an answer, and the thread is to live on.
      log.warn(
          "page",
          e.getClass().getName(),
          () ->
              "A request to the metrics endpoint at "
                  + address
                  + " failed; it is answered with status 500:",
          e);
      return TextResponse.of(
          500, "This page failed. The log of the process has the details.\n", request.isHead());
    }
  }

  private OpenMetricsResponse answer(OpenMetricsRequest request, Route route) {
    final OpenMetricsResponse refusal = route.isOpen() ? null : refusal(request);
    if (refusal != null) {
      return refusal;
    }
    if (!request.isHead() && !request.method().equals("GET")) {
      return TextResponse.methodNotAllowed();
    }
    if (!route.isOpen() && isForThisMachineOnly() && LocalHosts.isForeign(request)) {
      return TextResponse.of(
          403,
          "This endpoint can be reached from this machine only. A browser has to ask for it by an"
              + " address or by localhost, as in http://localhost:"
              + address.getPort()
              + "/ : by another name the page of any web site could read the metrics (DNS"
              + " rebinding). A proxy in front has to send localhost as Host. With a password"
              + " (OpenMetricsServerBuilder.setBasicAuthentication) any name will do.\n",
          request.isHead());
    }
    return route.page().answer(request);
  }

  /** Whether what keeps others out is that they cannot connect, and nothing else. */
  private boolean isForThisMachineOnly() {
    return address.getAddress().isLoopbackAddress() && access == null && tls == null;
  }

  /** Null if whoever asks may have what others may not. */
  private @Nullable OpenMetricsResponse refusal(OpenMetricsRequest request) {
    return access == null || access.allows().test(request)
        ? null
        : access.refusal(request.isHead());
  }

  private OpenMetricsResponse scrape(OpenMetricsRequest request) {
    return reader.scrape(request.method(), request.query(), request::headers);
  }

  private static OpenMetricsResponse healthy(OpenMetricsRequest request) {
    return TextResponse.of(200, "Exporter is healthy.\n", request.isHead());
  }

  /** Returns the port the server listens on, or did before shutdown; never 0. */
  public int getPort() {
    return address.getPort();
  }

  /** Returns the address the server listens on, or did before shutdown; never null. */
  public InetSocketAddress getAddress() {
    return address;
  }

  /**
   * Connects the server to a meter provider, which calls this when it is built.
   *
   * @throws IllegalStateException if the server has been registered before, as a reader belongs to
   *     one provider, or has been shut down
   */
  @Override
  public void register(CollectionRegistration registration) {
    reader.scrapes().register(requireNonNull(registration, "registration"), this);
  }

  /** Returns {@link AggregationTemporality#CUMULATIVE} for all instruments. */
  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return reader.getAggregationTemporality(instrumentType);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return reader.getDefaultAggregation(instrumentType);
  }

  /** Returns {@link MemoryMode#REUSABLE_DATA}: a scrape is written before the next collection. */
  @Override
  public MemoryMode getMemoryMode() {
    return reader.getMemoryMode();
  }

  /** Does nothing, successfully: a scrape collects at the moment it is asked. */
  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  /**
   * Stops to listen, lets running scrapes end for up to a second, and ends all threads. Takes a
   * little more than two seconds at most. Further calls have no effect and return the same result.
   *
   * @return a result that is complete when the first call returns; it is a failure only if a scrape
   *     hangs, for instance in a callback that does not end
   */
  @Override
  public CompletableResultCode shutdown() {
    if (!reader.scrapes().close()) {
      return shutdownResult;
    }
    boolean ended = false;
    try {
      ended = listener.stop(SHUTDOWN_GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ownExecutor != null) {
      ownExecutor.shutdownNow();
    }
    return ended
        ? shutdownResult.succeed()
        : shutdownResult.failExceptionally(
            new IllegalStateException(
                this + " was shut down while a scrape was stuck; look for a callback that hangs"));
  }

  @Override
  public void close() {
    shutdown().join(3 * SHUTDOWN_GRACE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * What became of the exemplars of the scrapes so far, each of them counted at each scrape.
   *
   * <ul>
   *   <li>{@code EXPORTED}: in an answer as OpenMetrics or protobuf
   *   <li>{@code EXPORTED_IN_PART}: the same, without attributes that do not fit into 128
   *       characters
   *   <li>{@code LABELS_TOO_LONG}: the ids of its span alone are longer than is allowed, which
   *       those of OpenTelemetry never are
   *   <li>{@code NOT_REQUESTED}: the scraper asked for Prometheus text, where OpenMetrics would
   *       have had a place
   *   <li>{@code NOT_REPRESENTABLE}: of a gauge, an up-down counter or a metric or point that is
   *       left out; or another exemplar of its bucket, or of its counter, was written
   *   <li>{@code EXPORT_FAILED}: in an answer that the scraper broke off; it may get it by its next
   *       scrape
   * </ul>
   *
   * <p>HEAD, answers other than 200, and metrics that a scraper did not ask for by {@code name[]},
   * count nothing.
   */
  @Override
  public ExemplarOutcomes exemplarOutcomes() {
    return reader.exemplarOutcomes();
  }

  @Override
  public String toString() {
    final String host = address.getAddress().getHostAddress();
    final String bracketed = host.indexOf(':') >= 0 ? '[' + host + ']' : host;
    final String scheme = tls == null ? "http://" : "https://";
    return "OpenMetricsServer{" + scheme + bracketed + ':' + address.getPort() + metricsPath + '}';
  }
}
