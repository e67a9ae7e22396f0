package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolOptionsTest {
  @Test
  void readsAllOptions(@TempDir Path directory) {
    final Path results = directory.resolve("results");
    assertThat(ToolOptions.parse(List.of("--quick", "--out", results.toString())))
        .isEqualTo(new ToolOptions(true, results, false));
    assertThat(ToolOptions.parse(List.of()))
        .isEqualTo(new ToolOptions(false, null, false))
        .returns(2, options -> options.choose(1, 2));
    assertThat(ToolOptions.parse(List.of("--help")).wantsHelp()).isTrue();
  }

  @Test
  void doesNotWriteOverWhatIsThere(@TempDir Path directory) throws IOException {
    final List<String> args = List.of("--out", directory.toString());
    assertThat(ToolOptions.parse(args).out()).isEqualTo(directory);
    Files.writeString(directory.resolve("tail.md"), "of yesterday");
    assertThatThrownBy(() -> ToolOptions.parse(args))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--out");
  }

  @Test
  void namesWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> ToolOptions.parse(List.of("--fast")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--fast");
    assertThatThrownBy(() -> ToolOptions.parse(List.of("--out")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--out");
  }
}
