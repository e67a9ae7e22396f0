package io.glint.sdk.internal.metric;

import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What makes an instrument the one it is. Two with equal {@link #identity} are the same instrument:
 * names are compared without regard to case, and descriptions do not count, as of two that differ
 * in nothing else one metric is made (metrics data model, "Opentelemetry protocol data model:
 * Producer recommendations").
 */
public record InstrumentDescriptor(
    String name,
    String description,
    String unit,
    InstrumentType type,
    InstrumentValueType valueType) {

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive permanently.

  @Override
  public boolean equals(Object object) {
    return object instanceof InstrumentDescriptor other
        && name.equals(other.name)
        && description.equals(other.description)
        && unit.equals(other.unit)
        && type == other.type
        && valueType == other.valueType;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, description, unit, type, valueType);
  }

  /** Equal for what is one instrument. */
  public InstrumentDescriptor identity() {
    return new InstrumentDescriptor(name.toLowerCase(Locale.ROOT), "", unit, type, valueType);
  }

  /** The metric that a view makes of the instrument; null stands for what the instrument has. */
  InstrumentDescriptor renamed(@Nullable String newName, @Nullable String newDescription) {
    return new InstrumentDescriptor(
        newName != null ? newName : name,
        newDescription != null ? newDescription : description,
        unit,
        type,
        valueType);
  }

  public boolean isMonotonic() {
    return switch (type) {
      case COUNTER, OBSERVABLE_COUNTER, HISTOGRAM -> true;
      case UP_DOWN_COUNTER, OBSERVABLE_UP_DOWN_COUNTER, GAUGE, OBSERVABLE_GAUGE -> false;
    };
  }

  public boolean isAsynchronous() {
    return type == InstrumentType.OBSERVABLE_COUNTER
        || type == InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
        || type == InstrumentType.OBSERVABLE_GAUGE;
  }

  /** True if a sum of its measurements can fall, so that a histogram has no use for it. */
  public boolean mayRecordNegatives() {
    return !isMonotonic();
  }

  /** For messages: how to get rid of a conflict with an instrument whose metric has one name. */
  public String remedyFor(InstrumentDescriptor other, InstrumentationScopeInfo scope) {
    final String criterion;
    if (!name.equalsIgnoreCase(other.name)) {
      criterion = "";
    } else if (type != other.type) {
      criterion = ".setType(InstrumentType." + type + ")";
    } else if (!unit.equals(other.unit)) {
      criterion = ".setUnit(\"" + LogText.of(unit) + "\")";
    } else {
      return "No view can tell the two apart: change one of them where it is made.";
    }
    return "Make them the same where they are made, or rename one by a view:"
        + " registerView(InstrumentSelector.builder().setMeterName(\""
        + LogText.of(scope.getName())
        + "\").setName(\""
        + name
        + "\")"
        + criterion
        + ".build(), View.builder().setName(\"another name\").build()).";
  }

  /** For messages: what a user needs to find the instrument in the code. */
  public String describe() {
    return "'"
        + LogText.of(name)
        + "' ("
        + valueType.name().toLowerCase(Locale.ROOT)
        + " "
        + type.name().toLowerCase(Locale.ROOT)
        + ", unit '"
        + LogText.of(unit)
        + "', description '"
        + LogText.of(description)
        + "')";
  }
}
