package io.glint.bench;

import io.glint.bench.tool.RandomValues;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One thread's way through values and series, which are drawn before it starts; and its span, which
 * is current while it records.
 *
 * <p>Each thread goes through the series in an order of its own, in rounds that visit each series
 * once and differ from each other. Threads in lock step would all be at the same series at the same
 * moment, a hot spot that no service has. Values come in an order that does not repeat, see {@link
 * RandomValues}; they are {@linkplain RandomValues#latencies latencies} unless others are given.
 *
 * <p>Subclasses prepare it from a benchmark's state, whose concrete class JMH needs to know.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
public abstract class Walk {
  /** An order of several series that is shorter would be learnt by a branch predictor. */
  private static final int SMALLEST_LENGTH = 1 << 14;

  private static final long SEED = 0x6c69_6e74;

  private RandomValues values;
  private Attributes[] series;
  private int mask;
  private double value;
  private double upcoming;
  private long steps;
  private Span span;
  private Scope scope;

  /** Makes an unprepared walk, for JMH. */
  protected Walk() {}

  /**
   * Prepares the walk.
   *
   * @param attributes one for each series
   * @param values to draw from with replacement, or null for latencies
   * @param span to be current during the walk
   * @param threadIndex decides the values and the order of series
   */
  final void start(Attributes[] attributes, double[] values, Span span, int threadIndex) {
    final SplittableRandom random = new SplittableRandom(SEED + threadIndex);
    final int length =
        attributes.length == 1
            ? 1
            : Math.max(SMALLEST_LENGTH, ceilingPowerOfTwo(attributes.length));
    this.mask = length - 1;
    this.values =
        values == null
            ? RandomValues.latencies(random)
            : new RandomValues(() -> values[random.nextInt(values.length)]);
    this.series = rounds(attributes, length, random);
    this.steps = 0;
    this.upcoming = this.values.at(-1);
    this.span = span;
  }

  private static int ceilingPowerOfTwo(int n) {
    return n == 1 ? 1 : Integer.highestOneBit(n - 1) << 1;
  }

  private static Attributes[] rounds(Attributes[] all, int length, SplittableRandom random) {
    final Attributes[] rounds = new Attributes[length];
    final Attributes[] round = all.clone();
    for (int i = 0; i < length; i++) {
      final int place = i % round.length;
      final int other = place + random.nextInt(round.length - place);
      rounds[i] = round[other];
      round[other] = round[place];
      round[place] = rounds[i];
    }
    return rounds;
  }

  /** Makes the span current, on the thread that will record. */
  @Setup(Level.Iteration)
  @SuppressWarnings("MustBeClosedChecker") // Closed in leaveSpan.
  public final void enterSpan() {
    scope = span.makeCurrent();
  }

  /** Ends what {@link #enterSpan} began. */
  @TearDown(Level.Iteration)
  public final void leaveSpan() {
    scope.close();
  }

  /**
   * Takes a step, and says at which place in the prepared series it is. The value of the step after
   * that is found here, in time: in a service, too, it is there before it is recorded.
   */
  final int next() {
    final int step = (int) steps++;
    value = upcoming;
    upcoming = values.at(step);
    return step & mask;
  }

  /** Number of places. */
  final int length() {
    return series.length;
  }

  /** Value of the last step taken. */
  final double value() {
    return value;
  }

  final Attributes attributes(int place) {
    return series[place];
  }

  /** Steps taken, each of which was one recording. */
  final long steps() {
    return steps;
  }
}
