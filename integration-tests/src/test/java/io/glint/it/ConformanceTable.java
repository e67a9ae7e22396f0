package io.glint.it;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rows of {@code docs/conformance.md}, and what is wrong with them. A row is a line {@code | ID
 * | requirement | level | what Glint does | tests |}; everything else is text.
 */
final class ConformanceTable {
  private static final Pattern ROW = Pattern.compile("^\\| *([A-Z]+[0-9]*-\\d+) *\\|.*$");
  private static final Pattern CELL_BORDER = Pattern.compile("(?<!\\\\)\\|");
  private static final Pattern STATE =
      Pattern.compile("(conforms|deviates|not applicable)(?:: (.+))?");
  private static final Pattern REFERENCE = Pattern.compile("`([^`]*)`");
  private static final Pattern BETWEEN_REFERENCES = Pattern.compile("[, ]*");

  private static final String NO_TEST = "–";
  private static final String TODO = "TODO";
  private static final int CELLS = 5;

  private record Row(String id, List<String> cells) {
    String state() {
      return cells.get(3);
    }

    String tests() {
      return cells.get(4);
    }
  }

  private final List<Row> rows = new ArrayList<>();

  ConformanceTable(String markdown) {
    for (final String line : markdown.lines().toList()) {
      final Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(new Row(row.group(1), cells(line)));
      }
    }
  }

  private static List<String> cells(String line) {
    final List<String> cells = new ArrayList<>();
    for (final String cell : CELL_BORDER.split(line.strip(), -1)) {
      cells.add(cell.strip());
    }
    // What is outside the outer borders is no cell.
    return cells.subList(1, cells.size() - 1);
  }

  /** The IDs of the rows that somebody still has to fill. */
  List<String> unfinished() {
    return rows.stream().filter(row -> row.cells().contains(TODO)).map(Row::id).toList();
  }

  /**
   * What is wrong, in words; empty if nothing is. Unfinished rows are left to {@link #unfinished}.
   */
  List<String> problems(List<String> expectedIds, TestSources sources) {
    final List<String> problems = new ArrayList<>();
    checkIds(expectedIds, problems);
    for (final Row row : rows) {
      if (row.cells().size() != CELLS) {
        problems.add(row.id() + " has " + row.cells().size() + " cells instead of " + CELLS);
      } else if (!row.tests().equals(TODO)) {
        check(row, sources, problems);
      }
    }
    return problems;
  }

  private void checkIds(List<String> expectedIds, List<String> problems) {
    final Set<String> seen = new HashSet<>();
    int previous = -1;
    for (final Row row : rows) {
      final int place = expectedIds.indexOf(row.id());
      if (place < 0) {
        problems.add(row.id() + " is not an ID that is expected");
      } else if (!seen.add(row.id())) {
        problems.add(row.id() + " appears twice");
      } else if (place < previous) {
        problems.add(row.id() + " is out of order");
      }
      previous = Math.max(previous, place);
    }
    for (final String expected : expectedIds) {
      if (!seen.contains(expected)) {
        problems.add(expected + " is missing");
      }
    }
  }

  private static void check(Row row, TestSources sources, List<String> problems) {
    for (int i = 1; i < CELLS; i++) {
      if (row.cells().get(i).isEmpty()) {
        problems.add(row.id() + " has an empty cell");
      }
    }
    final boolean hasTest = !row.tests().equals(NO_TEST);
    final Matcher state = STATE.matcher(row.state());
    if (!state.matches()) {
      problems.add(row.id() + " says neither 'conforms' nor 'deviates: …' nor 'not applicable: …'");
    } else if (state.group(2) == null && !(hasTest && state.group(1).equals("conforms"))) {
      problems.add(row.id() + " has neither a test nor a reason");
    }
    if (hasTest) {
      checkTests(row, sources, problems);
    }
  }

  private static void checkTests(Row row, TestSources sources, List<String> problems) {
    final Matcher reference = REFERENCE.matcher(row.tests());
    int end = 0;
    while (reference.find()) {
      if (!isSeparator(row.tests().substring(end, reference.start()))) {
        break;
      }
      end = reference.end();
      if (!sources.contains(reference.group(1))) {
        problems.add(row.id() + " names the test " + reference.group(1) + ", which does not exist");
      }
    }
    if (end == 0 || !isSeparator(row.tests().substring(end))) {
      problems.add(row.id() + " has something else than `Class.method` in its last cell");
    }
  }

  private static boolean isSeparator(String text) {
    return BETWEEN_REFERENCES.matcher(text).matches();
  }
}
