package io.glint.it.prometheus;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.OpenMetricsServerBuilder;
import io.glint.it.prometheus.Exposition.Exemplar;
import io.glint.it.prometheus.Exposition.Sample;
import io.glint.it.prometheus.Exposition.Series;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;

/** One thing that a server is shown, see {@code package-info}. */
abstract class Topic implements AutoCloseable {
  static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4";

  /** Servers of old take a second exemplar within a millisecond for one out of order. */
  private static final long EXEMPLAR_PAUSE_MILLIS = 3;

  private static final double CLOCK_TOLERANCE_SECONDS = 0.005;

  /** Written by the server at level debug, where it counts nothing. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "level=(warn|error)|Error while adding exemplar|[Oo]ut of order|Out of bounds|Duplicate"
              + " sample");

  /** Between what, in seconds since the epoch, a measurement was made. */
  private record Measured(double before, double after) {}

  final String name;
  final Random random = new Random(1);
  GlintMeterProvider provider;

  private final OpenMetricsServer server;
  private final ScrapeTap tap;
  private final Map<String, Measured> measured = new ConcurrentHashMap<>();
  private final Thread recorder;
  private volatile boolean recording;
  private volatile Throwable failure;
  private int spans;

  /**
   * Makes a topic; {@link #start} makes its provider.
   *
   * @param accept the format that is scraped; null for what the server asks for
   */
  Topic(String name, UnaryOperator<OpenMetricsServerBuilder> endpoint, String accept)
      throws IOException {
    this.name = name;
    server = endpoint.apply(OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0)).build();
    tap = new ScrapeTap(server.getPort(), accept);
    recorder = new Thread(this::run, "topic-" + name);
    recorder.setDaemon(true);
  }

  Topic(String name) throws IOException {
    this(name, endpoint -> endpoint, null);
  }

  @Override
  public String toString() {
    return name;
  }

  String target() {
    return tap.target();
  }

  // What a topic says.

  void views(GlintMeterProviderBuilder builder) {}

  abstract void instruments();

  /** Called over and over, with short pauses. */
  abstract void step(int number);

  int longestPauseMillis() {
    return 60;
  }

  /** Holds what the server has at the end against what was recorded. */
  abstract void check(Exposition atServer, SoftAssertions softly);

  // How it runs.

  void start() {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().registerMetricReader(server);
    views(builder);
    provider = builder.build();
    recording = true;
    instruments();
    recorder.start();
  }

  boolean isRecording() {
    return recording;
  }

  private void run() {
    try {
      for (int i = 0; recording; i++) {
        step(i);
        Thread.sleep(1 + random.nextInt(longestPauseMillis()));
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Stops to record and waits until the server has seen the end three times. */
  void finish() throws InterruptedException {
    recording = false;
    recorder.join(TimeUnit.SECONDS.toMillis(20));
    final int before = tap.answers().size();
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (tap.answers().size() < before + 4 && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
  }

  /** Measures in a sampled span of its own. */
  void inSpan(Consumer<Context> measurement) {
    final String traceId;
    synchronized (this) {
      traceId = String.format("%032x", ++spans);
    }
    final Context context =
        Context.root()
            .with(
                Span.wrap(
                    SpanContext.create(
                        traceId,
                        traceId.substring(16),
                        TraceFlags.getSampled(),
                        TraceState.getDefault())));
    final double before = seconds();
    measurement.accept(context);
    measured.put(traceId, new Measured(before, seconds()));
    sleep(EXEMPLAR_PAUSE_MILLIS);
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static double seconds() {
    final Instant now = Instant.now();
    return now.getEpochSecond() + now.getNano() / 1e9;
  }

  // What is true of every topic.

  void check(PrometheusProcess prometheus, Map<String, Set<String>> polledTypes) throws Exception {
    final SoftAssertions softly = new SoftAssertions();
    softly.assertThat(failure).as("the recording thread").isNull();
    final List<Exposition> shown = shown(scrapes(prometheus, softly), softly);
    checkLog(prometheus, softly);
    checkComments(shown, polledTypes, softly);
    checkThatCountsNeverFall(shown, softly);
    final Exposition atServer =
        Exposition.of(
            prometheus.get(
                "/federate?match[]=".replace("[]", "%5B%5D")
                    + PrometheusProcess.encoded("{job=\"" + name + "\"}")));
    atServer.samples.keySet().removeIf(series -> series.name().matches("up|scrape_.*"));
    checkThatTheServerHasWhatWasShown(atServer, shown, softly);
    checkExemplars(prometheus, shown, softly);
    check(atServer, softly);
    try {
      softly.assertAll();
    } catch (AssertionError e) {
      // Reports name the topic by its number only.
      throw new AssertionError("Topic " + name + ": " + e.getMessage(), e);
    }
  }

  /**
   * The scrapes by the time they were due, in seconds since the epoch, and whether they are up. On
   * a busy machine the server may have given up waiting for some: it has nothing of their answers.
   */
  private NavigableMap<Double, Boolean> scrapes(PrometheusProcess prometheus, SoftAssertions softly)
      throws Exception {
    final NavigableMap<Double, Boolean> scrapes = new TreeMap<>();
    final String up = PrometheusProcess.encoded("up{job=\"" + name + "\"}[1h]");
    for (final Json.Value result :
        Json.data(prometheus.get("/api/v1/query?query=" + up)).get("result").list()) {
      for (final Json.Value value : result.get("values").list()) {
        scrapes.put(value.list().get(0).number(), value.list().get(1).number() == 1);
      }
    }
    final long failed = scrapes.values().stream().filter(isUp -> !isUp).count();
    final long gaveUp =
        logLines(prometheus).filter(line -> line.contains("context deadline exceeded")).count();
    softly
        .assertThat(failed)
        .as("scrapes that failed for other reasons")
        .isLessThanOrEqualTo(gaveUp);
    softly.assertThat(scrapes.size() - 4 * failed).as("scrapes").isGreaterThan(10);
    return scrapes;
  }

  private List<Exposition> shown(NavigableMap<Double, Boolean> scrapes, SoftAssertions softly) {
    // Of two answers after one scrape was due, the first was to a request that came late.
    final Map<Double, ScrapeTap.Answer> answers = new TreeMap<>();
    for (final ScrapeTap.Answer answer : List.copyOf(tap.answers())) {
      softly.assertThat(answer.status()).as("status of a scrape").isEqualTo(200);
      final Map.Entry<Double, Boolean> scrape =
          scrapes.floorEntry(answer.asked() + CLOCK_TOLERANCE_SECONDS);
      if (scrape != null && scrape.getValue()) {
        answers.put(scrape.getKey(), answer);
      }
    }
    final List<Exposition> shown = new ArrayList<>();
    for (final ScrapeTap.Answer answer : answers.values()) {
      final Exposition exposition = Exposition.of(answer.body());
      softly.assertThat(exposition.repeated).as("series that came twice").isEmpty();
      shown.add(exposition);
    }
    return shown;
  }

  private Stream<String> logLines(PrometheusProcess prometheus) throws IOException {
    return prometheus.log().stream()
        .filter(line -> line.contains("target=http://" + target() + "/"));
  }

  private void checkLog(PrometheusProcess prometheus, SoftAssertions softly) throws IOException {
    final List<String> complaints =
        logLines(prometheus).filter(line -> REFUSED.matcher(line).find()).toList();
    softly
        .assertThat(complaints.stream().limit(3).toList())
        .as("some of the %d complaints in the server's log", complaints.size())
        .isEmpty();
  }

  private static void checkComments(
      List<Exposition> shown, Map<String, Set<String>> polledTypes, SoftAssertions softly) {
    final Map<String, Set<String>> comments = new TreeMap<>();
    for (final Exposition exposition : shown) {
      exposition.comments.forEach(
          (subject, text) ->
              comments.computeIfAbsent(subject, unused -> new TreeSet<>()).add(text));
      for (final Series series : exposition.samples.keySet()) {
        comments
            .computeIfAbsent("type of the samples " + series.name(), unused -> new TreeSet<>())
            .add(String.valueOf(exposition.typeOf(series)));
      }
    }
    comments.forEach(
        (subject, texts) -> softly.assertThat(texts).as(subject + " in all scrapes").hasSize(1));
    softly.assertThat(polledTypes).as("types that the server has seen").isNotEmpty();
    polledTypes.forEach(
        (metric, types) ->
            softly.assertThat(types).as("types of %s that the server has seen", metric).hasSize(1));
  }

  private static void checkThatCountsNeverFall(List<Exposition> shown, SoftAssertions softly) {
    final Map<Series, Double> last = new HashMap<>();
    final Set<Series> fell = new LinkedHashSet<>();
    for (final Exposition exposition : shown) {
      exposition.samples.forEach(
          (series, sample) -> {
            // Histograms of topics hold no negative values, so that their sums are counts too.
            final String type = String.valueOf(exposition.typeOf(series));
            final Double before =
                type.equals("counter") || type.equals("histogram")
                    ? last.put(series, sample.value())
                    : null;
            if (before != null && sample.value() < before) {
              fell.add(series);
            }
          });
    }
    softly.assertThat(fell).as("counts that fell").isEmpty();
  }

  private static void checkThatTheServerHasWhatWasShown(
      Exposition atServer, List<Exposition> shown, SoftAssertions softly) {
    final Map<Series, Double> expected = new HashMap<>();
    shown
        .get(shown.size() - 1)
        .samples
        .forEach((series, sample) -> expected.put(series, sample.value()));
    final Map<Series, Double> actual = new HashMap<>();
    atServer.samples.forEach((series, sample) -> actual.put(series, sample.value()));
    softly.assertThat(actual).as("samples that the server has").isEqualTo(expected);
  }

  private void checkExemplars(
      PrometheusProcess prometheus, List<Exposition> shown, SoftAssertions softly)
      throws Exception {
    final Map<Series, List<Exemplar>> sequences = new LinkedHashMap<>();
    for (final Exposition exposition : shown) {
      for (final Map.Entry<Series, Sample> entry : exposition.samples.entrySet()) {
        final Exemplar exemplar = entry.getValue().exemplar();
        if (exemplar != null) {
          final List<Exemplar> sequence =
              sequences.computeIfAbsent(entry.getKey(), unused -> new ArrayList<>());
          if (sequence.isEmpty() || !sequence.get(sequence.size() - 1).equals(exemplar)) {
            sequence.add(exemplar);
          }
        }
      }
    }
    final List<String> wrong = new ArrayList<>();
    final Map<String, Set<Double>> times = new TreeMap<>();
    sequences.forEach((series, sequence) -> checkSequence(series, sequence, times, wrong));
    times.forEach(
        (exemplar, seconds) -> {
          if (seconds.size() > 1) {
            wrong.add(exemplar + " has several times: " + seconds);
          }
        });
    softly
        .assertThat(wrong.stream().limit(5).toList())
        .as("some of %d untruths about exemplars", wrong.size())
        .isEmpty();

    final Map<Series, List<Exemplar>> stored = stored(prometheus);
    final List<String> lost = new ArrayList<>();
    sequences.forEach(
        (series, sequence) -> {
          final List<Exemplar> kept = stored.getOrDefault(series, List.of());
          if (!isTheSame(sequence, kept)) {
            lost.add(series + ": shown " + sequence.size() + ", stored " + kept.size());
          }
        });
    softly
        .assertThat(lost)
        .as("series (of %d) whose exemplars did not all arrive", sequences.size())
        .isEmpty();
  }

  private void checkSequence(
      Series series, List<Exemplar> sequence, Map<String, Set<Double>> times, List<String> wrong) {
    Exemplar previous = null;
    for (final Exemplar exemplar : sequence) {
      final Measured known = measured.get(exemplar.traceId());
      if (known == null) {
        wrong.add(series + " shows what was never measured: " + exemplar);
      } else if (exemplar.seconds() < known.before() - CLOCK_TOLERANCE_SECONDS
          || exemplar.seconds() > known.after() + CLOCK_TOLERANCE_SECONDS) {
        wrong.add(series + " has a wrong time, " + known + ": " + exemplar);
      }
      if (previous != null && exemplar.seconds() < previous.seconds()) {
        wrong.add(series + " goes back in time from " + previous + " to " + exemplar);
      }
      times
          .computeIfAbsent(series + " of trace " + exemplar.traceId(), unused -> new TreeSet<>())
          .add(exemplar.seconds());
      previous = exemplar;
    }
  }

  private static boolean isTheSame(List<Exemplar> sequence, List<Exemplar> kept) {
    if (sequence.size() != kept.size()) {
      return false;
    }
    for (int i = 0; i < kept.size(); i++) {
      if (!sequence.get(i).isTheSame(kept.get(i))) {
        return false;
      }
    }
    return true;
  }

  private Map<Series, List<Exemplar>> stored(PrometheusProcess prometheus) throws Exception {
    final long now = Instant.now().getEpochSecond();
    final String answer =
        prometheus.get(
            "/api/v1/query_exemplars?query="
                + PrometheusProcess.encoded("{job=\"" + name + "\"}")
                + "&start="
                + (now - 3600)
                + "&end="
                + (now + 60));
    final Map<Series, List<Exemplar>> stored = new HashMap<>();
    for (final Json.Value ofSeries : Json.data(answer).list()) {
      final Map<String, String> labels = ofSeries.get("seriesLabels").strings();
      final String metric = labels.remove("__name__");
      final List<Exemplar> exemplars =
          stored.computeIfAbsent(Series.of(metric, labels), unused -> new ArrayList<>());
      for (final Json.Value exemplar : ofSeries.get("exemplars").list()) {
        exemplars.add(
            new Exemplar(
                new TreeMap<>(exemplar.get("labels").strings()),
                Exposition.number(exemplar.get("value").string()),
                exemplar.get("timestamp").number()));
      }
    }
    return stored;
  }

  /** How many exemplars were shown, each time counted. */
  long exemplarsShown() {
    return tap.answers().stream()
        .mapToLong(answer -> answer.body().lines().filter(line -> line.contains(" # {")).count())
        .sum();
  }

  @Override
  public void close() throws Exception {
    recording = false;
    recorder.join(TimeUnit.SECONDS.toMillis(20));
    tap.close();
    if (provider != null) {
      provider.close();
    }
    server.close();
  }
}
