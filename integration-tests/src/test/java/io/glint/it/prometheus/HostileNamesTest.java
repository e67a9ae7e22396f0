package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.TranslationStrategy;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The names of metrics and labels that real Prometheus servers store are the hostile ones that were
 * given, or what the scheme of escaping makes of them, in each format.
 */
@Timeout(200)
class HostileNamesTest {
  private static final String[] TEXTS = {
    "a b",
    "日本",
    "😀",
    "\"",
    "\\",
    "\\n",
    "\n",
    "\r",
    "\t",
    "{}",
    "}",
    "=",
    ",",
    "# EOF",
    "\n# TYPE x counter\nx",
    "a:b",
    "a__b",
    "_",
    ".",
    " ",
    "%",
    "\u2028",
    "\uFEFF",
    "\u007f",
    "é\u0301",
    "_total",
    "_bucket",
    "-",
    "/",
    "x".repeat(300),
  };

  private final List<MetricData> metrics = new ArrayList<>();

  HostileNamesTest() {
    final long now = System.currentTimeMillis() * 1_000_000;
    for (int i = 0; i < TEXTS.length; i++) {
      metrics.add(
          ImmutableMetricData.createDoubleGauge(
              Resource.empty(),
              InstrumentationScopeInfo.empty(),
              metric(i),
              "",
              "",
              GaugeData.createDoubleGaugeData(
                  List.of(
                      DoublePointData.create(
                          now,
                          now,
                          Attributes.of(AttributeKey.stringKey(label(i)), "value"),
                          i,
                          List.of())))));
    }
  }

  /** With a beginning that tells them apart whatever becomes of the rest. */
  private static String metric(int number) {
    return "m" + number + TEXTS[number] + "z";
  }

  private static String label(int number) {
    return "l" + number + TEXTS[number] + "z";
  }

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void namesAreStoredAsTheSchemeOfEscapingSays(String property, @TempDir Path directory)
      throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final List<String> accepts = HostileScrapesTest.accepts(property);
    try (OpenMetricsServer server =
        OpenMetricsServer.builder()
            .setPort(0)
            .setTranslationStrategy(TranslationStrategy.NO_TRANSLATION)
            .build()) {
      server.register(
          new CollectionRegistration() {
            @Override
            public Collection<MetricData> collectAllMetrics() {
              return metrics;
            }
          });
      try (ScrapeTaps taps = new ScrapeTaps(server.getPort(), accepts);
          PrometheusProcess prometheus =
              PrometheusProcess.start(program, directory, taps.configuration())) {
        taps.awaitStored();
        for (int i = 0; i < accepts.size(); i++) {
          check(prometheus, i, accepts.get(i));
        }
      }
    }
  }

  private static void check(PrometheusProcess prometheus, int job, String accept) throws Exception {
    final Map<Integer, List<String>> stored = new HashMap<>();
    final String selector =
        PrometheusProcess.encoded("{job=\"j" + job + "\",__name__=~\"(?s)(U__)?m[0-9].*\"}");
    for (final Json.Value series :
        Json.data(prometheus.get("/api/v1/query?query=" + selector)).get("result").list()) {
      final Map<String, String> labels = new HashMap<>(series.get("metric").strings());
      final List<String> names = new ArrayList<>();
      names.add(labels.remove("__name__"));
      labels.keySet().removeAll(Set.of("job", "instance"));
      names.addAll(labels.keySet());
      stored.put((int) series.get("value").list().get(1).number(), names);
    }
    final Map<Integer, List<String>> expected = new HashMap<>();
    for (int i = 0; i < TEXTS.length; i++) {
      expected.put(i, List.of(escaped(metric(i), accept, true), escaped(label(i), accept, false)));
    }
    assertThat(stored).as(accept).isEqualTo(expected);
  }

  /** As Prometheus' documentation of content negotiation describes the schemes. */
  private static String escaped(String name, String accept, boolean hasColons) {
    final String scheme = accept.replaceAll(".*escaping=|^(?!.*escaping=).*", "");
    final String legal = hasColons ? "[a-zA-Z0-9:]" : "[a-zA-Z0-9]";
    if (scheme.equals("allow-utf-8")
        || (scheme.equals("values") && name.matches((hasColons ? "[\\w:]" : "\\w") + "+"))) {
      return name;
    }
    final StringBuilder escaped = new StringBuilder(scheme.equals("values") ? "U__" : "");
    name.codePoints()
        .forEach(
            point -> {
              final String character = Character.toString(point);
              if (character.matches(legal)) {
                escaped.append(character);
              } else if (scheme.equals("dots")) {
                escaped.append(point == '.' ? "_dot_" : "__");
              } else if (scheme.equals("values")) {
                escaped.append(point == '_' ? "__" : "_" + Integer.toHexString(point) + "_");
              } else {
                escaped.append('_');
              }
            });
    return escaped.toString();
  }
}
