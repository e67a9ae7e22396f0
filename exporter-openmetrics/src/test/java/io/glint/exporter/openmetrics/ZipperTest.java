package io.glint.exporter.openmetrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class ZipperTest {

  private final Zipper zipper = new Zipper();

  @Test
  void bodiesReadBackTheSameOneAfterTheOther() throws IOException {
    final Random random = new Random(6);
    for (final int size : new int[] {0, 1, 500_000, 20, 100_000}) {
      final TextBuffer body = body(random, size);
      final TextBuffer zipped = new TextBuffer(16);
      zipper.zip(body, zipped);
      try (var stream = new GZIPInputStream(new ByteArrayInputStream(zipped.toByteArray()))) {
        assertThat(stream.readAllBytes()).isEqualTo(body.toByteArray());
      }
    }
  }

  @Test
  void compressingAgainAllocatesNothing() {
    final TextBuffer body = body(new Random(7), 200_000);
    final TextBuffer zipped = new TextBuffer(16);
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long thread = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      final long before = threads.getThreadAllocatedBytes(thread);
      zipped.clear();
      zipper.zip(body, zipped);
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    assertThat(least).isLessThan(1000);
  }

  private static TextBuffer body(Random random, int size) {
    final TextBuffer body = new TextBuffer(16);
    while (body.size() < size) {
      body.put((char) (' ' + random.nextInt(90)));
    }
    return body;
  }
}
