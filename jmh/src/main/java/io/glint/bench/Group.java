package io.glint.bench;

/** Cases whose times can be drawn beside each other. */
enum Group {
  HISTOGRAM("histogram", "Histogram, one thread"),
  THREADS("histogram-threads", "Histogram, sampled span, several threads"),
  WITHOUT_EXEMPLARS("histogram-no-exemplars", "Histogram, exemplars off, several threads"),
  COUNTER("counter", "Counter"),
  EXPONENTIAL("exponential", "Exponential histogram"),
  MAPS("maps", "Counter beside maps that do nothing else"),
  BOUND("bound", "Bound instruments: the series is kept, not looked up"),
  MIXED("mixed", "All kinds of instruments in turn"),
  PATHS("paths", "Paths that are not the usual one, sampled span unless said otherwise"),
  GLINT("glint", "Glint against itself");

  private final String fileName;
  private final String title;

  Group(String fileName, String title) {
    this.fileName = fileName;
    this.title = title;
  }

  /** Of the plot, without a directory. */
  String fileName() {
    return fileName + ".svg";
  }

  String title() {
    return title;
  }
}
