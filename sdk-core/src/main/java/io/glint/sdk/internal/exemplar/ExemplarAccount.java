package io.glint.sdk.internal.exemplar;

/**
 * What became of the measurements of a stream on their way to exemplars, as one reader sees it.
 *
 * @param tally not shared with anybody
 * @param isCollected whether all, or some, of the eligible measurements were collected
 * @param handedOver exemplars that were on the points the reader was handed, each time
 */
public record ExemplarAccount(
    ExemplarSampling sampling, ExemplarCounts tally, boolean isCollected, long handedOver) {}
