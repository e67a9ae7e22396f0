package io.glint.testing;

import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one way to adopt Glint was seen to do with a histogram: an application was a process of its
 * own, recorded in spans, was scraped, exported and ended. The same is asserted of each way, and of
 * the stock SDK.
 */
public final class Adoption {
  private static final Pattern TRACE_ID = Pattern.compile("# \\{[^}]*trace_id=\"(\\w+)\"");

  private final String way;
  private long exported;
  private long scraped;
  private final List<String> exportedExemplars = new ArrayList<>();
  private final List<String> scrapedExemplars = new ArrayList<>();

  /**
   * Reads what came out.
   *
   * @param way to adopt, and which SDK it was
   * @param receiver what it has exported
   * @param page what a scraper got of it in the format of OpenMetrics
   * @param metric the name of the histogram
   * @param family what the scraped page calls the histogram
   */
  public static Adoption of(
      String way, OtlpServer receiver, String page, String metric, String family) {
    final Adoption adoption = new Adoption(way);
    final Metric received = receiver.metrics().get(metric);
    if (received != null) {
      for (final HistogramDataPoint point : received.getHistogram().getDataPointsList()) {
        adoption.exported += point.getCount();
        for (final Exemplar exemplar : point.getExemplarsList()) {
          adoption.exportedExemplars.add(
              HexFormat.of().formatHex(exemplar.getTraceId().toByteArray()));
        }
      }
    }
    page.lines()
        .forEach(
            line -> {
              if (line.matches(Pattern.quote(family) + "_count[{ ].*")) {
                final String value = line.substring(line.lastIndexOf('}') + 1).strip();
                adoption.scraped += (long) Double.parseDouble(value.split(" ", 2)[0]);
              } else if (line.startsWith(family + "_bucket{")) {
                final Matcher exemplar = TRACE_ID.matcher(line);
                if (exemplar.find()) {
                  adoption.scrapedExemplars.add(exemplar.group(1));
                }
              }
            });
    return adoption;
  }

  private Adoption(String way) {
    this.way = way;
  }

  /** The number of exemplars, those of the export and of the scrape. */
  public int exemplars() {
    return exportedExemplars.size() + scrapedExemplars.size();
  }

  /**
   * Fails if a measurement is missing in the export or on the page, if one of them has no exemplar,
   * or if an exemplar has a trace that was not exported.
   *
   * @param recorded measurements
   * @param traces that were exported
   */
  public Adoption holds(long recorded, Set<String> traces) {
    require(exported == recorded, "exported measurements, not " + recorded);
    require(scraped == recorded, "scraped measurements, not " + recorded);
    require(!exportedExemplars.isEmpty(), "no exemplar exported");
    require(!scrapedExemplars.isEmpty(), "no exemplar scraped");
    require(traces.containsAll(exportedExemplars), "exported exemplars without a trace");
    require(traces.containsAll(scrapedExemplars), "scraped exemplars without a trace");
    return this;
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what + ": " + row() + ' ' + exportedExemplars + scrapedExemplars);
    }
  }

  /**
   * Prints a row of the table of all ways, and adds it to {@code target/adoption.md} of the module
   * whose tests run.
   */
  public Adoption print() throws IOException {
    final Path folder = Path.of("").toAbsolutePath();
    // Where the tests of a module run that makes a shaded jar.
    final boolean isInTarget = folder.endsWith("target");
    final Path table = (isInTarget ? folder : folder.resolve("target")).resolve("adoption.md");
    if (!Files.exists(table)) {
      Files.writeString(
          table,
          """
          | way | exported | scraped | exemplars exported | exemplars scraped |
          |---|---|---|---|---|
          """);
    }
    Files.writeString(table, row() + '\n', StandardOpenOption.APPEND);
    System.out.println(row());
    return this;
  }

  private String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d |",
        way,
        exported,
        scraped,
        exportedExemplars.size(),
        scrapedExemplars.size());
  }
}
