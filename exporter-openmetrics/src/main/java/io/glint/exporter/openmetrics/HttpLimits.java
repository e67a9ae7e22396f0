package io.glint.exporter.openmetrics;

/**
 * How long clients may keep the server waiting, and how many there may be. Times are in
 * milliseconds.
 *
 * @param connections how many may be open
 * @param idleMillis between two requests
 * @param readingMillis for a handshake, and for a request once it has begun
 * @param stalledMillis without taking anything of an answer
 * @param stalledInNeedMillis the same, if another client needs the place
 * @param sendingMillis for all of an answer
 */
record HttpLimits(
    int connections,
    long idleMillis,
    long readingMillis,
    long stalledMillis,
    long stalledInNeedMillis,
    long sendingMillis) {

  static final int CONNECTIONS = 64;
  static final int IDLE_SECONDS = 120;
  static final int READING_SECONDS = 10;
  static final int STALLED_SECONDS = 10;
  static final int STALLED_IN_NEED_MILLIS = 250;
  static final int SENDING_SECONDS = 120;

  static final HttpLimits DEFAULT =
      new HttpLimits(
          CONNECTIONS,
          1000L * IDLE_SECONDS,
          1000L * READING_SECONDS,
          1000L * STALLED_SECONDS,
          STALLED_IN_NEED_MILLIS,
          1000L * SENDING_SECONDS);

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
