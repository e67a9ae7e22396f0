package io.glint.bench;

import com.sun.management.OperatingSystemMXBean;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryManagerMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.util.Version;

/** Where a measurement was made, and of what: without it, a number says nothing. */
public final class Environment {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String UNKNOWN = "unknown";

  /** Others that use more than this of a processor take it away from the benchmarks. */
  private static final double BUSY = 0.2;

  private static final long LOOK_MILLIS = 3_000;

  private Environment() {}

  /** Facts by name, in the order in which to show them. */
  public static Map<String, String> facts() {
    final Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", today().toString());
    facts.put("CPU", cpuModel() + family());
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("processors busy before", busyProcessors());
    facts.put("OS", property("os.name") + " " + property("os.version") + " " + property("os.arch"));
    facts.put(
        "JDK",
        property("java.vm.name")
            + " "
            + property("java.vm.version")
            + " ("
            + property("java.vm.vendor")
            + ")");
    facts.put(
        "collector and largest heap, if none is named",
        collectors() + ", " + Runtime.getRuntime().maxMemory() / 1_000_000 + " MB");
    facts.put("Glint", glintVersion() + ", commit " + property("glint.bench.commit"));
    facts.put("stock", "opentelemetry-sdk-metrics " + stockVersion());
    peers().forEach((name, version) -> facts.put(name.toString(), version.toString()));
    facts.put("JMH", Version.getPlainVersion());
    return facts;
  }

  /** The user's day. */
  static LocalDate today() {
    return LocalDate.now(ZoneId.systemDefault());
  }

  /** As the operating system calls it, or the architecture if it does not say. */
  static String cpuModel() {
    final String name = cpuInfo("model name");
    return name.isEmpty() ? property("os.arch") : name;
  }

  /** A virtual machine often shows no more of the name than the brand. */
  private static String family() {
    final String family = cpuInfo("cpu family");
    return family.isEmpty() ? "" : ", family " + family + ", model " + cpuInfo("model");
  }

  /** Value of a line of the first processor; empty if there is none. */
  private static String cpuInfo(String key) {
    if (!Files.isReadable(CPU_INFO)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .map(line -> line.split("\\s*:\\s*", 2))
          .filter(line -> line.length == 2 && line[0].equals(key))
          .map(line -> line[1].strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  private static String collectors() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .map(MemoryManagerMXBean::getName)
        .collect(Collectors.joining(", "));
  }

  /**
   * How many processors were in use while this JVM slept for some seconds. The load average would
   * still contain the build of the benchmarks.
   */
  private static String busyProcessors() {
    final OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    system.getCpuLoad();
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    final double load = system.getCpuLoad();
    if (!(load >= 0)) {
      return UNKNOWN;
    }
    final double busy = load * Runtime.getRuntime().availableProcessors();
    return String.format(Locale.ROOT, "%.2f", busy) + (busy > BUSY ? ", BUSY: expect noise" : "");
  }

  private static String glintVersion() {
    final String version = Environment.class.getPackage().getImplementationVersion();
    return version == null ? UNKNOWN : version;
  }

  /** As the stock SDK itself tells its backends. */
  private static String stockVersion() {
    final String version =
        Resource.getDefault().getAttribute(AttributeKey.stringKey("telemetry.sdk.version"));
    return version == null ? UNKNOWN : version;
  }

  /** Versions by name, written by the build. */
  private static Map<Object, Object> peers() {
    final Properties peers = new Properties();
    try (InputStream in = Environment.class.getResourceAsStream("peers.properties")) {
      peers.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TreeMap<>(peers);
  }

  private static String property(String name) {
    return System.getProperty(name, UNKNOWN);
  }
}
