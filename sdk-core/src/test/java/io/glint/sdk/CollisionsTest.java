package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The places of a series double when threads keep meeting at one home between two collections. */
@Tag("protocol-points")
class CollisionsTest {
  private static final int COLLISIONS_BEFORE_SPREADING = 16;

  private final Series series =
      DeltaSums.createSampled(10).seriesMap().findOrAdd(Attributes.empty());
  private final AtomicInteger doublings = new AtomicInteger();

  CollisionsTest() {
    final Cell first = series.take();
    // Stays taken: from now on this thread comes to a home that is taken, and goes to the first.
    assertThat(series.take()).isNotSameAs(first);
    first.release();
    ProtocolPoint.setVisitor(
        point -> {
          if (point == ProtocolPoint.STRIPES_DOUBLING) {
            doublings.getAndIncrement();
          }
        });
  }

  @AfterEach
  void leaveProtocolPointsAlone() {
    ProtocolPoint.setVisitor(point -> {});
  }

  private void collide(int times) {
    for (int i = 0; i < times; i++) {
      series.take().release();
    }
  }

  @Test
  void enoughInOneIntervalDoubleThePlaces() {
    collide(COLLISIONS_BEFORE_SPREADING - 1);
    assertThat(doublings).hasValue(0);
    collide(1);
    assertThat(doublings).hasValue(1);
  }

  @Test
  void aCollectionForgetsThem() {
    collide(COLLISIONS_BEFORE_SPREADING - 1);
    series.visitCells(cell -> {});
    collide(COLLISIONS_BEFORE_SPREADING - 1);
    assertThat(doublings).hasValue(0);
  }
}
