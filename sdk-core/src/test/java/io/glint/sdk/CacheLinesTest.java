package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.stream.ExponentialHistogramStream;
import io.glint.sdk.internal.stream.HistogramStream;
import io.glint.sdk.internal.stream.LastValueStream;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.SumStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A collector does not take cache lines away from threads that record. What a collection of {@link
 * CacheLineScenario} writes is found by watching it, so this holds for what is new as well.
 */
@Tag("long")
class CacheLinesTest {
  private static Class<?> scenario;

  @BeforeAll
  static void loadGlintAnew() throws Exception {
    scenario = Class.forName("io.glint.sdk.CacheLineScenario", true, new Woven());
  }

  private static Object call(String name, boolean... arguments) throws Exception {
    final Method method =
        scenario.getDeclaredMethod(name, boolean.class, boolean.class, boolean.class);
    method.setAccessible(true);
    return method.invoke(null, arguments[0], arguments[1], arguments[2]);
  }

  @ParameterizedTest(name = "delta {0}, reused {1}, exemplars {2}")
  @CsvSource({
    "false, false, false",
    "false, true, false",
    "true, false, false",
    "true, true, false",
    "false, false, true",
    "false, true, true",
    "true, false, true",
    "true, true, true",
  })
  void whatIsWrittenForEachSeriesHasLinesOfItsOwn(
      boolean isDelta, boolean isReused, boolean hasExemplars) throws Exception {
    assertThat(call("sharedLines", isDelta, isReused, hasExemplars)).isEqualTo(List.of());
  }

  @ParameterizedTest(name = "delta {0}, reused {1}, exemplars {2}")
  @CsvSource({"false, true, false", "false, true, true", "true, true, false", "true, true, true"})
  void nothingIsWrittenInWhatRecordersReadIfNothingIsNew(
      boolean isDelta, boolean isReused, boolean hasExemplars) throws Exception {
    assertThat(call("writtenInQuietSeries", isDelta, isReused, hasExemplars)).isEqualTo(List.of());
  }

  @Test
  void aStreamHasOneFieldThatIsWritten() {
    final List<String> written = new ArrayList<>();
    for (final Class<?> type :
        List.of(
            MetricStream.class,
            SumStream.class,
            LastValueStream.class,
            HistogramStream.class,
            ExponentialHistogramStream.class)) {
      for (final var field : type.getDeclaredFields()) {
        if (!java.lang.reflect.Modifier.isFinal(field.getModifiers())) {
          written.add(field.getName());
        }
      }
    }
    assertThat(written).containsExactly("soleSeries");
  }
}
