package io.glint.examples.webstore.telemetry;

import io.opentelemetry.sdk.trace.SpanProcessor;
import java.net.URI;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who gets metrics and traces besides the pages of the demo.
 *
 * @param collector gets both
 * @param zipkin address of a server that gets traces, with a slash at the end
 * @param tailSampled whether they get chosen traces only
 */
public record Backends(Optional<Collector> collector, Optional<URI> zipkin, boolean tailSampled) {

  public static final Backends NONE = new Backends(Optional.empty(), Optional.empty(), false);

  /** Sends traces; empty if nobody gets them. */
  Optional<SpanProcessor> processor() {
    return Stream.concat(
            collector.map(Collector::spans).stream(), zipkin.map(ZipkinExporter::new).stream())
        .map(Collector::inBatches)
        .reduce(SpanProcessor::composite)
        .map(both -> tailSampled ? new TailSampler(both) : both);
  }
}
