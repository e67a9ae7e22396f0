package io.glint.sdk.internal.series;

import io.opentelemetry.api.common.Attributes;

/** Makes the series of one stream. */
public interface SeriesFactory {
  /**
   * Makes a series that begins now. No other thread knows it yet.
   *
   * @param hash as the map of the series has it
   */
  Series newSeries(Attributes attributes, int hash);
}
