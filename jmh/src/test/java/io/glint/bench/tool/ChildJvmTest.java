package io.glint.bench.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
  /** A child that tells its arguments, or fails. */
  public static final class Child {
    private Child() {}

    /** Entry point. */
    public static void main(String[] args) {
      if (args[0].equals("fail")) {
        throw new IllegalStateException("the child's own words");
      }
      System.out.println("something else");
      ChildJvm.tell("first", args[0]);
      ChildJvm.tell("second", 2.5);
    }
  }

  @Test
  void aChildsResultsAreToldApartFromWhatElseItWrites() throws Exception {
    assertThat(ChildJvm.run(Child.class, List.of("-Xmx64m"), List.of("one")))
        .containsExactly(entry("first", "one"), entry("second", "2.5"));
  }

  @Test
  void aChildThatFailsIsQuoted() {
    assertThatThrownBy(() -> ChildJvm.run(Child.class, List.of("-Xmx64m"), List.of("fail")))
        .isInstanceOf(ForkFailedException.class)
        .hasMessageContaining("the child's own words");
  }

  @Test
  void resultsMayBeEmptyAndHoldTabs() {
    assertThat(ChildJvm.results(List.of("result\ta\tb\tc", "noise", "result\td")))
        .containsExactly(entry("a", "b\tc"), entry("d", ""));
  }
}
