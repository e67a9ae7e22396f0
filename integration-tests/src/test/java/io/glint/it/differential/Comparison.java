package io.glint.it.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Finds out in what two outcomes of a program differ. */
final class Comparison {
  private record Place(int step, int reader) {}

  private final List<String> differences = new ArrayList<>();

  private Comparison() {}

  /** A line for each difference; empty if the outcomes are equal. */
  static List<String> differences(Outcome expected, Outcome actual) {
    final Comparison comparison = new Comparison();
    comparison.compare(expected, actual);
    return comparison.differences;
  }

  private void compare(Outcome expected, Outcome actual) {
    compare("thrown by step", expected.thrown(), actual.thrown());
    compare("enabled at step", expected.enabled(), actual.enabled());
    final Map<Place, List<Outcome.Collected>> ofExpected = byPlace(expected);
    final Map<Place, List<Outcome.Collected>> ofActual = byPlace(actual);
    final Set<Place> places = new LinkedHashSet<>(ofExpected.keySet());
    places.addAll(ofActual.keySet());
    for (final Place place : places) {
      final List<Outcome.Collected> one = ofExpected.getOrDefault(place, List.of());
      final List<Outcome.Collected> other = ofActual.getOrDefault(place, List.of());
      final String where = "step " + place.step() + ", reader" + place.reader();
      if (one.size() != other.size()) {
        differ(where + ", number of collections", one.size(), other.size());
      }
      for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
        compare(where, one.get(i), other.get(i));
      }
    }
  }

  private static Map<Place, List<Outcome.Collected>> byPlace(Outcome outcome) {
    final Map<Place, List<Outcome.Collected>> byPlace = new LinkedHashMap<>();
    for (final Outcome.Collected collected : outcome.collections()) {
      byPlace
          .computeIfAbsent(
              new Place(collected.step(), collected.reader()), place -> new ArrayList<>())
          .add(collected);
    }
    return byPlace;
  }

  private <V> void compare(String what, Map<Integer, V> expected, Map<Integer, V> actual) {
    final Set<Integer> keys = new TreeSet<>(expected.keySet());
    keys.addAll(actual.keySet());
    for (final Integer key : keys) {
      if (!Objects.equals(expected.get(key), actual.get(key))) {
        differ(what + " " + key, expected.get(key), actual.get(key));
      }
    }
  }

  private void compare(String where, Outcome.Collected expected, Outcome.Collected actual) {
    if (!expected.callbacks().equals(actual.callbacks())) {
      differ(where + ", callbacks that ran", expected.callbacks(), actual.callbacks());
    }
    final Map<Metric.Key, List<Metric>> ofExpected = byKey(expected);
    final Map<Metric.Key, List<Metric>> ofActual = byKey(actual);
    final Set<Metric.Key> keys = new LinkedHashSet<>(ofExpected.keySet());
    keys.addAll(ofActual.keySet());
    for (final Metric.Key key : keys) {
      final List<Metric> one = ofExpected.getOrDefault(key, List.of());
      final List<Metric> other = ofActual.getOrDefault(key, List.of());
      if (one.size() != other.size()) {
        differ(where + ", number of metrics " + key, describe(one), describe(other));
      }
      for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
        comparePoints(where + ", " + key.name(), one.get(i), other.get(i));
      }
    }
  }

  private static String describe(List<Metric> metrics) {
    return metrics.size() + (metrics.isEmpty() ? "" : " " + metrics.get(0).points());
  }

  /** Metrics of one key have no order; sorted by their points they meet their likes. */
  private static Map<Metric.Key, List<Metric>> byKey(Outcome.Collected collected) {
    final Map<Metric.Key, List<Metric>> byKey = new HashMap<>();
    for (final Metric metric : collected.metrics()) {
      byKey.computeIfAbsent(metric.key(), key -> new ArrayList<>()).add(metric);
    }
    byKey
        .values()
        .forEach(
            metrics -> metrics.sort(Comparator.comparing(metric -> metric.points().toString())));
    return byKey;
  }

  private void comparePoints(String where, Metric expected, Metric actual) {
    if (expected.points().equals(actual.points())) {
      return;
    }
    final List<Metric.Point> missing = new ArrayList<>(expected.points());
    for (final Metric.Point point : actual.points()) {
      final Metric.Point other =
          missing.stream()
              .filter(candidate -> candidate.attributes().equals(point.attributes()))
              .findFirst()
              .orElse(null);
      if (other == null) {
        differ(where, "no point", point);
      } else {
        missing.remove(other);
        compare(where + point.attributes(), other, point);
      }
    }
    missing.forEach(point -> differ(where, point, "no point"));
  }

  private void compare(String where, Metric.Point expected, Metric.Point actual) {
    if (expected.start() != actual.start()) {
      differ(where + " start", expected.start(), actual.start());
    }
    if (expected.end() != actual.end()) {
      differ(where + " end", expected.end(), actual.end());
    }
    final Set<String> names = new TreeSet<>(expected.fields().keySet());
    names.addAll(actual.fields().keySet());
    for (final String name : names) {
      if (!Objects.equals(expected.fields().get(name), actual.fields().get(name))) {
        differ(where + " " + name, expected.fields().get(name), actual.fields().get(name));
      }
    }
    if (!expected.exemplars().equals(actual.exemplars())) {
      differ(where + " exemplars", expected.exemplars(), actual.exemplars());
    }
  }

  private void differ(String where, Object expected, Object actual) {
    differences.add(where + ": stock " + expected + ", Glint " + actual);
  }
}
