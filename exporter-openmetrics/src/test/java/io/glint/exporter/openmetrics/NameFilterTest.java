package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameFilterTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "&", "=", "name[]", "name=a", "names[]=a", "debug=text&x"})
  void withoutANameEverythingIsAskedFor(String query) {
    assertThat(includes(query, "a", FamilyType.GAUGE)).isTrue();
    assertThat(NameFilter.of(query)).isSameAs(NameFilter.ALL);
  }

  @ParameterizedTest
  @CsvSource({
    "a, COUNTER, true",
    "a_total, COUNTER, true",
    "a_created, COUNTER, false",
    "a_sum, COUNTER, false",
    "a, GAUGE, true",
    "a_total, GAUGE, false",
    "a_bucket, HISTOGRAM, true",
    "a_count, HISTOGRAM, true",
    "a_sum, HISTOGRAM, true",
    "a_total, HISTOGRAM, false",
    "a_count, SUMMARY, true",
    "a_bucket, SUMMARY, false",
    "a_info, INFO, true",
    "ab, GAUGE, false",
    "ab_total, COUNTER, false",
    "A, GAUGE, false",
    "'', GAUGE, false",
  })
  void aFamilyIsAskedForByItsNameOrThatOfASample(String name, FamilyType type, boolean expected) {
    assertThat(includes("name[]=" + name, "a", type)).isEqualTo(expected);
    assertThat(includes("name[]=other&name[]=" + name, "a", type)).isEqualTo(expected);
  }

  @Test
  void aFamilyIsAskedForByItsCreatedSampleIfItHasOne() {
    for (final boolean hasCreated : new boolean[] {true, false}) {
      assertThat(includes("name[]=a_created", "a", FamilyType.COUNTER, hasCreated))
          .isEqualTo(hasCreated);
    }
    // The counter 'a.created', not 'a'.
    assertThat(includes("name[]=a_created", "a_created", FamilyType.COUNTER)).isTrue();
  }

  @Test
  void escapesAreRead() {
    assertThat(includes("name%5B%5D=%61", "a", FamilyType.GAUGE)).isTrue();
    assertThat(includes("name%5b%5d=a+b", "a b", FamilyType.GAUGE)).isTrue();
    assertThat(includes("name[]=a%26name[]%3Db", "b", FamilyType.GAUGE)).isFalse();
  }

  @Test
  void whatCannotBeReadIsRefusedInTheClientsWords() {
    assertThatThrownBy(() -> NameFilter.of("name[]=%zz")).hasMessageContaining("escape");
    assertThat(includes("x&".repeat(1023) + "name[]=a", "a", FamilyType.GAUGE)).isTrue();
    assertThatThrownBy(() -> NameFilter.of("x&".repeat(1024) + "name[]=a"))
        .hasMessageContaining("1024 parameters");
    final String longest = "name[]=a&x=" + "y".repeat(65536 - 11);
    assertThat(includes(longest, "a", FamilyType.GAUGE)).isTrue();
    assertThatThrownBy(() -> NameFilter.of(longest + "y")).hasMessageContaining("65536 characters");
  }

  private static boolean includes(String query, String family, FamilyType type) {
    return includes(query, family, type, /* hasCreated= */ false);
  }

  private static boolean includes(
      String query, String family, FamilyType type, boolean hasCreated) {
    final String textName = family + type.suffixes.get(0);
    return NameFilter.of(query)
        .includes(new Family(textName, type, Metrics.NO_SCOPE, family), hasCreated);
  }
}
