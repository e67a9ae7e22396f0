/**
 * The fidelity test: whether exemplars are true, and whether any is missing, under everything that
 * may have an influence on them, counted for Glint and for the stock SDK.
 *
 * <ol>
 *   <li>{@code Combination}: instrument × aggregation × reservoir. {@code Setup}: filter ×
 *       temporality × reader × threads × bound or not. Each run of a {@code Setup} has all
 *       combinations at once in one provider.
 *   <li>{@code Driver} records and collects, at the same time and when all is quiet. It knows an
 *       SDK by the API and by {@code Sdk} only, and a reader by {@code Looker}.
 *   <li>{@code Ledger} has the measurements. Value, trace id, span id and time of each tell which
 *       one it is; its attributes tell the series.
 *   <li>{@code Seen} is what came out: handed over by the SDK, exported, scraped or sent by OTLP.
 *   <li>{@code Checker} holds one against the other, {@code PointCheck} exemplar by exemplar,
 *       {@code PlaceCheck} for what is missing, and counts in {@code Figure}s.
 * </ol>
 *
 * <p>What is counted is certain. Where a collection raced with recording calls, an exemplar is
 * wrong only if its measurement cannot be in the point, and missing only if a measurement that has
 * to be in the point had a claim to it; {@code Interval} says which those are, by the beginnings
 * and ends of recording calls and collections.
 *
 * <p>{@code mvn -q -B -pl integration-tests -am test -Dtest=FidelityTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dglint.fidelity.records=10000000} prints the table.
 */
package io.glint.it.fidelity;
