package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {

  @ParameterizedTest
  @CsvSource({
    "d, days",
    "h, hours",
    "min, minutes",
    "s, seconds",
    "ms, milliseconds",
    "us, microseconds",
    "ns, nanoseconds",
    "By, bytes",
    "KiBy, kibibytes",
    "MiBy, mebibytes",
    "GiBy, gibibytes",
    "TiBy, tebibytes",
    "kBy, kilobytes",
    "MBy, megabytes",
    "GBy, gigabytes",
    "TBy, terabytes",
    "m, meters",
    "V, volts",
    "A, amperes",
    "J, joules",
    "W, watts",
    "g, grams",
    "Cel, celsius",
    "Hz, hertz",
    "%, percent",
  })
  void tableOfTheSpecificationIsComplete(String unit, String word) {
    assertThat(Units.word(unit)).isEqualTo(word);
  }

  /** Not in the specification, but in the tables of the stock exporter or of the Collector. */
  @ParameterizedTest
  @CsvSource({
    "a, years",
    "mo, months",
    "wk, weeks",
    "KBy, kilobytes",
    "1/a, per_year",
    "1/mo, per_month",
    "1/wk, per_week",
    "1/KBy, per_kilobyte",
  })
  void unitsThatOthersKnowHaveTheWordsOfOthers(String unit, String word) {
    assertThat(Units.word(unit)).isEqualTo(word);
  }

  /**
   * The Collector reads these, after the slash only, in its own way: they are no units of UCUM,
   * where {@code m} is the meter.
   */
  @ParameterizedTest
  @CsvSource({
    "1/m, per_meter",
    "1/w, per_w",
    "1/y, per_y",
  })
  void unitsOfARateAreUcumAsOthersAre(String unit, String word) {
    assertThat(Units.word(unit)).isEqualTo(word);
  }

  @ParameterizedTest
  @CsvSource({
    "m/s, meters_per_second",
    "By/min, bytes_per_minute",
    "By/d, bytes_per_day",
    "m/s/s, meters_per_second_per_second",
    "1/s, per_second",
    "{request}/s, per_second",
    "{packet}, ''",
    "{a}/{b}, ''",
    "By{compressed}, bytes",
    "By/{request}, bytes",
    "{unclosed, ''",
    "1, ''",
    "'', ''",
    "requests, requests",
    "W.h, W_h",
    "__odd__, odd",
    "!!, ''",
    "' s ', seconds",
    "1/Hz, per_hertz",
    "{job}/wk, per_week",
  })
  void annotationsAreDroppedAndRatesSpelledOut(String unit, String word) {
    assertThat(Units.word(unit)).isEqualTo(word);
  }
}
