package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.ArrayList;
import java.util.List;

/** A metric family of one scrape: the metrics of all scopes that share a name and a type. */
final class Family {

  /** As OpenMetrics names the family: with unit, without {@code _total}. */
  final String name;

  final FamilyType type;
  final List<MetricData> metrics = new ArrayList<>(1);

  /** The unit's word if the name ends with it, otherwise empty. */
  String unit = "";

  /** Empty if no metric has a description. */
  String help = "";

  Family(String name, FamilyType type) {
    this.name = name;
    this.type = type;
  }
}
