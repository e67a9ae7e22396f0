package io.glint.jcstress;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.HistogramCell;
import io.glint.sdk.internal.cell.HistogramTotal;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.HistogramPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.BoundSeries;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * The histogram stream with the ownership of its cells broken in one chosen way. Everything else is
 * the real thing, so what a test sees of the fault is what it would see of such a defect. The
 * moment in which a fault can show is drawn out, so that a short run is sure to see it.
 */
final class FaultyHistogramStream extends MetricStream {
  enum Fault {
    /** The recorder gives its cell back before it has counted the measurement. */
    RECORDS_WITHOUT_OWNING,

    /** The recorder gives its cell back before it offers the exemplar. */
    OFFERS_WITHOUT_OWNING,

    /** The collector gives a cell back before it has read and cleared it. */
    COLLECTS_WITHOUT_OWNING
  }

  private final Fault fault;

  private FaultyHistogramStream(Fault fault, StreamSettings settings) {
    super(settings);
    this.fault = fault;
  }

  /** Makes such a stream, and the collector of it. */
  static StreamCollector collector(Fault fault, AggregationTemporality temporality) {
    return collector(fault, temporality, Fixture.NO_LIMIT, CustomExemplarFilter.alwaysOff());
  }

  static StreamCollector collector(
      Fault fault, AggregationTemporality temporality, int limit, CustomExemplarFilter filter) {
    return collector(fault, Fixture.histogramSettings(temporality, limit, filter));
  }

  /** As {@link Fixture#histogram(ExemplarReservoirFactory)}. */
  static StreamCollector collector(Fault fault, ExemplarReservoirFactory reservoir) {
    return collector(fault, Fixture.oneSeriesSettings(reservoir));
  }

  private static StreamCollector collector(Fault fault, StreamSettings settings) {
    final MetricStream stream = new FaultyHistogramStream(fault, settings);
    return new FaultyCollector(fault, stream, settings, new HistogramTotal(2));
  }

  @Override
  public void recordLong(long value, Attributes attributes, Context context) {
    recordDouble((double) value, attributes, context);
  }

  @Override
  public void recordDouble(double value, Attributes attributes, Context context) {
    final int bucket = value > 10 ? 1 : 0;
    final FaultyCell cell = (FaultyCell) acquire(attributes);
    if (fault == Fault.RECORDS_WITHOUT_OWNING) {
      cell.release();
    }
    cell.state.add(value, bucket);
    if (fault == Fault.OFFERS_WITHOUT_OWNING) {
      cell.release();
      linger();
    }
    if (cell.isEligible(sampling.evaluateDouble(value, attributes, context))) {
      final var unused = cell.offerDouble(sampling, value, bucket, attributes, context);
    }
    if (fault == Fault.COLLECTS_WITHOUT_OWNING) {
      cell.release();
    }
  }

  private static void linger() {
    for (int i = 0; i < 10; i++) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void recordLong(long value, BoundSeries series, Context context) {
    recordLong(value, series.attributes, context);
  }

  @Override
  public void recordDouble(double value, BoundSeries series, Context context) {
    recordDouble(value, series.attributes, context);
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new FaultyCell(/* padded= */ false, fault);
  }

  private static final class FaultyCollector extends StreamCollector {
    private final Fault fault;
    private final HistogramTotal total;

    FaultyCollector(
        Fault fault, MetricStream stream, StreamSettings settings, HistogramTotal total) {
      super(stream, settings, ExemplarLines.ONE, total);
      this.fault = fault;
      this.total = total;
    }

    @Override
    public void addToTotal(Cell cell) {
      if (fault == Fault.COLLECTS_WITHOUT_OWNING) {
        cell.release();
      }
      ((FaultyCell) cell).copy().addTo(total);
    }

    @Override
    public AbstractPoint point(PointPool points, int index) {
      return points.at(index, () -> new HistogramPoint(List.of(10.0), /* hasSum= */ true, true));
    }

    @Override
    public void fill(AbstractPoint point, Series series) {
      ((HistogramPoint) point).set(total);
    }

    @Override
    protected MutableExemplarData newExemplar() {
      return MutableExemplarData.create(/* isLong= */ false);
    }

    @Override
    public Data<?> data(List<PointData> points) {
      return new Points.Histogram(temporality, Points.cast(points));
    }
  }

  private static final class FaultyCell extends Cell {
    /** Never taken: only its words are used. */
    final HistogramCell state;

    private final Fault fault;

    FaultyCell(boolean padded, Fault fault) {
      super(0, padded);
      this.state = new HistogramCell(2, padded);
      this.fault = fault;
    }

    /** The words as the collector finds them, read in two halves. */
    HistogramCell copy() {
      final HistogramCell copy = new HistogramCell(2, /* padded= */ false);
      final int half = copy.words.length - 2;
      System.arraycopy(state.words, 0, copy.words, 0, half);
      linger();
      System.arraycopy(state.words, half, copy.words, half, 2);
      return copy;
    }

    @Override
    public Cell newStripe() {
      return new FaultyCell(/* padded= */ true, fault);
    }

    @Override
    public boolean isEmpty() {
      return state.isEmpty();
    }

    @Override
    public long measurements() {
      return state.measurements();
    }

    @Override
    public void clear() {
      if (fault == Fault.COLLECTS_WITHOUT_OWNING) {
        linger();
      }
      state.clear();
    }
  }
}
