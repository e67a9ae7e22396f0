package io.glint.javaagent;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * What the tests start under the agent, in a process of its own: a service over HTTP that works in
 * a pool of threads, asks a database through a pool of connections, and records metrics of its own.
 * It knows OpenTelemetry's API, and nothing of Glint.
 */
public final class Service {
  private final HikariDataSource database;
  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final LongCounter orders;
  private final LongHistogram rows;
  private final Runnable bound;

  private Service() {
    final HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:mem:shop");
    config.setPoolName("shop");
    config.setMaximumPoolSize(2);
    database = new HikariDataSource(config);
    final Meter meter = GlobalOpenTelemetry.getMeter("shop");
    orders = meter.counterBuilder("shop.orders").build();
    rows = meter.histogramBuilder("shop.rows").ofLongs().build();
    bound = Boolean.getBoolean("shop.bound") ? Bound.make(meter) : () -> {};
  }

  /** Apart, as old agents know no bound instruments. */
  private static final class Bound {
    private Bound() {}

    static Runnable make(Meter meter) {
      final var counter =
          ((ExtendedLongCounter) meter.counterBuilder("shop.bound").build())
              .bind(Attributes.of(AttributeKey.stringKey("shop"), "corner"));
      return () -> counter.add(1);
    }
  }

  private String order(String ordered) throws Exception {
    final int wanted = ordered == null ? 7 : Integer.parseInt(ordered);
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("select count(*) from system_range(1, " + wanted + ")")) {
      result.next();
      final long count = result.getLong(1);
      orders.add(1, Attributes.of(AttributeKey.stringKey("country"), "FR"));
      rows.record(count);
      bound.run();
      return "rows: " + count;
    }
  }

  /** What instrumentation of the agent that must not lose data calls, when a process may stop. */
  private static String flush() throws Exception {
    Class.forName("io.opentelemetry.javaagent.bootstrap.OpenTelemetrySdkAccess")
        .getMethod("forceFlush", long.class, TimeUnit.class)
        .invoke(null, 10, TimeUnit.SECONDS);
    return "flushed";
  }

  /**
   * Serves until its standard input ends, and prints the port. An order asks for seven rows, and
   * {@code /order?40} for forty.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) throws Exception {
    final Service service = new Service();
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          final boolean isFlush = exchange.getRequestURI().getPath().equals("/flush");
          int status = 200;
          String answer;
          try {
            answer =
                isFlush
                    ? flush()
                    : service
                        .workers
                        .submit(() -> service.order(exchange.getRequestURI().getQuery()))
                        .get(30, TimeUnit.SECONDS);
          } catch (Exception e) {
            status = 500;
            answer = e.toString();
          }
          final byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    System.out.println("port " + server.getAddress().getPort());
    while (System.in.read() >= 0) {
      // Until the end of the input.
    }
    System.exit(0);
  }
}
