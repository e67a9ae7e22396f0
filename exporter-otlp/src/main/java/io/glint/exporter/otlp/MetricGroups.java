package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Arrays;
import java.util.Collection;

/**
 * Sorts the metrics of one export by resource and by scope, in order of first appearance, in arrays
 * that are kept from one export to the next.
 *
 * <p>A scope is told apart by name, version, schema URL and attributes. The metrics of a group form
 * a chain from the last one to the first, which is the order a {@link ProtoWriter} wants.
 */
final class MetricGroups {
  private MetricData[] metrics = new MetricData[64];
  private int[] previous = new int[64];
  private int metricCount;

  private Resource[] resources = new Resource[4];
  private int resourceCount;

  private InstrumentationScopeInfo[] scopes = new InstrumentationScopeInfo[16];
  private int[] scopeHashes = new int[16];
  private int[] scopeResources = new int[16];
  private int[] lastMetrics = new int[16];
  private int scopeCount;

  /** Adds the metrics that have points, and answers the number of points. */
  int addAll(Collection<MetricData> all) {
    int points = 0;
    int group = -1;
    for (final MetricData metric : all) {
      final int size = metric.getData().getPoints().size();
      if (size > 0) {
        points += size;
        group = groupOf(metric, group);
        add(metric, group);
      }
    }
    return points;
  }

  int resourceCount() {
    return resourceCount;
  }

  Resource resource(int index) {
    return resources[index];
  }

  /** The number of pairs of resource and scope. */
  int scopeCount() {
    return scopeCount;
  }

  InstrumentationScopeInfo scope(int index) {
    return scopes[index];
  }

  int resourceOfScope(int index) {
    return scopeResources[index];
  }

  /** The index of the last metric of the scope. */
  int lastMetric(int scopeIndex) {
    return lastMetrics[scopeIndex];
  }

  /** The index of the metric of the same scope that came before, or -1. */
  int previousMetric(int metricIndex) {
    return previous[metricIndex];
  }

  MetricData metric(int index) {
    return metrics[index];
  }

  /** Forgets everything, references included. */
  void clear() {
    Arrays.fill(metrics, 0, metricCount, null);
    Arrays.fill(resources, 0, resourceCount, null);
    Arrays.fill(scopes, 0, scopeCount, null);
    metricCount = 0;
    resourceCount = 0;
    scopeCount = 0;
  }

  private int groupOf(MetricData metric, int guess) {
    final Resource resource = metric.getResource();
    final InstrumentationScopeInfo scope = metric.getInstrumentationScopeInfo();
    // A collection hands over the metrics of one meter together, with the same two objects.
    if (guess >= 0 && scopes[guess] == scope && resources[scopeResources[guess]] == resource) {
      return guess;
    }
    final int resourceIndex = resourceIndex(resource);
    final int hash = scope.hashCode();
    for (int i = 0; i < scopeCount; i++) {
      if (scopeHashes[i] == hash && scopeResources[i] == resourceIndex && scopes[i].equals(scope)) {
        return i;
      }
    }
    return addScope(scope, hash, resourceIndex);
  }

  private int resourceIndex(Resource resource) {
    for (int i = 0; i < resourceCount; i++) {
      if (resources[i] == resource || resources[i].equals(resource)) {
        return i;
      }
    }
    if (resourceCount == resources.length) {
      resources = Arrays.copyOf(resources, 2 * resourceCount);
    }
    resources[resourceCount] = resource;
    return resourceCount++;
  }

  private int addScope(InstrumentationScopeInfo scope, int hash, int resourceIndex) {
    if (scopeCount == scopes.length) {
      scopes = Arrays.copyOf(scopes, 2 * scopeCount);
      scopeHashes = Arrays.copyOf(scopeHashes, 2 * scopeCount);
      scopeResources = Arrays.copyOf(scopeResources, 2 * scopeCount);
      lastMetrics = Arrays.copyOf(lastMetrics, 2 * scopeCount);
    }
    scopes[scopeCount] = scope;
    scopeHashes[scopeCount] = hash;
    scopeResources[scopeCount] = resourceIndex;
    lastMetrics[scopeCount] = -1;
    return scopeCount++;
  }

  private void add(MetricData metric, int group) {
    if (metricCount == metrics.length) {
      metrics = Arrays.copyOf(metrics, 2 * metricCount);
      previous = Arrays.copyOf(previous, 2 * metricCount);
    }
    metrics[metricCount] = metric;
    previous[metricCount] = lastMetrics[group];
    lastMetrics[group] = metricCount++;
  }
}
