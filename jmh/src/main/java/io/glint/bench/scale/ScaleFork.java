package io.glint.bench.scale;

import io.glint.bench.Sdk;
import java.util.Arrays;
import java.util.List;

/** One JVM that measures one side of one kind of cost. */
public final class ScaleFork {
  /** What follows the key of a time, for one thing. */
  static final String NANOS = ".nanos";

  /** What follows the key of an amount of memory, for one thing. */
  static final String BYTES = ".bytes";

  static final String COLLECT = "collect";
  static final String SIZE = "size";
  static final String THREADS = "threads";
  static final String BOUNDS = "bounds";

  private ScaleFork() {}

  /** Entry point: kind, SDK, milliseconds of a measurement, number of series, numbers. */
  public static void main(String[] args) throws Exception {
    final Sdk sdk = Sdk.valueOf(args[1]);
    final long millis = Long.parseLong(args[2]);
    final int series = Integer.parseInt(args[3]);
    final List<Integer> numbers = Arrays.stream(args).skip(4).map(Integer::parseInt).toList();
    switch (args[0]) {
      case COLLECT -> ScaleTool.COLLECT_COSTS.get(numbers.get(0)).run(sdk, series, millis);
      case SIZE -> SizeCost.run(sdk, series, millis);
      case THREADS -> ThreadCost.run(sdk, series, numbers, millis);
      case BOUNDS -> BoundCost.run(sdk, numbers.get(0), millis);
      default -> throw new IllegalArgumentException(args[0]);
    }
    // Without waiting for what threads of an exporter are still at.
    System.exit(0);
  }
}
