/**
 * What users say about exemplars, and what Glint says back: which measurements may become exemplars
 * ({@link io.glint.sdk.exemplar.CustomExemplarFilter}), which attributes stay on them ({@link
 * io.glint.sdk.exemplar.ExemplarAttributes}), what became of them ({@link
 * io.glint.sdk.exemplar.ExemplarOutcomes}), and why there are none ({@link
 * io.glint.sdk.exemplar.ExemplarReport}).
 *
 * <p>How many are kept, and which, is in {@code io.glint.reservoir}.
 */
package io.glint.sdk.exemplar;
