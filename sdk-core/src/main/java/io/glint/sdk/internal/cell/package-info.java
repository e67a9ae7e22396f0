/**
 * Cells: fourth and last step of the record path. A cell is a part of one time series that one
 * thread at a time owns.
 *
 * <p>{@code Cell} explains the concurrency of recording, {@code StripedCells} how a series has
 * several cells, {@code ProtocolPoint} marks the steps at which tests stop a thread.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.cell;

import org.jspecify.annotations.NullMarked;
