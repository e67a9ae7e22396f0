package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.testing.ForwardingAttributes;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableHistogramPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What an encoder keeps from one request to the next. Each request is compared with that of the
 * stock marshaler, which keeps nothing.
 */
@Tag("long")
@Timeout(60)
class KeptFieldsTest {
  /** Two fields of the resource, the scope and the metric each. */
  private static final int OF_A_GAUGE = 6;

  /** The stock marshaler groups by object. */
  private static final Map<String, InstrumentationScopeInfo> SCOPES = new ConcurrentHashMap<>();

  private long nanos;
  private final MetricsEncoder encoder = newEncoder(1 << 20);

  private MetricsEncoder newEncoder(int maxKept) {
    return new MetricsEncoder(64 << 20, maxKept, () -> nanos);
  }

  @Test
  void aSeriesIsEncodedOnceAndKept() {
    assertEncoded(gauge("a", route(1), route(2)));
    assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + 2);

    assertEncoded(gauge("a", route(1), route(2)));
    assertEncoded(gauge("a", route(2), route(1)));
    assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + 2);
  }

  @Test
  void seriesThatComeAndGoInAnyOrderShowTheirOwnAttributes() {
    final Random random = new Random(20_261_201);
    final List<Attributes> series =
        new ArrayList<>(IntStream.range(0, 200).mapToObj(this::route).toList());
    for (int export = 0; export < 300; export++) {
      if (random.nextInt(3) == 0) {
        Collections.shuffle(series, random);
      }
      series.set(random.nextInt(200), route(random.nextInt(300)));
      nanos += random.nextInt(4) * (KeptFields.LAP_NANOS / 2);
      final int from = random.nextInt(100);
      final Attributes[] some =
          series.subList(from, from + random.nextInt(101)).toArray(new Attributes[0]);
      assertEncoded(gauge("a", some), histogram(Attributes.empty(), some), gauge("b", some));
    }
  }

  @Test
  void theSameAttributesInTwoScopesAndKindsOfMetricsAreThoseOfEach() {
    for (int i = 0; i < 3; i++) {
      assertEncoded(
          gauge(TestMetrics.RESOURCE, "scope.1", "a", route(1)),
          histogram(Attributes.empty(), route(1)),
          TestMetrics.exponentialHistogram(),
          TestMetrics.summary(),
          gauge(TestMetrics.RESOURCE, "scope.2", "a", route(1), TestMetrics.ROUTE));
    }
  }

  @Test
  void attributesWithTheSameHashCodeAreToldApart() {
    final Attributes one = Attributes.of(AttributeKey.stringKey("route"), "Aa");
    final Attributes other = Attributes.of(AttributeKey.stringKey("route"), "BB");
    assertThat(one.hashCode()).isEqualTo(other.hashCode());

    assertEncoded(gauge("a", one, other));
    assertEncoded(gauge("a", other, one));
    assertEncoded(gauge("a", other), gauge("Aa", one), gauge("BB", other));
    assertEncoded(gauge("BB", other), gauge("Aa", one));
  }

  @Test
  void valuesOfOtherTypesAndSignsAreToldApart() {
    final Attributes[] likeOne = {
      Attributes.of(AttributeKey.longKey("k"), 1L),
      Attributes.of(AttributeKey.doubleKey("k"), 1.0),
      Attributes.of(AttributeKey.stringKey("k"), "1"),
      Attributes.of(AttributeKey.booleanKey("k"), true),
      Attributes.of(AttributeKey.doubleKey("k"), 0.0),
      Attributes.of(AttributeKey.doubleKey("k"), -0.0)
    };
    for (int i = 0; i < likeOne.length; i++) {
      Collections.rotate(Arrays.asList(likeOne), 1);
      assertEncoded(gauge("a", likeOne));
    }
    assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + likeOne.length);
  }

  @Test
  void attributesThatHoldAListAreNotKeptSinceTheListMayChange() throws IOException {
    final List<String> tags = new ArrayList<>(List.of("old"));
    final Attributes attributes = Attributes.of(AttributeKey.stringArrayKey("tags"), tags);
    final MetricData metric = gauge(Resource.create(attributes), "scope", "a", attributes);
    assertThat(tagsOfResourceAndPoint(metric)).containsExactly("old", "old");

    tags.set(0, "new");
    assertThat(tagsOfResourceAndPoint(metric)).containsExactly("new", "new");
  }

  private List<String> tagsOfResourceAndPoint(MetricData metric) throws IOException {
    final int unused = encoder.encode(List.of(metric), new RequestExemplars());
    final ResourceMetrics resource =
        ExportMetricsServiceRequest.parseFrom(encoder.toByteArray()).getResourceMetrics(0);
    final NumberDataPoint point =
        resource.getScopeMetrics(0).getMetrics(0).getGauge().getDataPoints(0);
    return Stream.of(resource.getResource().getAttributes(0), point.getAttributes(0))
        .map(each -> each.getValue().getArrayValue().getValues(0).getStringValue())
        .toList();
  }

  @Test
  void boundsThatChangeBetweenTwoExportsAreEncodedAgain() {
    final List<Double> bounds = new ArrayList<>(List.of(1.0, 2.0));
    final HistogramPointData copy = histogramPoint(route(1), Attributes.empty(), bounds);
    final HistogramPointData point =
        (HistogramPointData)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {HistogramPointData.class},
                (proxy, method, arguments) ->
                    method.getName().equals("getBoundaries")
                        ? bounds
                        : method.invoke(copy, arguments));

    assertEncoded(TestMetrics.histogram(point, point));
    bounds.set(1, 3.0);
    assertEncoded(TestMetrics.histogram(point, point));
  }

  @Test
  void eachPointHasItsOwnBounds() {
    assertEncoded(
        TestMetrics.histogram(
            histogramPoint(route(1), Attributes.empty(), List.of(1.0, 2.0)),
            histogramPoint(route(2), Attributes.empty(), List.of(1.0, 2.0)),
            histogramPoint(route(3), Attributes.empty(), List.of(1.0, 4.0)),
            histogramPoint(route(4), Attributes.empty(), List.of(1.0, 2.0))));
  }

  @Test
  void attributesOfAnotherClassAreAskedEachTime() {
    final ForeignAttributes one = new ForeignAttributes(route(1));
    final ForeignAttributes other = new ForeignAttributes(route(2));
    assertEncoded(gauge("a", route(1), one, other));

    one.replace(route(3));
    assertEncoded(gauge("a", one, other, route(1)));
  }

  @Test
  void attributesWithAKeyOfAnotherClassAreAskedEachTime() {
    final ForeignKey key = new ForeignKey("old");
    final Attributes attributes = Attributes.of(key, "value");
    assertEncoded(gauge("a", attributes));

    key.name = "new";
    assertEncoded(gauge("a", attributes));
  }

  @Test
  void aResourceThatChangesAndAMetricThatIsDescribedOtherwiseAreEncodedAgain() {
    assertEncoded(gauge(Resource.create(route(1)), "scope", "a", route(1)));
    assertEncoded(gauge(Resource.create(route(2)), "scope", "a", route(1)));
    assertEncoded(
        TestMetrics.longSum(), TestMetrics.histogram(), gauge("A sum", Attributes.empty()));
    assertEncoded(gauge("{item}", route(1)), TestMetrics.longSum());
  }

  @Test
  void attributesOfExemplarsThatStayAreKeptAndThoseOfNewOnesAreNot() {
    assertEncoded(TestMetrics.histogram(histogramPoint(0, 1, exemplar(route(7), 0))));
    final int before = encoder.keptFields();
    assertEncoded(TestMetrics.histogram(histogramPoint(1, 1, exemplar(route(7), 0))));
    assertThat(encoder.keptFields()).isEqualTo(before + 1);

    for (int i = 0; i < 5; i++) {
      assertEncoded(
          TestMetrics.histogram(
              histogramPoint(2 + i, 1, exemplar(route(7), 0), exemplar(route(100 + i), i + 1))));
    }
    assertThat(encoder.keptFields()).isEqualTo(before + 1);
  }

  @Test
  void ofACollectionInBatchesAllIsKeptThoughEachBatchIsNew() {
    for (int collection = 0; collection < 3; collection++) {
      nanos += TimeUnit.SECONDS.toNanos(10);
      for (int batch = 0; batch < 20; batch++) {
        assertEncoded(TestMetrics.histogram(histogramPoints(collection, batch * 600, 600)));
      }
      assertThat(encoder.keptFields()).isGreaterThan(12_000).isLessThan(12_010);
    }
  }

  @Test
  void ofACollectionInBatchesAttributesOfNewExemplarsAreNotKept() {
    int before = 0;
    for (int collection = 0; collection < 4; collection++) {
      for (int batch = 0; batch < 3; batch++) {
        // The first batch has the latest one, as any of them may.
        final int number = 3 * collection + 2 - batch;
        assertEncoded(
            TestMetrics.histogram(
                histogramPoint(collection, batch, exemplar(route(1_000 + number), number))));
      }
      if (collection == 0) {
        before = encoder.keptFields();
      }
    }
    assertThat(encoder.keptFields()).isEqualTo(before);
  }

  @Test
  void whereMostSeriesOfEachCollectionAreNewThoseOfAFewAreKept() {
    for (int collection = 0; collection < 20; collection++) {
      nanos += TimeUnit.SECONDS.toNanos(1);
      for (int batch = 0; batch < 2; batch++) {
        final int first = (2 * collection + batch) * 600;
        assertEncoded(TestMetrics.histogram(histogramPoints(collection, first, 600)));
      }
    }
    assertThat(encoder.keptFields()).isLessThan(7 * 1_200);
  }

  @Test
  void equalAttributesThatAreOtherObjectsAreFound() {
    for (int i = 0; i < 3; i++) {
      assertEncoded(gauge("a", route(1), route(2)), gauge("b", route(2), route(1)));
    }
    assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + 1 + 2);
  }

  @Test
  void aSeriesThatIsGoneIsKeptForThreeMoreMinutesOfExports() {
    assertEncoded(gauge("a", route(1), route(2), route(3)));
    for (int lap = 0; lap < KeptFields.KEPT_LAPS; lap++) {
      nanos += KeptFields.LAP_NANOS;
      for (int export = 0; export < 100; export++) {
        assertEncoded(gauge("a", route(1)));
      }
      assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + 3);
    }
    nanos += KeptFields.LAP_NANOS;
    assertEncoded(gauge("a", route(1)));
    assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + 1);
    assertEncoded(gauge("a", route(3), route(2), route(1)));
  }

  @Test
  void exportsThatAreMoreThanAMinuteApartKeepTheirSeries() {
    for (int export = 0; export < 10; export++) {
      nanos += 10 * KeptFields.LAP_NANOS;
      assertEncoded(gauge("a", route(1), route(2)));
      assertThat(encoder.keptFields()).isEqualTo(OF_A_GAUGE + 2);
    }
  }

  @Test
  void whatIsAskedForInEachLapIsFoundForEver() {
    final ProtoWriter out = new ProtoWriter(1_000);
    final KeptFields kept = new KeptFields(out, 10_000, 0);
    out.string(1, "text");
    kept.add("text", 0);
    for (int lap = 1; lap < 3 * KeptFields.KEPT_LAPS; lap++) {
      out.reset();
      kept.begin(lap * KeptFields.LAP_NANOS, /* isNextCollection= */ true);
      assertThat(kept.write(1, "text")).isTrue();
      assertThat(out.toByteArray()).containsExactly(10, 4, 't', 'e', 'x', 't');
    }
  }

  @Test
  void memoryShrinksWhenMostSeriesAreGone() {
    assertEncoded(gauge("a", routes(0, 5_000)));
    assertThat(encoder.keptMemory()).isGreaterThan(200_000);
    for (int lap = 0; lap <= KeptFields.KEPT_LAPS; lap++) {
      nanos += KeptFields.LAP_NANOS;
      assertEncoded(gauge("a", route(1)));
    }
    assertThat(encoder.keptMemory()).isLessThan(10_000);
  }

  @Test
  void memoryStaysBelowTheLimitWhileSeriesComeAndGo() {
    final int limit = 100_000;
    final MetricsEncoder small = newEncoder(limit);
    for (int export = 0; export < 50; export++) {
      nanos += KeptFields.LAP_NANOS / 2;
      assertEncoded(small, gauge("a", routes(export * 200, 2_000)));
      assertThat(small.keptMemory()).isLessThanOrEqualTo(limit);
    }
    assertThat(small.keptFields()).isGreaterThan(500);
  }

  @Test
  void whatIsLargerThanTheLimitIsEncodedAndNotKept() {
    final Attributes large = Attributes.of(AttributeKey.stringKey("k"), "x".repeat(200_000));
    final MetricsEncoder small = newEncoder(100_000);
    final MetricData metric = gauge("a", large, route(1));
    assertEncoded(small, metric);
    assertEncoded(small, metric);
    assertThat(small.keptFields()).isEqualTo(OF_A_GAUGE + 1);
  }

  @Test
  void aRequestThatFailsHalfWayLeavesNothingWrong() {
    final Attributes broken = Attributes.of(AttributeKey.stringKey("k"), "x".repeat(70 << 20));
    assertEncoded(gauge("a", route(1)));
    assertThatThrownBy(() -> assertEncoded(gauge("a", route(1), broken, route(2))))
        .isInstanceOf(RequestTooLargeException.class);
    assertEncoded(gauge("a", route(2), route(1)));
  }

  @Test
  void exportsAtTheSameTimeHaveEachTheirOwnSeries() throws Exception {
    try (OtlpServer server = new OtlpServer();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).build()) {
      final List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        final int first = thread * 1_000;
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int export = 0; export < 50; export++) {
                    final MetricData metric = gauge("m" + first, routes(first + export % 7, 50));
                    assertThat(
                            exporter.export(List.of(metric)).join(20, TimeUnit.SECONDS).isSuccess())
                        .isTrue();
                  }
                },
                // Not the common pool: where it is small the exports would be one after the other.
                task -> new Thread(task, "exports").start()));
      }
      for (CompletableFuture<Void> thread : threads) {
        thread.get(40, TimeUnit.SECONDS);
      }
      assertThat(server.received).hasSize(200);
      for (final OtlpServer.Received received : server.received) {
        final var metric =
            received.request().getResourceMetrics(0).getScopeMetrics(0).getMetrics(0);
        final int first = Integer.parseInt(metric.getName().substring(1));
        final List<NumberDataPoint> points = metric.getGauge().getDataPointsList();
        final int base = number(points.get(0));
        assertThat(base).isBetween(first, first + 6);
        assertThat(points)
            .extracting(KeptFieldsTest::number)
            .containsExactlyElementsOf(IntStream.range(base, base + 50).boxed().toList());
      }
    }
  }

  private static int number(NumberDataPoint point) {
    return Integer.parseInt(point.getAttributes(0).getValue().getStringValue().substring(1));
  }

  private void assertEncoded(MetricData... metrics) {
    assertEncoded(encoder, metrics);
  }

  private static void assertEncoded(MetricsEncoder encoder, MetricData... metrics) {
    final int unused = encoder.encode(List.of(metrics), new RequestExemplars());
    try {
      assertThat(RoundTripTest.sorted(ExportMetricsServiceRequest.parseFrom(encoder.toByteArray())))
          .isEqualTo(RoundTripTest.ofStock(List.of(metrics)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Another object at each call. */
  private Attributes route(int number) {
    return Attributes.of(
        AttributeKey.stringKey("http.route"), "/" + number, AttributeKey.longKey("status"), 200L);
  }

  private Attributes[] routes(int first, int count) {
    return IntStream.range(first, first + count).mapToObj(this::route).toArray(Attributes[]::new);
  }

  private static MetricData gauge(String name, Attributes... series) {
    return gauge(TestMetrics.RESOURCE, "scope", name, series);
  }

  private static MetricData gauge(
      Resource resource, String scope, String name, Attributes... series) {
    return TestMetrics.longGauge(
        resource,
        SCOPES.computeIfAbsent(
            scope, each -> InstrumentationScopeInfo.builder(each).setVersion("1").build()),
        name,
        Arrays.stream(series)
            .map(each -> ImmutableLongPointData.create(0, TestMetrics.TIME, each, 1))
            .toArray(LongPointData[]::new));
  }

  private static MetricData histogram(Attributes filtered, Attributes... series) {
    final Collection<HistogramPointData> points =
        Arrays.stream(series)
            .map(each -> histogramPoint(each, filtered, List.of(1.0, 2.0)))
            .toList();
    return ImmutableMetricData.createDoubleHistogram(
        TestMetrics.RESOURCE,
        TestMetrics.SCOPE,
        "histogram",
        "A histogram",
        "ms",
        HistogramData.create(AggregationTemporality.CUMULATIVE, points));
  }

  private static HistogramPointData histogramPoint(
      Attributes attributes, Attributes filtered, List<Double> bounds) {
    return histogramPoint(TestMetrics.TIME, attributes, bounds, exemplar(filtered, 0));
  }

  /** A point of one of several collections, ten seconds one after the other. */
  private HistogramPointData histogramPoint(
      int collection, int route, DoubleExemplarData... exemplars) {
    final long time = TestMetrics.TIME + TimeUnit.SECONDS.toNanos(10L * collection);
    return histogramPoint(time, route(route), List.of(1.0, 2.0), exemplars);
  }

  private HistogramPointData[] histogramPoints(int collection, int firstRoute, int count) {
    return IntStream.range(firstRoute, firstRoute + count)
        .mapToObj(route -> histogramPoint(collection, route))
        .toArray(HistogramPointData[]::new);
  }

  private static HistogramPointData histogramPoint(
      long epochNanos,
      Attributes attributes,
      List<Double> bounds,
      DoubleExemplarData... exemplars) {
    return ImmutableHistogramPointData.create(
        TestMetrics.START,
        epochNanos,
        attributes,
        1.5,
        true,
        1.5,
        true,
        1.5,
        bounds,
        List.of(0L, 1L, 0L),
        List.of(exemplars));
  }

  private static DoubleExemplarData exemplar(Attributes filtered, int age) {
    return DoubleExemplarData.create(
        filtered, TestMetrics.EXEMPLAR_TIME + age, TestMetrics.SPAN, 1.5);
  }

  /** Equal to any other one, and changeable. */
  private static final class ForeignAttributes extends ForwardingAttributes {
    ForeignAttributes(Attributes content) {
      super(content);
    }

    void replace(Attributes content) {
      attributes = content;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Attributes;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  /** A key whose name changes. */
  private static final class ForeignKey implements AttributeKey<String> {
    private String name;

    ForeignKey(String name) {
      this.name = name;
    }

    @Override
    public String getKey() {
      return name;
    }

    @Override
    public AttributeType getType() {
      return AttributeType.STRING;
    }
  }
}
