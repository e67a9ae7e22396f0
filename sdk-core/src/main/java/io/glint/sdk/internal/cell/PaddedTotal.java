package io.glint.sdk.internal.cell;

import io.glint.sdk.internal.exemplar.FrontPadding;

/** A total that no other object shares a cache line with, see {@link FrontPadding}. */
public class PaddedTotal extends SeriesTotal {
  long back01, back02, back03, back04, back05, back06, back07, back08;
  long back09, back10, back11, back12, back13, back14, back15, back16;
}
