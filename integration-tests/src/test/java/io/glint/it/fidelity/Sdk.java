package io.glint.it.fidelity;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.List;
import java.util.function.LongSupplier;

/** The two that are compared. */
enum Sdk {
  GLINT {
    @Override
    boolean supports(Combination combination) {
      return true;
    }

    @Override
    Provider start(
        Filter filter, Clock clock, MetricReader reader, List<Combination> combinations) {
      final GlintMeterProviderBuilder builder =
          GlintMeterProvider.builder()
              .setClock(clock)
              .setExemplarFilter(filter.stock())
              .registerMetricReader(reader);
      for (final Combination combination : combinations) {
        final GlintView.Builder view =
            GlintView.builder()
                .setAggregation(combination.aggregation().stock(boundaries(combination)));
        if (combination.reservoir().factory() != null) {
          view.setExemplarReservoir(combination.reservoir().factory());
        }
        builder.registerView(selector(combination), view.build());
      }
      final GlintMeterProvider provider = builder.build();
      return new Provider(provider, provider::close);
    }

    @Override
    LongSupplier stamps() {
      return System::nanoTime;
    }

    @Override
    int defaultSize(AggregationKind aggregation) {
      return aggregation == AggregationKind.BASE2_EXPONENTIAL ? 20 : 1;
    }
  },

  /** Takes the times of exemplars from the system's clock. */
  STOCK {
    @Override
    boolean supports(Combination combination) {
      return combination.reservoir() == Reservoir.DEFAULT
          && combination.aggregation().suitsInStock(combination.kind());
    }

    @Override
    Provider start(
        Filter filter, Clock clock, MetricReader reader, List<Combination> combinations) {
      final SdkMeterProviderBuilder builder =
          SdkMeterProvider.builder()
              .setClock(clock)
              .setExemplarFilter(filter.stock())
              .registerMetricReader(reader);
      for (final Combination combination : combinations) {
        builder.registerView(
            selector(combination),
            View.builder()
                .setAggregation(combination.aggregation().stock(boundaries(combination)))
                .build());
      }
      final SdkMeterProvider provider = builder.build();
      return new Provider(provider, provider::close);
    }

    @Override
    LongSupplier stamps() {
      return Clock.getDefault()::now;
    }

    @Override
    int defaultSize(AggregationKind aggregation) {
      return Runtime.getRuntime().availableProcessors();
    }
  };

  record Provider(MeterProvider meterProvider, Runnable close) {}

  /** False if the SDK has no such thing. */
  abstract boolean supports(Combination combination);

  abstract Provider start(
      Filter filter, Clock clock, MetricReader reader, List<Combination> combinations);

  /** A clock for the beginnings and ends of recording calls and collections. */
  abstract LongSupplier stamps();

  /** Size of the default reservoir where that is one of fixed size. */
  abstract int defaultSize(AggregationKind aggregation);

  private static InstrumentSelector selector(Combination combination) {
    return InstrumentSelector.builder().setName(combination.name()).build();
  }

  private static List<Double> boundaries(Combination combination) {
    return Ledger.boundaries(combination.kind().isLong());
  }
}
