package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.doubleCounter;
import static io.glint.exporter.openmetrics.Metrics.exemplar;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.histogram;
import static io.glint.exporter.openmetrics.Metrics.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Names by strategy and by the scheme of escaping that a scraper asks for. */
class TranslationTest {

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("a.b");

  private static String names(TranslationStrategy strategy, Escaping escaping, MetricData metric) {
    return Renderer.plain(strategy)
        .text(ScrapeFormat.PROMETHEUS_TEXT, escaping, metric)
        .replaceAll("(?m)^#.*\n| \\d+(\\.\\d+)?$", "")
        .strip();
  }

  /**
   * The table of the specification, "Interaction with Translation Strategy", and dots and values.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNDERSCORE_ESCAPING_WITH_SUFFIXES|UNDERSCORES|foo_bar_bytes_total",
        "UNDERSCORE_ESCAPING_WITH_SUFFIXES|ALLOW_UTF_8|foo_bar_bytes_total",
        "UNDERSCORE_ESCAPING_WITH_SUFFIXES|DOTS|foo__bar__bytes_total",
        "UNDERSCORE_ESCAPING_WITH_SUFFIXES|VALUES|foo_bar_bytes_total",
        "UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES|UNDERSCORES|foo_bar",
        "UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES|ALLOW_UTF_8|foo_bar",
        "UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES|DOTS|foo__bar",
        "UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES|VALUES|foo_bar",
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|UNDERSCORES|foo_bar_bytes_total",
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|ALLOW_UTF_8|{\"foo.bar_bytes_total\"}",
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|DOTS|foo_dot_bar__bytes_total",
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|VALUES|U__foo_2e_bar__bytes__total",
        "NO_TRANSLATION|UNDERSCORES|foo_bar",
        "NO_TRANSLATION|ALLOW_UTF_8|{\"foo.bar\"}",
        "NO_TRANSLATION|DOTS|foo_dot_bar",
        "NO_TRANSLATION|VALUES|U__foo_2e_bar",
      })
  void aCounterHasTheNameOfTheTable(
      TranslationStrategy strategy, Escaping escaping, String expected) {
    assertThat(names(strategy, escaping, counter("foo.bar", 1).in("By"))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // What is there already is not added again.
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|foo.bytes_total|By|{\"foo.bytes_total\"}",
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|foo_bytes|By|foo_bytes_total",
        "NO_UTF8_ESCAPING_WITH_SUFFIXES|9 lives|1|{\"9 lives_total\"}",
        "NO_TRANSLATION|foo_total|By|foo_total",
        "NO_TRANSLATION|métrique\"\\|1|{\"métrique\\\"\\\\\"}",
        // Names that begin with an underscore are reserved.
        "NO_TRANSLATION|_a|1|metric_a",
        "NO_TRANSLATION|__name__|1|metric__name__",
      })
  void namesWithUtf8AreQuotedWhereTheyHaveToBe(
      TranslationStrategy strategy, String name, String unit, String expected) {
    assertThat(names(strategy, Escaping.ALLOW_UTF_8, counter(name, 1).in(unit)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UNDERSCORES|a.b|a_b",
        "UNDERSCORES|a..b|a__b",
        "UNDERSCORES|9a.b|metric_a_b",
        "UNDERSCORES|日😀|metric__",
        "DOTS|a.b|a_dot_b",
        "DOTS|a_b|a__b",
        "DOTS|a/b|a__b",
        "VALUES|a.b|U__a_2e_b",
        "VALUES|a_b|a_b",
        "VALUES|a_.b|U__a___2e_b",
        "VALUES|日😀|U___65e5__1f600_",
        "VALUES|a:b|a:b",
        "ALLOW_UTF_8|a.b|{\"a.b\"}",
      })
  void schemesEscapeAsTheClientLibrariesDo(Escaping escaping, String name, String expected) {
    assertThat(names(TranslationStrategy.NO_TRANSLATION, escaping, gauge(name, 1)))
        .isEqualTo(expected);
  }

  @Test
  void labelsAreEscapedAndQuotedAsNamesAre() {
    final MetricData metric =
        gauge("g", point(Attributes.of(KEY, "1", AttributeKey.stringKey("c:d"), "2"), 1.0))
            .of(InstrumentationScopeInfo.create("s"));
    final TranslationStrategy strategy = TranslationStrategy.NO_TRANSLATION;
    assertThat(names(strategy, Escaping.UNDERSCORES, metric))
        .isEqualTo("g{a_b=\"1\",c_d=\"2\",otel_scope_name=\"s\"}");
    assertThat(names(strategy, Escaping.ALLOW_UTF_8, metric))
        .isEqualTo("g{\"a.b\"=\"1\",\"c:d\"=\"2\",otel_scope_name=\"s\"}");
    assertThat(names(strategy, Escaping.DOTS, metric))
        .isEqualTo("g{a_dot_b=\"1\",c__d=\"2\",otel__scope__name=\"s\"}");
    assertThat(names(strategy, Escaping.VALUES, metric))
        .isEqualTo("g{U__a_2e_b=\"1\",U__c_3a_d=\"2\",otel_scope_name=\"s\"}");
  }

  @Test
  void labelsThatEscapingMakesEqualAreJoinedAndNamesThatItMakesEqualAreOneFamily() {
    final Renderer renderer = Renderer.plain(TranslationStrategy.NO_TRANSLATION);
    final MetricData[] metrics = {
      gauge("g", point(Attributes.of(KEY, "1", AttributeKey.stringKey("a_b"), "2"), 1.0)),
      counter("c.d", 1),
      counter("c_d", 2),
    };
    assertThat(renderer.text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.UNDERSCORES, metrics))
        .isEqualTo("# TYPE c_d counter\nc_d 3\n# TYPE g gauge\ng{a_b=\"1;2\"} 1.0\n");
    assertThat(renderer.text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.ALLOW_UTF_8, metrics))
        .isEqualTo(
            """
            # TYPE "c.d" counter
            {"c.d"} 1
            # TYPE c_d counter
            c_d 2
            # TYPE g gauge
            g{"a.b"="1",a_b="2"} 1.0
            """);
  }

  @Test
  void keysThatWouldBeTheNameOfTheMetricAreNot() {
    final MetricData metric =
        gauge(
            "g",
            point(
                Attributes.of(
                    AttributeKey.stringKey("__name__"), "x", AttributeKey.stringKey("_a"), "y"),
                1.0));
    assertThat(names(TranslationStrategy.NO_TRANSLATION, Escaping.ALLOW_UTF_8, metric))
        .isEqualTo("g{key__name__=\"x\",key_a=\"y\"}");
  }

  @Test
  void namesThatDifferInHalfASurrogatePairAreOne() {
    final String text =
        Renderer.plain(TranslationStrategy.NO_TRANSLATION)
            .text(
                ScrapeFormat.PROMETHEUS_TEXT,
                Escaping.ALLOW_UTF_8,
                counter("a\uD83D", 1),
                counter("a\uDE00", 2));
    assertThat(text).isEqualTo("# TYPE \"a\uFFFD\" counter\n{\"a\uFFFD\"} 3\n");
  }

  @Test
  void nulIsInNoNameAndNoExemplarForWhichPrometheusRefusesTheScrapeButInOtherValues() {
    final String text =
        Renderer.plain(TranslationStrategy.NO_TRANSLATION)
            .text(
                ScrapeFormat.OPEN_METRICS,
                Escaping.ALLOW_UTF_8,
                doubleCounter(
                    "a\0_total",
                    point(
                        Attributes.of(AttributeKey.stringKey("b\0"), "c\0"),
                        2,
                        exemplar(1, Metrics.NOW, 0, Attributes.of(KEY, "d\0")))));
    assertThat(text)
        .contains("{\"a\uFFFD_total\",\"b\uFFFD\"=\"c\0\"} 2.0 # {\"a.b\"=\"d\uFFFD\"} 1.0 ");
  }

  @Test
  void quotedNamesAreInAllLinesOfOpenMetrics() {
    final Renderer renderer =
        new Renderer(
            new ExpositionSettings(
                TranslationStrategy.NO_UTF8_ESCAPING_WITH_SUFFIXES, true, true, true, null));
    assertThat(
            renderer.text(
                ScrapeFormat.OPEN_METRICS,
                Escaping.ALLOW_UTF_8,
                doubleCounter(
                        "a.b",
                        point(
                            Attributes.of(KEY, "1"),
                            2,
                            exemplar(1, Metrics.NOW, 0, Attributes.of(KEY, "x"))))
                    .in("s")
                    .described("\"help\""),
                histogram("c.d", 1, List.of(1.0), List.of(1L, 0L))))
        .isEqualTo(
            """
            # TYPE "a.b_seconds" counter
            # UNIT "a.b_seconds" seconds
            # HELP "a.b_seconds" \\"help\\"
            {"a.b_seconds_total","a.b"="1"} 2.0 # {"a.b"="x"} 1.0 1600000060.123
            {"a.b_seconds_created","a.b"="1"} 1600000000.123
            # TYPE "c.d" histogram
            {"c.d_bucket",le="1.0"} 1
            {"c.d_bucket",le="+Inf"} 1
            {"c.d_count"} 1
            {"c.d_sum"} 1.0
            {"c.d_created"} 1600000000.123
            # EOF
            """);
  }

  @Test
  void openMetrics1HasACounterWithoutTotalAsUnknownAndOtherFormatsAsACounter() {
    final Renderer renderer =
        Renderer.plain(TranslationStrategy.UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES);
    final MetricData[] metrics = {
      doubleCounter("foo.bar", point(Attributes.empty(), 1, exemplar(1, Metrics.NOW, 1))).in("By"),
      counter("foo.total", 2),
    };
    assertThat(renderer.openMetrics(metrics))
        .isEqualTo("# TYPE foo counter\nfoo_total 2\n# TYPE foo_bar unknown\nfoo_bar 1.0\n# EOF\n");
    assertThat(renderer.text(metrics))
        .isEqualTo("# TYPE foo_total counter\nfoo_total 2\n# TYPE foo_bar counter\nfoo_bar 1.0\n");
    assertThat(renderer.openMetrics2(metrics))
        .startsWith("# TYPE foo_total counter\nfoo_total 2 st@1600000000.123\n")
        .contains(
            "# TYPE foo_bar counter\n# UNIT foo_bar bytes\nfoo_bar 1.0 st@1600000000.123 # {");
    assertThat(renderer.protobuf(metrics))
        .extracting(family -> family.getName() + ' ' + family.getUnit())
        .containsExactly("foo_total ", "foo_bar ");
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void aCounterWithoutTotalAndOneWithItDoNotTakeEachOthersNames() {
    final Renderer renderer = Renderer.plain(TranslationStrategy.NO_TRANSLATION);
    final MetricData[] metrics = {counter("foo", 1), counter("foo_total", 2)};
    assertThat(renderer.openMetrics(metrics))
        .isEqualTo("# TYPE foo unknown\nfoo 1\n# TYPE foo_total unknown\nfoo_total 2\n# EOF\n");
    assertThat(renderer.text(metrics))
        .isEqualTo("# TYPE foo counter\nfoo 1\n# TYPE foo_total counter\nfoo_total 2\n");
  }

  @ParameterizedTest
  @EnumSource(Escaping.class)
  void whatOneScraperAsksForChangesNothingForAnother(Escaping escaping) {
    final Renderer one = Renderer.plain(TranslationStrategy.NO_TRANSLATION);
    final Renderer other = Renderer.plain(TranslationStrategy.NO_TRANSLATION);
    final MetricData metric = gauge("a.b", point(Attributes.of(KEY, "1"), 1.0));
    for (int i = 0; i < 3; i++) {
      for (final Escaping each : Escaping.values()) {
        one.render(ScrapeFormat.PROTOBUF, each, metric);
        one.text(ScrapeFormat.OPEN_METRICS, each, metric);
      }
      for (final ScrapeFormat format : ScrapeFormat.values()) {
        assertThat(one.render(format, escaping, metric))
            .isEqualTo(other.render(format, escaping, metric));
      }
    }
  }

  @Test
  void resourceAttributesAreLabelsOnDemand() {
    final Resource resource =
        Resource.create(
            Attributes.of(
                AttributeKey.stringKey("service.name"), "shop",
                AttributeKey.stringKey("host"), "h",
                AttributeKey.stringKey("a.b"), "of the resource",
                AttributeKey.stringKey("le"), "low"));
    final Set<String> keys = Set.of("service.name", "a.b", "le");
    final Renderer renderer =
        new Renderer(
            new ExpositionSettings(
                TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES,
                true,
                true,
                false,
                keys::contains));
    final MetricData[] metrics = {
      gauge("g", point(Attributes.of(KEY, "own"), 1.0)).of(resource),
      histogram("h", 1, List.of(), List.of(1L)).of(resource),
    };
    final String expected =
        """
        # HELP target_info Target metadata
        # TYPE target_info gauge
        target_info{a_b="of the resource",host="h",le="low",service_name="shop"} 1
        # TYPE g gauge
        g{a_b="own",le="low",service_name="shop"} 1.0
        # TYPE h histogram
        h_bucket{a_b="of the resource",key_le="low",service_name="shop",le="+Inf"} 1
        h_count{a_b="of the resource",key_le="low",service_name="shop"} 1
        h_sum{a_b="of the resource",key_le="low",service_name="shop"} 1.0
        """;
    assertThat(renderer.text(metrics)).isEqualTo(expected);
    assertThat(renderer.text(metrics)).isEqualTo(expected);
    // Another resource of the same scope and points: labels that are kept are not its own.
    final Resource other =
        Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "bar"));
    assertThat(renderer.text(gauge("g", point(Attributes.of(KEY, "own"), 1.0)).of(other)))
        .contains("g{a_b=\"own\",service_name=\"bar\"} 1.0\n");
  }

  @Test
  void noResourceAttributeIsALabelByDefault() {
    final Resource resource =
        Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop"));
    assertThat(Renderer.plain().text(gauge("g", 1).of(resource))).endsWith("\ng 1.0\n");
  }

  @Test
  void gaugesThatOnlyUnderscoresMakeEqualAreBothThereInUtf8WhoeverScrapedBefore() {
    final Renderer renderer = Renderer.plain(TranslationStrategy.NO_TRANSLATION);
    final AttributeKey<String> likeKey = AttributeKey.stringKey("a_b");
    final MetricData[] metrics = {
      gauge("c.d", 1),
      gauge("c_d", 2),
      gauge("g", point(Attributes.of(KEY, "x"), 1.0), point(Attributes.of(likeKey, "x"), 2.0))
    };
    // A browser does not ask for UTF-8.
    assertThat(renderer.text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.UNDERSCORES, metrics))
        .contains("c_d 1.0\n", "g{a_b=\"x\"} 1.0\n")
        .doesNotContain(" 2.0");
    assertThat(renderer.text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.ALLOW_UTF_8, metrics))
        .contains("{\"c.d\"} 1.0\n", "c_d 2.0\n", "g{\"a.b\"=\"x\"} 1.0\n", "g{a_b=\"x\"} 2.0\n");
  }

  @Test
  void aCounterThatOnlyUnderscoresMakeSharedHasItsOwnValueInUtf8() {
    final Renderer renderer = Renderer.plain(TranslationStrategy.NO_TRANSLATION);
    final MetricData[] metrics = {counter("c.d", 10), counter("c_d", 5)};
    assertThat(renderer.text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.UNDERSCORES, metrics))
        .contains("c_d 15\n");
    assertThat(renderer.text(ScrapeFormat.PROMETHEUS_TEXT, Escaping.ALLOW_UTF_8, metrics))
        .contains("{\"c.d\"} 10\n", "c_d 5\n");
  }
}
