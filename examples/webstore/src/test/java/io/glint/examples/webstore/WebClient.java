package io.glint.examples.webstore;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client that leaves no thread behind. */
public final class WebClient {

  private static final int TIMEOUT_MILLIS = 10_000;

  /** What came back. */
  public record Answer(int status, String type, String body) {}

  private WebClient() {}

  public static Answer get(URI address, String accept) throws IOException {
    final HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setRequestProperty("Accept", accept);
    connection.setRequestProperty("Connection", "close");
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    final int status = connection.getResponseCode();
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new Answer(
          status,
          connection.getContentType(),
          new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
