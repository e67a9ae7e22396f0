package io.glint.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** A TCP port of the loopback interface that nobody listens on. */
public final class FreePort {
  /**
   * Operating systems give ports from 32768 on to connections, and to listeners that ask for any
   * port. One of those would soon be another program's. Those below have their fixed uses.
   */
  private static final int FIRST = 20_000;

  private static final int AFTER_LAST = 32_768;
  private static final int ATTEMPTS = 1_000;

  private FreePort() {}

  /** Finds one, by chance. Another process may take it at any moment, but hardly does. */
  public static int find() {
    IOException taken = new IOException("no attempt was made");
    for (int i = 0; i < ATTEMPTS; i++) {
      final int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        taken = e;
      }
    }
    throw new UncheckedIOException(taken);
  }
}
