package io.glint.exporter.openmetrics;

import java.util.logging.Logger;

/**
 * Builds an {@link OpenMetricsReader}. Not safe for use by several threads; each {@link #build()}
 * makes a reader of its own.
 */
public final class OpenMetricsReaderBuilder extends ExpositionBuilder<OpenMetricsReaderBuilder> {

  private static final Logger LOGGER = Logger.getLogger(OpenMetricsReader.class.getName());

  OpenMetricsReaderBuilder() {}

  @Override
  OpenMetricsReaderBuilder self() {
    return this;
  }

  /**
   * Makes the reader. It has no thread and no port.
   *
   * @return the reader; scrapes are answered 503 until it is registered with a meter provider
   */
  public OpenMetricsReader build() {
    return newReader(OpenMetricsReader.newLog(LOGGER), LOGGER.getName(), null);
  }
}
