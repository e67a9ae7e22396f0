package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.time.Duration;

/** For tests that let an export fail: three attempts at most, with next to no wait between them. */
final class QuickRetry {
  static final RetryPolicy POLICY =
      RetryPolicy.builder()
          .setMaxAttempts(3)
          .setInitialBackoff(Duration.ofMillis(10))
          .setMaxBackoff(Duration.ofMillis(20))
          .build();

  private QuickRetry() {}
}
