package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Links within the documents lead somewhere. */
class DocumentLinksTest {
  private static final Pattern LINK =
      Pattern.compile("]\\((?!https?:)(?<file>[^)#\\s]*)(?:#(?<anchor>[^)\\s]*))?\\)");

  private final Map<Path, DocumentedPage> pages = new HashMap<>();

  DocumentLinksTest() throws IOException {
    for (final DocumentedPage page : DocumentedPage.all()) {
      pages.put(page.file().normalize(), page);
    }
  }

  @Test
  void linksLeadToFilesAndHeadingsThatAreThere() {
    final List<String> dead = new ArrayList<>();
    int checked = 0;
    for (final DocumentedPage page : pages.values()) {
      final Matcher link = LINK.matcher(page.prose());
      while (link.find()) {
        checked++;
        if (!leadsSomewhere(page, link.group("file"), link.group("anchor"))) {
          dead.add(page.path() + ":" + page.lineOf(link.start()) + " " + link.group());
        }
      }
    }
    assertThat(dead).isEmpty();
    assertThat(checked).isGreaterThan(100);
  }

  private boolean leadsSomewhere(DocumentedPage page, String file, String anchor) {
    final Path target =
        file.isEmpty() ? page.file().normalize() : page.file().resolveSibling(file).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return anchor == null
        || (pages.containsKey(target) && pages.get(target).anchors().contains(anchor));
  }

  @Test
  void eachPageOfTheBookIsInItsTableOfContents() throws IOException {
    final String contents = DocumentedPage.of("docs/README.md").prose();
    final Path docs = DocumentedPage.ROOT.resolve("docs").normalize();
    assertThat(pages.keySet())
        .filteredOn(file -> file.startsWith(docs) && !file.equals(docs.resolve("README.md")))
        .filteredOn(file -> !file.startsWith(docs.resolve("benchmarks/published")))
        .allSatisfy(
            file ->
                assertThat(contents)
                    .contains("](" + docs.relativize(file).toString().replace('\\', '/')));
  }
}
