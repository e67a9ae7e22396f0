package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;

/** The protocols of OTLP, by the words of the specification, and what is the default with each. */
enum Protocol {
  GRPC("grpc", "http://localhost:4317", 4_000_000, "otlp_grpc_metric_exporter"),
  HTTP_PROTOBUF(
      "http/protobuf", "http://localhost:4318/v1/metrics", 20_000_000, "otlp_http_metric_exporter"),
  HTTP_JSON(
      "http/json",
      "http://localhost:4318/v1/metrics",
      20_000_000,
      "otlp_http_json_metric_exporter");

  private final String word;
  private final String endpoint;
  private final int maxRequestSize;
  private final String componentType;

  Protocol(String word, String endpoint, int maxRequestSize, String componentType) {
    this.word = word;
    this.endpoint = endpoint;
    this.maxRequestSize = maxRequestSize;
    this.componentType = componentType;
  }

  static Protocol parse(String word) {
    for (final Protocol protocol : values()) {
      if (protocol.word.equals(word)) {
        return protocol;
      }
    }
    throw new IllegalArgumentException(
        "The OTLP protocol '"
            + LogText.of(word)
            + "' is not supported. Use \"http/protobuf\", \"grpc\" or \"http/json\"");
  }

  boolean isHttp() {
    return this != GRPC;
  }

  String endpoint() {
    return endpoint;
  }

  /** In bytes before compression: a little less than a Collector takes by default. */
  int maxRequestSize() {
    return maxRequestSize;
  }

  /** The type of the exporter in the semantic conventions. */
  String componentType() {
    return componentType;
  }

  /** The {@code Content-Type} of requests. */
  String contentType() {
    return this == HTTP_JSON ? "application/json" : "application/x-protobuf";
  }

  @Override
  public String toString() {
    return word;
  }
}
