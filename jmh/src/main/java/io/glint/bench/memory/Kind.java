package io.glint.bench.memory;

/** What a series aggregates to. */
enum Kind {
  SUM("sum"),
  LAST_VALUE("last value"),
  EXPLICIT("explicit histogram"),
  EXPONENTIAL("exponential histogram");

  private final String title;

  Kind(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
