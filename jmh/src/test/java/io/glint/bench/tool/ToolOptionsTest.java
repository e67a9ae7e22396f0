package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToolOptionsTest {
  @Test
  void readsAllOptions() {
    assertThat(ToolOptions.parse(List.of("--quick", "--out", "results")))
        .isEqualTo(new ToolOptions(true, Path.of("results"), false));
    assertThat(ToolOptions.parse(List.of()))
        .isEqualTo(new ToolOptions(false, null, false))
        .returns(2, options -> options.choose(1, 2));
    assertThat(ToolOptions.parse(List.of("--help")).wantsHelp()).isTrue();
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
