package io.glint.exporter.openmetrics;

/**
 * Which requests a page of the server answers.
 *
 * @param path where it is, from the slash on
 * @param below whether it also answers what is below that path, after one more slash
 * @param isOpen whether it answers who has not said who he is
 */
record Route(String path, boolean below, boolean isOpen, Page page) {

  /** Answers GET and HEAD. Called by several threads at once. */
  @FunctionalInterface
  interface Page {
    /** Returns the answer; if it throws, the client is answered 500, and it is logged. */
    OpenMetricsResponse answer(OpenMetricsRequest request);
  }

  boolean leadsTo(String asked) {
    if (!asked.startsWith(path)) {
      return false;
    }
    return asked.length() == path.length() || (below && asked.charAt(path.length()) == '/');
  }

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return this == object;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
