package io.glint.bench.agent;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;

/**
 * Starts the service that the tests of the agent's extension have, and tells what it has used. By
 * reflection: benchmarks are compiled without it.
 */
public final class MeasuredService {
  /** Begins a line that tells processor time in nanoseconds and bytes that were allocated. */
  static final String USAGE = "usage ";

  /** Begins a line that tells what recording calls cost, see {@link RecordingCalls}. */
  static final String RECORDING = "recording ";

  /** Asks for the line of usage, and for that of recording calls. */
  static final int ASK_USAGE = '\n';

  static final int ASK_RECORDING = 'r';

  private MeasuredService() {}

  /** Entry point: each character of the standard input asks for a line; its end ends all. */
  public static void main(String[] args) throws Exception {
    System.setIn(new Questions(System.in));
    Class.forName("io.glint.javaagent.Service")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  private static void tellUsage() {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = 0;
    for (final long ofOne : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      // Below 0 for one that has just ended.
      bytes += Math.max(0, ofOne);
    }
    final OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.out.println(USAGE + system.getProcessCpuTime() + " " + bytes);
  }

  /** The standard input of the service, which reads byte by byte and waits for its end. */
  private static final class Questions extends FilterInputStream {
    Questions(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      final int read = in.read();
      if (read == ASK_USAGE) {
        tellUsage();
      } else if (read == ASK_RECORDING) {
        System.out.println(RECORDING + RecordingCalls.measure().toLine());
      }
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      final int read = read();
      if (read < 0) {
        return -1;
      }
      bytes[offset] = (byte) read;
      return 1;
    }
  }
}
