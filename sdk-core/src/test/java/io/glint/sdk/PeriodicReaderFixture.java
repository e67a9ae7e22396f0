package io.glint.sdk;

import java.time.Duration;

/**
 * A periodic reader that exports by the hour, in batches of two points; its exporter, what it
 * collects from, and its time. Nothing happens unless a test lets it.
 */
abstract class PeriodicReaderFixture {
  static final Duration HOUR = Duration.ofHours(1);

  /** Of an export; not the length of any other timer. */
  static final Duration TIMEOUT = Duration.ofMinutes(10);

  final FakeExporter exporter = new FakeExporter();
  final FakeSource source = new FakeSource(exporter);
  final ManualScheduler scheduler = new ManualScheduler();
  final GlintPeriodicMetricReader reader =
      GlintPeriodicMetricReader.builder(exporter)
          .setInterval(HOUR)
          .setExportTimeout(TIMEOUT)
          .setMaxExportBatchSize(2)
          .setExecutor(scheduler)
          .build();
}
