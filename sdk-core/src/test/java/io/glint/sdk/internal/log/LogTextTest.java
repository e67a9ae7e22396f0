package io.glint.sdk.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "\r\n",
        "\t",
        "\u0000",
        "\u001b",
        "\u0085",
        "\u009b",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\u200f",
        "\u061c",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\uDB40\uDC41"
      })
  void whatCouldForgeALineOrTurnItRoundBecomesASpace(String unsafe) {
    assertThat(LogText.of("a" + unsafe + unsafe + "b")).isEqualTo("a b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "it's \"quoted\" \\ {0}", "Größe 世界 \uD83D\uDE00", "می\u200cخواهم"})
  void everythingElseStaysAsItIs(String text) {
    assertThat(LogText.of(text)).isSameAs(text);
  }

  @Test
  void longTextIsCutAndNoCharacterInTwo() {
    assertThat(LogText.of("x".repeat(256))).hasSize(256).doesNotEndWith("...");
    assertThat(LogText.of("x".repeat(257))).isEqualTo("x".repeat(256) + "...");
    assertThat(LogText.of("ab\uD83D\uDE00c", 3)).isEqualTo("ab...");
    assertThat(LogText.of("a\nbc", 3)).isEqualTo("a b...");
  }

  @Test
  void objectThatCannotSayWhatItIsHasTheNameOfItsClass() {
    assertThat(LogText.of(null)).isEqualTo("null");
    assertThat(LogText.of(new Mute())).isEqualTo(Mute.class.getName());
    assertThat(LogText.nameOf(new Mute())).isEqualTo(Mute.class.getName());
  }

  @Test
  void codeIsCalledByItsNameOrItsClass() {
    final Predicate<String> lambda = text -> text.isEmpty();
    assertThat(LogText.nameOf(lambda)).isEqualTo("a lambda of " + LogTextTest.class.getName());
    assertThat(LogText.nameOf(new Nameless())).isEqualTo(Nameless.class.getName());
    assertThat(LogText.nameOf("na\nme")).isEqualTo("na me");
  }

  private static final class Nameless {}

  private static final class Mute {
    @Override
    public String toString() {
      throw new IllegalStateException("no name");
    }
  }
}
