package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits is neither lost nor counted twice when it cannot be put into a request. */
class RedeliveryTest {
  private final Redelivery redelivery =
      new Redelivery(
          100,
          /* keepsGauges= */ false,
          /* file= */ null,
          new OutcomeCounts(),
          new DeliveryCounters(),
          new ExportLog("http://localhost"));

  @Test
  void aJoinThatFailsLeavesDeltaPointsAndNothingElse() throws InvalidProtocolBufferException {
    final UndeliveredPoints two = new UndeliveredPoints(2, 2);
    final ProtoWriter earlier = new ProtoWriter(1 << 20);
    earlier.raw(encoded(TestMetrics.doubleSum()));
    final PendingPoints.Added kept =
        redelivery.keep(new Request(earlier, two, new RequestExemplars()));
    assertThat(kept.keptDelta()).isEqualTo(2);

    final ProtoWriter broken = new ProtoWriter(1 << 20);
    // It is written from its end: a message without a length comes last.
    broken.raw(new byte[] {0x0A});
    broken.raw(
        encoded(
            TestMetrics.longGauge("gauge", TestMetrics.point(1)),
            TestMetrics.longSum(),
            TestMetrics.doubleSum()));
    final PendingPoints.Added added = new PendingPoints.Added();
    assertThatThrownBy(() -> redelivery.join(broken, new RequestExemplars(), added))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(added.keptDelta()).isEqualTo(2);
    assertThat(redelivery.waiting()).isEqualTo(two);

    final Request joined =
        redelivery.join(new ProtoWriter(1), new RequestExemplars(), new PendingPoints.Added());
    assertThat(joined.points()).isEqualTo(two);
    assertThat(redelivery.isEmpty()).isTrue();
    final ExportMetricsServiceRequest request =
        ExportMetricsServiceRequest.parseFrom(joined.content().toByteArray());
    assertThat(request.getResourceMetrics(0).getScopeMetrics(0).getMetricsList())
        .extracting(Metric::getName)
        .containsExactly("sum.double");
    assertThat(
            request
                .getResourceMetrics(0)
                .getScopeMetrics(0)
                .getMetrics(0)
                .getSum()
                .getDataPoints(1)
                .getAsDouble())
        .isEqualTo(-5.0);
  }

  private static byte[] encoded(MetricData... metrics) {
    final MetricsEncoder encoder = new MetricsEncoder(1 << 20);
    encoder.encode(List.of(metrics), new RequestExemplars());
    return encoder.output().toByteArray();
  }
}
