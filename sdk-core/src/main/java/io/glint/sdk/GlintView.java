package io.glint.sdk;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.glint.sdk.internal.view.ViewConfig;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.View;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the measurements of the instruments that a selector matches: the stream
 * configuration of the SDK specification ("Stream configuration"), with all its parameters.
 *
 * <p>Whatever is not set stays as it is without the view: name and description those of the
 * instrument, aggregation and cardinality limit those the reader asks for, all attributes, the
 * specification's default exemplar reservoir. Immutable and thread-safe.
 *
 * <p>Attributes that a view removes are not on the points, but they are on the exemplars (SDK
 * specification, "ExemplarReservoir"), and so leave the process. What must not, for instance
 * because it names a person, is kept from them by {@link Builder#setExemplarAttributes} with {@link
 * ExemplarAttributes#none} or {@link ExemplarAttributes#only}.
 */
public final class GlintView {
  private final ViewConfig config;

  private GlintView(ViewConfig config) {
    this.config = config;
  }

  /**
   * Starts a view that changes nothing.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static Builder builder() {
    OpenTelemetryVersion.requireSupported();
    return new Builder();
  }

  /**
   * Starts a view with all that a view of the stock SDK sets. Its aggregation is taken over unless
   * it is the default one, its cardinality limit unless it is 2000: a stock view says that also
   * when none was set.
   *
   * @param view not null
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   * @throws IllegalArgumentException if its aggregation is not one of the stock SDK's
   */
  public static Builder builder(View view) {
    Objects.requireNonNull(view, "view");
    final Builder builder = builder();
    if (view.getAggregation() != Aggregation.defaultAggregation()) {
      builder.setAggregation(view.getAggregation());
    }
    builder.name = view.getName();
    builder.description = view.getDescription();
    builder.attributeFilter = StockSdk.attributeFilter(view);
    if (view.getCardinalityLimit() != STOCK_DEFAULT_LIMIT) {
      builder.setCardinalityLimit(view.getCardinalityLimit());
    }
    return builder;
  }

  private static final int STOCK_DEFAULT_LIMIT = 2000;

  /** What it sets, for the engine. */
  ViewConfig config() {
    return config;
  }

  @Override
  public String toString() {
    return config.toString();
  }

  /** Keeps the attributes with some keys, or those with any other. */
  private static final class KeyFilter implements Predicate<String> {
    private final Set<String> keys;
    private final boolean isKept;

    KeyFilter(Set<String> keys, boolean isKept) {
      this.keys = keys;
      this.isKept = isKept;
    }

    @Override
    public boolean test(String key) {
      return keys.contains(key) == isKept;
    }

    @Override
    public String toString() {
      return (isKept ? "only " : "all but ") + keys;
    }
  }

  /** Configures a {@link GlintView}. Not thread-safe. Null arguments are refused. */
  public static final class Builder {
    private @Nullable String name;
    private @Nullable String description;
    private @Nullable Aggregation aggregation;
    private @Nullable Predicate<String> attributeFilter;
    private int cardinalityLimit;
    private @Nullable ExemplarReservoirFactory exemplarReservoir;
    private @Nullable CustomExemplarFilter exemplarFilter;
    private @Nullable ExemplarAttributes exemplarAttributes;

    private Builder() {}

    /** Sets the name of the metric. It need not follow the syntax of instrument names. */
    public Builder setName(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Sets the description of the metric. */
    public Builder setDescription(String description) {
      this.description = Objects.requireNonNull(description, "description");
      return this;
    }

    /**
     * Sets the aggregation, one of the stock SDK's, in place of the one that the reader asks for.
     * {@link Aggregation#defaultAggregation} is that of the specification for the kind of
     * instrument: of a histogram explicit buckets, with the boundaries that the instrument advises
     * (SDK specification, "Default Aggregation"), also if the reader asks for something else.
     *
     * @throws IllegalArgumentException if it is not one of the stock SDK's
     */
    public Builder setAggregation(Aggregation aggregation) {
      ResolvedAggregation.requireKnown(Objects.requireNonNull(aggregation, "aggregation"));
      this.aggregation = aggregation;
      return this;
    }

    /**
     * Keeps the attributes whose key the predicate accepts. Several calls keep what all accept.
     *
     * @param keysToKeep called by recording threads, so it must be thread-safe and quick; usually
     *     once for each attribute set, as what it says is remembered for some thousand attribute
     *     sets of an instrument at a time. If it throws, the measurement is lost and reported.
     */
    public Builder setAttributeFilter(Predicate<String> keysToKeep) {
      Objects.requireNonNull(keysToKeep, "keysToKeep");
      this.attributeFilter = ViewConfig.both(attributeFilter, keysToKeep);
      return this;
    }

    /** Keeps the attributes with these keys; with an empty set, none. */
    public Builder setAttributeFilter(Set<String> keysToKeep) {
      Objects.requireNonNull(keysToKeep, "keysToKeep");
      return setAttributeFilter(new KeyFilter(Set.copyOf(keysToKeep), /* isKept= */ true));
    }

    /** Removes the attributes with these keys. */
    public Builder setExcludedAttributeKeys(Set<String> keysToRemove) {
      Objects.requireNonNull(keysToRemove, "keysToRemove");
      return setAttributeFilter(new KeyFilter(Set.copyOf(keysToRemove), /* isKept= */ false));
    }

    /**
     * Sets how many attribute sets have series of their own, after attributes were removed.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder setCardinalityLimit(int cardinalityLimit) {
      if (cardinalityLimit < 1) {
        throw new IllegalArgumentException(
            "The cardinality limit of a view is " + cardinalityLimit + ", must be at least 1");
      }
      this.cardinalityLimit = cardinalityLimit;
      return this;
    }

    /**
     * Sets where exemplars are kept. Each series gets a reservoir of its own, or several where
     * threads record into it at the same time, see {@link ExemplarReservoirFactory}. Asynchronous
     * instruments have no reservoirs: a series is observed once in a collection, and that is its
     * exemplar if the filter admits it.
     */
    public Builder setExemplarReservoir(ExemplarReservoirFactory exemplarReservoir) {
      this.exemplarReservoir = Objects.requireNonNull(exemplarReservoir, "exemplarReservoir");
      return this;
    }

    /**
     * Sets which measurements may become exemplars, in place of the provider's filter.
     *
     * @param exemplarFilter as for {@link GlintMeterProviderBuilder#setExemplarFilter}
     * @throws IllegalArgumentException if it is something else
     */
    public Builder setExemplarFilter(Object exemplarFilter) {
      this.exemplarFilter =
          StockSdk.exemplarFilter(Objects.requireNonNull(exemplarFilter, "exemplarFilter"));
      return this;
    }

    /**
     * Sets which of the attributes that are removed from points, by this view or by the advice of
     * the instrument, stay on exemplars, in place of what the provider says, which is all unless it
     * was set. {@link ExemplarAttributes#none} keeps what the view removes in the process.
     *
     * @param exemplarAttributes not null
     */
    public Builder setExemplarAttributes(ExemplarAttributes exemplarAttributes) {
      this.exemplarAttributes = Objects.requireNonNull(exemplarAttributes, "exemplarAttributes");
      return this;
    }

    /** Makes the view. */
    public GlintView build() {
      return new GlintView(
          new ViewConfig(
              name,
              description,
              aggregation,
              attributeFilter,
              cardinalityLimit,
              exemplarReservoir,
              exemplarFilter,
              exemplarAttributes));
    }
  }
}
