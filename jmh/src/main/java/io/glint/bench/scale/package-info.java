/**
 * How costs grow with the number of series, threads and buckets: {@code ./bench scale}. {@link
 * io.glint.bench.scale.ScaleTool} says what is measured.
 */
package io.glint.bench.scale;
