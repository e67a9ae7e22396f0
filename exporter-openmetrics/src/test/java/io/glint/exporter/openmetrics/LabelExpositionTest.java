package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.counter;
import static io.glint.exporter.openmetrics.Metrics.gauge;
import static io.glint.exporter.openmetrics.Metrics.longGauge;
import static io.glint.exporter.openmetrics.Metrics.point;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelExpositionTest {

  private final Renderer renderer = Renderer.plain();

  @Test
  void labelsAreSortedByNameAndSanitised() {
    assertThat(labels(Attributes.builder().put("b.c", "2").put("a-b", "1").put("Z", "0").build()))
        .isEqualTo("{Z=\"0\",a_b=\"1\",b_c=\"2\"}");
  }

  @Test
  void collidingKeysAreJoinedInTheOrderOfTheKeys() {
    assertThat(labels(Attributes.builder().put("a_b", "2").put("a.b", "1").put("a", 0).build()))
        .isEqualTo("{a=\"0\",a_b=\"1;2\"}");
  }

  @Test
  void emptyValueCountsAsAbsent() {
    assertThat(labels(Attributes.builder().put("a", "").put("b", "x").build()))
        .isEqualTo("{b=\"x\"}");
    assertThat(labels(Attributes.builder().put("a.b", "").put("a_b", "x").build()))
        .isEqualTo("{a_b=\"x\"}");
    assertThat(labels(Attributes.builder().put("a", "").build())).isEmpty();
  }

  @Test
  void valuesEscapeBackslashQuoteAndLineFeed() {
    assertThat(labels(Attributes.builder().put("a", "\\ \" \n \r \t \u0000 é € 😀").build()))
        .isEqualTo("{a=\"\\\\ \\\" \\n \r \t \u0000 é € 😀\"}");
  }

  @Test
  void halfSurrogatePairIsReplaced() {
    assertThat(labels(Attributes.builder().put("a", "x\uD83Dy\uDE00").build()))
        .isEqualTo("{a=\"x\uFFFDy\uFFFD\"}");
  }

  @Test
  void reservedLabelNamesGetAPrefix() {
    assertThat(labels(Attributes.builder().put("_a", "1").put("9", "2").put("__b", "3").build()))
        .isEqualTo("{key_9=\"2\",key_a=\"1\",key_b=\"3\"}");
  }

  @Test
  void leIsAnOrdinaryLabelOfAGauge() {
    assertThat(labels(Attributes.builder().put("le", "1").put("quantile", "2").build()))
        .isEqualTo("{le=\"1\",quantile=\"2\"}");
  }

  @Test
  void typedValuesBecomeText() {
    assertThat(
            labels(
                Attributes.builder()
                    .put("b", true)
                    .put("d", 1.5)
                    .put("l", 42)
                    .put(AttributeKey.stringArrayKey("s"), List.of("x", "y\""))
                    .build()))
        .isEqualTo("{b=\"true\",d=\"1.5\",l=\"42\",s=\"[\\\"x\\\",\\\"y\\\\\\\"\\\"]\"}");
  }

  @Test
  void scopeLabelsAreOnEverySample() {
    final InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder("lib")
            .setVersion("1.2")
            .setSchemaUrl("https://example.com/s")
            .setAttributes(
                Attributes.builder()
                    .put("a.b", "x")
                    .put("name", "hidden")
                    .put("version", "hidden")
                    .put("schema.url", "hidden")
                    .build())
            .build();
    final String labels =
        "otel_scope_a_b=\"x\",otel_scope_name=\"lib\","
            + "otel_scope_schema_url=\"https://example.com/s\",otel_scope_version=\"1.2\"";
    assertThat(new Renderer().openMetrics(counter("c", 1).of(scope)))
        .contains("c_total{" + labels + "} 1\n", "c_created{" + labels + "} ");
    assertThat(
            renderer.openMetrics(
                Metrics.histogram("h", 1, List.of(5.0), List.of(1L, 0L)).of(scope)))
        .contains(
            "h_bucket{" + labels + ",le=\"5.0\"} 1\n",
            "h_count{" + labels + "} 1\n",
            "h_sum{" + labels + "} 1.0\n");
    assertThat(renderer.text(gauge("g", 1).of(scope))).contains("g{" + labels + "} 1.0\n");
  }

  @Test
  void attributeThatLooksLikeAScopeLabelIsJoinedWithIt() {
    final var metric =
        longGauge("g", point(Attributes.builder().put("otel.scope.name", "attribute").build(), 1))
            .of(InstrumentationScopeInfo.create("scope"));
    assertThat(renderer.openMetrics(metric)).contains("{otel_scope_name=\"attribute;scope\"} 1");
  }

  @Test
  void manySeriesOfOneFamilyAreAllWritten() {
    final List<LongPointData> points = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      points.add(point(Attributes.builder().put("i", i).put("j", i % 7).build(), i));
    }
    final var metric = longGauge("g", points.toArray(new LongPointData[0]));
    assertThat(renderer.parsed(metric).family("g").samples).hasSize(5000);
    assertThat(renderer.parsed(metric).family("g").samples).hasSize(5000);
    assertThat(renderer.warnings).isEmpty();
  }

  @Test
  void labelSetsOfEqualHashAreDifferentSeries() {
    final var metric =
        longGauge(
            "g",
            point(Attributes.builder().put("a", "Aa").build(), 1),
            point(Attributes.builder().put("a", "BB").build(), 2),
            point(Attributes.builder().put("a", "BB").build(), 3));
    assertThat(renderer.text(metric)).isEqualTo("# TYPE g gauge\ng{a=\"Aa\"} 1\ng{a=\"BB\"} 2\n");
  }

  @Test
  void keyOfTheMetricNameCannotBecomeTheMetricName() {
    assertThat(labels(Attributes.builder().put("__name__", "x").build()))
        .isEqualTo("{key_name_=\"x\"}");
  }

  @Test
  void labelSetsOfManyLabelsFit() {
    final var builder = Attributes.builder();
    for (int i = 0; i < 100; i++) {
      builder.put("key" + i, i);
    }
    assertThat(renderer.parsed(longGauge("g", point(builder.build(), 1))).family("g").samples)
        .singleElement()
        .satisfies(sample -> assertThat(sample.labels()).hasSize(100).containsEntry("key42", "42"));
  }

  /** The labels of a gauge with these attributes, the same in both formats. */
  private String labels(Attributes attributes) {
    final var metric = longGauge("g", point(attributes, 1));
    final String openMetrics = renderer.openMetrics(metric);
    final String text = renderer.text(metric);
    assertThat(openMetrics).isEqualTo(text + "# EOF\n");
    final String line = text.substring("# TYPE g gauge\n".length());
    return line.substring(1, line.length() - " 1\n".length());
  }
}
