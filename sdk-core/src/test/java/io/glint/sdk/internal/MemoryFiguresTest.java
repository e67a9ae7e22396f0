package io.glint.sdk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.HistogramCell;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.DeltaSums;
import io.glint.sdk.internal.series.AliasBudget;
import io.glint.sdk.internal.series.FilteredAttributesCache;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;
import org.openjdk.jol.vm.VM;

/**
 * The sizes in bytes that {@code docs/design.md} and {@code docs/user-guide.md} name, counted
 * object by object. Prints them.
 */
class MemoryFiguresTest {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<String> USER = AttributeKey.stringKey("user.id");

  /** No lambda: object sizes of those cannot be asked for. */
  private static final LongSupplier NO_CLOCK =
      new LongSupplier() {
        @Override
        public long getAsLong() {
          return 0;
        }
      };

  /** What the documents mean: references of four bytes, and headers of twelve. */
  @BeforeAll
  static void onlyWhereObjectsAreLaidOutAsUsual() {
    assumeThat(VM.current().sizeOfField("java.lang.Object")).isEqualTo(4);
    assumeThat(VM.current().objectHeaderSize()).isEqualTo(12);
  }

  private static long bytes(String what, long bytes) {
    System.out.printf("%s: %,d bytes%n", what, bytes);
    return bytes;
  }

  private static long size(Object root) {
    return GraphLayout.parseInstance(root).totalSize();
  }

  @Test
  void aFurtherCellOfASeries() {
    final Cell ofHistogram = new HistogramCell(16, /* padded= */ false).newStripe();
    assertThat(bytes("cell of a histogram of 16 buckets", size(ofHistogram))).isEqualTo(344);
    assertThat(bytes("cell of a counter", size(new SumCell(false).newStripe()))).isEqualTo(208);
  }

  @Test
  void theExemplarsOfACell() {
    final ExemplarReservoir reservoir =
        ExemplarReservoirFactory.alignedHistogramBucket()
            .create(ReservoirSettings.create(16, NO_CLOCK));
    final Context context =
        Context.root()
            .with(
                Span.wrap(
                    SpanContext.create(
                        "0af7651916cd43dd8448eb211c80319c",
                        "b7ad6b7169203331",
                        TraceFlags.getSampled(),
                        TraceState.getDefault())));
    for (int bucket = 0; bucket < 16; bucket++) {
      reservoir.offerDouble(bucket, bucket, Attributes.empty(), context);
    }
    assertThat(bytes("exemplars of a histogram of 16 buckets", size(reservoir)))
        .isBetween(1000L, 1500L);
  }

  @Test
  void theArrayOfHomesAtItsLargest() {
    final Series series = DeltaSums.create(1).stream().seriesMap().findOrAdd(Attributes.empty());
    final List<Cell> taken = new ArrayList<>();
    while (series.cellCount() <= 200) {
      taken.add(series.acquire());
    }
    taken.forEach(Cell::release);
    final long homes = GraphLayout.parseInstance(series).getClassSizes().count(Cell[].class);
    assertThat(bytes("homes", homes)).isBetween(2048L, 2100L);
  }

  @Test
  void theTableForEachSeries() throws Exception {
    assertThat(table(2049)).isBetween(39.0, 40.1);
    assertThat(table(4096)).isBetween(19.9, 20.1);
    assertThat(table(8193)).isBetween(23.9, 24.1);
    assertThat(table(16_384)).isBetween(11.9, 12.1);
  }

  private static double table(int series) throws ReflectiveOperationException {
    final SeriesMap map = DeltaSums.create(100_000).stream().seriesMap();
    for (int i = 0; i < series; i++) {
      map.findOrAdd(Attributes.of(USER, "user " + i));
    }
    final Object table = field(map, "table");
    final long bytes = size(shallow(field(table, "order"))) + size(shallow(field(table, "index")));
    return (double) bytes("table of " + series + " series", bytes) / series;
  }

  private static Object field(Object object, String name) throws ReflectiveOperationException {
    final Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }

  /** An array as large, without what is in it. */
  private static Object shallow(Object array) {
    return new Object[Array.getLength(array)];
  }

  @Test
  void whatIsRememberedOfFilteredAttributes() {
    final FilteredAttributesCache cache = new FilteredAttributesCache(new AliasBudget());
    final Series series = DeltaSums.create(1).stream().seriesMap().findOrAdd(Attributes.empty());
    final long before = size(cache);
    for (int i = 0; i < 200_000; i++) {
      cache.put(Attributes.of(ROUTE, "/cart", USER, "user " + i), series, 0);
    }
    final int sets = cache.size();
    final long bytes = bytes("remembered for " + sets + " sets", size(cache) - before);
    assertThat(sets).isGreaterThan(16_000);
    assertThat(bytes / sets * 1024).as("of a stream").isBetween(140_000L, 180_000L);
    assertThat(bytes / sets * AliasBudget.PLACES)
        .as("of a provider")
        .isBetween(4_500_000L, 5_500_000L);
  }
}
