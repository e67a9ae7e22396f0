package io.glint.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The comparison sees wrong data: whatever is falsified in Glint's data is reported. */
@Tag("long")
class ComparisonTest {
  private static final int ALTERATIONS = 800;

  private final QuietLogs logs = new QuietLogs();

  @BeforeEach
  void silence() {
    logs.silence();
  }

  @AfterEach
  void restore() {
    logs.restore();
  }

  private static Program exponential(Program program) {
    return program
        .withViews(List.of())
        .mapReaders(
            reader ->
                reader
                    .withAggregation(
                        InstrumentType.HISTOGRAM,
                        AggregationSetup.of(AggregationSetup.Kind.EXPONENTIAL))
                    .withAggregation(
                        InstrumentType.COUNTER,
                        AggregationSetup.exponential(4, 10, /* recordMinMax= */ true)));
  }

  @Test
  void everythingThatIsFalsifiedIsReported() {
    final Set<String> falsified = new TreeSet<>();
    for (long seed = 1; seed <= ALTERATIONS; seed++) {
      final Alteration alteration = new Alteration(seed);
      final Program program =
          SharedRules.apply(
              seed % 2 == 0
                  ? new Generator(seed).programWithExemplars()
                  : exponential(new Generator(seed).programWithExemplars()),
              new RuleCounts());
      final Differential.Verdict verdict =
          new Differential(
                  new RuleCounts(),
                  (ofProgram, clock, readers) -> {
                    final Sdk glint = Sdk.glint(ofProgram, clock, readers);
                    readers.forEach(reader -> reader.alter(alteration::apply));
                    return glint;
                  })
              .judge(program);
      if (alteration.what() != null) {
        falsified.add(alteration.what());
        assertThat(verdict.differences()).as("seed %d: %s", seed, alteration.what()).isNotEmpty();
      } else {
        assertThat(verdict.differences()).as("seed %d: nothing", seed).isEmpty();
      }
    }
    assertThat(falsified)
        .contains(
            "MetricData.getName",
            "MetricData.getDescription",
            "MetricData.getUnit",
            "MetricData.getType",
            "MetricData.getResource",
            "MetricData.getInstrumentationScopeInfo",
            "SumData.isMonotonic",
            "SumData.getAggregationTemporality",
            "HistogramData.getAggregationTemporality",
            "ExponentialHistogramData.getAggregationTemporality",
            "PointData.getStartEpochNanos",
            "PointData.getEpochNanos",
            "PointData.getAttributes",
            "LongPointData.getValue",
            "DoublePointData.getValue",
            "HistogramPointData.getSum",
            "HistogramPointData.getCount",
            "HistogramPointData.hasMin",
            "HistogramPointData.getMin",
            "HistogramPointData.getMax",
            "HistogramPointData.getBoundaries",
            "HistogramPointData.getCounts",
            "ExponentialHistogramPointData.getScale",
            "ExponentialHistogramPointData.getZeroCount",
            "ExponentialHistogramPointData.getSum",
            "ExponentialHistogramBuckets.getOffset",
            "ExponentialHistogramBuckets.getBucketCounts",
            "ExemplarData.getEpochNanos",
            "ExemplarData.getFilteredAttributes",
            "ExemplarData.getSpanContext",
            "metrics without one",
            "metrics with one twice",
            "points without one",
            "points with one twice",
            "exemplars without one");
  }
}
