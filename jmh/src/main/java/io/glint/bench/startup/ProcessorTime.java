package io.glint.bench.startup;

import io.glint.bench.tool.ChildJvm;
import java.lang.management.ManagementFactory;

/** What a JVM has used of processors. */
final class ProcessorTime {
  /** The name by which it is told, in nanoseconds. */
  static final String NANOS = "processor";

  private ProcessorTime() {}

  /** Tells the parent, where the JVM knows. */
  static void tell() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      ChildJvm.tell(NANOS, system.getProcessCpuTime());
    }
  }
}
