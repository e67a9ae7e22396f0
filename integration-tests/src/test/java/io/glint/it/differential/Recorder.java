package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.function.BooleanSupplier;

/** A synchronous instrument of any kind, for the interpreter. */
record Recorder(WithCurrentContext current, WithContext explicit, BooleanSupplier isEnabled) {

  /** The recording method without a context. */
  @FunctionalInterface
  interface WithCurrentContext {
    void record(Number value, Attributes attributes);
  }

  /** The recording method with a context. */
  @FunctionalInterface
  interface WithContext {
    void record(Number value, Attributes attributes, Context context);
  }
}
