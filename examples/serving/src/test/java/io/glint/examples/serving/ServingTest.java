package io.glint.examples.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.sdk.GlintMeterProvider;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Each example serves what the reader has, over real connections. */
@Tag("long")
@Timeout(120)
class ServingTest {
  @TempDir private Path directory;

  private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
  private static final String TYPE_OF_OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final OpenMetricsReader reader = OpenMetricsReader.builder().build();
  private final AtomicInteger collections = new AtomicInteger();
  private final List<AutoCloseable> open = new ArrayList<>();
  private GlintMeterProvider provider;

  @BeforeEach
  void record() {
    provider = GlintMeterProvider.builder().registerMetricReader(reader).build();
    open.add(provider);
    provider.get("shop").counterBuilder("orders").build().add(3);
    provider
        .get("shop")
        .gaugeBuilder("collections")
        .buildWithCallback(result -> result.record(collections.incrementAndGet()));
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private static HttpResponse<byte[]> send(String method, URI uri, String... headers)
      throws Exception {
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(20))
            .method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private void assertServes(URI uri) throws Exception {
    final HttpResponse<byte[]> scrape = send("GET", uri, "Accept", OPEN_METRICS);
    assertThat(scrape.statusCode()).isEqualTo(200);
    assertThat(header(scrape, "Content-Type")).isEqualToIgnoringWhitespace(TYPE_OF_OPEN_METRICS);
    assertThat(text(scrape))
        .contains("orders_total{otel_scope_name=\"shop\"} 3")
        .endsWith("# EOF\n");
    final HttpResponse<byte[]> one = send("GET", URI.create(uri + "?name%5B%5D=orders_total"));
    assertThat(header(one, "Content-Type")).startsWith("text/plain");
    assertThat(text(one))
        .isEqualTo("# TYPE orders_total counter\norders_total{otel_scope_name=\"shop\"} 3\n");
    assertThat(collections).hasValue(2);
  }

  private void assertServesAllThatHttpHas(URI uri) throws Exception {
    assertServes(uri);
    final HttpResponse<byte[]> zipped =
        send("GET", URI.create(uri + "?name%5B%5D=orders_total"), "Accept-Encoding", "gzip");
    assertThat(header(zipped, "Content-Encoding")).isEqualTo("gzip");
    assertThat(header(zipped, "Content-Length")).isEqualTo("" + zipped.body().length);
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
      assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).contains("} 3\n");
    }
    final HttpResponse<byte[]> head = send("HEAD", uri, "Accept", OPEN_METRICS);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(header(head, "Content-Type")).isEqualToIgnoringWhitespace(TYPE_OF_OPEN_METRICS);
    assertThat(collections).hasValue(3);
    assertThat(send("POST", uri).statusCode()).isEqualTo(405);
    final HttpResponse<byte[]> tooMany =
        send("GET", URI.create(uri + "?" + "name%5B%5D=a&".repeat(1100).substring(0, 14000)));
    // Some servers refuse so long a first line themselves.
    assertThat(tooMany.statusCode()).isBetween(400, 499);
  }

  @Test
  void theServerOfTheJdk() throws Exception {
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/metrics", new JdkServerMetrics(reader));
    server.start();
    open.add(() -> server.stop(0));
    assertServesAllThatHttpHas(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics"));
  }

  @Test
  void aServlet() throws Exception {
    final Server server = new Server();
    final ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    final ServletContextHandler context = new ServletContextHandler("/app");
    context.addServlet(new ServletHolder(new MetricsServlet(reader)), "/metrics");
    server.setHandler(context);
    server.start();
    open.add(server::stop);
    assertServesAllThatHttpHas(
        URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/app/metrics"));
  }

  @Test
  void springMvcAndActuator() throws Exception {
    final SpringApplication application = new SpringApplication(App.class);
    application.addInitializers(
        context -> context.getBeanFactory().registerSingleton("reader", reader));
    final ConfigurableApplicationContext context =
        application.run(
            "--server.port=0",
            "--server.tomcat.basedir=" + directory,
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off",
            "--logging.level.root=warn",
            "--management.endpoints.web.exposure.include=openmetrics");
    open.add(context);
    final int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    assertServesAllThatHttpHas(URI.create("http://127.0.0.1:" + port + "/metrics"));
    collections.set(0);
    assertServes(URI.create("http://127.0.0.1:" + port + "/actuator/openmetrics"));
  }

  /** What an application of Spring Boot has beside the beans of its own. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {
    @Bean
    MetricsController metricsController(OpenMetricsReader reader) {
      return new MetricsController(reader);
    }

    @Bean
    MetricsEndpoint metricsEndpoint(OpenMetricsReader reader) {
      return new MetricsEndpoint(reader);
    }
  }

  @Test
  void netty() throws Exception {
    final var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final ExecutorService scrapers = Executors.newFixedThreadPool(2);
    open.add(() -> loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync());
    open.add(scrapers::shutdownNow);
    final Channel server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(4096),
                            new NettyMetrics(reader, scrapers));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    open.add(() -> server.close().sync());
    final int port = ((InetSocketAddress) server.localAddress()).getPort();
    assertServesAllThatHttpHas(URI.create("http://127.0.0.1:" + port + "/metrics"));
  }
}
