package io.glint.sdk.internal.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.stream.BoundSeries;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A delta collector takes no cell of a series that holds nothing. */
@Tag("protocol-points")
class QuietSeriesPointsTest {
  private final AtomicInteger taken = new AtomicInteger();

  @AfterEach
  void removeVisitor() {
    ProtocolPoint.setVisitor(point -> {});
  }

  @Test
  void noCellOfABoundSeriesIsTakenInVain() {
    final StreamCollector collector = DeltaSums.create(10);
    final MetricStream stream = collector.stream();
    final Attributes attributes = Attributes.empty();
    final BoundSeries bound = stream.bind(attributes);
    stream.recordLong(1, bound, Context.root());
    ProtocolPoint.setVisitor(
        point -> {
          if (point == ProtocolPoint.CELL_ACQUIRED) {
            taken.incrementAndGet();
          }
        });

    assertThat(collector.collect(0, 1, new PointPool(false)).getPoints()).hasSize(1);
    assertThat(taken).hasValue(1);
    assertThat(collector.collect(0, 2, new PointPool(false))).isNull();
    assertThat(taken).hasValue(1);

    stream.recordLong(1, bound, Context.root());
    assertThat(collector.collect(0, 3, new PointPool(false)).getPoints()).hasSize(1);
    assertThat(bound.attributes).isSameAs(attributes);
  }
}
