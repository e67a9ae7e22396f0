package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A monitoring library leaves nothing behind: no thread, no provider, no class loader. */
@Timeout(240)
@Tag("long")
class LeakTest {
  private static final Logger GLINT = Logger.getLogger("io.glint");

  @Test
  void aProviderThatWasClosedIsCollected() throws Exception {
    awaitCleared(closedProvider());
  }

  private static WeakReference<GlintMeterProvider> closedProvider() {
    final GlintMeterProvider provider = usedProvider();
    provider.close();
    return new WeakReference<>(provider);
  }

  @Test
  void aProviderThatWasForgottenIsCollected() throws Exception {
    awaitCleared(new WeakReference<>(usedProvider()));
  }

  private static GlintMeterProvider usedProvider() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build();
    final Meter meter = provider.get("leak");
    meter.counterBuilder("counter").build().add(1);
    meter.gaugeBuilder("gauge").buildWithCallback(gauge -> gauge.record(1));
    assertThat(reader.collectAllMetrics()).hasSize(2);
    return provider;
  }

  @Test
  void anApplicationThatIsUndeployedLeavesNoClassLoaderAndNoThread() throws Exception {
    final Level level = GLINT.getLevel();
    GLINT.setLevel(Level.OFF);
    try {
      final Set<Thread> before = Thread.getAllStackTraces().keySet();
      awaitCleared(deployAndUndeploy());
      awaitNoOtherThreadThan(before);
    } finally {
      GLINT.setLevel(level);
    }
  }

  private static WeakReference<ClassLoader> deployAndUndeploy() throws Exception {
    final Thread thread = Thread.currentThread();
    final ClassLoader own = thread.getContextClassLoader();
    try (URLClassLoader application =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      thread.setContextClassLoader(application);
      final Class<?> probe = application.loadClass("io.glint.it.LeakProbe");
      assertThat(probe).isNotSameAs(LeakProbe.class);
      ((Runnable) probe.getConstructor().newInstance()).run();
      return new WeakReference<>(application);
    } finally {
      thread.setContextClassLoader(own);
    }
  }

  private static URL[] classPath() throws MalformedURLException {
    final List<URL> urls = new ArrayList<>();
    final StringTokenizer entries =
        new StringTokenizer(System.getProperty("java.class.path"), File.pathSeparator);
    while (entries.hasMoreTokens()) {
      urls.add(new File(entries.nextToken()).toURI().toURL());
    }
    return urls.toArray(new URL[0]);
  }

  private static void awaitCleared(WeakReference<?> reference) throws InterruptedException {
    for (int i = 0; i < 600 && reference.get() != null; i++) {
      System.gc();
      Thread.sleep(100);
    }
    assertThat(reference.get()).isNull();
  }

  private static void awaitNoOtherThreadThan(Set<Thread> known) throws InterruptedException {
    List<Thread> others = others(known);
    for (int i = 0; i < 300 && !others.isEmpty(); i++) {
      Thread.sleep(100);
      others = others(known);
    }
    assertThat(others).isEmpty();
  }

  private static List<Thread> others(Set<Thread> known) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !known.contains(thread))
        // Started by the JVM on first use.
        .filter(thread -> !"Common-Cleaner".equals(thread.getName()))
        .filter(thread -> !"process reaper".equals(thread.getName()))
        .filter(thread -> thread.getThreadGroup() != null)
        .filter(thread -> !"system".equals(thread.getThreadGroup().getName()))
        .toList();
  }
}
