package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reservoir of the user's own that hangs holds up its metric, and no other reader for ever. */
@Tag("long")
class HangingReservoirTest {
  private final CountDownLatch isHanging = new CountDownLatch(1);
  private final CountDownLatch mayGoOn = new CountDownLatch(1);

  private final class Hanging implements ExemplarReservoir {
    private final ExemplarReservoir real;

    Hanging(ReservoirSettings settings) {
      real = ExemplarReservoirFactory.fixedSize(1).create(settings);
    }

    @Override
    public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
      return real.offerDouble(value, bucket, attributes, context);
    }

    @Override
    public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
      return real.offerLong(value, bucket, attributes, context);
    }

    @Override
    public void mergeFrom(ExemplarReservoir other) {
      real.mergeFrom(((Hanging) other).real);
    }

    @Override
    public void collect(ExemplarVisitor visitor) {
      isHanging.countDown();
      try {
        mayGoOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      real.collect(visitor);
    }
  }

  private static LongPointData point(InMemoryMetricReader reader, String name) {
    return collect(reader, name).getLongSumData().getPoints().iterator().next();
  }

  @Test
  @Timeout(60)
  void anotherReaderGoesOnWithoutTheMetricAndHasItLater() throws Exception {
    final InMemoryMetricReader one = InMemoryMetricReader.create();
    final InMemoryMetricReader other = InMemoryMetricReader.create();
    try (LogCapture log = new LogCapture();
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(one)
                .registerMetricReader(other)
                .setExemplarFilter(CustomExemplarFilter.alwaysOn())
                .registerView(
                    InstrumentSelector.builder().setName("hanging").build(),
                    GlintView.builder().setExemplarReservoir(Hanging::new).build())
                .build()) {
      final LongCounter hanging = provider.get("test").counterBuilder("hanging").build();
      final LongCounter sound = provider.get("test").counterBuilder("sound").build();
      hanging.add(1);
      sound.add(1);
      final Thread collecting = new Thread(one::collectAllMetrics);
      collecting.start();
      isHanging.await();

      assertThat(other.collectAllMetrics()).singleElement().asString().contains("name=sound");
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("'hanging'", "missing from a collection", "kept");

      mayGoOn.countDown();
      collecting.join();
      assertThat(point(other, "hanging").getValue()).isEqualTo(1);
    }
  }
}
