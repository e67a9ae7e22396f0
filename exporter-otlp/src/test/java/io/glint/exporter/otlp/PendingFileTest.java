package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Points that wait for their delivery outlive the process, and nothing makes their file wrong. */
@Timeout(120)
@Tag("long")
class PendingFileTest {
  private static final byte[] CONTENT = "what waits".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);
  private final OutageServer server = new OutageServer();

  @AfterEach
  void close() {
    server.close();
    log.close();
  }

  private Path path() {
    return directory.resolve("of/glint/pending.bin");
  }

  @Test
  void contentIsReadBackReplacedAndDeleted() throws IOException {
    try (PendingFile file = new PendingFile(path())) {
      assertThat(file.read()).isNull();
      file.write(CONTENT);
      assertThat(file.read()).isEqualTo(CONTENT);
      file.write(new byte[200_000]);
      assertThat(file.read()).isEqualTo(new byte[200_000]);
      file.delete();
      file.delete();
      assertThat(file.read()).isNull();
    }
  }

  @Test
  void aContentThatIsTornOrChangedIsMovedAside() throws IOException {
    try (PendingFile file = new PendingFile(path())) {
      file.write(CONTENT);
      final byte[] whole = Files.readAllBytes(path());
      for (int length = 0; length < whole.length; length++) {
        Files.write(path(), Arrays.copyOf(whole, length));
        assertDamaged(file);
      }
      for (int i = 0; i < whole.length; i++) {
        final byte[] changed = whole.clone();
        changed[i] ^= 1;
        Files.write(path(), changed);
        assertDamaged(file);
      }
      assertThat(file.read()).isNull();
    }
  }

  private void assertDamaged(PendingFile file) {
    assertThatThrownBy(file::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining(path() + ".damaged");
    assertThat(path()).doesNotExist();
  }

  @Test
  void aWriteThatFailsLeavesWhatWasThere() throws IOException {
    try (PendingFile file = new PendingFile(path())) {
      file.write(CONTENT);
      // A directory in the way, as a full disk would be.
      Files.createDirectories(directory.resolve("of/glint/pending.bin.next/in"));
      assertThatThrownBy(() -> file.write(new byte[10])).isInstanceOf(IOException.class);
      assertThat(file.read()).isEqualTo(CONTENT);
    }
  }

  @Test
  void whatAWriteThatWasCutOffLeftIsRemoved() throws IOException {
    final Path next = directory.resolve("of/glint/pending.bin.next");
    Files.createDirectories(next.getParent());
    Files.write(next, new byte[10]);
    new PendingFile(path()).close();
    assertThat(next).doesNotExist();
  }

  @Test
  void aSecondExporterDoesWithoutTheFileAndSaysSo() {
    try (OtlpMetricExporter first = exporter();
        OtlpMetricExporter second = exporter()) {
      export(second, 1);
      assertThat(path()).doesNotExist();
      export(first, 1);
      assertThat(path()).exists();
    }
    assertThat(log.warnings().get(0)).contains(path().toString(), "another exporter uses it");
  }

  @Test
  void aSecondExporterOfTheProcessDoesNotGiveUpTheLockOfTheFirst() throws Exception {
    final Path link = directory.resolve("link");
    try (PendingFile first = new PendingFile(path())) {
      Files.createSymbolicLink(link, path().getParent());
      for (final Path same : List.of(path(), link.resolve("pending.bin"))) {
        assertThatThrownBy(() -> new PendingFile(same)).hasMessage("another exporter uses it");
      }
      assertThat(first.read()).isNull();
      assertThat(takenByAnotherProcess()).isEqualTo("another exporter uses it");
    }
    assertThat(takenByAnotherProcess()).isEqualTo("free");
    new PendingFile(link.resolve("pending.bin")).close();
  }

  private String takenByAnotherProcess() throws Exception {
    final Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Taking.class.getName(),
                path().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      return output.readLine();
    }
  }

  /** Takes the file, and says whether it could. */
  static final class Taking {
    public static void main(String[] arguments) {
      try {
        new PendingFile(Path.of(arguments[0])).close();
        System.out.println("free");
      } catch (IOException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void aRootIsNoFile() {
    assertThatThrownBy(() -> new PendingFile(directory.getRoot()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("directory");
  }

  @Test
  void theNextStartSendsWhatWasLeftAtTheShutdownAndTheFileIsGone() {
    final OtlpMetricExporter first = exporter();
    export(first, 3);
    export(first, 4);
    assertThat(first.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(log.warnings())
        .last()
        .asString()
        .contains("1 metric point ", "before the shutdown", path().toString(), "sends them");
    assertThat(first.deliveryCounts().lostDeltaPoints()).isZero();
    assertThat(path()).exists();

    server.up();
    try (OtlpMetricExporter second = exporter()) {
      assertThat(log.messages(Level.INFO))
          .last()
          .asString()
          .contains("1 metric point", "read from");
      export(second, 10);
      assertThat(server.totals()).isEqualTo(Map.of("delta", 17.0));
      assertThat(path()).doesNotExist();
    }
  }

  @Test
  void whatMayHaveArrivedWithTheLastAttemptStaysInTheFile() {
    final OtlpMetricExporter first = exporter();
    export(first, 3);
    server.refuse(exchange -> OtlpServer.reply(exchange, 502, new byte[0]));
    assertThat(first.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(server.notTaken).hasSize(1);
    assertThat(log.warnings()).last().asString().contains(path().toString(), "count twice");
    assertThat(first.deliveryCounts().lostDeltaPoints()).isZero();

    server.up();
    try (OtlpMetricExporter second = exporter()) {
      export(second, 10);
    }
    assertThat(server.totals()).isEqualTo(Map.of("delta", 13.0));
    assertThat(path()).doesNotExist();
  }

  @Test
  void anotherResourceIsSentAsItWas() {
    final OtlpMetricExporter first = exporter();
    export(first, 3);
    first.shutdown().join(20, TimeUnit.SECONDS);
    server.up();
    try (OtlpMetricExporter second = exporter()) {
      second
          .export(
              List.of(
                  TestMetrics.longGauge(
                      Resource.empty(), TestMetrics.SCOPE, "gauge", TestMetrics.point(1))))
          .join(20, TimeUnit.SECONDS);
    }
    assertThat(server.taken.get(0).getResourceMetricsCount()).isEqualTo(2);
    assertThat(server.taken.get(0).getResourceMetrics(0).getResource().getAttributes(0).getKey())
        .isEqualTo("service.name");
  }

  @Test
  void aDamagedFileIsReportedAndDoesNotHinder() throws IOException {
    Files.createDirectories(path().getParent());
    Files.writeString(path(), "not what an exporter writes, and long enough");
    server.up();
    try (OtlpMetricExporter exporter = exporter()) {
      assertThat(log.warnings()).singleElement().asString().contains("damaged", "setPendingFile");
      export(exporter, 1);
    }
    assertThat(server.totals()).isEqualTo(Map.of("delta", 1.0));
  }

  @Test
  void aFileThatCannotBeReadIsLeftAsItIs() throws IOException {
    // A directory in its place, as a file without permission would be.
    Files.createDirectories(path());
    server.up();
    try (OtlpMetricExporter exporter = exporter()) {
      assertThat(log.warnings()).singleElement().asString().contains("setPendingFile");
      export(exporter, 1);
    }
    assertThat(path()).isDirectory();
    assertThat(server.totals()).isEqualTo(Map.of("delta", 1.0));
  }

  @Test
  void aFileWithoutARequestIsLeftAsItIsAndNotHeld() throws IOException {
    final byte[] noRequest = {0x0A};
    try (PendingFile file = new PendingFile(path())) {
      file.write(noRequest);
    }
    server.up();
    try (OtlpMetricExporter exporter = exporter()) {
      assertThat(log.warnings()).singleElement().asString().contains("setPendingFile");
      export(exporter, 1);
      try (PendingFile file = new PendingFile(path())) {
        assertThat(file.read()).isEqualTo(noRequest);
      }
    }
  }

  @Test
  void aProcessThatIsKilledLosesNothingThatAnExportHasReportedAsKept() throws Exception {
    long least = 0;
    long most = 0;
    for (int round = 0; round < 4; round++) {
      final Process process = startExporting();
      long reported = 0;
      try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
        // Killed at another moment each time.
        for (int i = 0; i < 5 + 3 * round; i++) {
          reported = Long.parseLong(output.readLine());
        }
        Thread.sleep(round);
        // Not the process itself, which would close the output as well.
        assertThat(process.toHandle().destroyForcibly()).isTrue();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          reported = Long.parseLong(line);
        }
      }
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      least += reported;
      // The one export that was written, and not reported any more.
      most += reported + 1;
    }
    server.up();
    try (OtlpMetricExporter exporter = exporter()) {
      export(exporter, 0);
    }
    final double total = server.totals().get("delta");
    assertThat((long) total).isBetween(least, most);
    assertThat(log.warnings()).isEmpty();
  }

  private Process startExporting() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Exporting.class.getName(),
            server.url(),
            path().toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Counts to a server that is down, until it is killed. */
  static final class Exporting {
    public static void main(String[] arguments) {
      final OtlpMetricExporter exporter = exporter(arguments[0], Path.of(arguments[1]));
      for (long i = 1; ; i++) {
        export(exporter, 1);
        System.out.println(i);
      }
    }
  }

  /** The system lets no file of the process grow beyond a limit: a write ends in its middle. */
  @Test
  void aDiskThatIsFullInTheMiddleOfAWriteLeavesWhatWasThere() throws Exception {
    final Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 64; exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Filling.class.getName(),
                server.url(),
                path().toString())
            .redirectErrorStream(true)
            .start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(output)
        .contains("2 points wait")
        .contains("The file of pending points " + path(), "could not be written", "Check the disk");
    try (var files = Files.list(path().getParent())) {
      assertThat(files).containsExactlyInAnyOrder(path(), Path.of(path() + ".lock"));
    }
    server.up();
    try (OtlpMetricExporter exporter = exporter()) {
      export(exporter, 10);
    }
    assertThat(server.totals()).isEqualTo(Map.of("delta", 13.0));
    assertThat(log.warnings()).isEmpty();
  }

  /** Counts to a server that is down: first a little, then more than there is room for. */
  static final class Filling {
    public static void main(String[] arguments) {
      final OtlpMetricExporter exporter = exporter(arguments[0], Path.of(arguments[1]));
      export(exporter, 3);
      final Attributes large = Attributes.builder().put("large", "x".repeat(200_000)).build();
      export(exporter, LongPointData.create(1, 2, large, 4));
      System.out.println(exporter.deliveryCounts().waitingPoints() + " points wait");
      // Nothing is closed in order.
      Runtime.getRuntime().halt(0);
    }
  }

  private OtlpMetricExporter exporter() {
    return exporter(server.url(), path());
  }

  private static OtlpMetricExporter exporter(String url, Path file) {
    return OtlpMetricExporter.builder()
        .setEndpoint(url)
        .setRetryPolicy(null)
        .setPendingFile(file)
        .build();
  }

  private static void export(OtlpMetricExporter exporter, long value) {
    export(exporter, LongPointData.create(1, 2, Attributes.empty(), value));
  }

  private static void export(OtlpMetricExporter exporter, LongPointData point) {
    final MetricData metric =
        ImmutableMetricData.createLongSum(
            TestMetrics.RESOURCE,
            TestMetrics.SCOPE,
            "delta",
            "",
            "1",
            SumData.createLongSumData(true, AggregationTemporality.DELTA, List.of(point)));
    exporter.export(List.of(metric)).join(20, TimeUnit.SECONDS);
  }
}
