/**
 * Exemplar reservoirs: which of the eligible measurements of an interval are kept as exemplars.
 *
 * <p>{@link io.glint.reservoir.ExemplarReservoirFactory} is where to choose one: {@code
 * alignedHistogramBucket} for histograms with boundaries, {@code octaveAligned} for exponential
 * ones, {@code fixedSize} for a fair sample of anything, {@code extremes} for the slowest requests.
 *
 * <p>A reservoir is owned by one thread at a time, so none of the classes here synchronizes. {@link
 * io.glint.reservoir.ExemplarReservoir} is the contract, also for a reservoir of one's own.
 */
@NullMarked
package io.glint.reservoir;

import org.jspecify.annotations.NullMarked;
