package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reservoirs and exemplar filters of views in a declarative configuration file. */
@Timeout(60)
class FileViewsTest {
  private static final String NODE =
      """
      instrumentation/development:
        java:
          glint:
      """;
  private static final String PLACE = "instrumentation/development.java.glint";

  @AutoClose private final ConfiguredByFile configured = new ConfiguredByFile();

  /** Views of the file, and what Glint's node says of them: each with its indentation. */
  private void make(String views, String extensions) {
    configured.make(
        configured.meterProvider()
            + (views.isEmpty() ? "" : "  views:\n" + views.indent(4))
            + NODE
            + ("views:\n" + extensions.indent(2)).indent(6));
  }

  /** Twelve values into one bucket, in a sampled span. */
  private HistogramDataPoint recorded(String instrument, String metric) {
    final SpanContext span =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    try (Scope scope = Span.wrap(span).makeCurrent()) {
      for (int i = 0; i < 12; i++) {
        configured.meter().histogramBuilder(instrument).build().record(101 + i);
      }
    }
    return configured.exported().get(metric).getHistogram().getDataPoints(0);
  }

  private static String report() {
    return ((GlintMeterProvider) GlobalOpenTelemetry.getMeterProvider())
        .explainExemplars()
        .toString();
  }

  @Test
  void aViewOfTheFileGetsItsReservoirAndFilter() {
    make(
        """
        - selector: {instrument_name: duration, unit: ""}
          stream: {name: renamed}
        """,
        """
        - selector: {instrument_name: duration, unit: ""}
          exemplar_filter: ALWAYS_ON
          exemplar_reservoir: {fixed_size: {size: 4}}
        """);
    configured.meter().histogramBuilder("duration").build().record(101);
    configured.meter().histogramBuilder("duration").build().record(102);
    assertThat(report()).contains("fixedSize(4)");
    final HistogramDataPoint point =
        configured.exported().get("renamed").getHistogram().getDataPoints(0);
    assertThat(point.getExemplarsCount()).as("outside of a span").isEqualTo(2);
    assertThat(configured.receiver.metrics()).doesNotContainKey("duration");
    assertThat(configured.log.warnings()).isEmpty();
  }

  @Test
  void withoutAViewOfTheSameSelectorItIsAViewOfItsOwn() {
    make(
        "",
        """
        - selector: {instrument_name: dur*, meter_name: application}
          exemplar_reservoir: {extremes: {largest: 2, smallest: 1}}
        """);
    configured.meter().histogramBuilder("other").build().record(1);
    assertThat(recorded("duration", "duration").getExemplarsList())
        .extracting(exemplar -> exemplar.getAsDouble())
        .containsExactlyInAnyOrder(112.0, 111.0, 101.0);
    assertThat(configured.receiver.metrics()).containsKey("other");
    assertThat(configured.log.warnings()).isEmpty();
  }

  @Test
  void aSelectorWithoutCriteriaIsForAllInstruments() {
    make("", "- {selector: {}, exemplar_filter: always_off}\n");
    assertThat(recorded("duration", "duration").getExemplarsCount()).isZero();
    assertThat(configured.log.warnings()).isEmpty();
  }

  @Test
  void whatIsNotSaidStaysAsItIs() {
    make("", "- {selector: {instrument_name: duration}, exemplar_filter: }\n");
    assertThat(recorded("duration", "duration").getExemplarsCount()).isEqualTo(1);
    assertThat(configured.log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "aligned_histogram_bucket: | alignedHistogramBucket(UNIFORM)",
        "aligned_histogram_bucket: {selection: uniform} | alignedHistogramBucket(UNIFORM)",
        "aligned_histogram_bucket: {selection: Most_Recent} | alignedHistogramBucket(MOST_RECENT)",
        "fixed_size: | fixedSize(1)",
        "fixed_size: {size: 3} | fixedSize(3)",
        "octave_aligned: | octaveAligned",
        "octave_aligned: {} | octaveAligned",
        "extremes: | extremes(1, 0)",
        "extremes: {largest: 5} | extremes(5, 0)",
        "extremes: {largest: 5, smallest: 2} | extremes(5, 2)"
      })
  void eachReservoirHasItsNameAndSettings(String yaml, String expected) {
    make(
        "",
        "- selector: {instrument_name: duration}\n  exemplar_filter: always_on\n"
            + "  exemplar_reservoir: {%s}\n".formatted(yaml));
    configured.meter().histogramBuilder("duration").build().record(101);
    assertThat(report()).contains("reservoir " + expected);
    assertThat(configured.log.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exemplar_filter: sometimes | .exemplar_filter | sometimes | always_on | that of the meter provider",
        "exemplar_filter: true | .exemplar_filter | true | always_on | that of the meter provider",
        "exemplar_reservoir: big | .exemplar_reservoir | big | octave_aligned | the default reservoir",
        "exemplar_reservoir: {big: } | .exemplar_reservoir | big | octave_aligned | the default",
        "exemplar_reservoir: {fixed_size: , octave_aligned: } | .exemplar_reservoir | | one of | the default reservoir",
        "exemplar_reservoir: {fixed_size: 7} | .exemplar_reservoir.fixed_size | 7 | a mapping | the default reservoir",
        "exemplar_reservoir: {fixed_size: {size: 0}} | .fixed_size.size | 0 | from 1 to | 1",
        "exemplar_reservoir: {fixed_size: {size: many}} | .fixed_size.size | many | from 1 to | 1",
        "exemplar_reservoir: {fixed_size: {sice: 3}} | .fixed_size | sice | no other keys than size | the others",
        "exemplar_reservoir: {extremes: {smallest: -1}} | .extremes.smallest | -1 | from 0 to | 0",
        "exemplar_reservoir: {aligned_histogram_bucket: {selection: newest}} | .selection | newest | most_recent | uniform",
        "reservoir: {fixed_size: } | views[0] | reservoir | exemplar_reservoir | the others"
      })
  void whatIsMalformedIsToldAndCostsNothingElse(
      String yaml, String place, String value, String accepted, String instead) {
    make("", "- selector: {instrument_name: duration}\n  %s\n".formatted(yaml));
    assertThat(recorded("duration", "duration").getCount()).isEqualTo(12);
    assertThat(configured.log.warnings()).isNotEmpty();
    assertThat(configured.log.warnings().get(0))
        .startsWith(PLACE + ".views[0]")
        .contains(place + " is '", "', which is not accepted. It must be ", accepted)
        .contains(value == null ? "" : value)
        .contains("Used instead: " + instead);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "- exemplar_filter: always_off | views[0].selector",
        "- {selector: duration, exemplar_filter: always_off} | views[0].selector",
        "- {selector: {instrument_name: 7}, exemplar_filter: always_off} | .selector.instrument_name",
        "- {selector: {instrument_kind: gauge}, exemplar_filter: always_off} | views[0].selector",
        "- {selector: {instrument_type: timer}, exemplar_filter: always_off} | .selector.instrument_type"
      })
  void aViewWhoseSelectorIsMalformedIsLeftOut(String yaml, String place) {
    make("", yaml + "\n");
    assertThat(recorded("duration", "duration").getExemplarsCount()).isEqualTo(1);
    assertThat(configured.log.warnings())
        .singleElement()
        .asString()
        .contains(PLACE, place + " is '");
  }

  @Test
  void ofTwoViewsWithOneSelectorTheFirstCounts() {
    make(
        "",
        """
        - {selector: {instrument_name: duration}, exemplar_filter: always_off}
        - {selector: {instrument_name: duration}, exemplar_filter: always_on}
        """);
    assertThat(recorded("duration", "duration").getExemplarsCount()).isZero();
    assertThat(configured.log.warnings())
        .singleElement()
        .asString()
        .contains(PLACE + ".views[1].selector");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"views: many | .views is 'many'", "view: [] | is 'view'"})
  void aNodeThatIsMalformedIsTold(String yaml, String told) {
    configured.make(configured.meterProvider() + NODE + yaml.indent(6));
    assertThat(recorded("duration", "duration").getExemplarsCount()).isEqualTo(1);
    assertThat(configured.log.warnings()).singleElement().asString().contains(PLACE, told);
  }
}
