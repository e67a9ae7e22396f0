package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.NOW;
import static io.glint.exporter.openmetrics.Metrics.START;
import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.doubleCounter;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.exponential;
import static io.glint.exporter.openmetrics.Metrics.exponentialPoint;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.longGauge;
import static io.glint.exporter.openmetrics.Metrics.point;
import static io.glint.exporter.openmetrics.Metrics.summary;
import static io.glint.exporter.openmetrics.Metrics.upDownCounter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.exporter.openmetrics.Metrics.HistogramPoint;
import io.glint.exporter.openmetrics.Metrics.LongPoint;
import io.glint.exporter.openmetrics.Metrics.Metric;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Points that have the same labels are one series, in which nothing is lost that can be added. */
class SharedSeriesTest {

  private static final Attributes NONE = Attributes.empty();
  private static final Attributes DOT = Attributes.builder().put("a.b", "x").build();
  private static final Attributes UNDERSCORE = Attributes.builder().put("a_b", "x").build();
  private static final InstrumentationScopeInfo SCOPE_A = InstrumentationScopeInfo.create("a");
  private static final InstrumentationScopeInfo SCOPE_B = InstrumentationScopeInfo.create("b");

  private final Renderer renderer = Renderer.plain();

  @Test
  void countersAddUp() {
    assertThat(renderer.text(counter("c", point(DOT, 10), point(UNDERSCORE, 5), point(NONE, 1))))
        .isEqualTo("# TYPE c_total counter\nc_total{a_b=\"x\"} 15\nc_total 1\n");
    assertThat(
            renderer.text(
                counter(
                    "d",
                    point(Attributes.builder().put("k", "1").build(), 1),
                    point(Attributes.builder().put("k", 1).build(), 2),
                    point(Attributes.builder().put("k", "1").put("e", "").build(), 4))))
        .isEqualTo("# TYPE d_total counter\nd_total{k=\"1\"} 7\n");
    assertThat(
            renderer.text(
                counter(
                    "e",
                    point(Attributes.builder().put("日本", "v").build(), 1),
                    point(Attributes.builder().put("中国", "v").build(), 2))))
        .isEqualTo("# TYPE e_total counter\ne_total{key_=\"v\"} 3\n");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void scopesWithoutLabelsAddUp() {
    final List<MetricData> metrics = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      metrics.add(counter("e", 1L << i).of(InstrumentationScopeInfo.create("scope" + i)));
    }
    for (int round = 0; round < 10; round++) {
      final Renderer noScope = new Renderer(false, true, false);
      assertThat(noScope.openMetrics(metrics.toArray(new MetricData[0])))
          .isEqualTo("# TYPE e counter\ne_total 63\n# EOF\n");
      assertThat(noScope.warnings).isEmpty();
      Collections.shuffle(metrics);
    }
  }

  @Test
  void metricsWhoseNamesBecomeTheSameAddUpAndThatIsLogged() {
    assertThat(renderer.text(counter("日本", 1), counter("中国", 2)))
        .isEqualTo("# TYPE metric_total counter\nmetric_total 3\n");
    renderer.text(counter("日本", 1), counter("中国", 2));
    assertThat(renderer.warnings)
        .singleElement()
        .asString()
        .contains("'日本'", "'中国'", "added up", "once");
  }

  @Test
  void integersAddUpExactlyAsLongAsTheyFit() {
    final long large = (1L << 62) + 1;
    assertThat(renderer.text(counter("c", point(DOT, large), point(UNDERSCORE, 2))))
        .contains("} " + (large + 2) + "\n");
    assertThat(renderer.text(counter("c", point(DOT, large), point(UNDERSCORE, large))))
        .contains("} " + 2.0 * large + "\n");
    assertThat(
            renderer.text(
                counter("m", 3).of(SCOPE_A), doubleCounter("m", point(NONE, 0.5)).of(SCOPE_A)))
        .contains("} 3.5\n");
  }

  @Test
  void onlyPartsThatAreCountersAreAdded() {
    assertThat(renderer.text(counter("c", point(DOT, -4), point(UNDERSCORE, 5))))
        .contains("c_total{a_b=\"x\"} 5\n");
    assertThat(renderer.warnings).singleElement().asString().contains(" -4,");
  }

  @Test
  void upDownCountersAddUp() {
    assertThat(renderer.text(upDownCounter("u", point(DOT, -3), point(UNDERSCORE, 5))))
        .isEqualTo("# TYPE u gauge\nu{a_b=\"x\"} 2\n");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void ofGaugesTheFirstStaysWhicheverCameFirst() {
    final Metric a = gauge("g", 1).of(SCOPE_A);
    final Metric b = gauge("g", 2).of(SCOPE_B);
    for (final MetricData[] order : orders(a, b)) {
      final Renderer noScope = new Renderer(false, true, false);
      assertThat(noScope.text(order)).isEqualTo("# TYPE g gauge\ng 1.0\n");
      noScope.text(order);
      assertThat(noScope.warnings)
          .singleElement()
          .asString()
          .contains("scope 'a'", "scope 'b'", "gauges cannot be added", "left out", "scope labels");
    }
    for (final LongPointData[] order :
        List.of(
            new LongPointData[] {point(DOT, 1), point(UNDERSCORE, 2)},
            new LongPointData[] {point(UNDERSCORE, 2), point(DOT, 1)})) {
      assertThat(Renderer.plain().text(longGauge("g", order)))
          .isEqualTo("# TYPE g gauge\ng{a_b=\"x\"} 1\n");
    }
  }

  @Test
  void theSeriesOfAGaugeIsNeverThatOfAnotherOne() {
    final Renderer noScope = new Renderer(false, true, false);
    final Metric a = gauge("g", 1).of(SCOPE_A);
    final Metric b = gauge("g", point(NONE, 2.0), point(DOT, 3.0)).of(SCOPE_B);
    noScope.text(a, b);
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(noScope.text(b)).isEqualTo("# TYPE g gauge\ng{a_b=\"x\"} 3.0\n");
      assertThat(noScope.text(b, a)).contains("g 1.0\n", "g{a_b=\"x\"} 3.0\n");
    }
    final Metric first = gauge("g", 0).of(InstrumentationScopeInfo.create("A"));
    assertThat(noScope.text(a, b, first)).contains("g 0.0\n");
    assertThat(noScope.text(a, b)).doesNotContain("g 1.0", "g 2.0");
    assertThat(noScope.warnings).hasSize(1);
  }

  @Test
  void gaugesThatAreNeverInOneScrapeDoNotAlternate() {
    final Metric a = gauge("g", 1).of(SCOPE_A);
    final Metric b = gauge("g", 2).of(SCOPE_B);
    doesNotAlternate(a, "g 1.0\n", b, "g 2.0\n");
    doesNotAlternate(
        longGauge("g", point(DOT, 1)), "} 1\n", longGauge("g", point(UNDERSCORE, 2)), "} 2\n");
    doesNotAlternate(upDownCounter("g", point(NONE, 1)).of(SCOPE_A), "g 1\n", b, "g 2.0\n");
    doesNotAlternate(a, "g 1.0\n", upDownCounter("g", point(NONE, 2)).of(SCOPE_B), "g 2\n");
  }

  /** The first one takes the series at most once, whichever comes first. */
  private static void doesNotAlternate(
      MetricData first, String line, MetricData second, String secondLine) {
    final Renderer startsWithFirst = new Renderer(false, true, false);
    final Renderer startsWithSecond = new Renderer(false, true, false);
    assertThat(startsWithSecond.text(second)).contains(secondLine);
    for (int scrape = 0; scrape < 3; scrape++) {
      for (final Renderer any : List.of(startsWithFirst, startsWithSecond)) {
        assertThat(any.text(first)).contains(line);
        assertThat(any.text(second)).isEmpty();
        assertThat(any.text()).isEmpty();
        assertThat(any.text(second)).isEmpty();
      }
    }
    for (final Renderer any : List.of(startsWithFirst, startsWithSecond)) {
      assertThat(any.warnings).singleElement().asString().contains("left out", "first", "once");
    }
  }

  @Test
  void gaugesOfOneScopeThatAreNeverInOneScrapeDoNotAlternate() {
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(renderer.text(gauge("a.b", 1))).contains("a_b 1.0\n");
      assertThat(renderer.text(gauge("a_b", 2))).isEmpty();
      // Types of one name.
      assertThat(renderer.text(longGauge("g", point(NONE, 1)))).contains("g 1\n");
      assertThat(renderer.text(gauge("g", 2))).isEmpty();
      assertThat(renderer.text(upDownCounter("g", point(NONE, 3)))).isEmpty();
    }
    assertThat(renderer.warnings)
        .hasSize(2)
        .anyMatch(warning -> warning.contains("'a.b'") && warning.contains("'a_b'"));
  }

  @Test
  void gaugesWhoseNamesHaveTheSameHashAreBothThere() {
    assertThat("pool.Aa").hasSameHashCodeAs("pool.BB");
    assertThat(renderer.text(gauge("pool.Aa", 1), gauge("pool.BB", 2)))
        .contains("pool_Aa 1.0\n", "pool_BB 2.0\n");
    for (int scrape = 0; scrape < 2; scrape++) {
      assertThat(
              renderer.text(
                  counter("jobs.Aa", point(DOT, 1), point(UNDERSCORE, 2)),
                  counter("jobs.BB", point(DOT, 10), point(UNDERSCORE, 20))))
          .contains("jobs_Aa_total{a_b=\"x\"} 3\n", "jobs_BB_total{a_b=\"x\"} 30\n");
    }
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void upDownCountersThatAreNeverInOneScrapeAreBothThere() {
    final Renderer noScope = new Renderer(false, true, false);
    final Metric a = upDownCounter("u", point(NONE, 1)).of(SCOPE_A);
    final Metric b = upDownCounter("u", point(NONE, 2)).of(SCOPE_B);
    for (int scrape = 0; scrape < 3; scrape++) {
      assertThat(noScope.text(b)).contains("u 2\n");
      assertThat(noScope.text(a)).contains("u 1\n");
      assertThat(noScope.text(a, b)).contains("u 3\n");
    }
    assertThat(noScope.warnings).isEmpty();
  }

  @Test
  void ownersOfGaugesAreRememberedInBoundedMemory() {
    final GaugeOwners owners = new GaugeOwners();
    final PointIdentity owner =
        new PointIdentity(SCOPE_A, "g", MetricDataType.LONG_GAUGE, "", "", NONE);
    for (long series = 0; series < 100_000; series++) {
      owners.put(series, owner);
      assertThat(owners.get(0)).isSameAs(owner);
    }
    assertThat(owners.get(100_000 - GaugeOwners.REMEMBERED + 1)).isSameAs(owner);
    assertThat(owners.get(1)).isNull();
    assertThat(owners.size()).isBetween(GaugeOwners.REMEMBERED, 2 * GaugeOwners.REMEMBERED);
  }

  @Test
  void aSharedCounterDoesNotFallWhenAPartIsNotThere() {
    final Renderer noScope = new Renderer(false, true, true);
    final Metric other = counter("c", point(DOT, 100)).of(SCOPE_A);
    assertThat(noScope.openMetrics(c(SCOPE_A, 10), c(SCOPE_B, 5), other)).contains("c_total 15\n");
    assertThat(noScope.openMetrics(c(SCOPE_A, 11), other))
        .contains("c_total 16\n", "c_total{a_b=\"x\"} 100\n");
    assertThat(noScope.openMetrics(c(SCOPE_B, 7))).contains("c_total 18\n");
    assertThat(noScope.openMetrics()).doesNotContain("c_total");
    assertThat(noScope.openMetrics(c(SCOPE_A, 11))).contains("c_total 18\n");
    // A part that starts anew.
    assertThat(noScope.openMetrics(c(SCOPE_B, 1))).contains("c_total 19\n");
    assertThat(noScope.openMetrics(c(SCOPE_B, 4), c(SCOPE_A, 12))).contains("c_total 23\n");
    assertThat(noScope.openMetrics(c(InstrumentationScopeInfo.create("new"), 2)))
        .contains("c_total 25\n", "c_created " + START / 1_000_000_000L);
    assertThat(noScope.warnings).isEmpty();
  }

  /** A meter may have instruments that differ in unit or description only; it warns of them. */
  @Test
  void partsThatDifferInUnitOrDescriptionOnlyAreCountedOnce() {
    final MetricData one = counter("c", 10).in("{a}");
    final MetricData other = counter("c", 5).in("{b}");
    final MetricData described = counter("c", 3).in("{b}").described("described");
    assertThat(renderer.text(one, other, described)).contains("c_total 18\n");
    // Each is away for a while.
    assertThat(renderer.text(other, described)).contains("c_total 18\n");
    assertThat(renderer.text(described)).contains("c_total 18\n");
    assertThat(renderer.text(one, other, described)).contains("c_total 18\n");
  }

  @Test
  void ofGaugesThatDifferInUnitOrDescriptionOnlyTheFirstStaysWhateverTheirValues() {
    for (final double value : new double[] {1, 3}) {
      final MetricData one = gauge("g", value).in("{a}");
      final MetricData other = gauge("g", 2).in("{b}");
      final MetricData described = gauge("g", 4).in("{a}").described("described");
      assertThat(renderer.text(other, described, one)).contains("\ng " + value + "\n");
      assertThat(renderer.text(other, described)).doesNotContain("\ng ");
    }
  }

  @Test
  void partsOfSharedCountersAreRememberedInBoundedMemoryForAllOfThem() {
    final TextBuffer none = new TextBuffer(0);
    final PointMerger merger =
        new PointMerger(none, OpenMetricsReader.newLog(OpenMetricsServer.LOGGER));
    final PointWriter writer =
        new TextPointWriter(
            ScrapeFormat.PROMETHEUS_TEXT,
            false,
            OpenMetricsReader.newLog(OpenMetricsServer.LOGGER));
    final ScrapeExemplars tally = new ScrapeExemplars();
    tally.start(ScrapeFormat.PROMETHEUS_TEXT);
    writer.start(new TextBuffer(0), tally, null);
    merger.start(writer, tally);
    final List<PointSource> points = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      final Attributes attributes = Attributes.builder().put("i", i).build();
      points.add(new PointSource(counter("c", 1), point(attributes, 1), 0));
    }
    final List<Family> families = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      final Family family =
          new Family("c" + i + "_total", "c" + i + "_total", FamilyType.COUNTER, SCOPE_A, "c" + i);
      families.add(family);
      writer.beginFamily(family);
      writer.series(none, 0, 0);
      assertThat(merger.write(family, points, 0, 0)).isEqualTo(900);
    }
    assertThat(merger.counterParts()).isEqualTo(PointMerger.MAX_COUNTER_PARTS);
    // One of all parts, one of some and one of none.
    for (int i : new int[] {0, 11, 19}) {
      merger.forget(families.get(i));
      assertThat(families.get(i).sharedCounters).isEmpty();
    }
    assertThat(merger.counterParts()).isEqualTo(PointMerger.MAX_COUNTER_PARTS - 900 - 100);
  }

  @Test
  void theLatestExemplarsOfLinesAreRememberedInBoundedMemoryForAllOfThem() {
    final TextBuffer none = new TextBuffer(0);
    final PointMerger merger =
        new PointMerger(none, OpenMetricsReader.newLog(OpenMetricsServer.LOGGER));
    final PointWriter writer =
        new ProtobufPointWriter(OpenMetricsReader.newLog(OpenMetricsServer.LOGGER));
    final ScrapeExemplars tally = new ScrapeExemplars();
    tally.start(ScrapeFormat.PROTOBUF);
    writer.start(
        new TextBuffer(0),
        tally,
        LabelSet.ofExemplars(
            new Naming(TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES, Escaping.UNDERSCORES),
            ScrapeFormat.PROTOBUF));
    merger.start(writer, tally);
    final List<Double> bounds = new ArrayList<>();
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    for (int i = 0; i < 899; i++) {
      bounds.add((double) i);
      exemplars.add(exemplar(i, NOW, 1));
    }
    exemplars.add(exemplar(1e9, NOW, 1));
    final List<Long> counts = Collections.nCopies(900, 1L);
    final MetricData metric = histogram("h");
    final PointSource source =
        new PointSource(metric, new HistogramPoint(NONE, 1, bounds, counts, exemplars), 0);
    final List<Family> families = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      final Family family = new Family("h" + i, "h" + i, FamilyType.HISTOGRAM, SCOPE_A, "h" + i);
      families.add(family);
      writer.beginFamily(family);
      writer.series(none, 0, 0);
      tally.metric(metric);
      assertThat(merger.write(family, List.of(source, source), 0, 0)).isEqualTo(2);
    }
    assertThat(merger.exemplarLines()).isEqualTo(PointMerger.MAX_EXEMPLAR_LINES);
    // One of all lines, one of some and one of none.
    for (final int i : new int[] {0, 11, 19}) {
      merger.forget(families.get(i));
      assertThat(families.get(i).shownExemplars).isEmpty();
    }
    assertThat(merger.exemplarLines()).isEqualTo(PointMerger.MAX_EXEMPLAR_LINES - 900 - 100);
  }

  /** Of series that come and go, those that are there now are remembered. */
  @Test
  void sharedSeriesThatAreLongGoneMakeRoomForOthers() {
    final Renderer noScope = new Renderer(false, true, false);
    final LongPoint[] gone = new LongPoint[PointMerger.MAX_EXEMPLAR_LINES + 1];
    for (int i = 0; i < gone.length; i++) {
      gone[i] = shown(Attributes.builder().put("i", i).build(), 1, NOW);
    }
    noScope.render(
        ScrapeFormat.OPEN_METRICS,
        Escaping.UNDERSCORES,
        counter("c", gone).of(SCOPE_A),
        counter("c", gone).of(SCOPE_B));
    for (int i = 0; i < ExpositionWriter.SCRAPES_REMEMBERED; i++) {
      noScope.openMetrics(gauge("g", 1));
    }
    final Metric one = counter("c", shown(NONE, 1, NOW - 1)).of(SCOPE_A);
    final Metric other = counter("c", shown(NONE, 2, NOW)).of(SCOPE_B);
    assertThat(noScope.openMetrics(one, other)).contains("c_total 3 # {");
    assertThat(noScope.openMetrics(one)).contains("c_total 3\n");
  }

  private static LongPoint shown(Attributes attributes, long value, long exemplarNanos) {
    return new LongPoint(
        attributes,
        value,
        List.of(LongExemplarData.create(NONE, exemplarNanos, Metrics.span(1), value)));
  }

  @Test
  void aSharedCounterIsForgottenWithItsFamily() {
    final Renderer noScope = new Renderer(false, true, false);
    noScope.text(c(SCOPE_A, 10), c(SCOPE_B, 5));
    assertThat(noScope.text(c(SCOPE_A, 10))).contains("c_total 15\n");
    final MetricData[] many = new MetricData[FamilyIndex.MAX_REMEMBERED + 1];
    Arrays.setAll(many, i -> counter("many" + i, 1));
    noScope.text(many);
    assertThat(noScope.text(c(SCOPE_A, 1), c(SCOPE_B, 2))).contains("c_total 3\n");
  }

  @Test
  void aScrapeThatFailedIsNotAddedToTheNextOne() {
    final SharedCounter shared = new SharedCounter();
    final PointSource a = new PointSource(c(SCOPE_A, 10), point(NONE, 10), 0);
    final PointSource b = new PointSource(c(SCOPE_B, 5), point(NONE, 5), 0);
    assertThat(shared.add(List.of(a, b), 10).integer()).isEqualTo(15);
    assertThatThrownBy(() -> shared.add(Arrays.asList(a, null), 10))
        .isInstanceOf(NullPointerException.class);
    assertThat(shared.add(List.of(a, b), 10).integer()).isEqualTo(15);
    assertThat(shared.add(List.of(b), 10).integer()).isEqualTo(15);
  }

  private static MetricData c(InstrumentationScopeInfo scope, long value) {
    return counter("c", point(NONE, value)).of(scope);
  }

  @Test
  void aGaugeAndSumsAreWhateverComesFirst() {
    final Metric sums = upDownCounter("g", point(NONE, 2)).of(SCOPE_A);
    final Metric more = upDownCounter("g", point(NONE, 3)).of(SCOPE_B);
    final Metric gauge = gauge("g", 9).of(InstrumentationScopeInfo.create("ab"));
    for (final MetricData[] order : orders(sums, gauge, more)) {
      assertThat(new Renderer(false, true, false).text(order)).contains("g 5\n");
    }
    for (final MetricData[] order : orders(more, gauge)) {
      assertThat(new Renderer(false, true, false).text(order)).contains("g 9.0\n");
    }
  }

  @Test
  void histogramsAddUpBucketByBucket() {
    final var metric =
        histogram(
            "h",
            new HistogramPoint(DOT, 1.5, List.of(1.0, 5.0), List.of(1L, 2L, 3L), List.of()),
            new HistogramPoint(
                UNDERSCORE, 2, List.of(1.0, 5.0), List.of(10L, 20L, 30L), List.of()));
    assertThat(renderer.openMetrics(metric))
        .isEqualTo(
            """
            # TYPE h histogram
            h_bucket{a_b="x",le="1.0"} 11
            h_bucket{a_b="x",le="5.0"} 33
            h_bucket{a_b="x",le="+Inf"} 66
            h_count{a_b="x"} 66
            h_sum{a_b="x"} 3.5
            # EOF
            """);
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void histogramsOfDifferentBoundsAddUpOverTheirCommonBounds() {
    final Metric one = histogram("h", 1, List.of(1.0, 2.0, 5.0, 10.0), List.of(1L, 2L, 3L, 4L, 5L));
    final Metric other = histogram("h", 2, List.of(2.0, 4.0, 10.0), List.of(10L, 20L, 30L, 40L));
    for (final MetricData[] order : orders(one.of(SCOPE_A), other.of(SCOPE_B))) {
      final Renderer noScope = new Renderer(false, true, false);
      assertThat(noScope.text(order))
          .isEqualTo(
              """
              # TYPE h histogram
              h_bucket{le="2.0"} 13
              h_bucket{le="10.0"} 70
              h_bucket{le="+Inf"} 115
              h_count 115
              h_sum 3.0
              """);
      noScope.text(order);
      assertThat(noScope.warnings)
          .singleElement()
          .asString()
          .contains("scope 'a'", "scope 'b'", "bounds");
    }
    assertThat(
            new Renderer(false, true, false)
                .openMetrics(one.of(SCOPE_A), histogram("h", 1, List.of(3.0), List.of(1L, 1L))))
        .contains("h_bucket{le=\"+Inf\"} 17\nh_count 17\n")
        .doesNotContain("le=\"3.0\"");
  }

  @Test
  void explicitAndExponentialHistogramsAddUp() {
    final Metric explicit =
        histogram("h", 1, List.of(1.0, 3.0, 4.0, 16.0), List.of(1L, 1L, 1L, 1L, 1L));
    // Of (1, 2], (2, 4], (4, 8].
    final Metric exponential =
        exponential("h", exponentialPoint(NONE, 9, 0, 0, List.of(10L, 20L, 40L)));
    for (final MetricData[] order : orders(explicit.of(SCOPE_A), exponential.of(SCOPE_B))) {
      assertThat(new Renderer(false, true, false).text(order))
          .isEqualTo(
              """
              # TYPE h histogram
              h_bucket{le="1.0"} 1
              h_bucket{le="4.0"} 33
              h_bucket{le="16.0"} 74
              h_bucket{le="+Inf"} 75
              h_count 75
              h_sum 10.0
              """);
    }
  }

  @Test
  void aSumThatOneHistogramDoesNotHaveIsNotThere() {
    final Metric one = histogram("h", 1, List.of(1.0), List.of(1L, 2L)).of(SCOPE_A);
    final Metric other = histogram("h", Double.NaN, List.of(1.0), List.of(1L, 2L)).of(SCOPE_B);
    assertThat(new Renderer(false, true, false).text(one, other))
        .contains("h_count 6\n")
        .doesNotContain("h_sum");
    final Metric negative = histogram("h", 1, List.of(-1.0, 1.0), List.of(1L, 1L, 2L)).of(SCOPE_B);
    assertThat(new Renderer(false, true, false).openMetrics(one, negative))
        .contains("h_bucket{le=\"1.0\"} 3\nh_bucket{le=\"+Inf\"} 7\n")
        .doesNotContain("h_sum", "h_count");
  }

  @Test
  void summariesAddUpWithoutQuantiles() {
    final Metric one =
        summary(
            "s",
            SummaryPointData.create(1, 2, NONE, 5, 2.5, List.of(ValueAtQuantile.create(1, 9))));
    final Metric other =
        summary(
            "s",
            SummaryPointData.create(1, 2, NONE, 6, 1.5, List.of(ValueAtQuantile.create(1, 8))));
    final Renderer noScope = new Renderer(false, true, false);
    assertThat(noScope.openMetrics(one.of(SCOPE_A), other.of(SCOPE_B)))
        .isEqualTo("# TYPE s summary\ns_count 11\ns_sum 4.0\n# EOF\n");
    assertThat(noScope.warnings).singleElement().asString().contains("quantiles");
  }

  @Test
  void createdIsTheEarliestStartAndUnknownIfOneIs() {
    final long seconds = 1_000_000_000L;
    final Renderer created = new Renderer();
    assertThat(
            created.openMetrics(
                counter(
                    "c",
                    LongPointData.create(20 * seconds, NOW, DOT, 1),
                    LongPointData.create(10 * seconds, NOW, UNDERSCORE, 1))))
        .contains("c_created{a_b=\"x\"} 10.000\n");
    assertThat(
            created.openMetrics(
                counter(
                    "c",
                    LongPointData.create(20 * seconds, NOW, DOT, 1),
                    LongPointData.create(0, NOW, UNDERSCORE, 1))))
        .doesNotContain("_created");
  }

  @Test
  void allExemplarsAreCandidatesAndEachIsCountedForItsMetric() {
    final Metric one =
        histogram(
            "h",
            new HistogramPoint(
                NONE,
                1,
                List.of(1.0, 5.0),
                List.of(1L, 1L, 0L),
                List.of(exemplar(0.4, NOW, 1), exemplar(3, NOW + 2, 2))));
    final Metric other =
        histogram(
            "h",
            new HistogramPoint(
                NONE,
                1,
                List.of(1.0, 5.0),
                List.of(1L, 0L, 1L),
                List.of(exemplar(0.5, NOW + 1, 3), exemplar(7, NOW, 4))));
    final Renderer noScope = new Renderer(false, true, false);
    assertThat(noScope.openMetrics(one.of(SCOPE_A), other.of(SCOPE_B)))
        .contains("le=\"1.0\"} 2 # {trace_id=\"00000000000000000000000000000003\"")
        .contains("le=\"5.0\"} 3 # {trace_id=\"00000000000000000000000000000002\"")
        .contains("le=\"+Inf\"} 4 # {trace_id=\"00000000000000000000000000000004\"");
    assertThat(noScope.exemplars.get(SCOPE_A, "h", Outcome.EXPORTED)).isEqualTo(1);
    assertThat(noScope.exemplars.get(SCOPE_A, "h", Outcome.NOT_REPRESENTABLE)).isEqualTo(1);
    assertThat(noScope.exemplars.get(SCOPE_B, "h", Outcome.EXPORTED)).isEqualTo(2);

    final LongExemplarData early = LongExemplarData.create(NONE, NOW, Metrics.span(1), 1);
    final LongExemplarData late = LongExemplarData.create(NONE, NOW + 1, Metrics.span(2), 2);
    assertThat(
            noScope.openMetrics(
                counter("c", new LongPoint(NONE, 1, List.of(late))).of(SCOPE_A),
                counter("c", new LongPoint(NONE, 1, List.of(early))).of(SCOPE_B)))
        .contains("c_total 2 # {trace_id=\"00000000000000000000000000000002\"");
    assertThat(noScope.exemplars.get(SCOPE_B, "c", Outcome.NOT_REPRESENTABLE)).isEqualTo(1);
  }

  @Test
  void floatingPointSumsDoNotDependOnTheOrder() {
    final Metric[] metrics = {
      doubleCounter("c", point(NONE, 1e16)).of(InstrumentationScopeInfo.create("x")),
      doubleCounter("c", point(NONE, 1.0)).of(InstrumentationScopeInfo.create("y")),
      doubleCounter("c", point(NONE, 1.0)).of(InstrumentationScopeInfo.create("z"))
    };
    for (final MetricData[] order : orders(metrics)) {
      assertThat(new Renderer(false, true, false).text(order))
          .isEqualTo("# TYPE c_total counter\nc_total 1.0E16\n");
    }
  }

  @Test
  void aProducerThatGivesAPointTwiceIsAddedTwice() {
    final LongPointData same = LongPointData.create(START, NOW, NONE, 4);
    assertThat(renderer.text(counter("c", same, same))).contains("c_total 8\n");
    assertThat(renderer.text(longGauge("g", same, same))).contains("g 4\n");
  }

  @Test
  void aProducerMayMakeItsExemplarsWheneverTheyAreRead() {
    final List<DoubleExemplarData> made =
        new AbstractList<>() {
          @Override
          public DoubleExemplarData get(int index) {
            return exemplar(0.5, NOW + index, index + 1);
          }

          @Override
          public int size() {
            return 2;
          }
        };
    final Metric metric =
        histogram("h", new HistogramPoint(NONE, 1, List.of(1.0), List.of(2L, 0L), made));
    for (final ScrapeFormat format : ScrapeFormat.values()) {
      final Renderer noScope = new Renderer(false, true, false);
      noScope.render(format, Escaping.UNDERSCORES, metric.of(SCOPE_A), metric.of(SCOPE_B));
      final long shown = format.hasExemplars() ? format.showsAllExemplars() ? 2 : 1 : 0;
      assertThat(exported(noScope)).as(format.title).isBetween(shown, 2 * shown);
    }
  }

  private static long exported(Renderer renderer) {
    return renderer.exemplars.get(SCOPE_A, "h", Outcome.EXPORTED)
        + renderer.exemplars.get(SCOPE_B, "h", Outcome.EXPORTED);
  }

  /** All orders of a few metrics. */
  static List<MetricData[]> orders(MetricData... metrics) {
    if (metrics.length <= 1) {
      return List.of(new MetricData[][] {metrics});
    }
    final List<MetricData[]> orders = new ArrayList<>();
    for (int i = 0; i < metrics.length; i++) {
      final List<MetricData> rest = new ArrayList<>(Arrays.asList(metrics));
      final MetricData first = rest.remove(i);
      for (final MetricData[] order : orders(rest.toArray(new MetricData[0]))) {
        final List<MetricData> all = new ArrayList<>(List.of(first));
        all.addAll(Arrays.asList(order));
        orders.add(all.toArray(new MetricData[0]));
      }
    }
    return orders;
  }
}
