package io.glint.it.differential;

/**
 * Where the stock SDK 1.68.0 and Glint are known to differ, and on purpose. Each is handled as
 * narrowly as it can be; {@code KnownDifferencesTest} shows each of them by a program of a few
 * lines.
 */
enum KnownDifference {
  SELECTOR_CASE(
      Remedy.BOTH_KEEP_AWAY,
      "matches the instrument name of a selector with regard to case",
      "matches it without, as instruments are the same whatever their case",
      "API, \"Instrument name syntax\"; SDK, \"Name conflict\""),
  POWERS_OF_TWO(
      Remedy.BOTH_KEEP_AWAY,
      "puts some powers of two into the next higher exponential bucket, by rounding of a logarithm",
      "puts them into the bucket whose upper bound they are",
      "Data Model, \"Exponential Buckets\""),
  SUBNORMAL_VALUES(
      Remedy.BOTH_KEEP_AWAY,
      "counts subnormal values in exponential buckets of their own",
      "counts them as the smallest normal value",
      "SDK, \"Handle all normal values\": may be rounded"),
  HISTOGRAM_OF_SIGNED_VALUES(
      Remedy.BOTH_KEEP_AWAY,
      "refuses histograms of up-down counters and gauges",
      "makes them, without a sum",
      "SDK, \"Histogram Aggregations\""),
  SUM_OF_GAUGE(
      Remedy.BOTH_KEEP_AWAY,
      "refuses sums of gauges",
      "makes them, not monotonic",
      "SDK, \"Sum Aggregation\""),
  NULL_CONTEXT(
      Remedy.BOTH_KEEP_AWAY,
      "makes an exemplar of a measurement without a context, under alwaysOn",
      "makes none",
      "nothing; the API requires a context"),
  ASYNC_LIMIT_UNDER_CHURN(
      Remedy.BOTH_KEEP_AWAY,
      "counts series of the collection before against the limit, under cumulative temporality",
      "counts the series of this collection",
      "SDK, \"Cardinality limits\": limit of one collection"),
  DESCRIPTIONS_DIFFER(
      Remedy.BOTH_KEEP_AWAY,
      "makes two metrics of instruments that differ only in their description",
      "makes one, with the longer description",
      "Data Model, \"Opentelemetry Protocol Data Model: Producer recommendations\""),
  OBSERVERS_OF_ONE_INSTRUMENT(
      Remedy.BOTH_KEEP_AWAY,
      "drops what a callback observes by an observer that was built apart, though for the same"
          + " instrument",
      "takes it, as it is the same instrument",
      "SDK, \"Duplicate instrument registration\""),
  FALLING_COUNTER(
      Remedy.BOTH_KEEP_AWAY,
      "an asynchronous counter that falls yields a negative delta, and keeps its start",
      "it starts anew, set by set: the delta is the value, the start the last collection",
      "Data Model, \"Resets and Gaps\", \"Sums\""),
  VANISHING_SET(
      Remedy.BOTH_KEEP_AWAY,
      "an attribute set of an asynchronous sum that comes back has its whole value as a delta; one"
          + " that is folded into others counts again, or is subtracted, when it comes or goes; so"
          + " does one that is missing because its callback has thrown",
      "it goes on from the value it had; see ObservationModelTest",
      "Supplementary Guidelines, \"Asynchronous example: attribute removal in a view\""),

  OVERFLOW_SERIES_COUNTS(
      Remedy.STOCK_ADAPTED,
      "a limit of N holds N - 1 attribute sets",
      "a limit of N holds N attribute sets, and the overflow series",
      "SDK, \"Overflow attribute\""),
  VIEW_WITHOUT_LIMIT(
      Remedy.STOCK_ADAPTED,
      "a view without a limit has the limit 2000",
      "it has the limit of the reader",
      "SDK, \"Cardinality limits\", configuration"),
  VIEW_WITHOUT_AGGREGATION(
      Remedy.STOCK_ADAPTED,
      "a view without an aggregation has the specification's default aggregation",
      "it has the reader's",
      "SDK, \"Stream configuration\""),
  LIMIT_AFTER_SENSELESS_AGGREGATION(
      Remedy.STOCK_ADAPTED,
      "a reader whose aggregation makes no sense for an instrument loses its limit for it too",
      "it keeps its limit",
      "SDK, \"Cardinality limits\", configuration"),
  EQUAL_VIEWS(
      Remedy.STOCK_ADAPTED,
      "two equal views of an instrument make one stream, which counts each measurement twice",
      "each makes a stream of its own",
      "SDK, \"Measurement processing\""),
  EMPTY_METER_NAME(
      Remedy.STOCK_ADAPTED,
      "calls a meter without a name \"unknown\"",
      "keeps the empty name",
      "SDK, \"Meter Creation\""),
  NULL_TEXT(
      Remedy.STOCK_ADAPTED,
      "throws for a description or unit that is null",
      "takes it as empty",
      "SDK, \"Instrument unit\", \"Instrument description\""),
  NULL_ATTRIBUTES(
      Remedy.STOCK_ADAPTED,
      "throws for attributes that are null",
      "records without attributes",
      "Error handling, \"Basic principles\""),
  INFINITY(
      Remedy.STOCK_ADAPTED,
      "adds infinity to sums and explicit-bucket histograms, which stay infinite",
      "drops it, except by gauges",
      "SDK, \"Handle all normal values\""),
  NEGATIVE_TOTAL(
      Remedy.STOCK_ADAPTED,
      "exports a negative total that an asynchronous counter observes, in a monotonic sum",
      "drops it",
      "Data Model, \"Sums\""),
  NEGATIVE_ZERO(
      Remedy.STOCK_ADAPTED,
      "throws for -0.0 in exponential histograms",
      "counts it as a zero",
      "Error handling, \"Basic principles\"; Data Model, \"Zero Count\""),
  REUSABLE_DATA_UNDER_CHURN(
      Remedy.STOCK_ADAPTED,
      "with reusable data, idle delta series count against the limit",
      "only the attribute sets of the interval count",
      "SDK, \"Overflow attribute\""),
  CALLBACK_WITHOUT_INSTRUMENTS(
      Remedy.STOCK_ADAPTED,
      "throws for a batch callback without an instrument of its meter",
      "warns, and never runs it",
      "Error handling, \"Basic principles\""),

  START_OF_NEW_INSTRUMENT(
      Remedy.RESULTS_NORMALIZED,
      "an interval begins with the last collection, also if the instrument is younger",
      "it begins with the creation of the instrument then",
      "SDK, \"Start timestamps\""),
  START_AFTER_FAILED_ROUND(
      Remedy.RESULTS_NORMALIZED,
      "an asynchronous gauge has a new start when its callback has thrown once",
      "it keeps its start",
      "SDK, \"MetricReader\": series observed in a successful callback; else not settled"),
  SIGN_OF_ZERO(
      Remedy.RESULTS_NORMALIZED,
      "a sum over -0.0 alone is 0.0",
      "-0.0, if it was observed once by an asynchronous instrument",
      "nothing; the two are equal numbers"),
  WALL_CLOCK_SET_BACK(
      Remedy.RESULTS_NORMALIZED,
      "a wall clock that is set back sets points back",
      "points go on from the last end",
      "Data Model, \"Temporality\""),
  EXEMPLARS_STAY(
      Remedy.RESULTS_NORMALIZED,
      "the exemplars of a cumulative point vanish with the collection",
      "they stay until newer ones replace them",
      "SDK, \"ExemplarReservoir\": should be sampled since the last collection"),
  CHOICE_OF_EXEMPLARS(
      Remedy.RESULTS_NORMALIZED,
      "takes its own choice of several measurements, and the time from the system's clock",
      "takes its own choice, and the time from the provider's clock",
      "SDK, \"Exemplar\", \"SimpleFixedSizeExemplarReservoir\""),
  ENABLED_AFTER_SHUTDOWN(
      Remedy.RESULTS_NORMALIZED,
      "instruments are enabled after the shutdown",
      "they are not",
      "SDK, \"Shutdown\"");

  /** How a difference is kept out of the comparison. */
  enum Remedy {
    /** Programs are changed for both SDKs so that they do not come across it. */
    BOTH_KEEP_AWAY,
    /** The stock SDK is given another program, by which it does what the specification says. */
    STOCK_ADAPTED,
    /** What came out is changed. */
    RESULTS_NORMALIZED
  }

  final Remedy remedy;
  final String stock;
  final String glint;
  final String specification;

  KnownDifference(Remedy remedy, String stock, String glint, String specification) {
    this.remedy = remedy;
    this.stock = stock;
    this.glint = glint;
    this.specification = specification;
  }
}
