package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** {@code bom/pom.xml} gives a version to what is shipped, and to nothing else. */
class BomTest {

  /** Tests run in the folder of their module. */
  private static final Path ROOT = Path.of("..");

  private final Element parent = pom(".");
  private final Element bom = pom("bom");

  @Test
  void itListsTheModulesThatAreShipped() {
    final List<String> shipped = new ArrayList<>();
    for (final Element module : children(child(parent, "modules"))) {
      final Element pom = pom(module.getTextContent());
      if (!text(pom, "packaging").equals("pom") && isShipped(pom)) {
        shipped.add(text(pom, "artifactId"));
      }
    }
    assertThat(shipped).contains("glint-sdk-core").doesNotContain("glint-jcstress");

    final List<String> listed = new ArrayList<>();
    for (final Element dependency :
        children(child(child(bom, "dependencyManagement"), "dependencies"))) {
      assertThat(text(dependency, "groupId")).isEqualTo("io.glint");
      assertThat(text(dependency, "version")).isEqualTo("${project.version}");
      listed.add(text(dependency, "artifactId"));
    }
    assertThat(listed).containsExactlyInAnyOrderElementsOf(shipped);
  }

  @Test
  void itsVersionIsThatOfTheModules() {
    assertThat(text(bom, "groupId")).isEqualTo(text(parent, "groupId"));
    assertThat(text(bom, "version")).isEqualTo(text(parent, "version"));
  }

  /** A parent, or an import, would hand on the versions of what Glint is tested with. */
  @Test
  void itHandsOnNoVersionOfAnythingElse() {
    assertThat(child(bom, "parent")).isNull();
    assertThat(child(bom, "build")).isNull();
    assertThat(child(bom, "dependencies")).isNull();
  }

  /** As it has no parent, it says these itself. */
  @ParameterizedTest
  @ValueSource(strings = {"url", "licenses", "developers", "scm"})
  void itSaysTheSameOfTheProject(String element) {
    assertThat(text(bom, element)).isNotBlank().isEqualTo(text(parent, element));
  }

  private static boolean isShipped(Element pom) {
    final Element properties = child(pom, "properties");
    return properties == null || !text(properties, "maven.deploy.skip").equals("true");
  }

  private static Element pom(String folder) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(ROOT.resolve(folder).resolve("pom.xml").toFile())
          .getDocumentElement();
    } catch (Exception e) {
      throw new AssertionError("cannot read the POM in " + folder, e);
    }
  }

  private static List<Element> children(Element element) {
    final List<Element> children = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        children.add(child);
      }
    }
    return children;
  }

  /** Null if there is none. */
  private static Element child(Element element, String name) {
    return children(element).stream()
        .filter(child -> child.getTagName().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Without the white space between elements; empty if there is no such element. */
  private static String text(Element element, String name) {
    final Element child = child(element, name);
    return child == null ? "" : child.getTextContent().strip().replaceAll("\\s+", " ");
  }
}
