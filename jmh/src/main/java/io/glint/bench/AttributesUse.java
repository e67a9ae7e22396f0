package io.glint.bench;

/** Which {@code Attributes} instances the recording threads pass. All are made before recording. */
public enum AttributesUse {
  /** One instance for each series, the same for all threads: what a careful user keeps. */
  SHARED,

  /**
   * Each thread has made its own, equal to those that the series was first recorded with but not
   * identical, down to the strings: what a look-up pays that cannot compare references. Their hash
   * codes are cached after first use, as those of {@link #SHARED} are.
   *
   * <p>With delta temporality an SDK may drop an idle series and make it anew with the instances of
   * the thread that comes first; it can do so between set-up and the first recording.
   */
  OWN,

  /** All threads record into the first series, with one instance. The others are only there. */
  FIRST
}
