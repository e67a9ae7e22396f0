package io.glint.bench;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;

/** Three attributes for each series, as an instrumented HTTP server has them. */
public final class SeriesAttributes {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");

  private SeriesAttributes() {}

  /** New instances, equal from call to call, that share neither attributes nor routes. */
  public static Attributes[] create(int cardinality) {
    final Attributes[] attributes = new Attributes[cardinality];
    for (int series = 0; series < cardinality; series++) {
      attributes[series] =
          Attributes.of(METHOD, "GET", ROUTE, "/shop/" + series + "/orders/{id}", STATUS, 200L);
    }
    return attributes;
  }
}
