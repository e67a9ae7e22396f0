package io.glint.sdk.internal.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbstractPointTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");

  /**
   * A list that is equal now may be overwritten, and attributes may belong to an evicted series.
   */
  @Test
  void aPointThatIsUsedAgainHoldsTheObjectsItWasGivenLastNotEqualOnes() {
    final LongPoint point = new LongPoint();
    final Attributes attributes = Attributes.of(KEY, "a");
    final List<ExemplarData> exemplars = new ArrayList<>();
    point.setCommonFields(1, 2, Attributes.of(KEY, "a"), new ArrayList<>());
    point.setCommonFields(3, 4, attributes, exemplars);

    assertThat(point.getAttributes()).isSameAs(attributes);
    assertThat(point.getExemplars()).isSameAs(exemplars);
    assertThat(point.getStartEpochNanos()).isEqualTo(3);
    assertThat(point.getEpochNanos()).isEqualTo(4);
  }
}
