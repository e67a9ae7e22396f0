package io.glint.it.differential;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import java.util.Set;

/** The small sets that programs are made from, so that things meet. */
final class Pools {
  private Pools() {}

  static final List<MeterSpec> METERS =
      List.of(
          new MeterSpec("shop", null, null),
          new MeterSpec("shop", "1.0", null),
          new MeterSpec("shop", "1.0", "https://schema/1"),
          new MeterSpec("bank", null, "https://schema/1"),
          new MeterSpec("", null, null));

  static final List<String> NAMES =
      List.of("requests", "queue.size", "queue.depth", "http/latency", "a-b_c");

  /** One of them differs from its namesake only in case, one is not valid. */
  static final List<String> ODD_NAMES = List.of("Requests", "Queue.size", "9lives", "");

  static final List<String> PATTERNS =
      List.of(
          "*",
          "requests",
          "queue.*",
          "*e*",
          "?equests",
          "queue.?ize",
          "*",
          "http/latency",
          "REQUESTS",
          "*.*",
          "queue",
          "queue?size*",
          "none");

  static final List<String> UNITS = List.of("", "ms", "1", "By");

  static final List<String> DESCRIPTIONS = List.of("", "told", "told at length");

  static final List<Attributes> ATTRIBUTES =
      List.of(
          Attributes.empty(),
          Attributes.of(AttributeKey.stringKey("a"), "x"),
          Attributes.of(AttributeKey.stringKey("a"), "y"),
          Attributes.of(AttributeKey.stringKey("a"), ""),
          Attributes.of(AttributeKey.longKey("a"), 1L),
          Attributes.of(AttributeKey.stringKey("a"), "x", AttributeKey.longKey("b"), 1L),
          Attributes.of(AttributeKey.stringKey("a"), "x", AttributeKey.longKey("b"), 2L),
          Attributes.of(AttributeKey.longKey("b"), 1L),
          Attributes.of(AttributeKey.stringKey("b"), "1"),
          Attributes.of(AttributeKey.doubleKey("b"), 1.0),
          Attributes.of(AttributeKey.booleanKey("c"), true),
          Attributes.of(AttributeKey.booleanKey("c"), true, AttributeKey.stringKey("a"), "x"),
          Attributes.of(AttributeKey.stringArrayKey("d"), List.of("p", "q")),
          Attributes.of(AttributeKey.longArrayKey("d"), List.of()));

  static final List<Set<String>> KEYS =
      List.of(Set.of(), Set.of("a"), Set.of("b"), Set.of("a", "b"), Set.of("c", "d"), Set.of("z"));

  static final List<List<Double>> BOUNDARIES =
      List.of(
          List.of(),
          List.of(0.0),
          List.of(1.0, 2.0, 4.0),
          List.of(-5.0, 0.0, 5.0, 1000.0),
          List.of(0.5, 10.0, 100.0),
          List.of(2.0, 1.0));

  /** As far as views and readers may give them: increasing. */
  static final List<List<Double>> SOUND_BOUNDARIES = BOUNDARIES.subList(0, 5);
}
