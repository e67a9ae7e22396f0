package io.glint.it.prometheus;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An endpoint behind one tap for each {@code Accept}: a Prometheus scrapes each in a job of its
 * own.
 */
final class ScrapeTaps implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final List<ScrapeTap> taps = new ArrayList<>();

  ScrapeTaps(int port, List<String> accepts) throws IOException {
    for (final String accept : accepts) {
      taps.add(new ScrapeTap(port, accept));
    }
  }

  /** Of a Prometheus. The job of the tap with the number 3 is {@code j3}. */
  String configuration() {
    final StringBuilder configuration =
        new StringBuilder(
            """
            global:
              scrape_interval: 2s
              scrape_timeout: 2s
            scrape_configs:
            """);
    for (int i = 0; i < taps.size(); i++) {
      configuration.append(
          """
            - job_name: j%d
              static_configs:
                - targets: ['%s']
          """
              .formatted(i, taps.get(i).target()));
    }
    return configuration.toString();
  }

  /** Waits until Prometheus has stored an answer of each, or a minute. */
  void awaitStored() throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    // What the second one was answered has been asked for after the first was stored.
    while (taps.stream().anyMatch(tap -> tap.answers().size() < 2)
        && System.nanoTime() < deadline) {
      Thread.sleep(100);
    }
  }

  @Override
  public void close() {
    taps.forEach(ScrapeTap::close);
  }
}
