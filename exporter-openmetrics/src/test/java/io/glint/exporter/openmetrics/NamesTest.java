package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {

  @ParameterizedTest
  @CsvSource({
    "http.server.duration, http_server_duration",
    "http..req--dur, http_req_dur",
    "a__b, a_b",
    "job:requests:rate5m, job:requests:rate5m",
    "9lives, metric_9lives",
    "__a, a",
    "_9, metric_9",
    "größe, gr_e",
    "日本, metric",
    "'', metric",
    "___, metric",
    "trailing., trailing",
    "a_total_, a_total",
    "_a., a",
    "._., metric",
    "9_, metric_9",
  })
  void metricNamesAreLegacyNamesWithoutReservedUnderscore(String name, String expected) {
    assertThat(Names.metric(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "http.method, http_method",
    "a.-b, a_b",
    "a:b, a_b",
    "1a, key_1a",
    "_x, key_x",
    "__x, key_x",
    "'', key_",
    "é, key_",
  })
  void labelNamesAreLegacyNamesWithoutReservedUnderscore(String name, String expected) {
    assertThat(Names.label(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "foo, seconds, false, foo_seconds",
    "foo_seconds, seconds, false, foo_seconds",
    "foo.seconds, seconds, false, foo_seconds",
    "milliseconds, seconds, false, milliseconds_seconds",
    "seconds, seconds, false, seconds",
    "foo_total, bytes, true, foo_bytes",
    "foo_bytes_total, bytes, true, foo_bytes",
    "foo_total, bytes, false, foo_total_bytes",
    "foo_total, '', true, foo",
    "foo_total_total, '', true, foo_total",
    "total, '', true, total",
    "foo_info, '', true, foo_info",
    "foo_created, '', true, foo_created",
    "foo_bucket, '', false, foo_bucket",
    "foo., seconds, false, foo_seconds",
    "foo_total_, '', true, foo",
    "foo_total.s., seconds, true, foo_total_s_seconds",
    "foo, total, true, foo",
    "foo_total, total, true, foo",
    "foo_total_, total, true, foo",
    "foo, x_total, true, foo_x",
    "foo, total, false, foo_total",
    "foo_total, total, false, foo_total",
    "total, total, true, total",
    "seconds_before_start, seconds, false, seconds_before_start_seconds",
  })
  void unitComesBeforeTotal(String name, String unit, boolean counter, String expected) {
    assertThat(Names.family(name, unit, counter)).isEqualTo(expected);
  }
}
