package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class SvgTest {
  private final Locale locale = Locale.getDefault();

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(locale);
  }

  private static Document parse(Svg svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static Element only(Document document, String name) {
    assertThat(document.getElementsByTagName(name).getLength()).isEqualTo(1);
    return (Element) document.getElementsByTagName(name).item(0);
  }

  @Test
  void textIsEscapedAndComesBackAsItWas() throws Exception {
    final String awkward = "<a href=\"x\"> & ± µs 'quoted'";
    final Document document =
        parse(new Svg(10, 10, awkward).text(1, 2, 12, "#000", Svg.Anchor.END, awkward));

    assertThat(only(document, "text").getTextContent()).isEqualTo(awkward);
    assertThat(only(document, "text").getAttribute("text-anchor")).isEqualTo("end");
    assertThat(only(document, "title").getTextContent()).isEqualTo(awkward);
  }

  @Test
  void charactersThatXmlCannotHoldAreLeftOut() throws Exception {
    final Svg svg = new Svg(10, 10, "x").text(0, 0, 9, "red", Svg.Anchor.START, "a\u0000\u001bb");

    assertThat(only(parse(svg), "text").getTextContent()).isEqualTo("ab");
  }

  @Test
  void shapesAreThereWhateverTheLocale() throws Exception {
    Locale.setDefault(Locale.GERMANY);
    final Document document =
        parse(
            new Svg(100, 50, "shapes")
                .line(0, 1.5, 100, 20, "black", 0.5)
                .polyline(new double[] {0, 1.25}, new double[] {10, 1e7}, "blue", 2));

    assertThat(only(document, "line").getAttribute("y1")).isEqualTo("1.5");
    assertThat(only(document, "line").getAttribute("x2")).isEqualTo("100");
    assertThat(only(document, "polyline").getAttribute("points")).isEqualTo("0,10 1.25,10000000");
  }

  @Test
  void pictureBringsItsOwnBackground() throws Exception {
    final Element background = only(parse(new Svg(100, 50, "empty")), "rect");

    assertThat(background.getAttribute("width")).isEqualTo("100");
    assertThat(background.getAttribute("height")).isEqualTo("50");
    assertThat(background.getAttribute("fill")).isEqualTo("#ffffff");
  }

  @Test
  void shapesThatAreNowhereAreRefused() {
    assertThatThrownBy(() -> new Svg(9, 9, "x").rectangle(0, Double.NaN, 1, 1, "red"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Svg(9, 9, "x").polyline(new double[2], new double[3], "red", 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Svg(0, 9, "x")).isInstanceOf(IllegalArgumentException.class);
  }
}
