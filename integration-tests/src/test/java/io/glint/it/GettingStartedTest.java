package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.glint.it.prometheus.PrometheusProcess;
import io.glint.testing.Await;
import io.glint.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/getting-started.md has a newcomer do works, in that order. */
@Timeout(180)
class GettingStartedTest {
  private static final String PAGE = "docs/getting-started.md";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Pattern TRACE = Pattern.compile("trace_id=\"([0-9a-f]{32})\"");

  @TempDir private Path directory;
  private final int port = FreePort.find();
  private Process process;

  @AfterEach
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }
  }

  private DocumentedProgram start() throws IOException {
    final DocumentedProgram program = DocumentedProgram.of(PAGE, directory, port);
    process = program.start();
    return program;
  }

  @Test
  void theExemplarsOfItsProgramLeadToTheTracesInItsLog() throws Exception {
    final DocumentedProgram program = start();
    Await.until(() -> scrape().contains(" # {"));

    final String scrape = scrape();
    final Matcher exemplar = TRACE.matcher(scrape);
    assertThat(exemplar.find()).isTrue();
    final String traceId = exemplar.group(1);
    Await.until(() -> printed(program).contains(traceId));
    assertThat(printed(program)).doesNotContain("WARNING", "Exception");
  }

  private static String printed(DocumentedProgram program) {
    try {
      return program.output();
    } catch (IOException e) {
      return "";
    }
  }

  /** As the page's curl does; nothing as long as the program does not listen yet. */
  private String scrape() {
    try {
      return CLIENT
          .send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))
                  .header("Accept", "application/openmetrics-text; version=1.0.0")
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void prometheusAnswersItsQueriesOfTheProgram() throws Exception {
    assumeThat(System.getProperty(PrometheusProcess.PROPERTY))
        .as(PrometheusProcess.WHY_SKIPPED)
        .isNotNull();
    final DocumentedPage page = DocumentedPage.of(PAGE);
    assertThat(page.text())
        .contains("prometheus --config.file=prometheus.yml --enable-feature=exemplar-storage");
    final String configuration = page.blocks("yaml").get(0).code();
    assertThat(configuration).contains("localhost:9464", "scrape_interval: 5s");
    final List<DocumentedPage.Block> queries = page.blocks("promql");
    assertThat(queries).hasSize(2);

    start();
    try (PrometheusProcess prometheus =
        PrometheusProcess.start(
            directory,
            configuration
                .replace("9464", Integer.toString(port))
                .replace("scrape_interval: 5s", "scrape_interval: 1s"))) {
      Await.until(() -> hasData(prometheus, queries.get(0).code(), "query"));
      Await.until(() -> hasData(prometheus, queries.get(1).code(), "query_exemplars"));
    }
  }

  private static boolean hasData(PrometheusProcess prometheus, String query, String path) {
    final Instant now = Instant.now();
    try {
      return prometheus
          .get(
              "/api/v1/"
                  + path
                  + "?query="
                  + PrometheusProcess.encoded(query.strip())
                  + "&start="
                  + now.minusSeconds(300).getEpochSecond()
                  + "&end="
                  + now.plusSeconds(60).getEpochSecond())
          .contains("\"value\":");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** It cannot be built here: Glint is not installed anywhere while its tests run. */
  @Test
  void itsDependenciesAreTheOnesThatTheBuildKnows() throws Exception {
    final DocumentedPage page = DocumentedPage.of(PAGE);
    final String parent = Files.readString(DocumentedPage.ROOT.resolve("pom.xml"));
    final String bom = Files.readString(DocumentedPage.ROOT.resolve("bom/pom.xml"));
    final String glint = first(parent, "<version>([^<]+)</version>");
    final String openTelemetry =
        first(parent, "<opentelemetry.version>([^<]+)</opentelemetry.version>");

    final String pom = page.blocks("xml").get(0).code();
    assertThat(pom)
        .contains("<artifactId>glint-bom</artifactId>\n        <version>" + glint + "<")
        .contains(
            "<artifactId>opentelemetry-bom</artifactId>\n        <version>" + openTelemetry + "<");
    final Set<String> ofMaven =
        Pattern.compile("<artifactId>((?:glint|opentelemetry)-[\\w-]+)</artifactId>")
            .matcher(pom)
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    assertThat(ofMaven)
        .filteredOn(artifact -> artifact.startsWith("glint-"))
        .allSatisfy(artifact -> assertThat(bom).contains("<artifactId>" + artifact + "<"));

    final String gradle = page.blocks("kotlin").get(0).code();
    assertThat(gradle)
        .contains("io.glint:glint-bom:" + glint)
        .contains("io.opentelemetry:opentelemetry-bom:" + openTelemetry);
    assertThat(
            Pattern.compile("\"io\\.(?:glint|opentelemetry):([\\w-]+)")
                .matcher(gradle)
                .results()
                .map(match -> match.group(1)))
        .containsExactlyInAnyOrderElementsOf(ofMaven);
  }

  private static String first(String text, String pattern) {
    final Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }
}
