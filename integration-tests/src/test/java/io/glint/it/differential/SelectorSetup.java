package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentSelectorBuilder;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.regex.Pattern;

/** An instrument selector of a program; criteria that are null are not set. */
record SelectorSetup(
    String name,
    InstrumentType type,
    String unit,
    String meterName,
    String meterVersion,
    String meterSchemaUrl) {

  static SelectorSetup ofName(String name) {
    return new SelectorSetup(name, null, null, null, null, null);
  }

  SelectorSetup withName(String other) {
    return new SelectorSetup(other, type, unit, meterName, meterVersion, meterSchemaUrl);
  }

  SelectorSetup withType(InstrumentType other) {
    return new SelectorSetup(name, other, unit, meterName, meterVersion, meterSchemaUrl);
  }

  SelectorSetup withMeterName(String other) {
    return new SelectorSetup(name, type, unit, other, meterVersion, meterSchemaUrl);
  }

  /** Whether the instrument is selected, names being compared without regard to case. */
  boolean matches(InstrumentSpec instrument) {
    return (name == null || nameMatches(instrument.name(), Pattern.CASE_INSENSITIVE))
        && (type == null || type == instrument.type())
        && (unit == null || unit.equals(instrument.unitOrEmpty()))
        && (meterName == null || meterName.equals(instrument.meter().name()))
        && (meterVersion == null || meterVersion.equals(instrument.meter().version()))
        && (meterSchemaUrl == null || meterSchemaUrl.equals(instrument.meter().schemaUrl()));
  }

  /** Whether the name is selected, with the flags of {@link Pattern}. */
  boolean nameMatches(String instrumentName, int flags) {
    final StringBuilder regex = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      final char character = name.charAt(i);
      regex.append(
          character == '*'
              ? ".*"
              : character == '?' ? "." : Pattern.quote(String.valueOf(character)));
    }
    return Pattern.compile(regex.toString(), flags).matcher(instrumentName).matches();
  }

  InstrumentSelector stock() {
    final InstrumentSelectorBuilder builder = InstrumentSelector.builder();
    if (name != null) {
      builder.setName(name);
    }
    if (type != null) {
      builder.setType(type);
    }
    if (unit != null) {
      builder.setUnit(unit);
    }
    if (meterName != null) {
      builder.setMeterName(meterName);
    }
    if (meterVersion != null) {
      builder.setMeterVersion(meterVersion);
    }
    if (meterSchemaUrl != null) {
      builder.setMeterSchemaUrl(meterSchemaUrl);
    }
    return builder.build();
  }

  String code() {
    return "selector"
        + (name == null ? "" : ".setName(" + Code.text(name) + ")")
        + (type == null ? "" : ".setType(" + type + ")")
        + (unit == null ? "" : ".setUnit(" + Code.text(unit) + ")")
        + (meterName == null ? "" : ".setMeterName(" + Code.text(meterName) + ")")
        + (meterVersion == null ? "" : ".setMeterVersion(" + Code.text(meterVersion) + ")")
        + (meterSchemaUrl == null ? "" : ".setMeterSchemaUrl(" + Code.text(meterSchemaUrl) + ")");
  }
}
