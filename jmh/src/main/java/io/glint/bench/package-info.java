/**
 * Benchmarks that compare Glint with the stock SDK, through the same API, and with client_java and
 * Micrometer, all in the same run.
 *
 * <p>{@link io.glint.bench.RecordingBenchmark} says what is varied, what is not, and why. {@link
 * io.glint.bench.Main} runs the named comparisons of {@code Cases} in turns and reports one table.
 */
package io.glint.bench;
