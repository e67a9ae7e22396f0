package io.glint.it.differential;

/**
 * How a program asks for a meter.
 *
 * @param version null for none
 * @param schemaUrl null for none
 */
record MeterSpec(String name, String version, String schemaUrl) {
  String code() {
    return "meter("
        + Code.text(name)
        + ", "
        + Code.text(version)
        + ", "
        + Code.text(schemaUrl)
        + ")";
  }
}
