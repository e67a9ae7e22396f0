package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When attribute sets are one series, and what of them is on the point. */
class AttributeSetsTest {
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder().registerMetricReader(reader).build();
  private final LongCounter counter = provider.get("attributes").counterBuilder("counter").build();

  @AfterEach
  void close() {
    provider.close();
  }

  private Collection<LongPointData> points() {
    return collect(reader, "counter").getLongSumData().getPoints();
  }

  @Test
  void theOrderOfAttributesMakesNoDifference() {
    counter.add(1, Attributes.builder().put("a", 1).put("b", 2).build());
    counter.add(2, Attributes.builder().put("b", 2).put("a", 1).build());
    assertThat(points()).extracting(LongPointData::getValue).containsExactly(3L);
  }

  @Test
  void keysThatDifferByCaseAndValuesThatDifferByTypeMakeSeriesOfTheirOwn() {
    counter.add(1, Attributes.builder().put("key", 1L).build());
    counter.add(1, Attributes.builder().put("Key", 1L).build());
    counter.add(1, Attributes.builder().put("key", "1").build());
    counter.add(1, Attributes.builder().put("key", 1.0).build());
    counter.add(1, Attributes.builder().put("key", true).build());
    counter.add(1, Attributes.builder().put("key", 1L, 1L).build());
    assertThat(points()).hasSize(6).allMatch(point -> point.getValue() == 1);
  }

  @Test
  void ofAKeyThatIsSetTwiceTheLastValueStays() {
    counter.add(1, Attributes.builder().put("key", 1L).put("key", "last").build());
    assertThat(points())
        .singleElement()
        .satisfies(
            point ->
                assertThat(point.getAttributes())
                    .isEqualTo(Attributes.builder().put("key", "last").build()));
  }

  @Test
  void emptyValuesAreValues() {
    final Attributes attributes =
        Attributes.builder()
            .put("text", "")
            .put("number", 0L)
            .put("truth", false)
            .put(AttributeKey.stringArrayKey("array"), new java.util.ArrayList<>())
            .build();
    counter.add(1, attributes);
    assertThat(points())
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getAttributes()).isEqualTo(attributes);
              assertThat(point.getAttributes().size()).isEqualTo(4);
            });
  }

  @Test
  void limitsOfAttributesInTracesDoNotApply() {
    final String longText = "x".repeat(100_000);
    final AttributesBuilder many = Attributes.builder();
    for (int i = 0; i < 1000; i++) {
      many.put("key" + i, longText);
    }
    final Attributes attributes = many.build();
    counter.add(1, attributes);
    assertThat(points())
        .singleElement()
        .satisfies(point -> assertThat(point.getAttributes()).isEqualTo(attributes));
  }

  @Test
  void attributesNeedNotBeKnownBeforehand() {
    counter.add(1);
    points();
    counter.add(2, Attributes.builder().put("new", "key").build());
    assertThat(points())
        .extracting(point -> point.getAttributes().size())
        .containsExactlyInAnyOrder(0, 1);
  }
}
