package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserDataTest {
  @TempDir Path directory;

  private String file(String content) throws IOException {
    return Files.writeString(directory.resolve("my.txt"), content).toString();
  }

  private static Attributes attributes(String... pairs) {
    final var builder = Attributes.builder();
    for (int i = 0; i < pairs.length; i += 2) {
      builder.put(AttributeKey.stringKey(pairs[i]), pairs[i + 1]);
    }
    return builder.build();
  }

  @Test
  void attributeSetsAreReadLineByLine() throws IOException {
    final String file =
        file(
            """
            # routes

            http.route=/a, status = 200
            q=a\\,b\\=c\\\\d,empty=
            {}
            """);

    assertThat(UserData.attributes(file))
        .containsExactly(
            attributes("http.route", "/a", "status", "200"),
            attributes("q", "a,b=c\\d", "empty", ""),
            Attributes.empty());
  }

  @Test
  void attributeSetsAreNewWheneverTheyAreRead() throws IOException {
    final String file = file("a=b\n");

    assertThat(UserData.attributes(file)[0])
        .isEqualTo(UserData.attributes(file)[0])
        .isNotSameAs(UserData.attributes(file)[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=b@c | my.txt:2: 'c' is not key=value; write \\, for a comma",
        "a=b@c=d=e | my.txt:2: 'c=d=e' is not key=value",
        "a=b@=d | my.txt:2: an attribute without a key; write key=value",
        "a=b@c=d,c=e | my.txt:2: the key c twice; keep one of the two",
        "a=b@# @ a = b | my.txt:3: the same attributes as line 1; remove one of the two",
        "a=b@c=\\d | my.txt:2: a backslash that stands before none of , = \\; write \\\\ for one",
        "a=b@c=\\ | my.txt:2: a backslash",
        "a=b, | my.txt:1: '' is not key=value",
        "#a=b | my.txt: no attribute set; write one a line",
      })
  void attributeSetsThatAreWrongAreFound(String content, String message) throws IOException {
    final String file = file(content.replace("@", "\n"));

    assertThatThrownBy(() -> UserData.attributes(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void moreSeriesThanTheCardinalityLimitAreRefused() throws IOException {
    final String most = sets(UserData.MOST_SERIES);

    assertThat(UserData.attributes(file(most))).hasSize(UserData.MOST_SERIES);
    final String tooMany = file(sets(UserData.MOST_SERIES + 1));
    assertThatThrownBy(() -> UserData.attributes(tooMany))
        .hasMessageContaining("2000 attribute sets")
        .hasMessageContaining("leave some out");
  }

  private static String sets(int number) {
    return IntStream.range(0, number).mapToObj(i -> "k=" + i).collect(Collectors.joining("\n"));
  }

  @Test
  void valuesAreReadLineByLine() throws IOException {
    assertThat(UserData.values(file("# ms\n 0.25\n0\n\n3e2\n"))).containsExactly(0.25, 0, 300);
    assertThat(UserData.values("")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1@x | my.txt:2: 'x' is not a finite number; write one number a line",
        "1@NaN | my.txt:2: 'NaN' is not a finite number",
        "1@1 2 | my.txt:2: '1 2' is not a finite number",
        "-1 | my.txt:1: -1 is below 0, which no histogram takes; remove it",
        "# | my.txt: no value; write one number a line",
      })
  void valuesThatAreWrongAreFound(String content, String message) throws IOException {
    final String file = file(content.replace("@", "\n"));

    assertThatThrownBy(() -> UserData.values(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void filesThatCannotBeReadAreNamed() throws IOException {
    final String none = directory.resolve("none").toString();
    assertThatThrownBy(() -> UserData.attributes(none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(none + ": there is no such file");
    final String latin =
        Files.write(directory.resolve("latin"), "a=ä".getBytes(StandardCharsets.ISO_8859_1))
            .toString();
    assertThatThrownBy(() -> UserData.attributes(latin))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(latin + ": not UTF-8; save it as UTF-8");
    assertThatThrownBy(() -> UserData.values(directory.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void boundsAreReadInOrder() {
    assertThat(UserData.bounds("0.005, 0.01,1")).isEqualTo(List.of(0.005, 0.01, 1.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,x | --bounds: 'x', number 2, is not a finite number; write them as in",
        "1, | --bounds: '', number 2, is not",
        "1,Infinity | --bounds: 'Infinity', number 2, is not a finite number",
        "1,5,5 | --bounds: 5 is not above 5.0, which is before it; sort them and name each once",
      })
  void boundsThatAreWrongAreFound(String bounds, String message) {
    assertThatThrownBy(() -> UserData.bounds(bounds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
