package io.glint.it.differential;

import static io.glint.it.differential.AggregationSetup.Kind.EXPLICIT;
import static io.glint.it.differential.AggregationSetup.Kind.EXPONENTIAL;
import static io.glint.it.differential.AggregationSetup.Kind.LAST_VALUE;
import static io.glint.it.differential.AggregationSetup.Kind.SUM;
import static io.glint.it.differential.ReaderSetup.Temporality.CUMULATIVE;
import static io.glint.it.differential.ReaderSetup.Temporality.DELTA;
import static io.opentelemetry.sdk.metrics.InstrumentType.COUNTER;
import static io.opentelemetry.sdk.metrics.InstrumentType.GAUGE;
import static io.opentelemetry.sdk.metrics.InstrumentType.HISTOGRAM;
import static io.opentelemetry.sdk.metrics.InstrumentType.OBSERVABLE_COUNTER;
import static io.opentelemetry.sdk.metrics.InstrumentType.OBSERVABLE_GAUGE;
import static io.opentelemetry.sdk.metrics.InstrumentType.UP_DOWN_COUNTER;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each known difference is one: a small program shows what the stock SDK does and what Glint does,
 * and the rule for it makes them agree. A rule that is not needed any more fails here.
 */
class KnownDifferencesTest {
  private static final Attributes X = Attributes.of(AttributeKey.stringKey("a"), "x");
  private static final Attributes Y = Attributes.of(AttributeKey.stringKey("a"), "y");
  private static final Attributes Z = Attributes.of(AttributeKey.stringKey("a"), "z");
  private static final String OF_X = "{a=\"x\"}";
  private static final String OF_Y = "{a=\"y\"}";
  private static final String OF_Z = "{a=\"z\"}";
  private static final String OVERFLOW = "{otel.metric.overflow=true}";

  private final QuietLogs logs = new QuietLogs();

  @BeforeEach
  void silence() {
    logs.silence();
  }

  @AfterEach
  void restore() {
    logs.restore();
  }

  /** What of an outcome shows the difference, and what both SDKs show there. */
  private record Case(
      Program program, Function<Outcome, Object> what, Object stock, Object glint) {}

  @ParameterizedTest
  @EnumSource(KnownDifference.class)
  void isShownByASmallProgramAndSettledByItsRule(KnownDifference difference) {
    final Case shown = shown(difference);
    assertThat(shown.what().apply(Runner.run(shown.program(), Sdk::stock)))
        .as("the stock SDK %s", difference.stock)
        .isEqualTo(shown.stock());
    assertThat(shown.what().apply(Runner.run(shown.program(), Sdk::glint)))
        .as("Glint: %s", difference.glint)
        .isEqualTo(shown.glint())
        .isNotEqualTo(shown.stock());

    final RuleCounts counts = new RuleCounts();
    final Program kept = SharedRules.apply(shown.program(), counts);
    assertThat(new Differential(counts).judge(kept).differences()).isEmpty();
    assertThat(counts.of(difference)).isPositive();
  }

  private static Case shown(KnownDifference difference) {
    return switch (difference) {
      case SELECTOR_CASE ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  view("REQUESTS").withName("renamed"),
                  build(0, COUNTER),
                  record(0, 1L, X),
                  collect()),
              KnownDifferencesTest::names,
              List.of("requests"),
              List.of("renamed"));
      case POWERS_OF_TWO ->
          new Case(
              program(
                  reader(CUMULATIVE).withAggregation(HISTOGRAM, AggregationSetup.of(EXPONENTIAL)),
                  buildDouble(0, HISTOGRAM),
                  record(0, 0.125, X),
                  collect()),
              outcome -> fields(outcome, "positive"),
              List.of(OF_X + "{-3145728=1}"),
              List.of(OF_X + "{-3145729=1}"));
      case SUBNORMAL_VALUES ->
          new Case(
              program(
                  reader(CUMULATIVE)
                      .withAggregation(
                          HISTOGRAM,
                          AggregationSetup.exponential(160, 0, /* recordMinMax= */ true)),
                  buildDouble(0, HISTOGRAM),
                  record(0, Double.MIN_VALUE, X),
                  collect()),
              outcome -> fields(outcome, "positive"),
              List.of(OF_X + "{-1075=1}"),
              List.of(OF_X + "{-1023=1}"));
      case HISTOGRAM_OF_SIGNED_VALUES ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  view("*").withAggregation(AggregationSetup.of(EXPLICIT)),
                  build(0, UP_DOWN_COUNTER),
                  record(0, -1L, X),
                  collect()),
              outcome -> fields(outcome, "value", "count", "sum"),
              List.of(OF_X + "-1 null null"),
              List.of(OF_X + "null 1 NaN"));
      case SUM_OF_GAUGE ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  view("*").withAggregation(AggregationSetup.of(SUM)),
                  build(0, GAUGE),
                  record(0, 1L, X),
                  record(0, 2L, X),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "2"),
              List.of(OF_X + "3"));
      case ASYNC_LIMIT_UNDER_CHURN ->
          new Case(
              program(
                  reader(CUMULATIVE).withLimit(OBSERVABLE_GAUGE, 2),
                  build(0, OBSERVABLE_GAUGE),
                  observe(0, 5L, X),
                  collect(),
                  change(0, 7L, Y),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "5", OVERFLOW + "7"),
              List.of(OF_X + "5", OF_Y + "7"));
      case DESCRIPTIONS_DIFFER ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  build(0, COUNTER),
                  new Step.Build(
                      1,
                      spec("meter", COUNTER, InstrumentValueType.LONG, "").withDescription("told")),
                  record(0, 1L, X),
                  record(1, 1L, X),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "1", OF_X + "1"),
              List.of(OF_X + "2"));
      case OBSERVERS_OF_ONE_INSTRUMENT ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  build(0, OBSERVABLE_COUNTER),
                  build(1, OBSERVABLE_COUNTER),
                  new Step.Register(0, true, List.of(0), script(1, 5L, X)),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(),
              List.of(OF_X + "5"));
      case FALLING_COUNTER ->
          new Case(
              program(
                  reader(DELTA),
                  build(0, OBSERVABLE_COUNTER),
                  observe(0, 5L, X),
                  collect(),
                  change(0, 3L, X),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "5", OF_X + "-2"),
              List.of(OF_X + "5", OF_X + "3"));
      case VANISHING_SET ->
          new Case(
              program(
                  reader(DELTA),
                  build(0, OBSERVABLE_COUNTER),
                  observe(0, 5L, X),
                  collect(),
                  new Step.Change(0, new Step.Script(List.of(), /* isThrowing= */ false)),
                  collect(),
                  change(0, 7L, X),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "5", OF_X + "7"),
              List.of(OF_X + "5", OF_X + "2"));
      case OVERFLOW_SERIES_COUNTS ->
          new Case(
              program(
                  reader(CUMULATIVE).withLimit(COUNTER, 2),
                  build(0, COUNTER),
                  record(0, 1L, X),
                  record(0, 1L, Y),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "1", OVERFLOW + "1"),
              List.of(OF_X + "1", OF_Y + "1"));
      case VIEW_WITHOUT_LIMIT ->
          new Case(
              program(
                  reader(CUMULATIVE).withLimit(COUNTER, 1),
                  view("*").withName("renamed"),
                  build(0, COUNTER),
                  record(0, 1L, X),
                  record(0, 1L, Y),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "1", OF_Y + "1"),
              List.of(OF_X + "1", OVERFLOW + "1"));
      case VIEW_WITHOUT_AGGREGATION ->
          new Case(
              program(
                  reader(CUMULATIVE).withAggregation(HISTOGRAM, AggregationSetup.of(SUM)),
                  view("*").withName("renamed"),
                  build(0, HISTOGRAM),
                  record(0, 7L, X),
                  collect()),
              outcome -> fields(outcome, "count", "value"),
              List.of(OF_X + "1 null"),
              List.of(OF_X + "null 7"));
      case LIMIT_AFTER_SENSELESS_AGGREGATION ->
          new Case(
              program(
                  reader(CUMULATIVE)
                      .withAggregation(COUNTER, AggregationSetup.of(LAST_VALUE))
                      .withLimit(COUNTER, 1),
                  build(0, COUNTER),
                  record(0, 1L, X),
                  record(0, 1L, Y),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "1", OF_Y + "1"),
              List.of(OF_X + "1", OVERFLOW + "1"));
      case EQUAL_VIEWS ->
          new Case(
              program(
                      reader(CUMULATIVE),
                      view("*").withName("renamed"),
                      build(0, COUNTER),
                      record(0, 1L, X),
                      collect())
                  .withViews(
                      List.of(view("*").withName("renamed"), view("r*").withName("renamed"))),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "2"),
              List.of(OF_X + "1", OF_X + "1"));
      case EMPTY_METER_NAME ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  new Step.Build(0, spec("", COUNTER, InstrumentValueType.LONG, "")),
                  record(0, 1L, X),
                  collect()),
              KnownDifferencesTest::scopes,
              List.of("unknown"),
              List.of(""));
      case NULL_TEXT ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  new Step.Build(0, spec("meter", COUNTER, InstrumentValueType.LONG, null)),
                  record(0, 1L, X),
                  collect()),
              KnownDifferencesTest::throwing,
              List.of(0),
              List.of());
      case NULL_ATTRIBUTES ->
          new Case(
              program(reader(CUMULATIVE), build(0, COUNTER), record(0, 1L, null), collect()),
              KnownDifferencesTest::throwing,
              List.of(1),
              List.of());
      case NULL_CONTEXT ->
          new Case(
              withExemplars(
                  program(
                      reader(CUMULATIVE),
                      build(0, COUNTER),
                      new Step.Measure(
                          0, 1L, X, new SpanChoice(SpanChoice.Kind.NULL_CONTEXT, 0, true)),
                      collect())),
              outcome -> ofPoints(outcome, point -> point.exemplars().size()),
              List.of(1),
              List.of(0));
      case INFINITY ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  buildDouble(0, COUNTER),
                  record(0, Double.POSITIVE_INFINITY, X),
                  record(0, 1.0, X),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "Infinity"),
              List.of(OF_X + "1.0"));
      case NEGATIVE_TOTAL ->
          new Case(
              program(
                  reader(CUMULATIVE), build(0, OBSERVABLE_COUNTER), observe(0, -5L, X), collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "-5"),
              List.of());
      case NEGATIVE_ZERO ->
          new Case(
              program(
                  reader(CUMULATIVE).withAggregation(HISTOGRAM, AggregationSetup.of(EXPONENTIAL)),
                  buildDouble(0, HISTOGRAM),
                  record(0, -0.0, X),
                  collect()),
              KnownDifferencesTest::throwing,
              List.of(1),
              List.of());
      case REUSABLE_DATA_UNDER_CHURN ->
          new Case(
              program(
                  reader(DELTA).withLimit(COUNTER, 3).withMemoryMode(MemoryMode.REUSABLE_DATA),
                  build(0, COUNTER),
                  record(0, 1L, X),
                  collect(),
                  collect(),
                  record(0, 1L, Y),
                  record(0, 1L, Z),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "1", OF_Y + "1", OVERFLOW + "1"),
              List.of(OF_X + "1", OF_Y + "1", OF_Z + "1"));
      case CALLBACK_WITHOUT_INSTRUMENTS ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  new Step.Build(
                      0,
                      new InstrumentSpec(
                          new MeterSpec("meter", null, null),
                          "not valid",
                          OBSERVABLE_COUNTER,
                          InstrumentValueType.LONG,
                          "",
                          "",
                          null)),
                  new Step.Register(0, true, List.of(0), script(0, 1L, X)),
                  collect()),
              KnownDifferencesTest::throwing,
              List.of(1),
              List.of());
      case START_OF_NEW_INSTRUMENT ->
          new Case(
              program(
                  reader(DELTA),
                  collect(),
                  new Step.Advance(10),
                  build(0, COUNTER),
                  new Step.Advance(10),
                  record(0, 1L, X),
                  collect()),
              outcome -> times(outcome, Metric.Point::start),
              List.of(0L),
              List.of(10L));
      case START_AFTER_FAILED_ROUND ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  build(0, OBSERVABLE_GAUGE),
                  observe(0, 5L, X),
                  new Step.Advance(10),
                  collect(),
                  new Step.Change(0, new Step.Script(List.of(), /* isThrowing= */ true)),
                  new Step.Advance(10),
                  collect(),
                  change(0, 7L, X),
                  new Step.Advance(10),
                  collect()),
              outcome -> times(outcome, Metric.Point::start),
              List.of(0L, 20L),
              List.of(0L, 0L));
      case SIGN_OF_ZERO ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  buildDouble(0, OBSERVABLE_COUNTER),
                  observe(0, -0.0, X),
                  collect()),
              outcome -> fields(outcome, "value"),
              List.of(OF_X + "0.0"),
              List.of(OF_X + "-0.0"));
      case WALL_CLOCK_SET_BACK ->
          new Case(
              program(
                  reader(CUMULATIVE),
                  build(0, COUNTER),
                  record(0, 1L, X),
                  collect(),
                  new Step.SetBack(10),
                  collect()),
              outcome -> times(outcome, Metric.Point::end),
              List.of(0L, -10L),
              List.of(0L, 0L));
      case EXEMPLARS_STAY ->
          new Case(
              withExemplars(
                  program(
                      reader(CUMULATIVE),
                      build(0, COUNTER),
                      record(0, 1L, X),
                      collect(),
                      collect())),
              outcome -> ofPoints(outcome, point -> point.exemplars().size()),
              List.of(1, 0),
              List.of(1, 1));
      case CHOICE_OF_EXEMPLARS ->
          new Case(
              withExemplars(
                  program(reader(CUMULATIVE), build(0, COUNTER), record(0, 1L, X), collect())),
              outcome ->
                  ofPoints(outcome, point -> point.exemplars().get(0).time() == Runner.START),
              List.of(false),
              List.of(true));
      case ENABLED_AFTER_SHUTDOWN ->
          new Case(
              program(
                  reader(CUMULATIVE), build(0, COUNTER), new Step.Shutdown(), build(1, COUNTER)),
              outcome -> List.copyOf(outcome.enabled().values()),
              List.of(true, true),
              List.of(true, false));
    };
  }

  // ------------------------------------------------------------------------- parts of programs

  private static Program program(ReaderSetup reader, Step... steps) {
    return new Program(
        Program.Filter.ALWAYS_OFF, false, List.of(reader), List.of(), List.of(steps));
  }

  private static Program program(ReaderSetup reader, ViewSetup view, Step... steps) {
    return program(reader, steps).withViews(List.of(view));
  }

  private static Program withExemplars(Program program) {
    return new Program(
        Program.Filter.ALWAYS_ON, true, program.readers(), program.views(), program.steps());
  }

  private static ReaderSetup reader(ReaderSetup.Temporality temporality) {
    return ReaderSetup.plain(0, temporality);
  }

  private static ViewSetup view(String instrumentName) {
    return ViewSetup.of(SelectorSetup.ofName(instrumentName));
  }

  private static InstrumentSpec spec(
      String meter, InstrumentType type, InstrumentValueType valueType, String unit) {
    return new InstrumentSpec(
        new MeterSpec(meter, null, null), "requests", type, valueType, "", unit, null);
  }

  private static Step build(int instrument, InstrumentType type) {
    return new Step.Build(instrument, spec("meter", type, InstrumentValueType.LONG, ""));
  }

  private static Step buildDouble(int instrument, InstrumentType type) {
    return new Step.Build(instrument, spec("meter", type, InstrumentValueType.DOUBLE, ""));
  }

  private static Step record(int instrument, Number value, Attributes attributes) {
    return new Step.Measure(instrument, value, attributes, SpanChoice.NONE);
  }

  private static Step observe(int instrument, Number value, Attributes attributes) {
    return new Step.Register(0, false, List.of(instrument), script(instrument, value, attributes));
  }

  private static Step change(int instrument, Number value, Attributes attributes) {
    return new Step.Change(0, script(instrument, value, attributes));
  }

  private static Step.Script script(int instrument, Number value, Attributes attributes) {
    return new Step.Script(
        List.of(new Step.Observation(instrument, value, attributes)), /* isThrowing= */ false);
  }

  private static Step collect() {
    return new Step.Collect(0);
  }

  // ------------------------------------------------------------------------- parts of outcomes

  private static <T> List<T> ofMetrics(Outcome outcome, Function<Metric, T> part) {
    return outcome.collections().stream()
        .flatMap(collected -> collected.metrics().stream())
        .map(part)
        .toList();
  }

  private static <T> List<T> ofPoints(Outcome outcome, Function<Metric.Point, T> part) {
    return ofMetrics(outcome, Metric::points).stream().flatMap(List::stream).map(part).toList();
  }

  private static Object names(Outcome outcome) {
    return ofMetrics(outcome, metric -> metric.key().name());
  }

  private static Object scopes(Outcome outcome) {
    return ofMetrics(outcome, metric -> metric.key().scope().getName());
  }

  private static Object times(Outcome outcome, Function<Metric.Point, Long> time) {
    return ofPoints(outcome, point -> time.apply(point) - Runner.START);
  }

  private static Object throwing(Outcome outcome) {
    return List.copyOf(outcome.thrown().keySet());
  }

  private static Object fields(Outcome outcome, String... names) {
    return ofPoints(
        outcome,
        point -> {
          final List<String> values = new ArrayList<>();
          for (final String name : names) {
            values.add(String.valueOf(point.fields().get(name)));
          }
          return point.attributes() + String.join(" ", values);
        });
  }
}
