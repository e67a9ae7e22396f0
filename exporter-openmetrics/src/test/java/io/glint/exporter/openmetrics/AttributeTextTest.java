package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributeTextTest {

  @Test
  void scalarsPrintAsJsonWithoutQuotes() {
    assertThat(AttributeText.of("a \"b\"")).isEqualTo("a \"b\"");
    assertThat(AttributeText.of(true)).isEqualTo("true");
    assertThat(AttributeText.of(-42L)).isEqualTo("-42");
    assertThat(AttributeText.of(1.5)).isEqualTo("1.5");
    assertThat(AttributeText.of(Double.NaN)).isEqualTo("NaN");
    assertThat(AttributeText.of(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
  }

  @Test
  void arraysPrintAsJson() {
    assertThat(AttributeText.of(List.of())).isEqualTo("[]");
    assertThat(AttributeText.of(List.of(1L, 2L))).isEqualTo("[1,2]");
    assertThat(AttributeText.of(List.of(true, false))).isEqualTo("[true,false]");
    assertThat(AttributeText.of(List.of(0.5, Double.POSITIVE_INFINITY)))
        .isEqualTo("[0.5,\"Infinity\"]");
    assertThat(AttributeText.of(List.of("a", "b\"\\\n\t\r\u0001é")))
        .isEqualTo("[\"a\",\"b\\\"\\\\\\n\\t\\r\\u0001é\"]");
  }

  @Test
  void deepNestingIsCut() {
    assertThat(AttributeText.of(nested(1))).isEqualTo("[1]");
    assertThat(AttributeText.of(nested(AttributeText.MAX_DEPTH)))
        .isEqualTo("[".repeat(64) + 1 + "]".repeat(64));
    final String cut = "[".repeat(65) + "\"...\"" + "]".repeat(65);
    assertThat(AttributeText.of(nested(AttributeText.MAX_DEPTH + 1))).isEqualTo(cut);
    assertThat(AttributeText.of(nested(200_000))).isEqualTo(cut);
    Value<?> map = Value.of(1);
    for (int i = 0; i < 200_000; i++) {
      map = Value.of(KeyValue.of("k", map));
    }
    assertThat(AttributeText.of(map)).startsWith("{\"k\":{\"k\":").contains(":\"...\"}}");
  }

  private static Value<?> nested(int levels) {
    Value<?> value = Value.of(1);
    for (int i = 0; i < levels; i++) {
      value = Value.of(value);
    }
    return value;
  }

  @Test
  void valuesPrintByTheirType() {
    assertThat(AttributeText.of(Value.of("x"))).isEqualTo("x");
    assertThat(AttributeText.of(Value.of(7))).isEqualTo("7");
    assertThat(AttributeText.of(Value.empty())).isEmpty();
    assertThat(AttributeText.of(Value.of(new byte[] {1, 2, 3}))).isEqualTo("AQID");
    assertThat(
            AttributeText.of(
                Value.of(
                    Value.of(1),
                    Value.of("a"),
                    Value.empty(),
                    Value.of(Double.NaN),
                    Value.of(new byte[] {1, 2, 3}),
                    Value.of(KeyValue.of("k", Value.of(true))),
                    Value.of(new KeyValue[0]))))
        .isEqualTo("[1,\"a\",null,\"NaN\",\"AQID\",{\"k\":true},{}]");
    assertThat(
            AttributeText.of(
                Value.of(KeyValue.of("a", Value.of(1)), KeyValue.of("b", Value.of("c")))))
        .isEqualTo("{\"a\":1,\"b\":\"c\"}");
  }
}
