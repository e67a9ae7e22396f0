package io.glint.bench.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.bench.agent.AgentTool.Options;
import io.glint.bench.agent.AgentTool.Run;
import io.glint.bench.tool.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentToolTest {
  @TempDir private Path folder;
  private Project project;

  @BeforeEach
  void build() throws Exception {
    final Path target = Files.createDirectories(folder.resolve("javaagent-extension/target"));
    Files.createDirectories(target.resolve("agents"));
    Files.createFile(target.resolve("agents/opentelemetry-javaagent-2.33.1.jar"));
    Files.createFile(target.resolve("glint-javaagent-extension-1.jar"));
    project = new Project(folder);
  }

  @Test
  void sixPairsAreMeasuredUnlessAskedOtherwise() {
    assertThat(Options.parse(List.of(), project).pairs()).isEqualTo(6);
    assertThat(Options.parse(List.of("--quick"), project).pairs()).isEqualTo(1);
    final Options options =
        Options.parse(List.of("--quick", "--pairs", "3", "--rate", "50"), project);
    assertThat(options.pairs()).isEqualTo(3);
    assertThat(options.perSecond()).isEqualTo(50);
    assertThat(options.agent()).hasFileName("opentelemetry-javaagent-2.33.1.jar");
    assertThat(options.extension()).hasFileName("glint-javaagent-extension-1.jar");
  }

  @Test
  void whatIsNotUnderstoodIsTold() {
    assertThatThrownBy(() -> Options.parse(List.of("--rate", "0"), project))
        .hasMessageContaining("--rate needs a number");
    assertThatThrownBy(() -> Options.parse(List.of("--out", folder.toString()), project))
        .hasMessageContaining("there is something already");
    assertThatThrownBy(() -> Options.parse(List.of("--only"), project))
        .hasMessageContaining("--only");
    final Project empty = new Project(folder.resolve("agents"));
    assertThatThrownBy(() -> Options.parse(List.of(), empty)).hasMessageContaining("--extension");
    assertThat(Options.parse(List.of("--help"), empty).wantsHelp()).isTrue();
  }

  @Test
  void theTableHasMediansAndWhatPairsDifferBy() {
    final String table =
        AgentTool.table(
                List.of(run(2000, 100, 5000, 1_000_000), run(2200, 110, 5100, 1_200_000)),
                List.of(run(2100, 105, 4500, 1_000_000), run(2400, 111, 4600, 1_300_000)))
            .toMarkdown();
    assertThat(table.lines().filter(line -> line.contains("start-up")))
        .singleElement()
        .asString()
        .contains("2100 (2000–2200)", "2250 (2100–2400)", "150.0 (100.0 to 200.0)", "1.070 (");
    assertThat(table.lines().filter(line -> line.contains("allocated")))
        .singleElement()
        .asString()
        .contains("-500 (-500 to -500)");
    assertThat(table.lines().filter(line -> line.contains("p99")))
        .singleElement()
        .asString()
        .contains("0.050 (");
  }

  @Test
  void whatRecordingCallsCostGoesFromProcessToProcess() {
    final RecordingCalls calls = new RecordingCalls(250.5, 160, 30.25, 0);
    assertThat(RecordingCalls.parse(calls.toLine())).isEqualTo(calls);
  }

  private static Run run(double start, double processor, double bytes, long nanos) {
    final Histogram latencies = OpenLoop.histogram();
    latencies.recordValue(nanos);
    return new Run(
        start, processor, bytes, latencies, RecordingCalls.parse("250.5 160.0 30.25 0.0"));
  }

  @Test
  void theServiceGetsNeitherAnSdkNorGlint() {
    assertThat(ServiceProcess.isNeeded("/m2/HikariCP-5.1.0.jar")).isTrue();
    assertThat(ServiceProcess.isNeeded("/m2/opentelemetry-api-incubator-1.68.0-alpha.jar"))
        .isTrue();
    assertThat(ServiceProcess.isNeeded("/m2/opentelemetry-sdk-metrics-1.68.0.jar")).isFalse();
    assertThat(ServiceProcess.isNeeded("/w/h2-app/target/glint-sdk-core-1.jar")).isFalse();
  }
}
