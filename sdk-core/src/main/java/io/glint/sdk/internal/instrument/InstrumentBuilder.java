package io.glint.sdk.internal.instrument;

import io.glint.sdk.internal.async.CallbackRegistration;
import io.glint.sdk.internal.async.ObservableInstrument;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.metric.InstrumentAdvice;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What instrument builders share. Null descriptions and units are the same as empty ones; neither
 * is validated (SDK specification, "Instrument unit", "Instrument description").
 */
public abstract class InstrumentBuilder {
  final InstrumentRegistry registry;
  final String name;
  String description = "";
  String unit = "";

  private InstrumentAdvice advice = InstrumentAdvice.NONE;

  private final InstrumentType type;
  private final InstrumentValueType valueType;

  InstrumentBuilder(
      InstrumentRegistry registry,
      String name,
      InstrumentType type,
      InstrumentValueType valueType) {
    this.registry = registry;
    this.name = name;
    this.type = type;
    this.valueType = valueType;
  }

  static String orEmpty(@Nullable String text) {
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
      advice = new InstrumentAdvice(List.copyOf(advised), advice.attributeKeys());
    } else {
      registry
          .warnings()
          .warn(
              "boundaries advice",
              "The bucket boundaries advised for histogram '"
                  + name
                  + "' are ignored: "
                  + LogText.of(problem)
                  + ". Its default boundaries are used. Give finite, strictly increasing"
                  + " boundaries.");
    }
  }

  /**
   * Takes the advice to keep the attributes with these keys; with an empty list, none. A list that
   * is null or has a null in it is reported, and what was advised before stands.
   */
  final void adviseAttributes(List<AttributeKey<?>> attributes) {
    if (attributes == null || attributes.stream().anyMatch(Objects::isNull)) {
      registry
          .warnings()
          .warn(
              "attributes advice",
              "The attributes advised for instrument '"
                  + name
                  + "' are ignored: "
                  + (attributes == null ? "the list is null" : "a key is null")
                  + ". All attributes are kept unless a view says otherwise. Give a list of attribute"
                  + " keys.");
      return;
    }
    final Set<String> keys = new TreeSet<>();
    attributes.forEach(key -> keys.add(key.getKey()));
    advice = new InstrumentAdvice(advice.boundaries(), Collections.unmodifiableSet(keys));
  }

  /** Gives what was set here to a builder of the same instrument with another type of value. */
  final <B extends InstrumentBuilder> B copyTo(B other) {
    final InstrumentBuilder to = other;
    to.description = description;
    to.unit = unit;
    to.advice = advice;
    return other;
  }

  /** Makes a synchronous instrument out of its streams. */
  public interface InstrumentFactory<T> {
    T make(
        InstrumentDescriptor instrument,
        Collection<MetricStream> streams,
        RecordingContext context);
  }

  final <T> T synchronous(Class<T> kind, InstrumentFactory<T> factory) {
    return registry.synchronous(descriptor(type), advice, kind, factory);
  }

  final CallbackRegistration observed(
      InstrumentType observableType, Consumer<? super ObservableInstrument> callback) {
    final ObservableInstrument observable = observer(observableType);
    return registry.register(() -> callback.accept(observable), List.of(observable));
  }

  final ObservableInstrument observer(InstrumentType observableType) {
    return registry.observable(descriptor(observableType), advice);
  }

  private InstrumentDescriptor descriptor(InstrumentType type) {
    return new InstrumentDescriptor(name, description, unit, type, valueType);
  }
}
