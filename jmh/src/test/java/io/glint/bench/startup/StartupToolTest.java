package io.glint.bench.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.bench.startup.StartupTool.Options;
import io.glint.bench.tool.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupToolTest {
  @TempDir private Path folder;
  private Project project;

  @BeforeEach
  void find() {
    project = new Project(folder);
  }

  @Test
  void anAgentIsFoundIfItWasMade() throws Exception {
    assertThat(Options.parse(List.of(), project).agent()).isNull();
    final Path target = folder.resolve("javaagent-extension/target");
    Files.createDirectories(target.resolve("agents"));
    Files.createFile(target.resolve("agents/opentelemetry-javaagent-2.14.0.jar"));
    final Path newer =
        Files.createFile(target.resolve("agents/opentelemetry-javaagent-2.33.1.jar"));
    final Path extension = Files.createFile(target.resolve("glint-javaagent-extension-1.jar"));
    final Options options = Options.parse(List.of("--pairs", "7"), project);
    assertThat(options.agent()).isEqualTo(newer);
    assertThat(options.extension()).isEqualTo(extension);
    assertThat(options.pairs()).isEqualTo(7);
    assertThat(options.ways()).containsExactly(Way.values());
    assertThat(Options.parse(List.of("--only", "boot"), project).ways()).containsExactly(Way.BOOT);
  }

  @Test
  void whatIsNotUnderstoodIsTold() {
    assertThatThrownBy(() -> Options.parse(List.of("--pairs", "0"), project))
        .hasMessageContaining("--pairs needs a number");
    assertThatThrownBy(() -> Options.parse(List.of("--pairs"), project))
        .hasMessageContaining("--pairs needs a value");
    assertThatThrownBy(() -> Options.parse(List.of("--agent", "no.jar"), project))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> Options.parse(List.of("--agnet"), project))
        .hasMessageContaining("--agnet");
    assertThatThrownBy(() -> Options.parse(List.of("--only", "boat"), project))
        .hasMessageContaining("boat");
  }

  @Test
  void theTargetIsMetMissedOrCannotBeTold() {
    assertThat(StartupTool.target(Way.PLAIN, 300, -9, -8, -7, -6, -5, -4)).endsWith("met: yes");
    assertThat(StartupTool.target(Way.PLAIN, 300, 4, 5, 6, 7, 8, 9)).endsWith("met: no");
    assertThat(StartupTool.target(Way.PLAIN, 300, -4, 5, 6, 7, 8, 9))
        .endsWith("told from these pairs");
    assertThat(StartupTool.target(Way.AGENT, 300, 4, 5, 6, 7, 8, 50))
        .contains("at most 50 ms")
        .endsWith("met: yes");
    assertThat(StartupTool.target(Way.AGENT, 5000, 4, 5, 6, 7, 8, 99))
        .contains("at most 100 ms")
        .endsWith("met: yes");
  }
}
