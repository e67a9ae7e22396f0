package io.glint.autoconfigure;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.sdk.GlintView;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentSelectorBuilder;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the views in {@linkplain FileMetrics Glint's node} of a declarative configuration file:
 *
 * <pre>{@code
 * views:
 *   - selector: {instrument_name: http.server.request.duration}
 *     exemplar_filter: always_on
 *     exemplar_reservoir: {fixed_size: {size: 4}}
 * }</pre>
 *
 * <p>What is malformed is reported and left out. Not loaded without opentelemetry-api-incubator.
 */
final class FileViews {
  private static final String LEFT_OUT = "nothing; this view is left out";
  private static final String FILTER_OF_PROVIDER = "that of the meter provider";
  private static final String DEFAULT_RESERVOIR = "the default reservoir";

  private static final List<String> RESERVOIRS =
      List.of("aligned_histogram_bucket", "fixed_size", "octave_aligned", "extremes");
  private static final List<String> CRITERIA =
      List.of(
          "instrument_name",
          "instrument_type",
          "unit",
          "meter_name",
          "meter_version",
          "meter_schema_url");
  private static final List<String> TYPES =
      List.of(
          "counter",
          "gauge",
          "histogram",
          "observable_counter",
          "observable_gauge",
          "observable_up_down_counter",
          "up_down_counter");

  private FileViews() {}

  /** Adds what the node says of views. */
  static void read(FileNode glint, ViewExtensions to) {
    glint.list("views", "nothing").forEach(view -> readView(view, to));
  }

  private static void readView(FileNode view, ViewExtensions to) {
    view.refuseOthersThan(List.of("selector", "exemplar_filter", "exemplar_reservoir"));
    final InstrumentSelector selector = selector(view);
    final CustomExemplarFilter filter = filter(view);
    final ExemplarReservoirFactory reservoir = reservoir(view);
    if (selector == null) {
      return;
    }
    final Consumer<GlintView.Builder> extension =
        builder -> {
          if (filter != null) {
            builder.setExemplarFilter(filter);
          }
          if (reservoir != null) {
            builder.setExemplarReservoir(reservoir);
          }
        };
    if (!to.add(selector, extension)) {
      view.refuse("selector", "one that no other view here has", "the first view that has it");
    }
  }

  /** Null if it is malformed. */
  private static @Nullable InstrumentSelector selector(FileNode view) {
    final String accepted = "a mapping, whose keys may be " + String.join(", ", CRITERIA);
    final FileNode node = view.child("selector", accepted, LEFT_OUT);
    if (node == null) {
      if (!view.has("selector")) {
        view.refuse("selector", accepted, LEFT_OUT);
      }
      return null;
    }
    node.refuseOthersThan(CRITERIA);
    final InstrumentSelectorBuilder selector = InstrumentSelector.builder();
    final String type = node.word("instrument_type", TYPES, LEFT_OUT);
    if (type != null) {
      selector.setType(InstrumentType.valueOf(type.toUpperCase(Locale.ROOT)));
    }
    boolean hasCriterion = type != null;
    hasCriterion |= isSet(node, "instrument_name", selector::setName);
    hasCriterion |= isSet(node, "unit", selector::setUnit);
    hasCriterion |= isSet(node, "meter_name", selector::setMeterName);
    hasCriterion |= isSet(node, "meter_version", selector::setMeterVersion);
    hasCriterion |= isSet(node, "meter_schema_url", selector::setMeterSchemaUrl);
    if (!hasCriterion) {
      // Without any, the stock SDK makes no selector.
      selector.setName("*");
    }
    // With one criterion less it would be for other instruments.
    return node.isRefused() ? null : selector.build();
  }

  private static boolean isSet(FileNode selector, String key, Consumer<String> setter) {
    final String value = selector.text(key, LEFT_OUT);
    if (value != null) {
      setter.accept(value);
    }
    return value != null;
  }

  /** Null for that of the provider. */
  private static @Nullable CustomExemplarFilter filter(FileNode view) {
    final String word =
        view.word("exemplar_filter", MetricSettings.EXEMPLAR_FILTERS, FILTER_OF_PROVIDER);
    return word == null ? null : MetricSettings.exemplarFilter(word);
  }

  /** Null for the default one. */
  private static @Nullable ExemplarReservoirFactory reservoir(FileNode view) {
    final String accepted = "a mapping with one of the keys " + String.join(", ", RESERVOIRS);
    final FileNode node = view.child("exemplar_reservoir", accepted, DEFAULT_RESERVOIR);
    if (node == null) {
      return null;
    }
    final List<String> kinds = RESERVOIRS.stream().filter(node::has).toList();
    if (kinds.size() != 1) {
      view.refuse("exemplar_reservoir", accepted, DEFAULT_RESERVOIR);
      return null;
    }
    node.refuseOthersThan(RESERVOIRS);
    final String kind = kinds.get(0);
    final FileNode settings = node.child(kind, "a mapping", DEFAULT_RESERVOIR);
    return settings == null ? null : reservoir(kind, settings);
  }

  private static ExemplarReservoirFactory reservoir(String kind, FileNode settings) {
    return switch (kind) {
      case "fixed_size" -> {
        settings.refuseOthersThan(List.of("size"));
        final Integer size = settings.number("size", 1, ExemplarVisitor.MAX_SLOTS, "1");
        yield ExemplarReservoirFactory.fixedSize(size == null ? 1 : size);
      }
      case "octave_aligned" -> {
        settings.refuseOthersThan(List.of());
        yield ExemplarReservoirFactory.octaveAligned();
      }
      case "extremes" -> {
        settings.refuseOthersThan(List.of("largest", "smallest"));
        final int most = ExemplarVisitor.MAX_SLOTS / 2;
        final Integer largest = settings.number("largest", 1, most, "1");
        final Integer smallest = settings.number("smallest", 0, most, "0");
        yield ExemplarReservoirFactory.extremes(
            largest == null ? 1 : largest, smallest == null ? 0 : smallest);
      }
      default -> {
        settings.refuseOthersThan(List.of("selection"));
        final String selection =
            settings.word("selection", List.of("uniform", "most_recent"), "uniform");
        yield ExemplarReservoirFactory.alignedHistogramBucket(
            "most_recent".equals(selection)
                ? BucketSelection.MOST_RECENT
                : BucketSelection.UNIFORM);
      }
    };
  }
}
