package io.glint.it;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.reservoir.ReservoirSettings;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Keeps one measurement of each bucket and interval: the first whose baggage names the tenant, or
 * else the first of all.
 */
final class TenantReservoir implements ExemplarReservoir {
  private static final byte EMPTY = 0;
  private static final byte ANY = 1;
  private static final byte OF_TENANT = 2;

  private final String tenant;
  private final LongSupplier epochNanoClock;
  private final Exemplar[] slots;
  private final byte[] ranks;

  private TenantReservoir(String tenant, ReservoirSettings settings) {
    this.tenant = tenant;
    this.epochNanoClock = settings.epochNanoClock();
    this.slots = new Exemplar[settings.bucketCount()];
    this.ranks = new byte[settings.bucketCount()];
  }

  static ExemplarReservoirFactory preferring(String tenant) {
    return ExemplarReservoirFactory.named(
        "preferring(" + tenant + ")", settings -> new TenantReservoir(tenant, settings));
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    final byte rank = rank(bucket, context);
    if (rank > ranks[bucket]) {
      slot(bucket).setDouble(value, epochNanoClock.getAsLong(), attributes, context);
      ranks[bucket] = rank;
      return true;
    }
    return false;
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    final byte rank = rank(bucket, context);
    if (rank > ranks[bucket]) {
      slot(bucket).setLong(value, epochNanoClock.getAsLong(), attributes, context);
      ranks[bucket] = rank;
      return true;
    }
    return false;
  }

  private byte rank(int bucket, Context context) {
    if (ranks[bucket] == OF_TENANT) {
      // Nothing can beat it, so the baggage need not be read.
      return EMPTY;
    }
    return tenant.equals(Baggage.fromContext(context).getEntryValue("tenant")) ? OF_TENANT : ANY;
  }

  private Exemplar slot(int bucket) {
    if (slots[bucket] == null) {
      slots[bucket] = new Exemplar();
    }
    return slots[bucket];
  }

  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final TenantReservoir other = (TenantReservoir) reservoir;
    for (int i = 0; i < slots.length; i++) {
      if (other.ranks[i] > ranks[i]) {
        final Exemplar spare = slots[i];
        slots[i] = other.slots[i];
        other.slots[i] = spare;
        ranks[i] = other.ranks[i];
      }
    }
    other.clear();
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    for (int i = 0; i < slots.length; i++) {
      if (ranks[i] != EMPTY) {
        visitor.visit(i, slots[i]);
      }
    }
    clear();
  }

  private void clear() {
    Arrays.fill(ranks, EMPTY);
    for (final Exemplar slot : slots) {
      if (slot != null) {
        // Lets go of the attributes.
        slot.clear();
      }
    }
  }
}
