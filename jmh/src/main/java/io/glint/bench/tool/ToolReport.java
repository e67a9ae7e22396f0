package io.glint.bench.tool;

import io.glint.bench.Svg;
import io.glint.bench.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a tool has found, in the order of finding: for a terminal, and as Markdown with plots. */
public final class ToolReport {
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder markdown = new StringBuilder();
  private final Map<String, String> files = new LinkedHashMap<>();

  ToolReport(String title) {
    text.append(title).append('\n');
    markdown.append("# ").append(title).append('\n');
  }

  /** Begins a section. */
  public void heading(String heading) {
    text.append("\n== ").append(heading).append('\n');
    markdown.append("\n## ").append(heading).append('\n');
  }

  /** Adds a paragraph. */
  public void text(String paragraph) {
    text.append('\n').append(paragraph).append('\n');
    markdown.append('\n').append(paragraph).append('\n');
  }

  /** Adds a list. */
  public void list(List<String> lines) {
    text.append('\n');
    markdown.append('\n');
    for (final String line : lines) {
      text.append(line).append('\n');
      markdown.append("- ").append(line).append('\n');
    }
  }

  /** Adds a table. */
  public void table(Table table) {
    text.append('\n').append(table.toText());
    markdown.append('\n').append(table.toMarkdown());
  }

  /**
   * Adds a plot.
   *
   * @param name of its file, without the ending; unique in the report
   */
  public void plot(String name, String title, Svg plot) {
    file(name + ".svg", plot.toString());
    markdown.append("\n![").append(title).append("](").append(name).append(".svg)\n");
  }

  /** Adds a file to be written beside the Markdown. */
  public void file(String name, String content) {
    files.put(name, content);
  }

  String toText() {
    return text.toString();
  }

  /** Writes the Markdown and the files, and returns where the Markdown is. */
  Path write(Path directory, String name) throws IOException {
    Files.createDirectories(directory);
    for (final Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    return Files.writeString(directory.resolve(name + ".md"), markdown);
  }
}
