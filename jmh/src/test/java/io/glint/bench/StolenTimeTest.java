package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StolenTimeTest {
  @Test
  void isAPartOfTheTimeOrUnknown() throws InterruptedException {
    final StolenTime stolen = StolenTime.start();
    // Some ticks of the operating system's clock.
    Thread.sleep(100);
    assertThat(stolen.soFar()).matches("unknown|\\d{1,2}\\.\\d %|100\\.0 %");
  }
}
