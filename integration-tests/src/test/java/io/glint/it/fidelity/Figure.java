package io.glint.it.fidelity;

/** What is counted: each is a count of violations, of which there should be none. */
enum Figure {
  MISSING("places that a sampled measurement fell into, without an exemplar of that interval"),
  MIXED("exemplars with fields from two measurements"),
  NOT_COUNTED("exemplars not counted in their point"),
  WRONG_TRACE("exemplars with a wrong, stale or invented trace, or of a measurement not sampled"),
  NOT_CHOSEN("extremes, or most recent measurements, that are missing"),
  GONE("places whose exemplar is gone although no newer one came: other scrapers see none"),
  BACK("exemplars earlier than the one before them, in a point or on a line of text"),
  MISCOUNTED("points that count measurements that were not made, or not all");

  private final String text;

  Figure(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
