package io.glint.sdk.internal.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProtocolPointTest {
  @Test
  void pointsDoNothingUnlessTheJvmWasStartedWithThem() {
    final AtomicInteger reached = new AtomicInteger();
    ProtocolPoint.setVisitor(point -> reached.getAndIncrement());
    try {
      ProtocolPoint.CELL_ACQUIRED.reached();
    } finally {
      ProtocolPoint.setVisitor(point -> {});
    }
    assertThat(ProtocolPoint.ENABLED).isFalse();
    assertThat(reached).hasValue(0);
  }
}
