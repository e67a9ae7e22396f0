package io.glint.bench.memory;

/** Whose series are weighed. */
enum Library {
  STOCK("stock"),
  GLINT("Glint"),
  CLIENT_JAVA("client_java");

  private final String title;

  Library(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
