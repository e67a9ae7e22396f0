package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that each exemplar of Glint is one of the program's measurements: value, attributes, span
 * and time of one and the same, which the filter admits.
 */
final class ExemplarCheck {
  private record Measurement(
      double value, Attributes attributes, SpanContext span, long time, int step) {}

  private final Program program;
  private final Timeline timeline;
  private final List<Measurement> measurements = new ArrayList<>();

  ExemplarCheck(Program program) {
    this.program = program;
    this.timeline = new Timeline(program);
    for (int i = 0; i < program.steps().size(); i++) {
      if (program.steps().get(i) instanceof Step.Measure measure && isEligible(measure.span())) {
        measurements.add(
            new Measurement(
                measure.value().doubleValue(),
                measure.attributes() == null ? Attributes.empty() : measure.attributes(),
                measure.span().spanContext(),
                timeline.at(i),
                i));
      }
    }
  }

  private boolean isEligible(SpanChoice span) {
    return switch (program.filter()) {
      case ALWAYS_OFF -> false;
      case TRACE_BASED -> span.isSampled();
      case ALWAYS_ON -> span.kind() != SpanChoice.Kind.NULL_CONTEXT;
    };
  }

  /** A line for each exemplar that is not a measurement of the program. */
  List<String> problems(Outcome ofGlint) {
    final List<String> problems = new ArrayList<>();
    for (final Outcome.Collected collected : ofGlint.collections()) {
      for (final Metric metric : collected.metrics()) {
        for (final Metric.Point point : metric.points()) {
          for (final Metric.Exemplar exemplar : point.exemplars()) {
            if (!isMeasurement(exemplar, point, collected.step())
                && !isObservation(exemplar, point)) {
              problems.add(
                  "step "
                      + collected.step()
                      + ", reader"
                      + collected.reader()
                      + ", "
                      + metric.key().name()
                      + point.attributes()
                      + ": no measurement of the program is "
                      + exemplar);
            }
          }
        }
      }
    }
    return problems;
  }

  private boolean isMeasurement(Metric.Exemplar exemplar, Metric.Point point, int step) {
    return measurements.stream()
        .anyMatch(
            measurement ->
                measurement.step() < step
                    && measurement.value() == exemplar.value().doubleValue()
                    && measurement.span().equals(exemplar.span())
                    && (timeline.isSetBack() || measurement.time() == exemplar.time())
                    && isComplement(exemplar, point, measurement.attributes()));
  }

  /** Observations have the time of their collection, and no trace. */
  private boolean isObservation(Metric.Exemplar exemplar, Metric.Point point) {
    return program.filter() == Program.Filter.ALWAYS_ON
        && !exemplar.span().isValid()
        && exemplar.time() == point.end();
  }

  /** An overflow point has none of the measured attributes. */
  private static boolean isComplement(
      Metric.Exemplar exemplar, Metric.Point point, Attributes measured) {
    final boolean isOverflow =
        point.attributes().asMap().keySet().stream()
            .anyMatch(key -> key.getKey().equals("otel.metric.overflow"));
    final AttributesBuilder union = exemplar.filteredAttributes().toBuilder();
    if (!isOverflow) {
      union.putAll(point.attributes());
    }
    return union.build().equals(measured)
        && (isOverflow
            || exemplar.filteredAttributes().size() + point.attributes().size() == measured.size());
  }
}
