package io.glint.bench.tail;

import io.glint.bench.Sdk;

/** What a fork records into. */
enum Side {
  /** Nothing: the same threads do the same but for the SDK's part. */
  BASELINE("baseline", null),

  STOCK("stock", Sdk.STOCK),
  GLINT("Glint", Sdk.GLINT),

  /**
   * Nothing, for as long as a call of Glint's takes on average. A call that takes longer is
   * interrupted more often: this is the floor for a call of that length, the baseline for one of
   * none.
   */
  IDLE("nothing, as long as Glint", null);

  private final String title;
  private final Sdk sdk;

  Side(String title, Sdk sdk) {
    this.title = title;
    this.sdk = sdk;
  }

  String title() {
    return title;
  }

  /** Null if nothing is recorded. */
  Sdk sdk() {
    return sdk;
  }
}
