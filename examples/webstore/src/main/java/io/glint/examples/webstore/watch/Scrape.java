package io.glint.examples.webstore.watch;

import io.glint.examples.webstore.shop.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a Prometheus server learns in one scrape, above all of payments.
 *
 * @param hit by bucket of {@link Signals#SECONDS}: in how many series it was hit
 * @param linked by bucket: in how many series it has an exemplar
 * @param slow the traces that exemplars of slow payments lead to, and when those were recorded, in
 *     seconds since the epoch
 * @param traceIds the traces that exemplars of any metric lead to
 */
public record Scrape(
    List<Integer> hit, List<Integer> linked, Map<String, Double> slow, Set<String> traceIds) {

  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";
  private static final int TIMEOUT_MILLIS = 5_000;

  private static final Pattern BUCKET =
      Pattern.compile(
          "webstore_payment_duration_seconds_bucket\\{(.*?),?le=\"([^\"]+)\"(.*?)} (\\d+)"
              + "(?: # \\{.*?trace_id=\"(\\w+)\".*?} (\\S+) (\\S+))?");

  private static final Pattern EXEMPLAR =
      Pattern.compile("(?m)^[^#].* # \\{.*?trace_id=\"(\\w+)\"");

  static Scrape of(URI endpoint) throws IOException {
    final HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
    connection.setRequestProperty("Accept", OPEN_METRICS);
    // A kept connection would leave a JDK thread behind after close.
    connection.setRequestProperty("Connection", "close");
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    try (InputStream body = connection.getInputStream()) {
      return parse(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  static Scrape parse(String exposition) {
    final int[] hit = new int[Signals.SECONDS.size() + 1];
    final int[] linked = new int[hit.length];
    final Map<String, Double> slow = new HashMap<>();
    String series = "";
    long below = 0;
    for (final String line : exposition.lines().toList()) {
      final Matcher bucket = BUCKET.matcher(line);
      if (!bucket.matches()) {
        continue;
      }
      final String labels = bucket.group(1) + bucket.group(3);
      below = labels.equals(series) ? below : 0;
      series = labels;
      final long upTo = Long.parseLong(bucket.group(4));
      final int place = place(bucket.group(2));
      hit[place] += upTo > below ? 1 : 0;
      below = upTo;
      if (bucket.group(5) != null) {
        linked[place]++;
        if (Double.parseDouble(bucket.group(6)) > Signals.SLOW_SECONDS) {
          slow.put(bucket.group(5), Double.valueOf(bucket.group(7)));
        }
      }
    }
    return new Scrape(boxed(hit), boxed(linked), Map.copyOf(slow), traceIds(exposition));
  }

  private static Set<String> traceIds(String exposition) {
    return EXEMPLAR
        .matcher(exposition)
        .results()
        .map(exemplar -> exemplar.group(1))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static int place(String upperBound) {
    return upperBound.equals("+Inf")
        ? Signals.SECONDS.size()
        : Slice.bucketOf(Double.parseDouble(upperBound));
  }

  private static List<Integer> boxed(int[] numbers) {
    final List<Integer> boxed = new ArrayList<>(numbers.length);
    for (final int number : numbers) {
      boxed.add(number);
    }
    return List.copyOf(boxed);
  }
}
