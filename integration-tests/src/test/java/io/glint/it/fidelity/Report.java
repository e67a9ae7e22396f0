package io.glint.it.fidelity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The figures of both SDKs, side by side. */
final class Report {
  private static final String NOT_AVAILABLE = "–";

  private final Map<Sdk, Tally> totals = new EnumMap<>(Sdk.class);
  private final Map<Sdk, Long> runs = new EnumMap<>(Sdk.class);
  private final Map<Sdk, Long> records = new EnumMap<>(Sdk.class);
  private final Map<String, Map<Sdk, Tally>> parts = new LinkedHashMap<>();

  Report() {
    for (final Sdk sdk : Sdk.values()) {
      totals.put(sdk, new Tally());
      runs.put(sdk, 0L);
      records.put(sdk, 0L);
    }
    // In this order.
    for (final Object part : parts()) {
      parts.put(part.toString(), new EnumMap<>(Sdk.class));
    }
  }

  private static List<Object> parts() {
    final List<Object> parts = new ArrayList<>();
    parts.addAll(Arrays.asList(Reservoir.values()));
    parts.addAll(Arrays.asList(AggregationKind.values()));
    parts.addAll(Arrays.asList(ReaderKind.values()));
    return parts;
  }

  /** Adds what was found out about one combination in one run. */
  void add(Sdk sdk, Setup setup, Ledger ledger, Tally tally) {
    final Combination combination = ledger.combination();
    totals.get(sdk).add(tally);
    runs.merge(sdk, 1L, Long::sum);
    records.merge(sdk, ledger.recorded(), Long::sum);
    for (final Object part :
        List.of(combination.reservoir(), combination.aggregation(), setup.reader())) {
      parts.get(part.toString()).computeIfAbsent(sdk, key -> new Tally()).add(tally);
    }
  }

  Tally total(Sdk sdk) {
    return totals.get(sdk);
  }

  long records(Sdk sdk) {
    return records.get(sdk);
  }

  /** The table, and the first violations of Glint. */
  @Override
  public String toString() {
    final StringBuilder text = new StringBuilder(4096);
    line(text, "", sdk -> sdk == Sdk.GLINT ? "Glint" : "stock SDK");
    line(text, "runs of a combination", sdk -> number(runs.get(sdk)));
    line(text, "measurements", sdk -> number(records(sdk)));
    for (final Figure figure : Figure.values()) {
      line(
          text,
          figure.text(),
          sdk -> of(totals.get(sdk).violations(figure), totals.get(sdk).checks(figure)));
    }
    line(text, "all of these, by reservoir, aggregation and reader", sdk -> "");
    parts.forEach(
        (part, tallies) ->
            line(
                text,
                "  " + part.toLowerCase(Locale.ROOT).replace('_', ' '),
                sdk ->
                    tallies.containsKey(sdk)
                        ? number(tallies.get(sdk).violations())
                        : NOT_AVAILABLE));
    final String examples = total(Sdk.GLINT).examples();
    return examples.isEmpty() ? text.toString() : text + "Of Glint's, for example\n" + examples;
  }

  private static void line(StringBuilder text, String title, Function<Sdk, String> cell) {
    text.append(String.format(Locale.ROOT, "%-86s", title));
    for (final Sdk sdk : Sdk.values()) {
      text.append(String.format(Locale.ROOT, " %26s", cell.apply(sdk)));
    }
    text.append('\n');
  }

  private static String of(long violations, long checks) {
    return checks == 0 ? NOT_AVAILABLE : number(violations) + " of " + number(checks);
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
