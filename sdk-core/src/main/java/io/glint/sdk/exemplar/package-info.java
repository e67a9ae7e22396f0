/**
 * Settings of exemplars, and reports on them.
 *
 * <p>{@link io.glint.sdk.exemplar.CustomExemplarFilter} decides which measurements may become
 * exemplars, and {@link io.glint.sdk.exemplar.ExemplarAttributes} which attributes stay on them.
 * {@link io.glint.sdk.exemplar.ExemplarReport} says why a metric has no exemplars, and {@link
 * io.glint.sdk.exemplar.ExemplarOutcomes} what an exporter did with those that there were.
 *
 * <p>How many are kept, and which, is in {@code io.glint.reservoir}.
 */
@NullMarked
package io.glint.sdk.exemplar;

import org.jspecify.annotations.NullMarked;
