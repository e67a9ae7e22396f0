/**
 * Exemplar reservoirs: which of the eligible measurements of an interval are kept as exemplars.
 *
 * <p>A reservoir is owned by one thread at a time, so none of the classes here synchronizes. {@link
 * io.glint.reservoir.ExemplarReservoir} is the contract, also for a reservoir of one's own.
 */
package io.glint.reservoir;
