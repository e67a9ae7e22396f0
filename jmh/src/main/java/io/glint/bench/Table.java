package io.glint.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table that can be read in a terminal, and written as Markdown. */
public final class Table {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row with as many cells as the header has. */
  public void add(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(header.size() + " columns, but " + Arrays.toString(cells));
    }
    rows.add(List.of(cells));
  }

  /** Columns aligned by spaces: those of words to the left, those of numbers to the right. */
  public String toText() {
    final List<String> widest = IntStream.range(0, header.size()).mapToObj(this::widest).toList();
    final List<String> rule = widest.stream().map(cell -> "-".repeat(cell.length())).toList();
    final List<List<String>> lines = new ArrayList<>(rows);
    lines.add(0, rule);
    lines.add(0, header);
    return lines.stream()
        .map(
            line ->
                IntStream.range(0, line.size())
                    .mapToObj(i -> pad(line.get(i), widest.get(i).length(), isNumeric(i)))
                    .collect(Collectors.joining("  "))
                    .stripTrailing())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** The same as a Markdown table. */
  public String toMarkdown() {
    final List<String> rule =
        IntStream.range(0, header.size()).mapToObj(i -> isNumeric(i) ? "---:" : "---").toList();
    final List<List<String>> lines = new ArrayList<>(rows);
    lines.add(0, rule);
    lines.add(0, header);
    return lines.stream()
        .map(line -> line.stream().collect(Collectors.joining(" | ", "| ", " |")))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private String widest(int column) {
    final List<String> cells = new ArrayList<>(rows.stream().map(row -> row.get(column)).toList());
    cells.add(header.get(column));
    return Collections.max(cells, (a, b) -> Integer.compare(a.length(), b.length()));
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .map(row -> row.get(column))
            .allMatch(cell -> cell.matches("[<≤–-].*|[0-9].*"));
  }

  private static String pad(String cell, int width, boolean toTheRight) {
    final String spaces = " ".repeat(width - cell.length());
    return toTheRight ? spaces + cell : cell + spaces;
  }
}
