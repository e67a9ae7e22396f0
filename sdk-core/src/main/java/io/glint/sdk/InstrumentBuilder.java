package io.glint.sdk;

import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Logger;

/**
 * What instrument builders share. Null descriptions and units are the same as empty ones; neither
 * is validated (SDK specification, "Instrument unit", "Instrument description").
 */
abstract class InstrumentBuilder {
  private static final Logger LOGGER = Logger.getLogger(InstrumentBuilder.class.getName());

  final GlintMeter meter;
  final String name;
  String description = "";
  String unit = "";

  /** Null if nothing, or nothing usable, was advised. */
  List<Double> advisedBoundaries;

  private final InstrumentType type;
  private final InstrumentValueType valueType;

  InstrumentBuilder(
      GlintMeter meter, String name, InstrumentType type, InstrumentValueType valueType) {
    this.meter = meter;
    this.name = name;
    this.type = type;
    this.valueType = valueType;
  }

  static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  /** Takes the advice if it is sound; otherwise reports it and goes on without. */
  final void adviseBoundaries(List<? extends Number> boundaries) {
    final List<Double> advised = new ArrayList<>();
    String problem = boundaries == null ? "the list is null" : null;
    if (problem == null) {
      for (final Number boundary : boundaries) {
        advised.add(boundary == null ? Double.NaN : boundary.doubleValue());
      }
      problem =
          ResolvedAggregation.problemWith(
              advised.stream().mapToDouble(Double::doubleValue).toArray());
    }
    if (problem == null) {
      advisedBoundaries = List.copyOf(advised);
    } else {
      meter
          .warnings()
          .warn(
              LOGGER,
              "The bucket boundaries advised for histogram ''{0}'' are ignored: {1}. Its default"
                  + " boundaries are used. Give finite, strictly increasing boundaries.",
              name,
              problem);
    }
  }

  /** Makes a synchronous instrument out of its streams. */
  interface Maker<T> {
    T make(InstrumentDescriptor instrument, Collection<Stream> streams, ProviderState provider);
  }

  final <T> T synchronous(Class<T> kind, Maker<T> maker) {
    return meter.synchronous(descriptor(type), advisedBoundaries, kind, maker);
  }

  final CallbackRegistration observed(
      InstrumentType observableType, Consumer<? super ObservableInstrument> callback) {
    final ObservableInstrument observable = observer(observableType);
    return meter.register(() -> callback.accept(observable), List.of(observable));
  }

  final ObservableInstrument observer(InstrumentType observableType) {
    return meter.observable(descriptor(observableType));
  }

  private InstrumentDescriptor descriptor(InstrumentType type) {
    return new InstrumentDescriptor(name, description, unit, type, valueType);
  }
}
