package io.glint.examples.webstore.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pages are resource files with {@code {{slots}}}. Nothing is loaded from anywhere else. */
final class Html {

  private static final Pattern SLOT = Pattern.compile("\\{\\{(\\w+)}}");

  private Html() {}

  /** The frame, and in it one of the other files. Slots are filled with HTML, escaped already. */
  static String page(String title, String file, Map<String, String> slots) {
    return fill(
        resource("frame.html"), Map.of("title", escape(title), "main", fragment(file, slots)));
  }

  /** One of the files, for a page that has several. */
  static String fragment(String file, Map<String, String> slots) {
    return fill(resource(file), slots);
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

  static String resource(String name) {
    try (InputStream stream = Html.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String fill(String template, Map<String, String> slots) {
    return SLOT.matcher(template)
        .replaceAll(
            slot -> {
              final String html = slots.get(slot.group(1));
              if (html == null) {
                throw new IllegalArgumentException("Nothing for the slot " + slot.group(1));
              }
              return Matcher.quoteReplacement(html);
            });
  }
}
