package io.glint.examples.webstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("long")
class WebstoreMainTest {

  private static final String OTLP_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CountDownLatch stop = new CountDownLatch(1);

  @Test
  void afterItsDurationItSumsUpAndExitsWithZero() {
    final int status =
        run(Map.of(), "--duration=3", "--interval=1", "--rate=100", "--slow-every=20");

    assertThat(status).isZero();
    assertThat(err()).isEmpty();
    final String summary = out().substring(out().indexOf("Summary of"));
    assertThat(summary)
        .containsPattern("[0-9,]+ requests, [0-9,]+ orders, [0-9,]+ declined")
        .containsPattern("p50 .* ms +p95 .* p99 .* max +[0-9.]+ s")
        .containsPattern("(slowest|sampled) [0-9.]+ s, .*: ask payment provider took 9[0-9] % of ")
        .containsPattern("trace [0-9a-f]{32}")
        .containsPattern("linked +[1-9][0-9,]* traces");
  }

  @Test
  void answersAreSentAtOnceUnlessTheUserWantsOtherwise() {
    final String property = "sun.net.httpserver.nodelay";
    try {
      System.clearProperty(property);
      run(Map.of(), "--help");
      assertThat(System.getProperty(property)).isEqualTo("true");
      System.setProperty(property, "false");
      run(Map.of(), "--help");
      assertThat(System.getProperty(property)).isEqualTo("false");
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void toldToStopItDoesSoSoonAndLeavesNoThread() throws Exception {
    final Set<Thread> before = Thread.getAllStackTraces().keySet();
    stop.countDown();

    assertThat(run(Map.of(), "--rate=100")).isZero();
    assertThat(out()).contains("Summary of");
    assertThat(leftOver(before)).isEmpty();
  }

  @Test
  void aPortInUseIsOneLineAndStatusTwo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      final Set<Thread> before = Thread.getAllStackTraces().keySet();
      final String port = String.valueOf(taken.getLocalPort());

      assertThat(run(Map.of(), "--port", port)).isEqualTo(2);
      assertThat(run(Map.of(), "--metrics-port", port)).isEqualTo(2);
      assertThat(err())
          .hasLineCount(2)
          .contains(
              "cannot listen on port " + port + ": it is in use", "--port N", "--metrics-port N");
      assertThat(out()).isEmpty();
      assertThat(leftOver(before)).isEmpty();
    }
  }

  @Test
  void aBadFlagGetsAMessageAndTheUsage() {
    assertThat(run(Map.of(), "--rate=fast")).isEqualTo(2);
    assertThat(err()).startsWith("webstore: --rate must be a whole number").contains(Options.USAGE);
  }

  @Test
  void helpIsNotAnError() {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(out()).isEqualTo(Options.USAGE);
  }

  @Test
  void withoutSampledRequestsItClaimsNoTrace() {
    assertThat(run(Map.of(), "--duration=1", "--sample-ratio=0", "--rate=100")).isZero();
    assertThat(out())
        .contains("none of these payments was sampled")
        .doesNotContainPattern("[0-9a-f]{32}");
  }

  @Test
  void anOtlpEndpointThatNobodyServesDoesNotMatter() throws Exception {
    final int closed = FreePort.find();
    final long begin = System.nanoTime();
    final int status =
        run(Map.of(OTLP_ENDPOINT, "http://127.0.0.1:" + closed), "--duration=2", "--rate=50");

    assertThat(status).isZero();
    assertThat(out()).contains("OTLP to   http://127.0.0.1:" + closed, "Summary of");
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(15));
  }

  @Test
  void anOtlpEndpointThatIsNoAddressIsNamed() {
    assertThat(run(Map.of(OTLP_ENDPOINT, "somewhere"), "--duration=1")).isEqualTo(2);
    assertThat(run(Map.of(), "--otlp=somewhere", "--duration=1")).isEqualTo(2);
    assertThat(err())
        .hasLineCount(2)
        .startsWith("webstore: the address of the collector cannot be used: ")
        .contains("'somewhere'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nowhere/prometheus", "/bin/true"})
  void aProgramThatIsNoPrometheusIsOneLineAndLeavesNothing(String program) throws Exception {
    final Set<Thread> before = Thread.getAllStackTraces().keySet();

    assertThat(run(Map.of(), "--prometheus=" + program)).isEqualTo(2);
    assertThat(err())
        .hasLineCount(1)
        .startsWith("webstore: no Prometheus server: ")
        .contains("--prometheus=PATH");
    assertThat(out()).isEmpty();
    assertThat(leftOver(before)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"/nowhere/zipkin.jar, there is no file", "/bin/true, it ended with status 1"})
  void aJarThatIsNoZipkinIsOneLineAndLeavesNothing(String jar, String reason) throws Exception {
    final Set<Thread> before = Thread.getAllStackTraces().keySet();

    assertThat(run(Map.of(), "--zipkin=" + jar)).isEqualTo(2);
    assertThat(err())
        .hasLineCount(1)
        .startsWith("webstore: no Zipkin server: " + reason)
        .contains("--zipkin=PATH");
    assertThat(leftOver(before)).isEmpty();
  }

  @Test
  void anAgentThatIsNotThereIsOneLine() {
    assertThat(run(Map.of(), "--agent=/nowhere/agent.jar", "--agent-extension=/nowhere/e.jar"))
        .isEqualTo(2);
    assertThat(err())
        .hasLineCount(1)
        .contains("there is no file /nowhere/agent.jar")
        .contains("--agent: ", "Name the jar of the OpenTelemetry Java agent.");
    assertThat(out()).isEmpty();
  }

  /** Ports are free ones unless the arguments say otherwise. */
  private int run(Map<String, String> environment, String... arguments) {
    final List<String> all = new ArrayList<>(List.of("--port=0", "--metrics-port=0"));
    all.addAll(Arrays.asList(arguments));
    return WebstoreMain.run(
        all,
        environment,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        stop);
  }

  private static Set<Thread> leftOver(Set<Thread> before) throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (true) {
      final Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
      left.removeAll(before);
      // The JDK keeps one for a while after a process has ended.
      left.removeIf(thread -> thread.getName().startsWith("process reaper"));
      // A client of an earlier test that nobody has collected yet may begin another one.
      left.removeIf(
          thread ->
              thread.getName().startsWith("HttpClient-")
                  && before.stream().anyMatch(known -> client(known).equals(client(thread))));
      if (left.isEmpty() || System.nanoTime() > deadline) {
        return left;
      }
      Thread.sleep(10);
    }
  }

  /**
   * Of the JDK: "HttpClient-2" for "HttpClient-2-Worker-1" and for "HttpClient-2-SelectorManager".
   */
  private static String client(Thread thread) {
    return thread.getName().replaceFirst("^(HttpClient-\\d+)-.*", "$1");
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
