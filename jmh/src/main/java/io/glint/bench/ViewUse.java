package io.glint.bench;

import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;

/** A view, and the instruments that it is for. */
record ViewUse(InstrumentSelector selector, View view) {}
