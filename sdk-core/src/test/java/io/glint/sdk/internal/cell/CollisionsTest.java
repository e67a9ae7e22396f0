package io.glint.sdk.internal.cell;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A thread moves to another cell when its home was found taken often between two collections. */
@Tag("protocol-points")
class CollisionsTest {
  private static final int COLLISIONS_BEFORE_MOVING = 16;

  private final Series series =
      DeltaSums.createSampled(10).stream().seriesMap().findOrAdd(Attributes.empty());
  private final AtomicInteger moves = new AtomicInteger();

  CollisionsTest() {
    final Cell first = series.acquire();
    // Stays taken: from now on this thread comes to a home that is taken, and goes to the first.
    assertThat(series.acquire()).isNotSameAs(first);
    first.release();
    ProtocolPoint.setVisitor(
        point -> {
          if (point == ProtocolPoint.HOME_MOVING) {
            moves.getAndIncrement();
          }
        });
  }

  @AfterEach
  void leaveProtocolPointsAlone() {
    ProtocolPoint.setVisitor(point -> {});
  }

  private void collide(int times) {
    for (int i = 0; i < times; i++) {
      series.acquire().release();
    }
  }

  @Test
  void enoughInOneIntervalMoveTheThread() {
    collide(COLLISIONS_BEFORE_MOVING - 1);
    assertThat(moves).hasValue(0);
    collide(1);
    assertThat(moves).hasValue(1);
  }

  /** One that was made for stripes which another thread has changed meanwhile. */
  @Test
  void aCellThatCouldNotBeAddedIsKeptForTheNextTry() {
    final AtomicInteger made = new AtomicInteger();
    final StripedCells cells = new StripedCells(owner -> new CountedCell(made));
    cells.acquire();
    final AtomicInteger others = new AtomicInteger();
    ProtocolPoint.setVisitor(
        point -> {
          if (point == ProtocolPoint.CELL_ADDING && others.getAndIncrement() < 3) {
            cells.acquire();
          }
        });
    assertThat(cells.acquire()).isNotNull();
    // The first, this thread's, and those of the others, one inside of the other.
    assertThat(made).hasValue(1 + 1 + 3);
  }

  private static final class CountedCell extends Cell {
    private final AtomicInteger made;

    CountedCell(AtomicInteger made) {
      super(0, /* padded= */ false);
      this.made = made;
      made.getAndIncrement();
    }

    @Override
    public Cell newStripe() {
      return new CountedCell(made);
    }

    @Override
    public boolean isEmpty() {
      return true;
    }

    @Override
    public long measurements() {
      return 0;
    }

    @Override
    public void clear() {}
  }

  @Test
  void aCollectionForgetsThem() {
    collide(COLLISIONS_BEFORE_MOVING - 1);
    series.visitCells(cell -> {});
    collide(COLLISIONS_BEFORE_MOVING - 1);
    assertThat(moves).hasValue(0);
  }
}
