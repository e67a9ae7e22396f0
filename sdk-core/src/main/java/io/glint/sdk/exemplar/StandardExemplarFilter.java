package io.glint.sdk.exemplar;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.Locale;

/**
 * The specification's filters. The engine knows them by identity and judges without a call; who
 * asks one of them itself gets the same answer.
 */
enum StandardExemplarFilter implements CustomExemplarFilter {
  TRACE_BASED {
    @Override
    public boolean isEligible(double value, Attributes attributes, Context context) {
      return Span.fromContext(context).getSpanContext().isSampled();
    }
  },
  ALWAYS_ON {
    @Override
    public boolean isEligible(double value, Attributes attributes, Context context) {
      return true;
    }
  },
  ALWAYS_OFF {
    @Override
    public boolean isEligible(double value, Attributes attributes, Context context) {
      return false;
    }
  };

  /** As the specification's environment variable has it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
