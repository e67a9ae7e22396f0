package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.exporter.openmetrics.StrictOpenMetricsParser.InvalidExpositionException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The OpenMetrics project's own cases show that our strict parser is strict, and not too much so.
 */
class OpenMetricsCorpusTest {

  @Test
  void corpusIsComplete() throws Exception {
    assertThat(accepted()).hasSize(44);
    assertThat(rejected()).hasSize(167);
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void parserAcceptsWhatTheSpecificationAllows(String name) throws Exception {
    final byte[] bytes = Files.readAllBytes(folder("accepted").resolve(name));
    assertThatCode(() -> StrictOpenMetricsParser.parse(bytes)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void parserRejectsWhatTheSpecificationForbids(String name) throws Exception {
    final byte[] bytes = Files.readAllBytes(folder("rejected").resolve(name));
    assertThatThrownBy(() -> StrictOpenMetricsParser.parse(bytes))
        .isInstanceOf(InvalidExpositionException.class);
  }

  static List<String> accepted() throws Exception {
    return names("accepted");
  }

  static List<String> rejected() throws Exception {
    return names("rejected");
  }

  private static List<String> names(String folder) throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(folder(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Path folder(String name) throws URISyntaxException {
    return Path.of(OpenMetricsCorpusTest.class.getResource("/openmetrics-corpus/" + name).toURI());
  }
}
