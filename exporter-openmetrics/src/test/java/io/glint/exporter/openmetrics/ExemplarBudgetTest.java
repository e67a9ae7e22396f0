package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.Metrics.Metric;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The 128 characters of an exemplar's labels in each format and each scheme of escaping. The ids
 * with their names take 63, which leaves 65 for the name and the value of one attribute.
 */
class ExemplarBudgetTest {
  private static final String IDS =
      "trace_id=\"00000000000000000000000000000001\",span_id=\"0000000000000001\"";

  /** One code point, two {@code char}s, four bytes. */
  private static final String SMILE = "\uD83D\uDE00";

  private final Renderer renderer = Renderer.plain(TranslationStrategy.NO_TRANSLATION);

  /** Format, escaping, key, value that just fits, label as it is written. */
  static Stream<Arguments> labelsThatJustFit() {
    return Stream.of(ScrapeFormat.OPEN_METRICS, ScrapeFormat.OPEN_METRICS_2)
        .flatMap(
            format ->
                Stream.of(
                    Arguments.of(
                        format,
                        Escaping.UNDERSCORES,
                        "a",
                        "x".repeat(64),
                        "a=\"" + "x".repeat(64) + "\""),
                    Arguments.of(
                        format,
                        Escaping.UNDERSCORES,
                        "a",
                        SMILE.repeat(64),
                        "a=\"" + SMILE.repeat(64) + "\""),
                    // What is escaped counts as the two characters that are written.
                    Arguments.of(
                        format,
                        Escaping.UNDERSCORES,
                        "a",
                        "\"\\\n".repeat(10) + "\"\"",
                        "a=\"" + "\\\"\\\\\\n".repeat(10) + "\\\"\\\"\""),
                    // A name has as many characters as its escaped form.
                    Arguments.of(
                        format,
                        Escaping.UNDERSCORES,
                        "a.b",
                        "x".repeat(62),
                        "a_b=\"" + "x".repeat(62) + "\""),
                    Arguments.of(
                        format,
                        Escaping.DOTS,
                        "a.b",
                        "x".repeat(58),
                        "a_dot_b=\"" + "x".repeat(58) + "\""),
                    Arguments.of(
                        format,
                        Escaping.VALUES,
                        "a.b",
                        "x".repeat(56),
                        "U__a_2e_b=\"" + "x".repeat(56) + "\""),
                    // The quotes around a name are not part of it, but its escapes are.
                    Arguments.of(
                        format,
                        Escaping.ALLOW_UTF_8,
                        "a.b",
                        "x".repeat(62),
                        "\"a.b\"=\"" + "x".repeat(62) + "\""),
                    Arguments.of(
                        format,
                        Escaping.ALLOW_UTF_8,
                        SMILE + "é",
                        "x".repeat(63),
                        "\"" + SMILE + "é\"=\"" + "x".repeat(63) + "\""),
                    Arguments.of(
                        format,
                        Escaping.ALLOW_UTF_8,
                        "a\"b",
                        "\"".repeat(30) + "x",
                        "\"a\\\"b\"=\"" + "\\\"".repeat(30) + "x\"")));
  }

  private static Metric counter(String key, String value) {
    return Metrics.doubleCounter(
        // OpenMetrics 1.0 has no counter, and so no exemplar, without this suffix.
        "c_total",
        Metrics.point(
            Attributes.empty(),
            1,
            exemplar(0.5, NOW, 1, Attributes.builder().put(key, value).build())));
  }

  @ParameterizedTest
  @MethodSource("labelsThatJustFit")
  void textHasALabelThatJustFitsAndNotOneOfACharacterMore(
      ScrapeFormat format, Escaping escaping, String key, String value, String label) {
    assertThat(renderer.text(format, escaping, counter(key, value)))
        .contains(" # {" + IDS + "," + label + "} 0.5 ");
    assertThat(outcomes()).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
    for (final String longer : List.of(value + "x", value + SMILE)) {
      assertThat(renderer.text(format, escaping, counter(key, longer)))
          .contains(" # {" + IDS + "} 0.5 ");
    }
    assertThat(outcomes())
        .containsOnly(Map.entry(Outcome.EXPORTED, 1L), Map.entry(Outcome.EXPORTED_IN_PART, 2L));
  }

  /** Nothing is escaped in protobuf but names, by the scheme: there is nothing more to count. */
  static Stream<Arguments> pairsThatJustFit() {
    return Stream.of(
        Arguments.of(Escaping.UNDERSCORES, "a", SMILE.repeat(64), "a"),
        Arguments.of(Escaping.UNDERSCORES, "a", "\"\\\n\"".repeat(16), "a"),
        Arguments.of(Escaping.UNDERSCORES, "a.b", "x".repeat(62), "a_b"),
        Arguments.of(Escaping.DOTS, "a.b", "x".repeat(58), "a_dot_b"),
        Arguments.of(Escaping.VALUES, "a.b", "x".repeat(56), "U__a_2e_b"),
        Arguments.of(Escaping.ALLOW_UTF_8, "a\"b", "\"".repeat(62), "a\"b"),
        Arguments.of(Escaping.ALLOW_UTF_8, SMILE + "é", "x".repeat(63), SMILE + "é"));
  }

  @ParameterizedTest
  @MethodSource("pairsThatJustFit")
  void protobufHasAPairThatJustFitsAndNotOneOfACharacterMore(
      Escaping escaping, String key, String value, String name) {
    assertThat(protobufLabels(escaping, key, value))
        .containsOnlyKeys("trace_id", "span_id", name)
        .containsEntry(name, value);
    assertThat(outcomes()).containsOnly(Map.entry(Outcome.EXPORTED, 1L));
    for (final String longer : List.of(value + "x", value + SMILE)) {
      assertThat(protobufLabels(escaping, key, longer)).containsOnlyKeys("trace_id", "span_id");
    }
    assertThat(outcomes())
        .containsOnly(Map.entry(Outcome.EXPORTED, 1L), Map.entry(Outcome.EXPORTED_IN_PART, 2L));
  }

  private Map<String, String> protobufLabels(Escaping escaping, String key, String value) {
    return MetricFamilies.labels(
        renderer
            .protobuf(escaping, counter(key, value))
            .get(0)
            .getMetric(0)
            .getCounter()
            .getExemplar()
            .getLabelList());
  }

  private Map<Outcome, Long> outcomes() {
    return ScrapeExemplarsTest.outcomes(renderer.exemplars, "c_total");
  }
}
