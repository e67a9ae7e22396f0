package io.glint.sdk;

import io.glint.sdk.internal.collect.ReaderStream;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.meter.GlintMeter;
import io.glint.sdk.internal.meter.RegisteredReader;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.lang.reflect.Field;

/** The collectors of streams. A stream does not know its own; the meter does. */
final class Collectors {
  private Collectors() {}

  /**
   * Finds the collector of a stream.
   *
   * @param reader of what the reader was registered with
   */
  static StreamCollector of(MetricStream stream, Meter meter, CollectionRegistration reader) {
    for (final ReaderStream each : ((GlintMeter) meter).sources(registered(reader).id())) {
      if (each.source() instanceof StreamCollector collector && collector.stream() == stream) {
        return collector;
      }
    }
    throw new IllegalStateException("the reader does not collect this stream");
  }

  /** What the provider has registered is behind what explains exemplars. */
  private static RegisteredReader registered(CollectionRegistration reader) {
    try {
      final Field field = reader.getClass().getDeclaredField("reader");
      field.setAccessible(true);
      return (RegisteredReader) field.get(reader);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("not a registration of Glint's", e);
    }
  }
}
