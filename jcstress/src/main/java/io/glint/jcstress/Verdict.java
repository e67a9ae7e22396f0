package io.glint.jcstress;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Judges the results of a run more strictly than jcstress, which is content with tests that it
 * could not schedule, and with faults that never showed.
 *
 * <p>A run passes if
 *
 * <ol>
 *   <li>every test of the list was executed,
 *   <li>every fork of it ended normally and saw no forbidden outcome,
 *   <li>every negative control, which is a test whose name starts with {@code Broken}, saw the
 *       outcome of its fault, and no other test declares such an outcome,
 *   <li>every suite has a negative control.
 * </ol>
 */
public final class Verdict {
  private static final String CONTROL_PREFIX = "Broken";
  private static final String PACKAGE_PREFIX = "io.glint.";

  private final TestInfo info;
  private final List<String> complaints = new ArrayList<>();
  private final Set<String> outcomes = new TreeSet<>();
  private int forks;
  private long samples;
  private long faultsSeen;

  private Verdict(TestInfo info) {
    this.info = info;
  }

  /**
   * Prints the verdict on each test; exits with 1 unless all of them passed.
   *
   * @param args the expression that selected the tests, and the binary result files of the run
   */
  public static void main(String[] args) throws IOException, ClassNotFoundException {
    final Map<String, Verdict> verdicts =
        judge(args[0], Arrays.asList(args).subList(1, args.length));
    final int width =
        verdicts.keySet().stream().mapToInt(name -> shortName(name).length()).max().orElse(4);
    final String row = "%-" + width + "s %6s %14s %9s  %s%n";
    System.out.printf(Locale.ROOT, row, "test", "forks", "samples", "outcomes", "verdict");
    int failed = 0;
    int executed = 0;
    int controls = 0;
    for (final Map.Entry<String, Verdict> entry : verdicts.entrySet()) {
      final Verdict verdict = entry.getValue();
      System.out.printf(
          Locale.ROOT,
          row,
          shortName(entry.getKey()),
          verdict.forks,
          String.format(Locale.ROOT, "%,d", verdict.samples),
          verdict.outcomes.size(),
          verdict.describe());
      verdict.complaints.forEach(complaint -> System.out.println("    " + complaint));
      failed += verdict.complaints.isEmpty() ? 0 : 1;
      executed += verdict.samples > 0 ? 1 : 0;
      controls += verdict.isControl() ? 1 : 0;
    }
    final Set<String> uncontrolled = suitesWithoutControl();
    uncontrolled.forEach(suite -> System.out.println("suite without a negative control: " + suite));
    System.out.println();
    System.out.printf(
        "%d of %d tests executed, %d of them negative controls%n",
        executed, verdicts.size(), controls);
    System.out.printf("%d passed, %d failed%n", verdicts.size() - failed, failed);
    System.exit(failed == 0 && uncontrolled.isEmpty() && !verdicts.isEmpty() ? 0 : 1);
  }

  private static Map<String, Verdict> judge(String selection, List<String> resultFiles)
      throws IOException, ClassNotFoundException {
    final Map<String, Verdict> verdicts = new TreeMap<>();
    for (final String name : TestList.tests()) {
      if (name.matches(".*(" + selection + ").*")) {
        verdicts.put(name, new Verdict(TestList.getInfo(name)));
      }
    }
    final InProcessCollector collector = new InProcessCollector();
    for (final String resultFile : resultFiles) {
      final DiskReadCollector reader = new DiskReadCollector(resultFile, collector);
      reader.dump();
      reader.close();
    }
    for (final TestResult result : collector.getTestResults()) {
      verdicts.get(result.getName()).add(result);
    }
    verdicts.values().forEach(Verdict::conclude);
    return verdicts;
  }

  private static Set<String> suitesWithoutControl() {
    final Set<String> suites = new TreeSet<>();
    final Set<String> controlled = new TreeSet<>();
    for (final String name : TestList.tests()) {
      suites.add(suite(name));
      if (simpleName(name).startsWith(CONTROL_PREFIX)) {
        controlled.add(suite(name));
      }
    }
    suites.removeAll(controlled);
    return suites;
  }

  private void add(TestResult result) {
    forks++;
    samples += result.getTotalCount();
    outcomes.addAll(result.getStateKeys());
    if (result.status() != Status.NORMAL) {
      complain(result, "ended with status " + result.status());
      result.getMessages().forEach(complaints::add);
      result.getVmErr().forEach(complaints::add);
    }
    for (final GradingResult graded : result.grading().gradingResults.values()) {
      if (graded.expect == Expect.ACCEPTABLE_INTERESTING) {
        faultsSeen += graded.count;
      } else if (graded.expect != Expect.ACCEPTABLE && graded.count > 0) {
        complain(
            result, "saw [" + graded.id + "] " + graded.count + " times: " + graded.description);
      }
    }
  }

  private void complain(TestResult result, String what) {
    final List<String> flags =
        result.getConfig().jvmArgs.stream().filter(flag -> flag.startsWith("-X")).toList();
    complaints.add(what + " " + flags);
  }

  private void conclude() {
    if (samples == 0) {
      complaints.add(
          "not executed; it has " + info.threads() + " actors, and needs as many processors");
    }
    if (isControl() && faultsSeen == 0) {
      complaints.add("the fault never showed: this run could not have noticed such a defect");
    }
    if (!isControl() && faultsSeen > 0) {
      complaints.add("not a negative control, but saw interesting outcomes");
    }
  }

  private boolean isControl() {
    return simpleName(info.name()).startsWith(CONTROL_PREFIX);
  }

  private String describe() {
    if (!complaints.isEmpty()) {
      return "FAILED";
    }
    return isControl()
        ? String.format(Locale.ROOT, "passed: fault seen %,d times", faultsSeen)
        : "passed";
  }

  private static String suite(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  private static String simpleName(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String shortName(String name) {
    return name.startsWith(PACKAGE_PREFIX) ? name.substring(PACKAGE_PREFIX.length()) : name;
  }
}
