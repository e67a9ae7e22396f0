package io.glint.exporter.openmetrics;

import static io.glint.exporter.openmetrics.Metrics.longGauge;
import static io.glint.exporter.openmetrics.Metrics.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesLabelsTest {

  private static final Attributes ONE = Attributes.builder().put("k", "1").build();
  private static final Attributes TWO = Attributes.builder().put("k", "2").build();

  private final TextBuffer labels = new TextBuffer(16);
  private final SeriesPoints series = new SeriesPoints(labels);
  private final SeriesLabels known = new SeriesLabels();

  private void take(String text, MetricData metric) {
    labels.clear();
    series.clear();
    int i = 0;
    for (final var point : metric.getData().getPoints()) {
      final int start = labels.size();
      labels.ascii(text.substring(i, i + 1));
      i++;
      assertThat(series.add(start, labels.size(), metric, point, 0, false)).isTrue();
    }
    known.take(List.of(metric), series, labels);
  }

  @Test
  void whatCouldNotBeTakenAsAWholeIsNotKnown() {
    final MetricData metric = longGauge("g", point(ONE, 1), point(TWO, 2));
    take("ab", metric);
    assertThat(known.areThoseOf(List.of(metric))).isTrue();

    final MetricData failing = longGauge("g", point(ONE, 1), new PointWithoutMemory());
    assertThatThrownBy(() -> take("xy", failing)).isInstanceOf(OutOfMemoryError.class);
    assertThat(known.areThoseOf(List.of(metric))).isFalse();
    known.look(0, metric);
    assertThat(known.find(ONE)).isEqualTo(-1);

    take("ab", metric);
    assertThat(known.areThoseOf(List.of(metric))).isTrue();
    assertThat(known.text().text(known.start(1), known.end(1))).isEqualTo("b");
  }

  @Test
  void theSamePointsOfAnotherNameOrTypeAreNotKnown() {
    take("ab", longGauge("g", point(ONE, 1), point(TWO, 2)));
    assertThat(known.areThoseOf(List.of(longGauge("g", point(ONE, 3), point(TWO, 4))))).isTrue();
    assertThat(known.areThoseOf(List.of(longGauge("h", point(ONE, 1), point(TWO, 2))))).isFalse();
    final MetricData sum = Metrics.upDownCounter("g", point(ONE, 1), point(TWO, 2));
    assertThat(known.areThoseOf(List.of(sum))).isFalse();
    known.look(0, sum);
    assertThat(known.find(ONE)).isEqualTo(-1);
  }

  /** Stands for memory that runs out anywhere while label sets are taken. */
  private static final class PointWithoutMemory implements LongPointData {

    @Override
    public Attributes getAttributes() {
      throw new OutOfMemoryError();
    }

    @Override
    public long getValue() {
      return 0;
    }

    @Override
    public long getStartEpochNanos() {
      return 0;
    }

    @Override
    public long getEpochNanos() {
      return 0;
    }

    @Override
    public List<LongExemplarData> getExemplars() {
      return List.of();
    }
  }
}
