package io.glint.exporter.otlp;

/** What is known of the points of an export that failed. */
enum Fate {
  /** The server has not taken them. */
  NOT_DELIVERED,

  /** The whole request was sent, and nobody knows what became of it. */
  UNKNOWN,

  /** The server said that it took them; what went wrong came after that. */
  PROBABLY_DELIVERED
}
