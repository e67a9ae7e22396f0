package io.glint.it.unload;

import com.sun.net.httpserver.HttpServer;
import io.glint.testing.FreePort;
import java.io.File;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A process with two web applications, each of which has a class loader with all of Glint and of
 * OpenTelemetry. The process itself has only the JDK. It prints what is left of each application
 * after it was stopped.
 */
public final class WebServer {
  /** How long what has to go may take. */
  private static final int PATIENCE_SECONDS = 60;

  /** How long to look at what stays on purpose. */
  private static final int LOOK_SECONDS = 3;

  /** What is left of one application: nothing but these. */
  private record Remains(WeakReference<ClassLoader> loader, String name) {}

  private final Map<String, AtomicInteger> exports = new ConcurrentHashMap<>();
  private final HttpServer receiver;
  private final Set<Thread> own;

  private WebServer() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          final int count =
              exports
                  .computeIfAbsent(exchange.getRequestURI().getPath(), path -> new AtomicInteger())
                  .incrementAndGet();
          // The second is refused, so that its points wait for a later one.
          exchange.sendResponseHeaders(count == 2 ? 400 : 200, -1);
          exchange.close();
        });
    receiver.start();
    // What the JDK starts for the clients of the process itself.
    get("http://127.0.0.1:" + receiver.getAddress().getPort() + "/own");
    own = Thread.getAllStackTraces().keySet();
  }

  /** One application while it runs. */
  private final class Deployed {
    private final String name;
    private final URLClassLoader loader;
    private final UnaryOperator<String> application;
    private final int scrapePort;

    @SuppressWarnings("unchecked")
    Deployed(String name, String how) throws Exception {
      this.name = name;
      loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
      scrapePort = FreePort.find();
      final String path = "/" + name;
      final String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
      System.setProperty("otel.exporter.prometheus.port", String.valueOf(scrapePort));
      System.setProperty("otel.exporter.otlp.metrics.endpoint", url);
      final ClassLoader before = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(loader);
      try {
        application =
            (UnaryOperator<String>)
                loader.loadClass(WebApplication.class.getName()).getConstructor().newInstance();
        require(application.getClass() != WebApplication.class, "classes of its own");
        ask(how + ' ' + url + ' ' + scrapePort);
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }

    /** As a server does that calls an application. */
    String ask(String request) {
      final ClassLoader before = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(loader);
      try {
        return application.apply(request);
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }

    void works() throws Exception {
      ask("work");
      require(!ask("explain").isEmpty(), "explained");
      final String scraped = get("http://localhost:" + scrapePort + "/metrics");
      require(scraped.contains("web_requests_total{"), scraped);
      require(scraped.contains("trace_id=\"" + WebApplication.TRACE_ID + '"'), scraped);
      final int already = exported();
      await(() -> exported() >= already + 3, "exports of " + name);
    }

    private int exported() {
      final AtomicInteger count = exports.get("/" + name);
      return count == null ? 0 : count.get();
    }

    Remains stop() throws Exception {
      ask("close");
      loader.close();
      return new Remains(new WeakReference<>(loader), name);
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition, String what) throws InterruptedException {
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      require(System.nanoTime() - end < 0, what);
      Thread.sleep(10);
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }

  private static URL[] classPath() throws Exception {
    final List<URL> urls = new ArrayList<>();
    for (final String place :
        System.getProperty("application.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(place).toUri().toURL());
    }
    return urls.toArray(new URL[0]);
  }

  private static String get(String url) throws Exception {
    final HttpURLConnection connection =
        (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestProperty("Accept", "application/openmetrics-text; version=1.0.0");
    connection.setRequestProperty("Connection", "close");
    connection.setConnectTimeout(30_000);
    connection.setReadTimeout(30_000);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Prints whether the class loader goes. The JVM has no patience with soft references. */
  private static void reportLoader(Remains remains, int seconds) throws InterruptedException {
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() - end < 0 && remains.loader().get() != null) {
      System.gc();
      Thread.sleep(50);
    }
    System.out.println(
        remains.name() + ": class loader " + (remains.loader().get() == null ? "gone" : "kept"));
  }

  /** Prints what threads stay. */
  private void reportThreads(int seconds) throws InterruptedException {
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() - end < 0 && !threads().isEmpty()) {
      Thread.sleep(50);
    }
    System.out.println("threads: " + threads());
  }

  /** Names of threads that the process did not have before the first application. */
  private List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !own.contains(thread))
        .filter(thread -> thread.getThreadGroup() != null)
        // Those of the JVM itself, and the carriers of virtual threads and what wakes these.
        .filter(thread -> !thread.getThreadGroup().getName().equals("system"))
        .filter(thread -> !thread.getClass().getName().startsWith("jdk.internal."))
        .filter(thread -> !thread.getName().startsWith("VirtualThread-"))
        .filter(thread -> !thread.getName().equals("Common-Cleaner"))
        .map(Thread::getName)
        .sorted()
        .collect(Collectors.toList());
  }

  private static Remains deployAndStop(Deployed application, String left) throws Exception {
    application.works();
    if (!left.isEmpty()) {
      application.ask(left);
    }
    return application.stop();
  }

  /**
   * Starts two applications, stops the first one while the second works on, and stops that.
   *
   * @param arguments how the applications set Glint up, and what the first one leaves behind
   */
  public static void main(String[] arguments) throws Exception {
    final WebServer server = new WebServer();
    final Remains second = server.run(arguments[0], arguments.length > 1 ? arguments[1] : "");
    reportLoader(second, PATIENCE_SECONDS);
    server.reportThreads(arguments.length > 1 ? LOOK_SECONDS : PATIENCE_SECONDS);
    System.exit(0);
  }

  /** Apart, so that no variable of the caller leads to an application. */
  private Remains run(String how, String left) throws Exception {
    final Deployed second = new Deployed("second", how);
    final Remains first = deployAndStop(new Deployed("first", how), left);
    reportLoader(first, left.isEmpty() ? PATIENCE_SECONDS : LOOK_SECONDS);
    second.works();
    return second.stop();
  }
}
