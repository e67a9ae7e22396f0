package io.glint.jcstress;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/** Keeps the largest measurement, but for one chosen fault. */
final class FaultyReservoir implements ExemplarReservoir {
  enum Fault {
    /** A collection leaves the measurement in it. */
    NEVER_STARTS_OVER,

    /** Of two reservoirs, the smaller measurement is kept. */
    JOINS_WRONGLY
  }

  private final Fault fault;
  private Exemplar kept;

  private FaultyReservoir(Fault fault) {
    this.fault = fault;
  }

  static ExemplarReservoirFactory factory(Fault fault) {
    return settings -> new FaultyReservoir(fault);
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    if (kept == null || value > kept.doubleValue()) {
      kept = new Exemplar();
      kept.setDouble(value, Fixture.NOW, attributes, context);
      return true;
    }
    return false;
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    return offerDouble((double) value, bucket, attributes, context);
  }

  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final FaultyReservoir other = (FaultyReservoir) reservoir;
    if (kept == null || (other.kept != null && isReplacedBy(other.kept))) {
      kept = other.kept;
    }
    other.kept = null;
  }

  private boolean isReplacedBy(Exemplar other) {
    final boolean isLarger = other.doubleValue() > kept.doubleValue();
    return isLarger != (fault == Fault.JOINS_WRONGLY);
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    if (kept != null) {
      visitor.visit(0, kept);
    }
    if (fault != Fault.NEVER_STARTS_OVER) {
      kept = null;
    }
  }
}
