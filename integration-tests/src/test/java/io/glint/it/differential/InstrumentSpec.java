package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How a program asks for an instrument.
 *
 * @param description may be null, as a program may pass null
 * @param unit may be null, as a program may pass null
 * @param boundaries advised to a histogram; null for no advice
 */
record InstrumentSpec(
    MeterSpec meter,
    String name,
    InstrumentType type,
    InstrumentValueType valueType,
    String description,
    String unit,
    List<Double> boundaries) {

  private static final Pattern VALID_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_./\\-]{0,254}");

  boolean isLong() {
    return valueType == InstrumentValueType.LONG;
  }

  boolean isAsynchronous() {
    return type == InstrumentType.OBSERVABLE_COUNTER
        || type == InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
        || type == InstrumentType.OBSERVABLE_GAUGE;
  }

  boolean isGauge() {
    return type == InstrumentType.GAUGE || type == InstrumentType.OBSERVABLE_GAUGE;
  }

  boolean hasValidName() {
    return VALID_NAME.matcher(name).matches();
  }

  String unitOrEmpty() {
    return unit == null ? "" : unit;
  }

  /** Equal for requests that must yield the same instrument. */
  InstrumentSpec identity() {
    return new InstrumentSpec(
        meter,
        name.toLowerCase(Locale.ROOT),
        type,
        valueType,
        description == null ? "" : description,
        unitOrEmpty(),
        /* boundaries= */ null);
  }

  InstrumentSpec withoutNulls() {
    return new InstrumentSpec(
        meter,
        name,
        type,
        valueType,
        description == null ? "" : description,
        unitOrEmpty(),
        boundaries);
  }

  InstrumentSpec withDescription(String other) {
    return new InstrumentSpec(meter, name, type, valueType, other, unit, boundaries);
  }

  InstrumentSpec withBoundaries(List<Double> others) {
    return new InstrumentSpec(meter, name, type, valueType, description, unit, others);
  }

  String code() {
    return meter.code()
        + "."
        + (isLong() ? "long " : "double ")
        + type
        + "("
        + Code.text(name)
        + ").setDescription("
        + Code.text(description)
        + ").setUnit("
        + Code.text(unit)
        + ")"
        + (boundaries == null ? "" : ".setExplicitBucketBoundariesAdvice(" + boundaries + ")");
  }
}
