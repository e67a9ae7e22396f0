package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two applications in one process, each with its own Glint, that start at the same time. */
@Timeout(60)
class TwoApplicationsTest {
  private static final Logger LOGGER =
      Logger.getLogger("io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder");

  private final Level level = LOGGER.getLevel();

  @AfterEach
  void restore() {
    LOGGER.setFilter(null);
    LOGGER.setLevel(level);
  }

  /** Each with threads and classes of its own. */
  private static final class Application implements AutoCloseable {
    private final URLClassLoader loader =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Function<String, Boolean> probe;

    @SuppressWarnings("unchecked")
    Application() throws Exception {
      probe =
          (Function<String, Boolean>)
              loader.loadClass(SwapProbe.class.getName()).getConstructor().newInstance();
      assertThat(probe.getClass()).isNotSameAs(SwapProbe.class);
    }

    boolean does(String step) throws Exception {
      final Future<Boolean> isSet = thread.submit(() -> probe.apply(step));
      return isSet.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
      thread.shutdownNow();
      loader.close();
    }

    private static URL[] classPath() {
      return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(
              element -> {
                try {
                  return Path.of(element).toUri().toURL();
                } catch (MalformedURLException e) {
                  throw new IllegalStateException(e);
                }
              })
          .toArray(URL[]::new);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void eachNoticesItsOwnGlobalOneAndTheLoggerIsLeftAsItWas(boolean isFirstOneDoneFirst)
      throws Exception {
    final Filter filter = line -> true;
    LOGGER.setFilter(filter);
    LOGGER.setLevel(Level.INFO);
    try (Application first = new Application();
        Application second = new Application()) {
      first.does("begin");
      second.does("begin");
      final Application early = isFirstOneDoneFirst ? first : second;
      final Application late = isFirstOneDoneFirst ? second : first;
      assertThat(early.does("set")).as("the one that is set first").isTrue();
      assertThat(LOGGER.getFilter()).as("the other one waits").isNotSameAs(filter);
      assertThat(LOGGER.getFilter().isLoggable(new LogRecord(Level.FINE, "something else")))
          .as("lines that were not logged before are not logged meanwhile")
          .isFalse();
      assertThat(late.does("set")).as("the one that is set last").isTrue();
    }
    assertThat(LOGGER.getFilter()).isSameAs(filter);
    assertThat(LOGGER.getLevel()).isEqualTo(Level.INFO);
  }
}
