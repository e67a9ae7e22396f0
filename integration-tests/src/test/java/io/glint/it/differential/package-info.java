/**
 * A differential test: random programs are run on the stock SDK and on Glint, which must yield the
 * same data.
 *
 * <ol>
 *   <li>{@code Generator} makes a {@code Program} from a seed: readers, views, and {@code Step}s
 *       that make instruments, record, register callbacks, let time pass and collect.
 *   <li>{@code SharedRules} keep it away from what the stock SDK is known to do otherwise, and
 *       cannot be brought to do as the specification says.
 *   <li>{@code Runner} interprets it by the OpenTelemetry API: once on Glint, and once for each
 *       reader on the stock SDK, for which {@code StockRules} change the set-up so that it does as
 *       the specification says.
 *   <li>{@code Canonical} copies what readers collect into an {@code Outcome}, {@code ResultRules}
 *       take out what is left of the known differences, and {@code Comparison} compares.
 *   <li>{@code Shrinker} makes a program that fails as small as it can.
 * </ol>
 *
 * <p>Asynchronous instruments whose attribute sets come and go, which the stock SDK counts wrongly,
 * are held against a model of what callbacks have observed: {@code ObservationProgram} and {@code
 * ObservationModel}.
 *
 * <p>{@code KnownDifference} lists all differences; {@code KnownDifferencesTest} proves each one.
 */
package io.glint.it.differential;
