package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;

/** Makes the series of one stream. */
interface SeriesFactory {
  /**
   * Makes a series that begins now. Nobody else knows it yet.
   *
   * @param hash as the map of the series has it
   */
  Series newSeries(Attributes attributes, int hash);
}
