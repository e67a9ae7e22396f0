package io.glint.sdk.internal.cell;

/** Makes the first cell of a series, which makes the others: {@link Cell#newStripe}. */
public interface CellFactory {
  /**
   * Makes a cell that is free and not padded.
   *
   * @param owner what the cell belongs to, whose construction is under way: to be kept, not called
   */
  Cell newCell(StripedCells owner);
}
