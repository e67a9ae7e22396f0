package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.ProblemLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The page for people: files from the jar, and what they ask for again and again. Nothing is loaded
 * from anywhere else, and the browser is told so. Thread-safe.
 */
final class LivePage {

  /** Below this path are the files, and the data. */
  static final String FILES = "/-/live";

  private static final String SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** A link to a trace does not tell where the metrics are. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", SECURITY_POLICY,
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cache-Control", "no-store",
          "Vary", "Accept, Accept-Encoding");

  private static final String JSON = "application/json";

  /** Less is not worth to be compressed. */
  private static final int MIN_ZIPPED = 1024;

  /** Where the data comes from. */
  @FunctionalInterface
  interface Feed {
    /**
     * Returns JSON.
     *
     * @param after the number of the last collection that the page got; -1 for none
     */
    String since(long after) throws UnavailableException;
  }

  /** There is no data; the message says why, for who looks at the page. */
  static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    final String why;

    UnavailableException(String message) {
      super(message);
      this.why = message;
    }
  }

  private final Route.Page forPrograms;
  private final Feed feed;
  private final ProblemLog log;
  private final byte[] html = read("live.html");
  private final byte[] css = read("live.css");
  private final byte[] script = read("live.js");

  /**
   * A page.
   *
   * @param forPrograms what others than browsers get in its place
   */
  LivePage(Route.Page forPrograms, Feed feed, ProblemLog log) {
    this.forPrograms = forPrograms;
    this.feed = feed;
    this.log = log;
  }

  private static byte[] read(String name) {
    try (InputStream stream = LivePage.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(
            "The file "
                + name
                + " of the live page is missing: keep all files of the package"
                + " io.glint.exporter.openmetrics when you repackage the jar, or switch the page"
                + " off by OpenMetricsServerBuilder.setLivePageEnabled(false).");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The page, to a browser. */
  OpenMetricsResponse answer(OpenMetricsRequest request) {
    for (final String accepted : request.headers("Accept")) {
      if (accepted.toLowerCase(Locale.ROOT).contains("text/html")) {
        return respond(200, "text/html; charset=utf-8", html, request);
      }
    }
    return forPrograms.answer(request);
  }

  /** What the page asks for. */
  OpenMetricsResponse file(OpenMetricsRequest request) {
    return switch (request.path()) {
      case FILES + "/live.css" -> respond(200, "text/css; charset=utf-8", css, request);
      case FILES + "/live.js" -> respond(200, "text/javascript; charset=utf-8", script, request);
      case FILES + "/data.json" ->
          // Without a collection.
          request.isHead() ? json(200, "", request) : data(request);
      default -> TextResponse.of(404, "Not found. The live page is at /\n", request.isHead());
    };
  }

  private OpenMetricsResponse data(OpenMetricsRequest request) {
    try {
      return json(200, feed.since(after(request.query())), request);
    } catch (UnavailableException e) {
      return json(503, error(e.why), request);
    } catch (Throwable e) {
      // An Error too: the page is to get an answer, and the thread is to live on.
      final String type = e.getClass().getName();
      log.warn(
          "live",
          type,
          () -> "The live page of the metrics endpoint could not show the metrics:",
          e);
      return json(
          500,
          error(
              "The collection of metrics failed with a "
                  + type
                  + ". The log of the process has the details."),
          request);
    }
  }

  /** The number that is asked for, or -1. */
  private static long after(@Nullable String query) {
    final String prefix = "after=";
    if (query == null || !query.startsWith(prefix)) {
      return -1;
    }
    try {
      return Long.parseLong(query, prefix.length(), query.length(), 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String error(String message) {
    return new LiveJson().open('{').name("error").string(message).close('}').toString();
  }

  private static OpenMetricsResponse json(int status, String text, OpenMetricsRequest request) {
    return respond(status, JSON, text.getBytes(StandardCharsets.UTF_8), request);
  }

  private static OpenMetricsResponse respond(
      int status, String contentType, byte[] body, OpenMetricsRequest request) {
    if (body.length < MIN_ZIPPED || !Negotiation.allowsGzip(request.headers("Accept-Encoding"))) {
      return TextResponse.of(status, HEADERS, contentType, body, request.isHead());
    }
    final Map<String, String> headers = new HashMap<>(HEADERS);
    headers.put("Content-Encoding", "gzip");
    return TextResponse.of(status, headers, contentType, zipped(body), request.isHead());
  }

  private static byte[] zipped(byte[] body) {
    final ByteArrayOutputStream zipped = new ByteArrayOutputStream(body.length / 4);
    try (OutputStream stream = new QuickZipStream(zipped)) {
      stream.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zipped.toByteArray();
  }

  /** It is the application's processor that compresses, as often as the page asks. */
  private static final class QuickZipStream extends GZIPOutputStream {
    QuickZipStream(OutputStream stream) throws IOException {
      super(stream);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
