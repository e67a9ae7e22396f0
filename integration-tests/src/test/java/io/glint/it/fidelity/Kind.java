package io.glint.it.fidelity;

/** What makes measurements: the kinds of instruments of the API. */
enum Kind {
  LONG_COUNTER(true, Sign.POSITIVE),
  DOUBLE_COUNTER(false, Sign.POSITIVE),
  LONG_UP_DOWN_COUNTER(true, Sign.ANY),
  DOUBLE_UP_DOWN_COUNTER(false, Sign.ANY),
  LONG_GAUGE(true, Sign.ANY),
  DOUBLE_GAUGE(false, Sign.ANY),
  LONG_HISTOGRAM(true, Sign.POSITIVE),
  DOUBLE_HISTOGRAM(false, Sign.POSITIVE),
  OBSERVABLE_LONG_COUNTER(true, Sign.POSITIVE),
  OBSERVABLE_DOUBLE_COUNTER(false, Sign.POSITIVE),
  OBSERVABLE_LONG_UP_DOWN_COUNTER(true, Sign.ANY),
  OBSERVABLE_DOUBLE_UP_DOWN_COUNTER(false, Sign.ANY),
  OBSERVABLE_LONG_GAUGE(true, Sign.ANY),
  OBSERVABLE_DOUBLE_GAUGE(false, Sign.ANY);

  private enum Sign {
    POSITIVE,
    ANY
  }

  private final boolean isLong;
  private final Sign sign;

  Kind(boolean isLong, Sign sign) {
    this.isLong = isLong;
    this.sign = sign;
  }

  boolean isLong() {
    return isLong;
  }

  /** True if values below zero are measurements, and not mistakes that are dropped. */
  boolean isSigned() {
    return sign == Sign.ANY;
  }

  boolean isObservable() {
    return switch (this) {
      case OBSERVABLE_LONG_COUNTER,
          OBSERVABLE_DOUBLE_COUNTER,
          OBSERVABLE_LONG_UP_DOWN_COUNTER,
          OBSERVABLE_DOUBLE_UP_DOWN_COUNTER,
          OBSERVABLE_LONG_GAUGE,
          OBSERVABLE_DOUBLE_GAUGE ->
          true;
      default -> false;
    };
  }

  boolean isGauge() {
    return this == LONG_GAUGE
        || this == DOUBLE_GAUGE
        || this == OBSERVABLE_LONG_GAUGE
        || this == OBSERVABLE_DOUBLE_GAUGE;
  }
}
