package io.glint.it.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checker sees what is wrong: each test spoils what Glint has yielded in one way. */
@Tag("incubator")
@Timeout(60)
class CheckerTest {
  private static final int PER_THREAD = 60;

  /** The first collection with measurements; the one after it has none. */
  private static final int FIRST = 0;

  private static final int SECOND = 1;

  private static Driver driver;

  @BeforeAll
  static void start() {
    FidelityTest.silence();
    driver = new Driver(Sdk.GLINT);
  }

  @AfterAll
  static void stop() throws Exception {
    driver.close();
    FidelityTest.restore();
  }

  @Test
  void whatIsRightPasses() throws Exception {
    for (final Reservoir reservoir : Reservoir.values()) {
      final Driver.Outcome outcome = delta(reservoir);
      assertThat(check(outcome, FIRST, UnaryOperator.identity()).violations()).isZero();
    }
  }

  @Test
  void pointWithoutItsExemplarsIsSeen() throws Exception {
    for (final Reservoir reservoir : Reservoir.values()) {
      final Driver.Outcome outcome = delta(reservoir);
      assertThat(violations(outcome, Figure.MISSING, point -> with(point, List.of())))
          .as("%s", reservoir)
          .isPositive();
    }
  }

  @Test
  void bucketWithoutItsExemplarIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.MISSING,
                point -> with(point, point.exemplars().subList(1, point.exemplars().size()))))
        .isEqualTo(Ledger.SERIES);
  }

  @Test
  void exemplarWithTheSpanOfAnotherIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.MIXED,
                point ->
                    mixed(
                        point,
                        (one, other) ->
                            exemplar(one.value(), one.time(), one.traceId(), other.spanId()))))
        .isPositive();
  }

  @Test
  void exemplarWithTheTraceOfAnotherIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.MIXED,
                point ->
                    mixed(
                        point,
                        (one, other) ->
                            exemplar(one.value(), one.time(), other.traceId(), one.spanId()))))
        .isPositive();
  }

  @Test
  void exemplarWithTheTimeOfAnotherIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.MIXED,
                point ->
                    mixed(
                        point,
                        (one, other) ->
                            exemplar(one.value(), other.time(), one.traceId(), one.spanId()))))
        .isPositive();
  }

  @Test
  void exemplarWithTheValueOfAnotherIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.MIXED,
                point ->
                    mixed(
                        point,
                        (one, other) ->
                            exemplar(other.value(), one.time(), one.traceId(), one.spanId()))))
        .isPositive();
  }

  @Test
  void exemplarInThePointOfAnotherSeriesIsSeen() throws Exception {
    final Driver.Outcome outcome = delta(Reservoir.DEFAULT);
    final int id = outcome.ledgers().get(0).combination().id();
    final Map<Seen.SeriesKey, Seen.Point> points = outcome.looks().get(FIRST).points();
    final List<Seen.Exemplar> ofOther = points.get(new Seen.SeriesKey(id, 1)).exemplars();
    assertThat(violations(outcome, Figure.MIXED, point -> with(point, ofOther))).isPositive();
  }

  @Test
  void inventedTraceIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.WRONG_TRACE,
                point ->
                    mixed(
                        point,
                        (one, other) ->
                            exemplar(one.value(), one.time(), "0".repeat(31) + "1", one.spanId()))))
        .isPositive();
  }

  @Test
  void exemplarWithoutTraceIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.WRONG_TRACE,
                point -> mixed(point, (one, other) -> exemplar(one.value(), one.time(), "", ""))))
        .isPositive();
  }

  @Test
  void unsampledMeasurementIsSeen() throws Exception {
    final Driver.Outcome outcome = delta(Reservoir.DEFAULT);
    final Ledger ledger = outcome.ledgers().get(0);
    int unsampled = 0;
    while (ledger.span(unsampled) != SpanKind.UNSAMPLED || !ledger.isAccepted(unsampled)) {
      unsampled++;
    }
    final Seen.Exemplar exemplar =
        exemplar(
            ledger.value(unsampled),
            ledger.time(unsampled),
            ledger.traceId(unsampled),
            ledger.spanId(unsampled));
    assertThat(violations(outcome, Figure.WRONG_TRACE, point -> with(point, List.of(exemplar))))
        .isPositive();
  }

  @Test
  void exemplarOfAnEmptyBucketIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.NOT_COUNTED,
                point ->
                    withBuckets(
                        point,
                        point.count(),
                        new ArrayList<>(point.buckets().stream().map(count -> 0L).toList()))))
        .isPositive();
  }

  @Test
  void exemplarOfADroppedMeasurementIsSeen() throws Exception {
    final Driver.Outcome outcome = delta(Reservoir.DEFAULT);
    final Ledger ledger = outcome.ledgers().get(0);
    int dropped = 0;
    while (ledger.isAccepted(dropped)) {
      dropped++;
    }
    final Seen.Exemplar exemplar = exemplar(ledger.value(dropped), 0, "", "");
    assertThat(violations(outcome, Figure.NOT_COUNTED, point -> with(point, List.of(exemplar))))
        .isPositive();
  }

  @Test
  void exemplarOfAnEarlierDeltaPointIsSeen() throws Exception {
    final Driver.Outcome outcome = delta(Reservoir.DEFAULT);
    final List<Seen.Look> looks = new ArrayList<>(outcome.looks());
    final Seen.Look first = looks.get(FIRST);
    final Seen.Look second = looks.get(SECOND);
    looks.set(SECOND, new Seen.Look(second.start(), second.end(), second.time(), first.points()));
    assertThat(check(outcome, looks).violations(Figure.NOT_COUNTED)).isPositive();
  }

  @Test
  void missingLargestIsSeen() throws Exception {
    for (final Reservoir reservoir : List.of(Reservoir.EXTREMES_1, Reservoir.EXTREMES_2_1)) {
      final Driver.Outcome outcome = delta(reservoir);
      final Ledger ledger = outcome.ledgers().get(0);
      assertThat(
              violations(
                  outcome,
                  Figure.NOT_CHOSEN,
                  point -> {
                    final List<Seen.Exemplar> changed = new ArrayList<>(point.exemplars());
                    changed.removeIf(
                        exemplar ->
                            point.exemplars().stream()
                                .noneMatch(other -> other.value() > exemplar.value()));
                    return with(point, changed);
                  }))
          .as("%s of %s", reservoir, ledger.combination())
          .isPositive();
    }
  }

  @Test
  void exemplarThatIsGoneForTheSecondScraperIsSeen() throws Exception {
    for (final Reservoir reservoir : Reservoir.values()) {
      final Driver.Outcome outcome = run(AggregationTemporality.CUMULATIVE, reservoir);
      final Tally tally = check(outcome, SECOND, point -> with(point, List.of()));
      assertThat(tally.violations(Figure.GONE)).as("%s", reservoir).isPositive();
      assertThat(tally.violations(Figure.MISSING)).as("%s", reservoir).isZero();
    }
  }

  @Test
  void exemplarsInAnotherOrderAreSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.FIXED_4),
                Figure.BACK,
                point -> {
                  final List<Seen.Exemplar> reversed = new ArrayList<>(point.exemplars());
                  Collections.reverse(reversed);
                  return with(point, reversed);
                }))
        .isPositive();
  }

  @Test
  void aLineThatGoesBackIsSeen() throws Exception {
    final Driver.Outcome outcome = delta(Reservoir.DEFAULT);
    final Seen.Point point = outcome.looks().get(FIRST).points().values().iterator().next();
    final Seen.Exemplar exemplar = point.exemplars().get(0);
    final Tally tally = new Tally();
    final OrderCheck check = new OrderCheck(outcome.setup(), outcome.ledgers().get(0), tally);
    for (final long step : new long[] {0, 1, 1}) {
      check.check(onLine(point, exemplar, step));
    }
    assertThat(tally.violations(Figure.BACK)).isZero();
    check.check(onLine(point, exemplar, 0));
    assertThat(tally.violations(Figure.BACK)).isEqualTo(1);
  }

  /** A point of text with the exemplar alone, moved in time. */
  private static Seen.Point onLine(Seen.Point point, Seen.Exemplar exemplar, long step) {
    return new Seen.Point(
        point.start(),
        point.end(),
        point.value(),
        point.count(),
        point.min(),
        point.max(),
        point.buckets(),
        point.exponential(),
        /* isText= */ true,
        List.of(
            exemplar(
                exemplar.value(), exemplar.time() + step, exemplar.traceId(), exemplar.spanId())));
  }

  @Test
  void anExemplarOnALineThatItDoesNotBelongToIsAnError() {
    final String right = "f0_bucket{series=\"0\",le=\"2.0\"} 1 # {} 2.0 1.0\n";
    assertThat(SeenText.read(right, 1)).hasSize(1);
    final List<String> wrong =
        List.of(
            right.replace("} 2.0 1.0", "} 2.1 1.0"),
            right.replace(" # {} 2.0 1.0", "")
                + right.replace("le=\"2.0\"", "le=\"+Inf\"").replace("} 1 ", "} 2 "),
            "f0_count{series=\"0\"} 1 # {} 2.0 1.0\n",
            "f0{series=\"0\"} 1 # {} 2.0 1.0\n");
    for (final String text : wrong) {
      assertThatThrownBy(() -> SeenText.read(text, 1)).isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void wrongCountIsSeen() throws Exception {
    assertThat(
            violations(
                delta(Reservoir.DEFAULT),
                Figure.MISCOUNTED,
                point -> withBuckets(point, point.count() + 1, point.buckets())))
        .isEqualTo(Ledger.SERIES);
  }

  private static Driver.Outcome delta(Reservoir reservoir) throws Exception {
    return run(AggregationTemporality.DELTA, reservoir);
  }

  private static Driver.Outcome run(AggregationTemporality temporality, Reservoir reservoir)
      throws Exception {
    return driver.run(
        new Setup(Filter.TRACE_BASED, temporality, ReaderKind.PULL, 1, /* isBound= */ false),
        List.of(
            new Combination(0, Kind.DOUBLE_HISTOGRAM, AggregationKind.EXPLICIT_BUCKETS, reservoir)),
        PER_THREAD,
        /* mostLooks= */ 1,
        /* salt= */ 1);
  }

  private static long violations(
      Driver.Outcome outcome, Figure figure, UnaryOperator<Seen.Point> change) {
    return check(outcome, FIRST, change).violations(figure);
  }

  /** Changes all points of a collection. */
  private static Tally check(Driver.Outcome outcome, int look, UnaryOperator<Seen.Point> change) {
    final List<Seen.Look> looks = new ArrayList<>(outcome.looks());
    final Seen.Look right = looks.get(look);
    final Map<Seen.SeriesKey, Seen.Point> points = new HashMap<>(right.points());
    points.replaceAll((key, point) -> change.apply(point));
    looks.set(look, new Seen.Look(right.start(), right.end(), right.time(), points));
    return check(outcome, looks);
  }

  private static Tally check(Driver.Outcome outcome, List<Seen.Look> looks) {
    final Tally tally = new Tally();
    new Checker(outcome.sdk(), outcome.setup(), tally).check(outcome.ledgers().get(0), looks);
    return tally;
  }

  private static Seen.Exemplar exemplar(double value, long time, String traceId, String spanId) {
    return new Seen.Exemplar(value, time, traceId, spanId, /* hasFilteredAttributes= */ false);
  }

  /** Makes the first exemplar one of the first two. */
  private static Seen.Point mixed(
      Seen.Point point, BiFunction<Seen.Exemplar, Seen.Exemplar, Seen.Exemplar> mix) {
    final List<Seen.Exemplar> exemplars = new ArrayList<>(point.exemplars());
    exemplars.set(0, mix.apply(exemplars.get(0), exemplars.get(1)));
    return with(point, exemplars);
  }

  private static Seen.Point with(Seen.Point point, List<Seen.Exemplar> exemplars) {
    return new Seen.Point(
        point.start(),
        point.end(),
        point.value(),
        point.count(),
        point.min(),
        point.max(),
        point.buckets(),
        point.exponential(),
        point.isText(),
        exemplars);
  }

  private static Seen.Point withBuckets(Seen.Point point, long count, List<Long> buckets) {
    return new Seen.Point(
        point.start(),
        point.end(),
        point.value(),
        count,
        point.min(),
        point.max(),
        buckets,
        point.exponential(),
        point.isText(),
        point.exemplars());
  }
}
