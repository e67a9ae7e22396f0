package io.glint.bench.startup;

/** How an application gets its OpenTelemetry. */
enum Way {
  /** From builders. */
  PLAIN("plain"),

  /** From system properties, as from environment variables. */
  AUTOCONFIGURE("autoconfigure"),

  /** From Spring Boot 4: by its own way, and by Glint's starter beside it. */
  BOOT("boot"),

  /**
   * From Spring Boot 4: by OpenTelemetry's starter, which sets up the stock SDK, and by Glint's.
   */
  BOOT_STARTER("boot-starter"),

  /** From the Java agent. */
  AGENT("agent");

  private final String title;

  Way(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  boolean isSpring() {
    return this == BOOT || this == BOOT_STARTER;
  }

  /**
   * Finds one by its title.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Way of(String title) {
    for (final Way way : values()) {
      if (way.title.equals(title)) {
        return way;
      }
    }
    throw new IllegalArgumentException(
        "--only needs plain, autoconfigure, boot, boot-starter or agent, not " + title);
  }
}
