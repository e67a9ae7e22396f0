package io.glint.bench;

/**
 * Who takes part in a comparison, and what it does there.
 *
 * @param name as shown
 */
record Contender(String name, Workload workload) {
  static final String STOCK = "stock";
  static final String GLINT = "Glint";
  static final String CLIENT_JAVA = "client_java";
  static final String MICROMETER = "Micrometer";

  Contender with(String parameter, Object value) {
    return new Contender(name, workload.with(parameter, value));
  }
}
