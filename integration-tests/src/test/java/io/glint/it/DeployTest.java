package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of {@code deploy/} can be read, and what one of them names is there. */
class DeployTest {
  /** A name, and a version of at least two numbers. */
  private static final Pattern PINNED = Pattern.compile("[a-z0-9/-]+:v?\\d+\\.\\d+[\\w.-]*");

  private static final Pattern ADDRESS =
      Pattern.compile("^(?:http://)?([a-z][a-z-]*):(\\d{4,5})\\b");
  private static final Path COMPOSE = Deployment.FOLDER.resolve("compose.yaml");

  static List<Path> files() {
    return Deployment.files(".yaml", ".yml", ".json");
  }

  @ParameterizedTest
  @MethodSource("files")
  void aFileCanBeReadAndIsNotEmpty(Path file) {
    assertThat(Deployment.read(file)).isNotEmpty().allMatch(Map.class::isInstance);
  }

  @Test
  void imagesArePinnedByTag() {
    final List<String> images =
        files().stream()
            .flatMap(file -> Deployment.read(file).stream())
            .flatMap(document -> Deployment.values(document, "image").stream())
            .toList();

    assertThat(images)
        .hasSizeGreaterThanOrEqualTo(7)
        .allSatisfy(image -> assertThat(image).matches(PINNED));
    assertThat(
            Deployment.text(Deployment.FOLDER.resolve("Dockerfile"))
                .lines()
                .filter(line -> line.startsWith("FROM"))
                .map(line -> line.substring("FROM ".length())))
        .isNotEmpty()
        .allSatisfy(image -> assertThat(image).matches(PINNED));
  }

  @Test
  void filesThatAreMountedAreThere() {
    final List<String> mounted =
        Deployment.texts(Deployment.read(COMPOSE)).stream()
            .filter(text -> text.startsWith("./") && text.contains(":"))
            .map(text -> text.substring(0, text.indexOf(':')))
            .toList();

    assertThat(mounted)
        .hasSizeGreaterThanOrEqualTo(7)
        .allMatch(file -> Files.exists(Deployment.FOLDER.resolve(file)));
    final String build = Deployment.values(Deployment.read(COMPOSE), "context").get(0);
    final String dockerfile = Deployment.values(Deployment.read(COMPOSE), "dockerfile").get(0);
    assertThat(Deployment.FOLDER.resolve(build).resolve(dockerfile).normalize())
        .isEqualTo(Deployment.FOLDER.resolve("Dockerfile"));
  }

  @Test
  void addressesAreThoseOfServices() {
    final Set<String> services =
        ((Map<?, ?>) ((Map<?, ?>) Deployment.read(COMPOSE).get(0)).get("services"))
            .keySet().stream().map(String::valueOf).collect(Collectors.toSet());
    final Set<String> named = new TreeSet<>();
    for (final Path file : files()) {
      if (!file.toString().contains("kubernetes") && !file.toString().contains("tests")) {
        for (final String text : Deployment.texts(Deployment.read(file))) {
          ADDRESS.matcher(text).results().forEach(address -> named.add(address.group(1)));
        }
      }
    }

    named.remove("localhost");
    assertThat(services).containsAll(named);
    assertThat(named).contains("webstore", "collector", "tempo", "mimir", "prometheus-a");
  }

  @Test
  void theDashboardAsksDataSourcesThatAreThereAndShowsExemplars() {
    final Path sources =
        Deployment.FOLDER.resolve("grafana/provisioning/datasources/datasources.yaml");
    final List<String> provided = Deployment.values(Deployment.read(sources), "uid");
    final Object dashboard = Deployment.read(Deployment.DASHBOARD).get(0);

    assertThat(provided).containsExactlyInAnyOrder("prometheus", "mimir", "tempo");
    assertThat(Deployment.values(Deployment.read(sources), "datasourceUid"))
        .isNotEmpty()
        .allMatch(provided::contains);
    assertThat(Deployment.values(dashboard, "uid"))
        .allMatch(uid -> uid.equals("${datasource}") || uid.equals("webstore"));
    final List<String> ids =
        ((List<?>) ((Map<?, ?>) dashboard).get("panels"))
            .stream().map(panel -> String.valueOf(((Map<?, ?>) panel).get("id"))).toList();
    assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    assertThat(Deployment.text(Deployment.DASHBOARD)).contains("\"exemplar\": true");
    assertThat(Deployment.text(sources)).contains("name: trace_id");
  }

  @Test
  void eachAlertHasASectionOfTheRunbook() {
    final List<String> alerts = Deployment.values(Deployment.read(Deployment.RULES), "alert");
    final String runbook = Deployment.text(Deployment.FOLDER.resolve("runbook.md"));

    assertThat(alerts).isNotEmpty();
    for (final String alert : alerts) {
      assertThat(runbook).contains("\n## " + alert + "\n");
    }
    assertThat(Deployment.values(Deployment.read(Deployment.RULES), "runbook"))
        .containsExactlyElementsOf(
            alerts.stream()
                .map(alert -> "deploy/runbook.md#" + alert.toLowerCase(Locale.ROOT))
                .toList());
    assertThat(Deployment.text(Deployment.FOLDER.resolve("prometheus/tests/webstore.yml")))
        .as("each is tested")
        .contains(alerts);
  }

  @Test
  @SuppressWarnings("unchecked")
  void theCollectorsCorePartIsAPartOfTheWhole() {
    final Map<String, Object> core =
        (Map<String, Object>)
            Deployment.read(Deployment.FOLDER.resolve("collector/core.yaml")).get(0);
    final Map<String, Object> whole =
        (Map<String, Object>)
            Deployment.read(Deployment.FOLDER.resolve("collector/collector.yaml")).get(0);

    assertThat(core.get("receivers")).isEqualTo(whole.get("receivers"));
    assertThat((Map<String, Object>) whole.get("exporters"))
        .containsEntry(
            "otlp_http/tempo",
            ((Map<String, Object>) core.get("exporters")).get("otlp_http/tempo"));
    // Each component of a pipeline is configured, and each that is configured is in a pipeline.
    for (final Map<String, Object> each : List.of(core, whole)) {
      final Set<String> configured = new TreeSet<>();
      for (final String kind : List.of("receivers", "processors", "connectors", "exporters")) {
        configured.addAll(((Map<String, Object>) each.getOrDefault(kind, Map.of())).keySet());
      }
      assertThat(new TreeSet<>(Deployment.texts(each.get("service")))).isEqualTo(configured);
    }
  }
}
