package io.glint.bench.tail;

import io.glint.bench.Sdk;

/** What a fork records into. */
enum Side {
  /** Nothing: the same threads do the same but for the SDK's part. */
  BASELINE("baseline", null),

  /**
   * Nothing, for 100 ns. A call that takes longer is interrupted more often: this is the floor for
   * a call of that length, the other for one of none.
   */
  SPIN("100 ns of nothing", null),
  STOCK("stock", Sdk.STOCK),
  GLINT("Glint", Sdk.GLINT);

  private final String title;
  private final Sdk sdk;

  Side(String title, Sdk sdk) {
    this.title = title;
    this.sdk = sdk;
  }

  String title() {
    return title;
  }

  /** How long a call does nothing. */
  long spinNanos() {
    return this == SPIN ? 100 : 0;
  }

  /** Null if nothing is recorded. */
  Sdk sdk() {
    return sdk;
  }
}
