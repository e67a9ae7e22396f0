package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameFilterTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "&", "=", "name[]", "name=a", "names[]=a", "debug=text&x"})
  void withoutANameEverythingIsAskedFor(String query) {
    assertThat(includes(query, "a", FamilyType.GAUGE)).isTrue();
    assertThat(NameFilter.of(query)).isSameAs(NameFilter.ALL);
  }

  @ParameterizedTest
  @CsvSource({
    "a, COUNTER, true",
    "a_total, COUNTER, true",
    "a_created, COUNTER, false",
    "a_sum, COUNTER, false",
    "a, GAUGE, true",
    "a_total, GAUGE, false",
    "a_bucket, HISTOGRAM, true",
    "a_count, HISTOGRAM, true",
    "a_sum, HISTOGRAM, true",
    "a_total, HISTOGRAM, false",
    "a_count, SUMMARY, true",
    "a_bucket, SUMMARY, false",
    "a_info, INFO, true",
    "ab, GAUGE, false",
    "ab_total, COUNTER, false",
    "A, GAUGE, false",
    "'', GAUGE, false",
  })
  void aFamilyIsAskedForByItsNameOrThatOfASample(String name, FamilyType type, boolean expected) {
    assertThat(includes("name[]=" + name, "a", type)).isEqualTo(expected);
    assertThat(includes("name[]=other&name[]=" + name, "a", type)).isEqualTo(expected);
  }

  @Test
  void aFamilyIsAskedForByItsCreatedSampleIfItHasOne() {
    for (final boolean hasCreated : new boolean[] {true, false}) {
      assertThat(includes("name[]=a_created", "a", FamilyType.COUNTER, hasCreated))
          .isEqualTo(hasCreated);
    }
    // The counter 'a.created', not 'a'.
    assertThat(includes("name[]=a_created", "a_created", FamilyType.COUNTER)).isTrue();
  }

  @Test
  void escapesAreRead() {
    assertThat(includes("name%5B%5D=%61", "a", FamilyType.GAUGE)).isTrue();
    assertThat(includes("name%5b%5d=a+b", "a b", FamilyType.GAUGE)).isTrue();
    assertThat(includes("name[]=a%26name[]%3Db", "b", FamilyType.GAUGE)).isFalse();
  }

  @Test
  void whatCannotBeReadIsRefusedInTheClientsWords() {
    assertThatThrownBy(() -> NameFilter.of("name[]=%zz")).hasMessageContaining("escape");
    assertThat(includes("x&".repeat(1023) + "name[]=a", "a", FamilyType.GAUGE)).isTrue();
    assertThatThrownBy(() -> NameFilter.of("x&".repeat(1024) + "name[]=a"))
        .hasMessageContaining("1024 parameters");
    final String longest = "name[]=a&x=" + "y".repeat(65536 - 11);
    assertThat(includes(longest, "a", FamilyType.GAUGE)).isTrue();
    assertThatThrownBy(() -> NameFilter.of(longest + "y")).hasMessageContaining("65536 characters");
  }

  private static final List<MetricData> METRICS =
      List.of(
          Metrics.counter("foo.bar", 1).in("By"),
          Metrics.counter("foo", 1),
          Metrics.gauge("foo.bar.baz_q", 1),
          Metrics.gauge("été/1", 1),
          Metrics.histogram("lat.ency", 1, List.of(1.0), List.of(1L, 0L)).in("ms"),
          Metrics.summary(
              "sum.mary", SummaryPointData.create(1, 2, Attributes.empty(), 1, 1, List.of())));

  private static final Pattern TYPE = Pattern.compile("# TYPE (?:\"([^\"]+)\"|(\\S+)) .*");
  private static final Pattern SAMPLE =
      Pattern.compile("(?:\\{\"([^\"]+)\".*|([^ #{]+)(?:\\{.*)?) \\S.*");

  /** Whatever the format, the strategy and the scheme: what is shown can be asked for as it is. */
  @ParameterizedTest
  @EnumSource(TranslationStrategy.class)
  void eachNameThatIsShownAsksForItsMetricAndSoDoesTheOneWithoutAScheme(
      TranslationStrategy strategy) throws Exception {
    for (final String format :
        List.of(
            "application/openmetrics-text;version=1.0.0",
            "application/openmetrics-text;version=2.0.0",
            "text/plain;version=1.0.0")) {
      try (OpenMetricsReader reader =
          OpenMetricsReader.builder()
              .setTranslationStrategy(strategy)
              .setOpenMetrics2Enabled(true)
              .setCreatedSamplesEnabled(true)
              .build()) {
        reader.register(
            new CollectionRegistration() {
              @Override
              public Collection<MetricData> collectAllMetrics() {
                return METRICS;
              }
            });
        final Map<String, String> plain = shown(scrape(reader, format, null));
        assertThat(Set.copyOf(plain.values())).hasSize(METRICS.size());
        for (final Escaping escaping : Escaping.values()) {
          final String accept = format + ";escaping=" + escaping.parameter;
          final Map<String, String> shown = shown(scrape(reader, accept, null));
          assertThat(Set.copyOf(shown.values())).hasSize(METRICS.size());
          for (final Map.Entry<String, String> name : shown.entrySet()) {
            assertThat(Set.copyOf(shown(scrape(reader, accept, name.getKey())).values()))
                .as(accept + ' ' + name.getKey())
                .containsExactly(name.getValue());
          }
          for (final String name : plain.keySet()) {
            assertThat(Set.copyOf(shown(scrape(reader, accept, name)).values()))
                .as(accept + ' ' + name)
                .hasSize(1);
          }
          // The beginning of a name asks for nothing.
          assertThat(shown(scrape(reader, accept, "fo"))).isEmpty();
        }
      }
    }
  }

  private static String scrape(OpenMetricsReader reader, String accept, String name)
      throws IOException {
    final String query = name == null ? null : "name[]=" + URLEncoder.encode(name, UTF_8);
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (OpenMetricsResponse response =
        reader.scrape(
            "GET", query, header -> header.equals("Accept") ? List.of(accept) : List.of())) {
      response.writeTo(body);
    }
    return body.toString(UTF_8);
  }

  /** All names of TYPE lines and of samples, each with that of the TYPE line it belongs to. */
  private static Map<String, String> shown(String text) {
    final Map<String, String> shown = new HashMap<>();
    String family = "";
    for (final String line : text.lines().toList()) {
      final Matcher type = TYPE.matcher(line);
      final Matcher sample = SAMPLE.matcher(line);
      if (type.matches()) {
        family = type.group(1) == null ? type.group(2) : type.group(1);
        shown.put(family, family);
      } else if (sample.matches()) {
        shown.put(sample.group(1) == null ? sample.group(2) : sample.group(1), family);
      }
    }
    return shown;
  }

  private static boolean includes(String query, String family, FamilyType type) {
    return includes(query, family, type, /* hasCreated= */ false);
  }

  private static boolean includes(
      String query, String family, FamilyType type, boolean hasCreated) {
    final String textName = family + type.suffixes.get(0);
    return NameFilter.of(query)
        .includes(new Family(textName, textName, type, Metrics.NO_SCOPE, family), hasCreated);
  }
}
