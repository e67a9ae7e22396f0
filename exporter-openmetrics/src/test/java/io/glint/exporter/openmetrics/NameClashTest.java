package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.longGauge;
import static io.glint.exporter.openmetrics.Metrics.point;
import static io.glint.exporter.openmetrics.Metrics.summary;
import static io.glint.exporter.openmetrics.Metrics.upDownCounter;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.Metrics.Metric;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of several metrics has a name, in which format, and that it never changes. */
class NameClashTest {

  private static final Attributes NONE = Attributes.empty();
  private static final InstrumentationScopeInfo SCOPE_A = InstrumentationScopeInfo.create("a");
  private static final InstrumentationScopeInfo SCOPE_B = InstrumentationScopeInfo.create("b");
  private static final InstrumentationScopeInfo SCOPE_C = InstrumentationScopeInfo.create("c");

  private final Renderer renderer = new Renderer(false, true, false);

  // Who wins.

  @Test
  void theFirstScopeNameHasTheTypeInWhateverOrderTheMetricsCome() {
    final Metric counter = counter("requests", 3).of(SCOPE_A);
    final Metric gauge = upDownCounter("requests.total", point(NONE, 7)).of(SCOPE_B);
    for (final MetricData[] order : List.of(both(counter, gauge), both(gauge, counter))) {
      final Renderer fresh = new Renderer(false, true, false);
      assertThat(fresh.openMetrics(order))
          .isEqualTo("# TYPE requests counter\nrequests_total 3\n# EOF\n");
      assertThat(fresh.text(order)).isEqualTo("# TYPE requests_total counter\nrequests_total 3\n");
    }
    final Metric first =
        upDownCounter("requests.total", point(NONE, 7)).of(InstrumentationScopeInfo.create("A"));
    for (final MetricData[] order : List.of(both(counter, first), both(first, counter))) {
      final Renderer fresh = new Renderer(false, true, false);
      assertThat(fresh.openMetrics(order))
          .isEqualTo("# TYPE requests_total gauge\nrequests_total 7\n# EOF\n");
      assertThat(fresh.text(order)).isEqualTo("# TYPE requests_total gauge\nrequests_total 7\n");
    }
  }

  @Test
  void versionSchemaUrlMetricNameAndTypeDecideOneAfterTheOther() {
    assertFirstStays(
        gauge("x", 1).of(scope("a", null, null)), histogramOf("x").of(scope("a", "1", null)));
    assertFirstStays(
        gauge("x", 1).of(scope("a", "1", null)), histogramOf("x").of(scope("a", "1", "u")));
    assertFirstStays(
        gauge("x", 1).of(scope("a", "1", "u")), histogramOf("x").of(scope("a", "1", "v")));
    assertFirstStays(gauge("y-x", 1), histogramOf("y.x"));
    assertFirstStays(histogramOf("x"), gauge("x", 1));
    assertFirstStays(counter("x", 1), gauge("x.total", 1));
  }

  private static void assertFirstStays(Metric first, Metric second) {
    for (final MetricData[] order : List.of(both(first, second), both(second, first))) {
      final Renderer fresh = new Renderer(false, true, false);
      final String alone = new Renderer(false, true, false).openMetrics(first);
      assertThat(fresh.openMetrics(order)).isEqualTo(alone);
      assertThat(fresh.warnings)
          .singleElement()
          .asString()
          .contains("Left out", "'" + first.name() + "'", "'" + second.name() + "'", "view");
      fresh.openMetrics(order);
      assertThat(fresh.warnings).hasSize(1);
    }
  }

  @Test
  void aClaimIsKeptWhileTheMetricIsEmptyOrAbsent() {
    final Metric counter = counter("jobs", 5).of(SCOPE_B);
    final Metric gauge = gauge("jobs.total", 9).of(SCOPE_A);
    final Metric empty = gauge("jobs.total").of(SCOPE_A);
    final String both = renderer.text(counter, gauge);
    assertThat(both).isEqualTo("# TYPE jobs_total gauge\njobs_total 9.0\n");
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(renderer.text(counter, empty)).isEmpty();
      assertThat(renderer.text(counter)).isEmpty();
      assertThat(renderer.openMetrics(counter)).isEqualTo("# EOF\n");
      assertThat(renderer.text(counter, gauge)).isEqualTo(both);
    }
    // Once for each of the two formats.
    assertThat(renderer.warnings).hasSize(2);
  }

  @Test
  void aMetricThatComesBeforeTakesOverOnceAndForEver() {
    final Metric counter = counter("jobs", 5).of(SCOPE_B);
    final Metric gauge = gauge("jobs.total", 9).of(SCOPE_A);
    assertThat(renderer.text(counter)).contains("jobs_total 5\n");
    assertThat(renderer.text(counter)).contains("jobs_total 5\n");
    assertThat(renderer.warnings).isEmpty();
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(renderer.text(counter, gauge)).contains("jobs_total 9.0\n");
      assertThat(renderer.text(counter)).doesNotContain("jobs_total");
    }
    assertThat(renderer.warnings).hasSize(1);
  }

  @Test
  void metricsOfOneTypeClaimTogether() {
    final Metric gauge = gauge("e.total", 9).of(SCOPE_B);
    assertThat(renderer.text(gauge, counter("e", 1).of(SCOPE_C))).contains("e_total 9.0\n");
    assertThat(renderer.text(gauge, counter("e", 2).of(SCOPE_A))).contains("e_total 2\n");
    assertThat(renderer.text(gauge, counter("e", 1).of(SCOPE_C))).contains("e_total 1\n");
  }

  @Test
  void whatIsRememberedIsBounded() {
    final Metric gauge = gauge("jobs.total", 9).of(SCOPE_A);
    final Metric counter = counter("jobs", 5).of(SCOPE_B);
    assertThat(renderer.text(counter, gauge)).contains("jobs_total 9.0\n");
    final MetricData[] others = new MetricData[9_000];
    for (int i = 0; i < others.length; i++) {
      others[i] = gauge("other" + i, 1);
    }
    renderer.text(others);
    assertThat(renderer.text(counter)).doesNotContain("jobs_total");
    for (int i = 0; i < others.length; i++) {
      others[i] = gauge("another" + i, 1);
    }
    renderer.text(others);
    assertThat(renderer.text(counter)).contains("jobs_total 5\n");
    assertThat(renderer.warnings)
        .hasSize(2)
        .last()
        .asString()
        .contains("10000", "forgotten", "while the process runs");
  }

  @Test
  void helpThatDiffersIsLeftOutForEverAndPointsStay() {
    final Metric one = counter("c", 1).of(SCOPE_A).described("one");
    final Metric two = counter("c", 2).of(SCOPE_B).described("two");
    assertThat(renderer.text(one)).contains("# HELP c_total one\n");
    assertThat(renderer.text(one, two)).isEqualTo("# TYPE c_total counter\nc_total 3\n");
    // What is not there counts with its last value.
    assertThat(renderer.text(one)).isEqualTo("# TYPE c_total counter\nc_total 3\n");
    assertThat(renderer.text(two)).isEqualTo("# TYPE c_total counter\nc_total 3\n");
    assertThat(renderer.warnings).hasSize(1);
  }

  @Test
  void helpIsKeptWhileTheMetricThatHasItIsAbsent() {
    final Metric one = counter("c", 1).of(SCOPE_A).described("one");
    final Metric none = counter("c", 2).of(SCOPE_B);
    renderer.text(one, none);
    assertThat(renderer.text(none)).contains("# HELP c_total one\n");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void unitThatDiffersIsLeftOutForEver() {
    final Metric one = gauge("c.x", 1).of(SCOPE_A).in("y");
    final Metric two = gauge("c", 2).of(SCOPE_B).in("x_y");
    assertThat(renderer.openMetrics(one)).contains("# UNIT c_x_y y\n");
    assertThat(renderer.openMetrics(one, two)).doesNotContain("UNIT");
    assertThat(renderer.openMetrics(one)).doesNotContain("UNIT");
    assertThat(renderer.openMetrics(two)).doesNotContain("UNIT");
  }

  // What really clashes, in which format.

  @Test
  void countersOfWhichOneIsNamedCreatedAreBothThere() {
    final Metric orders = counter("orders", 3);
    final Metric created = counter("orders.created", 4);
    for (final MetricData[] order : List.of(both(orders, created), both(created, orders))) {
      final Renderer fresh = Renderer.plain();
      assertThat(fresh.text(order))
          .isEqualTo(
              """
              # TYPE orders_total counter
              orders_total 3
              # TYPE orders_created_total counter
              orders_created_total 4
              """);
      assertThat(fresh.warnings).isEmpty();
      assertThat(fresh.openMetrics(order))
          .isEqualTo(
              """
              # TYPE orders counter
              orders_total 3
              # TYPE orders_created_total unknown
              orders_created_total 4
              # EOF
              """);
      assertThat(fresh.warnings)
          .singleElement()
          .asString()
          .contains("'orders.created'", "'orders'", "reserves", "unknown", "view");
    }
  }

  @Test
  void aCounterWhoseNameIsASampleOfAHistogramIsThere() {
    for (final String suffix : List.of("count", "sum", "bucket", "created")) {
      final Metric histogram = histogramOf("job.duration").of(SCOPE_B);
      final Metric counter =
          counter("job.duration." + suffix, 4).of(SCOPE_A).described("Jobs").in("");
      for (final MetricData[] order : List.of(both(histogram, counter), both(counter, histogram))) {
        final Renderer fresh = new Renderer(false, true, false);
        final String name = "job_duration_" + suffix + "_total";
        assertThat(fresh.text(order))
            .contains("# TYPE job_duration histogram\n", "job_duration_count 1\n")
            .contains("# HELP " + name + " Jobs\n# TYPE " + name + " counter\n" + name + " 4\n");
        assertThat(fresh.warnings).isEmpty();
        assertThat(fresh.openMetrics(order))
            .contains("# TYPE job_duration histogram\n", "job_duration_count 1\n")
            .contains("# TYPE " + name + " unknown\n# HELP " + name + " Jobs\n" + name + " 4\n");
        assertThat(fresh.warnings).hasSize(1);
      }
    }
  }

  @Test
  void aGaugeWhoseNameIsASampleOfAHistogramOrSummaryIsLeftOutEverywhere() {
    for (final Metric owner : List.of(histogramOf("cache"), summaryOf("cache"))) {
      for (final String suffix : List.of("sum", "count")) {
        final Metric gauge = gauge("cache." + suffix, 42).of(SCOPE_A);
        final Metric later = owner.of(SCOPE_B);
        for (final MetricData[] order : List.of(both(later, gauge), both(gauge, later))) {
          final Renderer fresh = new Renderer(false, true, false);
          assertThat(fresh.text(order)).contains("cache_count 1\n").doesNotContain("42");
          assertThat(fresh.openMetrics(order)).contains("cache_count 1\n").doesNotContain("42");
          assertThat(fresh.warnings)
              .hasSize(2)
              .allMatch(
                  line -> line.contains("'cache." + suffix + "'") && line.contains("'cache'"));
        }
      }
    }
  }

  @Test
  void aGaugeNamedCreatedIsLeftOutOfOpenMetricsOnlyAndOnlyBesideHistogramsAndSummaries() {
    final Metric gauge = gauge("foo.created", 42);
    assertThat(renderer.text(histogramOf("foo"), gauge)).contains("foo_created 42.0\n");
    assertThat(renderer.openMetrics(histogramOf("foo"), gauge)).doesNotContain("42");
    final Renderer fresh = Renderer.plain();
    assertThat(fresh.openMetrics(counter("foo", 1), gauge))
        .isEqualTo(
            """
            # TYPE foo_total unknown
            foo_total 1
            # TYPE foo_created gauge
            foo_created 42.0
            # EOF
            """);
    assertThat(fresh.text(counter("foo", 1), gauge))
        .contains("# TYPE foo_total counter\n", "# TYPE foo_created gauge\n");
    assertThat(Renderer.plain().parsed(gauge("bar", 1), gauge("bar_created", 2)).familyNames())
        .containsExactly("bar", "bar_created");
  }

  @Test
  void aCounterAndAGaugeOfOneNameAreBothThere() {
    for (final MetricData[] order :
        List.of(
            both(counter("foo", 1), gauge("foo", 7)), both(gauge("foo", 7), counter("foo", 1)))) {
      final Renderer fresh = Renderer.plain();
      assertThat(fresh.text(order))
          .isEqualTo("# TYPE foo_total counter\nfoo_total 1\n# TYPE foo gauge\nfoo 7.0\n");
      assertThat(fresh.openMetrics(order))
          .isEqualTo("# TYPE foo_total unknown\nfoo_total 1\n# TYPE foo gauge\nfoo 7.0\n# EOF\n");
    }
  }

  @Test
  void aCounterWrittenAsUnknownHasNoUnitNoCreatedAndNoExemplar() {
    final Renderer created = new Renderer();
    final Metric counter =
        ScrapeExemplarsTest.counterOf("foo", Metrics.exemplar(1, Metrics.NOW, 1));
    assertThat(created.openMetrics(counter.in("By").described("Foo"), gauge("foo_bytes", 1)))
        .isEqualTo(
            """
            # TYPE foo_bytes_total unknown
            # HELP foo_bytes_total Foo
            foo_bytes_total 7.0
            # TYPE foo_bytes gauge
            foo_bytes 1.0
            # EOF
            """);
  }

  @Test
  void aMetricNamedTargetIsInPrometheusText() {
    final Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("k"), "v"));
    final Metric gauge = gauge("target", 1).of(resource);
    final Metric counter = counter("target", 2).of(resource);
    assertThat(renderer.text(gauge, counter)).contains("target 1.0\n", "target_total 2\n");
    assertThat(renderer.openMetrics(gauge, counter))
        .contains("# TYPE target_total unknown\ntarget_total 2\n")
        .doesNotContain("target 1.0");
    assertThat(new Renderer(true, false, false).openMetrics(gauge)).contains("target 1.0\n");
  }

  // The resource.

  @Test
  void targetInfoIsThatOfTheFirstMetricThatHasOneAndStays() {
    final Resource one = Resource.create(Attributes.of(AttributeKey.stringKey("k"), "one"));
    final Resource two = Resource.create(Attributes.of(AttributeKey.stringKey("k"), "two"));
    final Metric none = gauge("a", 1).of(SCOPE_A);
    final Metric first = gauge("b", 1).of(SCOPE_B).of(two);
    final Metric second = gauge("c", 1).of(SCOPE_C).of(one);
    for (final MetricData[] order : List.of(both(first, second), both(second, first))) {
      final Renderer fresh = new Renderer(false, true, false);
      assertThat(fresh.text(none)).doesNotContain("target_info");
      assertThat(fresh.text(order)).contains("target_info{k=\"two\"} 1\n", "b 1.0\n", "c 1.0\n");
      assertThat(fresh.text(second)).contains("target_info{k=\"two\"} 1\n");
      assertThat(fresh.text(none)).contains("target_info{k=\"two\"} 1\n");
      assertThat(fresh.text()).contains("target_info{k=\"two\"} 1\n");
      assertThat(fresh.warnings)
          .singleElement()
          .asString()
          .contains("'b'", "'c'", "target_info", "MetricProducer");
    }
  }

  private static MetricData[] both(MetricData one, MetricData other) {
    return new MetricData[] {one, other};
  }

  private static Metric histogramOf(String name) {
    return histogram(name, 1, List.of(5.0), List.of(1L, 0L));
  }

  private static Metric summaryOf(String name) {
    return summary(name, SummaryPointData.create(1, 2, NONE, 1, 1, List.of()));
  }

  private static InstrumentationScopeInfo scope(String name, String version, String schemaUrl) {
    final var builder = InstrumentationScopeInfo.builder(name);
    if (version != null) {
      builder.setVersion(version);
    }
    if (schemaUrl != null) {
      builder.setSchemaUrl(schemaUrl);
    }
    return builder.build();
  }

  /** Kept for the type of a long gauge, which shares its family with a double one. */
  @Test
  void longAndDoubleShareAFamily() {
    assertThat(
            Renderer.plain()
                .openMetrics(longGauge("g", point(NONE, 1)).of(SCOPE_A), gauge("g", 2).of(SCOPE_B)))
        .isEqualTo(
            "# TYPE g gauge\ng{otel_scope_name=\"a\"} 1\ng{otel_scope_name=\"b\"} 2.0\n# EOF\n");
  }
}
