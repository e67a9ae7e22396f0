/**
 * How long the slowest recording calls take, while the SDK is doing something else: {@code ./bench
 * tail}. {@link io.glint.bench.tail.TailTool} says what is measured and against what.
 */
package io.glint.bench.tail;
