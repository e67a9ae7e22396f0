package io.glint.exporter.otlp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection over TCP. Used by one thread at a time, which waits in a selector: an interrupt ends
 * that, and while a request is sent the answer is seen.
 */
final class PlainConnection {
  /** How an answer begins that only says that one will come. HTTP/1.0 has none. */
  private static final String INTERIM = "HTTP/1.1 1";

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;

  /** What was received and not read yet, ready to be read. */
  private final ByteBuffer received = ByteBuffer.allocate(8192).flip();

  /** Why not all could be written; the server may have said so before. */
  private @Nullable IOException writeFailure;

  private long idleSince;

  private PlainConnection(SocketChannel channel, Selector selector) throws IOException {
    this.channel = channel;
    this.selector = selector;
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    this.key = channel.register(selector, 0);
  }

  /**
   * Connects to the first address of a host where a server takes it.
   *
   * @param connectNanos how long each address may take; 0 for no limit of its own
   * @throws ConnectException if there is no such host, or no server
   * @throws HttpConnectTimeoutException after the limit
   */
  static PlainConnection to(String host, int port, long connectNanos)
      throws IOException, InterruptedException {
    try {
      return to(InetAddress.getAllByName(host), port, connectNanos);
    } catch (UnknownHostException e) {
      final ConnectException failure = new ConnectException();
      failure.initCause(new UnresolvedAddressException());
      throw failure;
    }
  }

  /** As {@link #to(String, int, long)}, of a host with these addresses. */
  static PlainConnection to(InetAddress[] addresses, int port, long connectNanos)
      throws IOException, InterruptedException {
    IOException failure = null;
    for (final InetAddress address : addresses) {
      try {
        return to(new InetSocketAddress(address, port), connectNanos);
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    throw Objects.requireNonNull(failure, "no address");
  }

  private static PlainConnection to(InetSocketAddress address, long connectNanos)
      throws IOException, InterruptedException {
    final SocketChannel channel = SocketChannel.open();
    Selector selector = null;
    PlainConnection connection = null;
    try {
      selector = Selector.open();
      final PlainConnection made = new PlainConnection(channel, selector);
      made.connect(address, connectNanos);
      connection = made;
      return made;
    } finally {
      if (connection == null) {
        channel.close();
        if (selector != null) {
          selector.close();
        }
      }
    }
  }

  private void connect(InetSocketAddress address, long connectNanos)
      throws IOException, InterruptedException {
    final long begin = System.nanoTime();
    boolean isConnected = channel.connect(address);
    while (!isConnected) {
      final long rest = connectNanos - (System.nanoTime() - begin);
      if (connectNanos > 0 && rest <= 0) {
        throw new HttpConnectTimeoutException("HTTP connect timed out");
      }
      // A part of a millisecond counts as one: 0 would stand for no limit.
      final boolean unused =
          await(
              SelectionKey.OP_CONNECT,
              connectNanos > 0 ? TimeUnit.NANOSECONDS.toMillis(rest) + 1 : 0);
      isConnected = channel.finishConnect();
    }
  }

  /**
   * Waits until the channel can do something.
   *
   * @param millis 0 for no limit
   * @return whether there is something to read, or the end
   */
  private boolean await(int operations, long millis) throws IOException, InterruptedException {
    key.interestOps(operations);
    selector.select(millis);
    // What a key was ready for before stays in it when nothing has come.
    final boolean isReadable = !selector.selectedKeys().isEmpty() && key.isReadable();
    selector.selectedKeys().clear();
    if (Thread.interrupted()) {
      throw new InterruptedException("closed");
    }
    return isReadable;
  }

  /**
   * Writes all of it.
   *
   * @return false if the other side has answered, or closed the connection, before that
   */
  boolean write(ByteBuffer bytes) throws IOException, InterruptedException {
    int operations = SelectionKey.OP_WRITE | SelectionKey.OP_READ;
    try {
      while (true) {
        final int unused = channel.write(bytes);
        if (!bytes.hasRemaining()) {
          return true;
        }
        if (await(operations, 0)) {
          if (!receive() || !mayBeInterim()) {
            return false;
          }
          if (received.remaining() >= INTERIM.length()) {
            operations = SelectionKey.OP_WRITE;
          }
        }
      }
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      writeFailure = e;
      return false;
    }
  }

  /**
   * Reads what is there, behind what was not read yet.
   *
   * @return false at the end of the connection
   */
  private boolean receive() throws IOException {
    received.compact();
    try {
      return channel.read(received) >= 0;
    } catch (SocketException e) {
      // A reset shows when reading or when writing, by chance: it is one and the same to users.
      final IOException reset = new IOException(e.getMessage());
      reset.addSuppressed(e);
      throw reset;
    } finally {
      received.flip();
    }
  }

  /** Whether what was received may begin an answer that only says that one will come. */
  private boolean mayBeInterim() {
    final int known = Math.min(received.remaining(), INTERIM.length());
    for (int i = 0; i < known; i++) {
      if (received.get(received.position() + i) != INTERIM.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The next byte.
   *
   * @return -1 at the end of the connection
   */
  int read() throws IOException, InterruptedException {
    return hasByte() ? received.get() & 0xff : -1;
  }

  /**
   * Reads what is there, after waiting for one byte at least.
   *
   * @return how many bytes; -1 at the end of the connection
   */
  int read(byte[] bytes, int length) throws IOException, InterruptedException {
    if (!hasByte()) {
      return -1;
    }
    final int size = Math.min(length, received.remaining());
    received.get(bytes, 0, size);
    return size;
  }

  /**
   * Waits for a byte.
   *
   * @return false at the end of the connection
   * @throws IOException why not all could be written, if nothing has come since
   */
  private boolean hasByte() throws IOException, InterruptedException {
    while (!received.hasRemaining()) {
      if (!receive()) {
        if (writeFailure != null) {
          throw writeFailure;
        }
        return false;
      }
      if (!received.hasRemaining()) {
        final boolean unused = await(SelectionKey.OP_READ, 0);
      }
    }
    return true;
  }

  void beginIdle() {
    idleSince = System.nanoTime();
  }

  /** How long ago the last request ended. */
  long idleNanos() {
    return System.nanoTime() - idleSince;
  }

  /** Whether the other side has not closed it, nor sent what nobody asked for. */
  boolean isOpen() {
    if (received.hasRemaining()) {
      return false;
    }
    try {
      return receive() && !received.hasRemaining();
    } catch (IOException e) {
      return false;
    }
  }

  void close() {
    try {
      selector.close();
      channel.close();
    } catch (IOException e) {
      // What there was to say was said.
    }
  }
}
