package io.glint.sdk.internal.view;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a view sets. Immutable. Two are the same view only if they are one object. */
public final class ViewConfig {
  /** Changes nothing. */
  public static final ViewConfig NONE = new ViewConfig(null, null, null, null, 0, null, null, null);

  private final @Nullable String name;
  private final @Nullable String description;
  private final @Nullable Aggregation aggregation;
  private final @Nullable Predicate<String> attributeFilter;
  private final int cardinalityLimit;
  private final @Nullable ExemplarReservoirFactory exemplarReservoir;
  private final @Nullable CustomExemplarFilter exemplarFilter;
  private final @Nullable ExemplarAttributes exemplarAttributes;

  public ViewConfig(
      @Nullable String name,
      @Nullable String description,
      @Nullable Aggregation aggregation,
      @Nullable Predicate<String> attributeFilter,
      int cardinalityLimit,
      @Nullable ExemplarReservoirFactory exemplarReservoir,
      @Nullable CustomExemplarFilter exemplarFilter,
      @Nullable ExemplarAttributes exemplarAttributes) {
    this.name = name;
    this.description = description;
    this.aggregation = aggregation;
    this.attributeFilter = attributeFilter;
    this.cardinalityLimit = cardinalityLimit;
    this.exemplarReservoir = exemplarReservoir;
    this.exemplarFilter = exemplarFilter;
    this.exemplarAttributes = exemplarAttributes;
  }

  /** Name of the metric; null for the instrument's. */
  public @Nullable String name() {
    return name;
  }

  /** Description of the metric; null for the instrument's. */
  public @Nullable String description() {
    return description;
  }

  /** Null for the reader's. */
  public @Nullable Aggregation aggregation() {
    return aggregation;
  }

  /** Which attribute keys points keep; null for all. */
  public @Nullable Predicate<String> attributeFilter() {
    return attributeFilter;
  }

  /** 0 for the reader's. */
  public int cardinalityLimit() {
    return cardinalityLimit;
  }

  /** Null for the default. */
  public @Nullable ExemplarReservoirFactory exemplarReservoir() {
    return exemplarReservoir;
  }

  /** Null for the provider's. */
  public @Nullable CustomExemplarFilter exemplarFilter() {
    return exemplarFilter;
  }

  /** Null for the provider's. */
  public @Nullable ExemplarAttributes exemplarAttributes() {
    return exemplarAttributes;
  }

  /** Whether the aggregation makes sense for instruments of this type. */
  boolean suits(InstrumentType type) {
    return aggregation == null
        || ResolvedAggregation.of(aggregation, type, /* advisedBoundaries= */ null) != null;
  }

  /** This view, with the reader's aggregation. */
  ViewConfig withoutAggregation() {
    return new ViewConfig(
        name,
        description,
        null,
        attributeFilter,
        cardinalityLimit,
        exemplarReservoir,
        exemplarFilter,
        exemplarAttributes);
  }

  /** This view with all that {@code later} sets in place of its own; attributes pass both. */
  ViewConfig overlaidWith(ViewConfig later) {
    return new ViewConfig(
        later.name != null ? later.name : name,
        later.description != null ? later.description : description,
        later.aggregation != null ? later.aggregation : aggregation,
        both(attributeFilter, later.attributeFilter),
        later.cardinalityLimit > 0 ? later.cardinalityLimit : cardinalityLimit,
        later.exemplarReservoir != null ? later.exemplarReservoir : exemplarReservoir,
        later.exemplarFilter != null ? later.exemplarFilter : exemplarFilter,
        later.exemplarAttributes != null ? later.exemplarAttributes : exemplarAttributes);
  }

  /** Accepts what both accept; null accepts everything. */
  public static @Nullable Predicate<String> both(
      @Nullable Predicate<String> one, @Nullable Predicate<String> other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.and(other);
  }

  /** As users know it. */
  @Override
  public String toString() {
    return "GlintView{name="
        + LogText.of(name)
        + ", description="
        + LogText.of(description)
        + ", aggregation="
        + aggregation
        + ", attributeFilter="
        + LogText.nameOf(attributeFilter)
        + ", cardinalityLimit="
        + cardinalityLimit
        + ", exemplarReservoir="
        + LogText.nameOf(exemplarReservoir)
        + ", exemplarFilter="
        + LogText.nameOf(exemplarFilter)
        + ", exemplarAttributes="
        + exemplarAttributes
        + "}";
  }
}
