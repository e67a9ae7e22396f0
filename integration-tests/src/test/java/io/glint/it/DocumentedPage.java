package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Markdown file of the repository. */
record DocumentedPage(Path file, String text) {
  static final Path ROOT = Path.of("..");

  private static final Pattern FENCE =
      Pattern.compile("(?ms)^ *```(?<language>\\w*)\\n(?<code>.*?)^ *```$");
  private static final Pattern INLINE_CODE = Pattern.compile("(`+)(?!`).*?(?<!`)\\1(?!`)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*?) *$");

  /** A fenced block of code, with the number of its first line. */
  record Block(String language, String code, int line) {}

  /** A page by its path in the repository, with slashes. */
  static DocumentedPage of(String path) throws IOException {
    final Path file = ROOT.resolve(path);
    return new DocumentedPage(file, Files.readString(file, UTF_8));
  }

  /**
   * Those of the root folder, of docs with what is below it, of deploy, and those that lie beside a
   * module.
   */
  static List<DocumentedPage> all() throws IOException {
    try (Stream<Path> root = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> deploy = Files.list(ROOT.resolve("deploy"))) {
      final List<Path> files =
          Stream.of(root, docs, deploy, Stream.of(ROOT.resolve("jcstress/README.md")))
              .flatMap(Function.identity())
              .filter(file -> file.toString().endsWith(".md"))
              .filter(file -> !file.startsWith(ROOT.resolve("docs/benchmarks/local")))
              .sorted()
              .toList();
      final List<DocumentedPage> pages = new ArrayList<>();
      for (final Path file : files) {
        pages.add(new DocumentedPage(file, Files.readString(file, UTF_8)));
      }
      return pages;
    }
  }

  /** Its path in the repository, with slashes. */
  String path() {
    return ROOT.relativize(file).toString().replace('\\', '/');
  }

  /** The path: names of parameterized tests have it. */
  @Override
  public String toString() {
    return path();
  }

  List<Block> blocks(String language) {
    return FENCE
        .matcher(text)
        .results()
        .filter(match -> match.group(1).equals(language))
        .map(match -> new Block(language, match.group(2), lineOf(match.start(2))))
        .toList();
  }

  int lineOf(int index) {
    return 1 + (int) text.substring(0, index).chars().filter(c -> c == '\n').count();
  }

  /** The text with blanks in place of all code, so that places in it are those of the text. */
  String prose() {
    return blanked(INLINE_CODE, blanked(FENCE, text));
  }

  private static String blanked(Pattern pattern, String text) {
    return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(blanks(match)));
  }

  private static String blanks(MatchResult match) {
    return match.group().replaceAll("[^\\n]", " ");
  }

  /**
   * What links may have after their {@code #}: the headings, in the form that GitHub gives them.
   */
  Set<String> anchors() {
    final Set<String> anchors = new HashSet<>();
    final Map<String, Integer> seen = new HashMap<>();
    HEADING
        .matcher(blanked(FENCE, text))
        .results()
        .map(match -> slug(match.group(1)))
        .forEach(
            slug -> {
              final int before = seen.merge(slug, 1, Integer::sum) - 1;
              anchors.add(before == 0 ? slug : slug + "-" + before);
            });
    return anchors;
  }

  private static String slug(String heading) {
    return heading
        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}\\p{M}_\\- ]", "")
        .replace(' ', '-');
  }
}
