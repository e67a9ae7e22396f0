/**
 * Benchmarks that compare Glint with the stock SDK, through the same API and in the same run.
 *
 * <p>{@link io.glint.bench.RecordingBenchmark} says what is varied, what is not, and why. {@link
 * io.glint.bench.Main} runs the named comparisons of {@code Cases} in pairs and prints one table.
 */
package io.glint.bench;
