package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real Prometheus server scrapes, for a minute, what is hard to show: see {@code package-info}.
 * Where a topic fails, its message says what the server was shown, refused or has.
 */
@EnabledIfSystemProperty(
    named = PrometheusProcess.PROPERTY,
    matches = ".+",
    disabledReason = PrometheusProcess.WHY_SKIPPED)
@Timeout(300)
class PrometheusScrapesTest {
  /** A scrape may take as long as it is to the next. */
  private static final String SCRAPE_INTERVAL = "500ms";

  private static final long POLL_MILLIS = 1000;

  /** What the server counts of samples and exemplars that it did not take. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "prometheus_(?:target_scrapes|tsdb|target_scrape_pool)_\\w*"
              + "(?:out_of_order|out_of_bound|duplicate|too_old|exceeded)\\w*_total");

  private static final List<Topic> TOPICS = new ArrayList<>();

  /** For each topic the types that the server had of each metric. */
  private static final Map<Topic, Map<String, Set<String>>> TYPES = new HashMap<>();

  private static PrometheusProcess prometheus;

  @BeforeAll
  static void run(@TempDir Path directory) throws Exception {
    TOPICS.add(new ReservoirsTopic("explicit_histograms", /* exponential= */ false));
    TOPICS.add(new ReservoirsTopic("exponential_histograms", /* exponential= */ true));
    TOPICS.add(new SlowCallbackTopic());
    TOPICS.add(new ClashingTypesTopic());
    TOPICS.add(new LikeNamesTopic("like_names_openmetrics", null));
    TOPICS.add(new LikeNamesTopic("like_names_text", Topic.PROMETHEUS_TEXT));
    TOPICS.add(new EqualLabelsTopic());
    TOPICS.add(new ObservablesTopic());
    TOPICS.add(new ExemplarLabelsTopic());
    for (final Topic topic : TOPICS) {
      topic.start();
    }
    prometheus = PrometheusProcess.start(directory, configuration(), "--log.level=debug");
    final long end =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("glint.prometheus.seconds", 60));
    while (System.nanoTime() < end) {
      Thread.sleep(POLL_MILLIS);
      pollTypes();
    }
    for (final Topic topic : TOPICS) {
      topic.finish();
    }
  }

  private static String configuration() {
    final StringBuilder configuration =
        new StringBuilder(
            """
            global:
              scrape_interval: %s
              scrape_timeout: %s
            scrape_configs:
            """
                .formatted(SCRAPE_INTERVAL, SCRAPE_INTERVAL));
    for (final Topic topic : TOPICS) {
      configuration.append(
          """
            - job_name: %s
              static_configs:
                - targets: ['%s']
          """
              .formatted(topic.name, topic.target()));
    }
    return configuration.toString();
  }

  private static void pollTypes() throws Exception {
    for (final Topic topic : TOPICS) {
      final String answer =
          prometheus.get(
              "/api/v1/targets/metadata?match_target="
                  + PrometheusProcess.encoded("{job=\"" + topic.name + "\"}"));
      final Map<String, Set<String>> types =
          TYPES.computeIfAbsent(topic, unused -> new TreeMap<>());
      for (final Json.Value metric : Json.data(answer).list()) {
        final String type = metric.get("type").string();
        final String family = metric.get("metric").string();
        // A counter has its name without the suffix, if it was scraped as OpenMetrics.
        final boolean suffix = type.equals("counter") && !family.endsWith("_total");
        types
            .computeIfAbsent(suffix ? family + "_total" : family, unused -> new TreeSet<>())
            .add(type);
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (prometheus != null) {
      prometheus.close();
    }
    for (final Topic topic : TOPICS) {
      topic.close();
    }
  }

  static Stream<Topic> topics() {
    return TOPICS.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("topics")
  void theServerHasWhatItWasShownAndThatIsTrue(Topic topic) throws Exception {
    topic.check(prometheus, TYPES.get(topic));
  }

  @Test
  void theServerLogsNoWarning() throws Exception {
    final List<String> log = prometheus.log();
    assertThat(log).isNotEmpty();
    assertThat(log.stream().filter(line -> line.matches(".* level=(warn|error) .*")).toList())
        .isEmpty();
  }

  @Test
  void theServerCountsNoSampleOrExemplarThatItRefused() throws Exception {
    final Map<String, Double> refused = new TreeMap<>();
    Exposition.of(prometheus.get("/metrics"))
        .samples
        .forEach(
            (series, sample) -> {
              if (REFUSED.matcher(series.name()).matches()) {
                refused.put(series.name(), sample.value());
              }
            });
    assertThat(refused)
        .containsKeys(
            "prometheus_tsdb_exemplar_out_of_order_exemplars_total",
            "prometheus_target_scrapes_exemplar_out_of_order_total",
            "prometheus_target_scrapes_sample_duplicate_timestamp_total",
            "prometheus_target_scrapes_sample_out_of_order_total",
            "prometheus_target_scrapes_sample_out_of_bounds_total");
    refused.values().removeIf(count -> count == 0);
    assertThat(refused).isEmpty();
  }
}
