package io.glint.examples.webstore.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.shop.Signals;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScrapeTest {

  @Test
  void bucketsInUseAndTheirExemplarsAreCountedOverAllSeries() {
    final Scrape scrape =
        Scrape.parse(
            """
            # TYPE webstore_payment_duration_seconds histogram
            webstore_payment_duration_seconds_bucket{country="FR",le="0.01"} 0
            webstore_payment_duration_seconds_bucket{country="FR",le="0.015"} 3 # {trace_id="aa"} 0.012 1.5
            webstore_payment_duration_seconds_bucket{country="FR",le="2.0"} 4
            webstore_payment_duration_seconds_bucket{country="FR",le="+Inf"} 4
            webstore_payment_duration_seconds_bucket{country="DE",le="0.01"} 0
            webstore_payment_duration_seconds_bucket{country="DE",le="0.015"} 1
            webstore_payment_duration_seconds_bucket{country="DE",le="2.0"} 2 # {span_id="b",trace_id="bb"} 1.7 2.5
            webstore_payment_duration_seconds_bucket{country="DE",le="+Inf"} 2
            webstore_payment_duration_seconds_count{country="DE"} 2
            # EOF
            """);

    final int quick = Signals.SECONDS.indexOf(0.015);
    final int slow = Signals.SECONDS.indexOf(2.0);
    assertThat(scrape.hit()).hasSize(Signals.SECONDS.size() + 1);
    assertThat(scrape.hit().get(0)).isZero();
    assertThat(scrape.hit().get(quick)).isEqualTo(2);
    assertThat(scrape.linked().get(quick)).isEqualTo(1);
    assertThat(scrape.hit().get(slow)).isEqualTo(2);
    assertThat(scrape.linked().get(slow)).isEqualTo(1);
    assertThat(scrape.slow()).isEqualTo(Map.of("bb", 2.5));
  }

  @Test
  void theTracesOfExemplarsOfAllMetricsAreToldAndNothingElseThatLooksLikeOne() {
    assertThat(
            Scrape.parse(
                    """
                    # HELP a_total Has # {trace_id="no"} in its text.
                    a_total{trace_id="label"} 3 # {span_id="b",trace_id="aa"} 1.0 1.5
                    a_total{x="y"} 3 # {trace_id="bb",span_id="b"} 1.0 1.5
                    a_total{x="z"} 3 # {other="b"} 1.0 1.5
                    # EOF
                    """)
                .traceIds())
        .containsExactlyInAnyOrder("aa", "bb");
  }

  @Test
  void nothingScrapedIsNothingInUse() {
    assertThat(Scrape.parse("").hit()).containsOnly(0);
  }
}
