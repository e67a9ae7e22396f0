package io.glint.exporter.otlp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file with one encoded request that waits for its delivery, for the next start of the
 * application.
 *
 * <p>At any moment the file is whole or absent: a new content is written to a file beside it,
 * forced to the disk, and renamed. A content whose length or checksum is wrong, as a disk or a user
 * may leave it, is told apart. A lock, which the operating system gives up with the process, keeps
 * two exporters from using one file. Safe for use by several threads at once.
 */
final class PendingFile implements AutoCloseable {
  /** "GlintOT1". */
  private static final long MAGIC = 0x476C_696E_744F_5431L;

  private static final int HEADER = 2 * Long.BYTES + Integer.BYTES;

  /**
   * The lock files of this process. Where one process closes a lock file twice, the operating
   * system gives up the lock with the first time: so it is not opened twice.
   */
  private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path next;
  private final Path lockFile;
  private final FileChannel lockChannel;
  private final FileLock lock;

  /**
   * Takes the file, which need not exist.
   *
   * @throws IOException if its directory cannot be made or written, or the file is in use
   */
  PendingFile(Path path) throws IOException {
    this.path = path.toAbsolutePath();
    this.next = sibling(".next");
    final Path directory = this.path.getParent();
    if (directory == null) {
      throw new IOException("it is a directory");
    }
    // Also if it is a link to one, which createDirectories() does not take.
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    this.lockFile = directory.toRealPath().resolve(sibling(".lock").getFileName());
    if (!IN_USE.add(lockFile)) {
      throw inUse();
    }
    FileChannel channel = null;
    FileLock taken = null;
    try {
      channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      taken = tryLock(channel);
      Files.deleteIfExists(next);
    } catch (IOException | RuntimeException | Error e) {
      try {
        if (channel != null) {
          channel.close();
        }
      } finally {
        IN_USE.remove(lockFile);
      }
      throw e;
    }
    this.lockChannel = channel;
    this.lock = taken;
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another class loader of this process has it.
      lock = null;
    }
    if (lock == null) {
      throw inUse();
    }
    return lock;
  }

  private static IOException inUse() {
    return new IOException("another exporter uses it");
  }

  private Path sibling(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  /**
   * The request in the file, or null if there is none.
   *
   * @throws IOException if it cannot be read, or is damaged: then it is moved aside
   */
  synchronized byte @Nullable [] read() throws IOException {
    final byte[] content;
    try {
      content = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return null;
    }
    final byte[] request = content.length < HEADER ? null : checked(ByteBuffer.wrap(content));
    if (request == null) {
      final Path aside = sibling(".damaged");
      Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
      throw new IOException("it is damaged, and was moved to " + aside);
    }
    return request;
  }

  private static byte @Nullable [] checked(ByteBuffer content) {
    final long magic = content.getLong();
    final long length = content.getLong();
    final int checksum = content.getInt();
    if (magic != MAGIC || length != content.remaining()) {
      return null;
    }
    final byte[] request = new byte[content.remaining()];
    content.get(request);
    return checksum(request) == checksum ? request : null;
  }

  /**
   * Replaces the content. If this fails, the file has the content it had.
   *
   * @throws IOException if the disk is full, for one
   */
  synchronized void write(byte[] request) throws IOException {
    final ByteBuffer header =
        ByteBuffer.allocate(HEADER)
            .putLong(MAGIC)
            .putLong(request.length)
            .putInt(checksum(request))
            .flip();
    try {
      try (FileChannel channel =
          FileChannel.open(
              next,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeFully(channel, header);
        writeFully(channel, ByteBuffer.wrap(request));
        channel.force(true);
      }
      rename();
    } catch (IOException e) {
      try {
        Files.deleteIfExists(next);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    forceDirectory();
  }

  private void rename() throws IOException {
    try {
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      // Within one directory this is a file system of its own kind; the checksum tells a torn file.
      Files.move(next, path, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      // In pieces: the JDK copies what it writes into memory outside of the heap, and keeps that.
      final ByteBuffer piece =
          buffer.slice(buffer.position(), Math.min(buffer.remaining(), 65_536));
      while (piece.hasRemaining()) {
        channel.write(piece);
      }
      buffer.position(buffer.position() + piece.position());
    }
  }

  /** A rename, or the end of a file, is lasting once the directory is on the disk. */
  private void forceDirectory() {
    try (FileChannel directory = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      // Windows has no such thing.
    }
  }

  /** Deletes the file, if there is one: all of it was delivered, or given up. */
  synchronized void delete() throws IOException {
    if (Files.deleteIfExists(path)) {
      // So that it is not there again after a power cut, and sent twice.
      forceDirectory();
    }
  }

  private static int checksum(byte[] bytes) {
    final CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** Lets another exporter use the file. */
  @Override
  public synchronized void close() throws IOException {
    if (!lockChannel.isOpen()) {
      return;
    }
    try {
      lock.close();
    } finally {
      try {
        lockChannel.close();
      } finally {
        IN_USE.remove(lockFile);
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
