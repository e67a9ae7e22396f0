package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a live page collects, and when it shows what others have collected. */
class LiveCollectionsTest {

  private static final long BEGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(100);

  private final LiveCollections collections =
      new LiveCollections(
          new Naming(TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES, Escaping.UNDERSCORES));

  private static long at(double seconds) {
    return BEGIN + (long) (seconds * 1e9);
  }

  private void collect(double seconds, boolean isScrape) {
    final List<MetricData> metrics = List.of(Metrics.counter("c", (long) seconds));
    collections.begin();
    collections.end(metrics, isScrape, at(seconds), (long) (seconds * 1e3));
  }

  @Test
  void whereNothingScrapesAPageCollectsAndAllPagesTogetherEveryTwoSeconds() {
    assertThat(collections.needsCollection(at(0))).isTrue();
    collect(0, false);
    assertThat(collections.needsCollection(at(1))).as("another page").isFalse();
    assertThat(collections.needsCollection(at(2))).isTrue();
    collect(2, false);
    assertThat(collections.scrapeInterval(at(2))).isZero();
  }

  @Test
  void whereSomethingScrapesAPageTakesNoExemplarsFromIt() {
    collect(0, true);
    assertThat(collections.needsCollection(at(2))).as("one scrape tells of no other").isTrue();
    collect(15, true);
    for (int second = 15; second <= 38; second++) {
      assertThat(collections.needsCollection(at(second))).isFalse();
    }
    assertThat(collections.scrapeInterval(at(20))).isEqualTo(TimeUnit.SECONDS.toNanos(15));
    assertThat(collections.needsCollection(at(39))).as("the scraper is gone").isTrue();
  }

  @Test
  void twoScrapersThatDoNotComeAtRegularIntervalsAreNotTakenForGone() {
    for (final int second : new int[] {0, 12, 15, 27, 30}) {
      collect(second, true);
    }
    assertThat(collections.needsCollection(at(42))).isFalse();
  }

  @Test
  void scrapesThatAreHoursApartAreNotWaitedFor() {
    collect(0, true);
    collect(301, true);
    assertThat(collections.needsCollection(at(304))).isTrue();
  }

  @Test
  void afterACollectionThatFailedThereIsNothingToShow() {
    collect(0, true);
    collect(15, true);
    collections.begin();
    assertThat(collections.needsCollection(at(16))).isTrue();
  }

  @Test
  void aPageThatHasTheLastCollectionIsNotSentItAgain() {
    collect(0, false);
    final CollectionRegistration source = CollectionRegistration.noop();
    final String first = collections.answer(-1, source, at(0), "/traces/{traceId}");
    assertThat(first)
        .contains("\"number\":1,\"time\":0,")
        .contains("\"traceUrl\":\"/traces/{traceId}\"")
        .contains("\"name\":\"c\"");
    final String second = collections.answer(1, source, at(1), null);
    assertThat(second).contains("\"number\":1,").contains("\"age\":1.0").doesNotContain("data");
  }
}
