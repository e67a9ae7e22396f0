/**
 * The Glint metrics SDK: {@link io.glint.sdk.GlintMeterProvider} and what is behind it.
 *
 * <p>The record path is a straight line of classes in this package:
 *
 * <ol>
 *   <li>an <b>instrument</b> ({@code CounterInstruments}, {@code HistogramInstruments}, ...) checks
 *       the value and hands it to each of its
 *   <li><b>streams</b> ({@code SumStream}, {@code LastValueStream}, {@code HistogramStream}), one
 *       for each distinct combination of settings that the readers ask for; the stream looks up the
 *   <li><b>series</b> of the attributes ({@code SeriesMap}), which gives a
 *   <li><b>cell</b> ({@code Cell}) that the thread owns until the measurement is counted in it.
 * </ol>
 *
 * <p>A bound instrument ({@code BoundInstruments}) goes from the instrument to the series at once.
 *
 * <p>The way out is another one: a {@code RegisteredReader} goes through the {@code
 * StreamCollector} of each stream, which makes points of the cells of its series.
 *
 * <p>{@code Cell} tells the concurrency story of recording and collecting, {@code SeriesMap} that
 * of adding and removing series. {@code docs/design/concurrency.md} lists who shares what.
 */
package io.glint.sdk;
