package io.glint.reservoir;

/** A factory that reports and messages can name. */
final class NamedReservoirFactory implements ExemplarReservoirFactory {
  static final ExemplarReservoirFactory ALIGNED_UNIFORM =
      new NamedReservoirFactory(
          "alignedHistogramBucket(UNIFORM)", AlignedHistogramBucketExemplarReservoir::new);
  static final ExemplarReservoirFactory ALIGNED_MOST_RECENT =
      new NamedReservoirFactory(
          "alignedHistogramBucket(MOST_RECENT)", MostRecentBucketExemplarReservoir::new);
  static final ExemplarReservoirFactory OCTAVE_ALIGNED =
      new NamedReservoirFactory("octaveAligned()", OctaveAlignedExemplarReservoir::new);

  private final String name;
  private final ExemplarReservoirFactory factory;

  NamedReservoirFactory(String name, ExemplarReservoirFactory factory) {
    this.name = name;
    this.factory = factory;
  }

  @Override
  public ExemplarReservoir create(ReservoirSettings settings) {
    return factory.create(settings);
  }

  /** As in the program that made it, for instance "fixedSize(4)". */
  @Override
  public String toString() {
    return name;
  }
}
