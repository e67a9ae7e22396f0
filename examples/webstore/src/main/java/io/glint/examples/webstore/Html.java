package io.glint.examples.webstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The frame around every page. Nothing is loaded from anywhere else. */
final class Html {

  private static final String STYLE = resource("webstore.css");

  private Html() {}

  static String page(String title, String body) {
    return page(title, "", body);
  }

  /** A page that loads itself again after some seconds. */
  static String page(String title, long refreshSeconds, String body) {
    return page(title, "<meta http-equiv=\"refresh\" content=\"" + refreshSeconds + "\">", body);
  }

  /** Every text that did not come from this source code goes through here. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  static String link(String address, String text) {
    return "<a href=\"" + escape(address) + "\">" + escape(text) + "</a>";
  }

  private static String page(String title, String head, String body) {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        %s
        <title>%s</title>
        <style>
        %s
        </style>
        </head>
        <body>
        <nav>
        <a class="home" href="/">Glint webstore</a>
        <a href="/exemplars">Exemplars</a>
        <a href="/explain">Explain</a>
        <a href="/traces">Traces</a>
        <a href="/products">Products</a>
        </nav>
        <main>
        %s
        </main>
        </body>
        </html>
        """
        .formatted(head, escape(title), STYLE, body);
  }

  private static String resource(String name) {
    try (InputStream stream = Html.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
