package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {

  private final Numbers numbers = new Numbers();

  /** The examples of OpenMetrics 1.0, "Canonical Numbers" and "Histogram", and some between. */
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "-0.0, 0.0",
    "0.001, 0.001",
    "0.002, 0.002",
    "0.01, 0.01",
    "0.1, 0.1",
    "0.95, 0.95",
    "0.999, 0.999",
    "1, 1.0",
    "1.7, 1.7",
    "5, 5.0",
    "10, 10.0",
    "7500, 7500.0",
    "123456.75, 123456.75",
    "1e-10, 1e-10",
    "1e-9, 1e-09",
    "1e-5, 1e-05",
    "0.0001, 0.0001",
    "0.00025, 0.00025",
    "100000, 100000.0",
    "999999, 999999.0",
    "1e6, 1e+06",
    "1234567, 1.234567e+06",
    "1e10, 1e+10",
    "1e23, 1e+23",
    "2e23, 2e+23",
    "1.1e23, 1.1e+23",
    "8.41e21, 8.41e+21",
    "1e100, 1e+100",
    "-2.5, -2.5",
    "-1e7, -1e+07",
    "Infinity, +Inf",
    "-Infinity, -Inf",
    "NaN, NaN",
  })
  void canonicalNumbersHaveOneSpelling(double value, String expected) {
    assertThat(write(out -> numbers.canonical(out, value))).isEqualTo(expected);
  }

  @Test
  void canonicalNumbersReadBackAsTheSameDouble() {
    final Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      final double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        final String text = write(out -> numbers.canonical(out, value));
        assertThat(Double.parseDouble(text)).isEqualTo(value);
      }
    }
  }

  @Test
  void canonicalNumbersOfThousandthsAreDecimals() {
    for (int i = 1; i < 10_000; i++) {
      final String text = write(outOf(i / 1000.0));
      assertThat(text).isEqualTo(Double.toString(i / 1000.0));
    }
  }

  @Test
  void floatingPointReadsBackAsTheSameDoubleAndIsNoLongerThanTheJdkWritesIt() {
    final Random random = new Random(2);
    for (int i = 0; i < 100_000; i++) {
      final double value =
          i % 2 == 0
              ? Double.longBitsToDouble(random.nextLong())
              : Math.scalb(1.0, random.nextInt(2098) - 1074);
      if (Double.isFinite(value)) {
        final String text = write(out -> numbers.floating(out, value));
        assertThat(Double.parseDouble(text)).isEqualTo(value);
        assertThat(text.length()).isLessThanOrEqualTo(Double.toString(value).length());
      }
    }
  }

  @Test
  void integersOfEachLengthAreAsTheJdkWritesThem() {
    for (long power = 1; power > 0; power *= 10) {
      for (final long value :
          new long[] {power - 1, power, power + 1, 7 * power, -power, 1 - power}) {
        assertThat(write(out -> numbers.integer(out, value))).isEqualTo(Long.toString(value));
      }
      if (power > Long.MAX_VALUE / 10) {
        break;
      }
    }
  }

  private Consumer<TextBuffer> outOf(double value) {
    return out -> numbers.canonical(out, value);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-1, -1",
    "9007199254740993, 9007199254740993",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808",
  })
  void integersAreExact(long value, String expected) {
    assertThat(write(out -> numbers.integer(out, value))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "1, 1.0",
    "-0.5, -0.5",
    "1e9, 1.0E9",
    "NaN, NaN",
    "Infinity, +Inf",
    "-Infinity, -Inf",
    "-0.0, -0.0",
    "0.001, 0.001",
    "0.00099, 9.9E-4",
    "9999999, 9999999.0",
    "1e7, 1.0E7",
    "-123456789.25, -1.2345678925E8",
    "2e23, 2.0E23",
    "1e23, 1.0E23",
    "8.41e21, 8.41E21",
    "9007199254740993, 9.007199254740992E15",
    "2.2250738585072014E-308, 2.2250738585072014E-308",
    "4.9E-324, 5.0E-324",
    "1.7976931348623157E308, 1.7976931348623157E308",
  })
  void floatingPointHasPointOrExponent(double value, String expected) {
    assertThat(write(out -> numbers.floating(out, value))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "1520879607789000000, 1520879607.789",
    "1604676851123456789, 1604676851.123456789",
    "1600000000000000000, 1600000000.000",
    "1600000000000000001, 1600000000.000000001",
    "5000000, 0.005",
    "-1500000000, -1.500",
  })
  void secondsKeepEveryNanosecond(long nanos, String expected) {
    assertThat(write(out -> numbers.seconds(out, nanos))).isEqualTo(expected);
  }

  private static String write(Consumer<TextBuffer> writing) {
    final TextBuffer out = new TextBuffer(1);
    writing.accept(out);
    return new String(out.toByteArray(), UTF_8);
  }
}
