package io.glint.exporter.openmetrics;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the user decides about expositions.
 *
 * @param resourceKeys which attributes of the resource are labels of each sample; null for none
 */
record ExpositionSettings(
    TranslationStrategy strategy,
    boolean scopeLabels,
    boolean targetInfo,
    boolean createdSamples,
    @Nullable Predicate<String> resourceKeys) {

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return this == object;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
