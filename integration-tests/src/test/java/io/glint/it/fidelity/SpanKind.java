package io.glint.it.fidelity;

/** In which span a measurement is made, and how the instrument gets to know of it. */
enum SpanKind {
  SAMPLED_IN_CONTEXT(true, true),
  SAMPLED_IN_SCOPE(true, true),
  UNSAMPLED(true, false),
  NONE(false, false);

  private final boolean isSpan;
  private final boolean isSampled;

  SpanKind(boolean isSpan, boolean isSampled) {
    this.isSpan = isSpan;
    this.isSampled = isSampled;
  }

  boolean isSpan() {
    return isSpan;
  }

  boolean isSampled() {
    return isSampled;
  }
}
