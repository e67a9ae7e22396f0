package io.glint.exporter.otlp;

/** A point of a sum or gauge. Of a gauge the latest value is kept. */
final class PendingNumber extends PendingPoint {
  private static final int AS_DOUBLE = 4;
  private static final int AS_INT = 6;

  private final boolean isGauge;

  /** The field of the value: it says whether that is a long or the bits of a double. */
  private int valueField;

  private long bits;

  PendingNumber(int exemplarsField, boolean isGauge) {
    super(exemplarsField);
    this.isGauge = isGauge;
  }

  @Override
  boolean readValue(int field, ProtoReader in) {
    if (field != AS_DOUBLE && field != AS_INT) {
      return false;
    }
    valueField = field;
    bits = in.readFixed64();
    return true;
  }

  @Override
  int shape() {
    return valueField;
  }

  @Override
  void mergeValue(PendingPoint other) {
    final PendingNumber number = (PendingNumber) other;
    if (isGauge) {
      bits = number.epochNanos() >= epochNanos() ? number.bits : bits;
    } else if (valueField == AS_INT) {
      bits += number.bits;
    } else {
      final double sum = Double.longBitsToDouble(bits) + Double.longBitsToDouble(number.bits);
      bits = Double.doubleToRawLongBits(sum);
    }
  }

  @Override
  void writeValue(ProtoWriter out) {
    if (valueField != 0) {
      out.fixed64Present(valueField, bits);
    }
  }
}
