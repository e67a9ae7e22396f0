package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.UndeliveredPoints;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Encodes a collection of metrics as requests that are not larger than a limit, in the order of the
 * points.
 *
 * <p>All points are tried in one request first. While a request is too large it is halved; the
 * number of points with which it fits is where the next request, and the next collection, begins,
 * and it grows again as requests leave room. Kept for the next export, as its encoder is. Not safe
 * for use by several threads at once.
 */
final class RequestEncoder {
  /** After so many points that are too large by themselves, the rest is not tried any more. */
  private static final int MAX_TOO_LARGE = 100;

  private final MetricsEncoder encoder;
  private final Compression compression;
  private final boolean isJson;
  private final int maxSize;
  private int pointsAtOnce = Integer.MAX_VALUE;

  /**
   * Creates an encoder.
   *
   * @param maxSize the largest request in bytes, before compression
   */
  RequestEncoder(int maxSize, Compression compression, boolean isJson) {
    this.encoder = new MetricsEncoder(maxSize);
    this.compression = compression;
    this.isJson = isJson;
    this.maxSize = maxSize;
  }

  /**
   * What a collection was encoded as.
   *
   * @param requests with at least one point each
   * @param tooLarge points that are in none, since one alone passes the limit
   */
  record Encoded(List<Request> requests, List<TooLarge> tooLarge) {}

  /**
   * Points that are too large by themselves.
   *
   * @param metric name of the first one's metric
   */
  record TooLarge(String metric, UndeliveredPoints points, RequestExemplars exemplars) {}

  /** Encodes the metrics that have points. The data is not read afterwards. */
  Encoded encode(Collection<MetricData> metrics) {
    int total = 0;
    for (MetricData metric : metrics) {
      total += metric.getData().getPoints().size();
    }
    Encoded encoded = new Encoded(new ArrayList<>(), new ArrayList<>());
    int from = 0;
    while (from < total) {
      int to = (int) Math.min(total, (long) from + pointsAtOnce);
      try {
        Request request = encode(metrics, from, to);
        encoded.requests.add(request);
        if (to - from == pointsAtOnce && request.size() < maxSize / 2) {
          pointsAtOnce = (int) Math.min(Integer.MAX_VALUE, 2L * pointsAtOnce);
        }
        from = to;
      } catch (RequestTooLargeException e) {
        if (to - from > 1) {
          pointsAtOnce = (to - from + 1) / 2;
          continue;
        }
        int end = encoded.tooLarge.size() < MAX_TOO_LARGE ? to : total;
        encoded.tooLarge.add(tooLarge(metrics, from, end));
        from = end;
        pointsAtOnce = Integer.MAX_VALUE;
      }
    }
    return encoded;
  }

  private Request encode(Collection<MetricData> metrics, int from, int to) {
    RequestExemplars exemplars = new RequestExemplars();
    UndeliveredPoints points = encoder.encode(metrics, from, to, exemplars);
    if (!isJson) {
      return new Request(compression.apply(encoder), encoder.size(), points, exemplars);
    }
    byte[] json = OtlpJson.of(encoder.toByteArray());
    if (json.length > maxSize) {
      throw new RequestTooLargeException();
    }
    return new Request(compression.apply(json), json.length, points, exemplars);
  }

  private static TooLarge tooLarge(Collection<MetricData> metrics, int from, int to) {
    String name = "";
    int before = 0;
    int delta = 0;
    RequestExemplars exemplars = new RequestExemplars();
    for (MetricData metric : metrics) {
      int size = metric.getData().getPoints().size();
      int first = Math.max(0, from - before);
      int end = Math.min(size, to - before);
      before += size;
      if (first < end) {
        name = name.isEmpty() ? metric.getName() : name;
        delta += UndeliveredPoints.of(List.of(metric)).delta() > 0 ? end - first : 0;
        exemplars.add(
            metric,
            metric.getData().getPoints().stream()
                .skip(first)
                .limit(end - first)
                .mapToInt(point -> point.getExemplars().size())
                .sum());
      }
    }
    return new TooLarge(name, new UndeliveredPoints(to - from, delta), exemplars);
  }
}
