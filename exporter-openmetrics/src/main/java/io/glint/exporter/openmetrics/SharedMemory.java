package io.glint.exporter.openmetrics;

/** What {@link PointMerger} remembers of a series that several points have had in one scrape. */
abstract class SharedMemory {

  /** The number of the last scrape that had the series. */
  long lastScrape;

  /** How much is remembered, in what is limited for all series together. */
  abstract int size();
}
