package io.glint.exporter.openmetrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.exporter.Pem;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Keys and certificates of files. They are read again when one of the files has changed, as
 * certificates are renewed while a process runs. What cannot be read then is logged, and the old
 * ones stay. Thread-safe.
 */
final class TlsFiles implements Supplier<SSLContext> {

  /** No more often is looked whether files have changed. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Reads what identifies the server. */
  private interface Keys {
    KeyManager[] read() throws IOException, GeneralSecurityException;
  }

  private final List<Path> files;
  private final Keys keys;

  /** Null if clients need no certificate. */
  private final @Nullable Path trustedClients;

  private final ProblemLog log;

  @GuardedBy("this")
  @SuppressWarnings("NullAway.Init") // By first().
  private SSLContext context;

  @GuardedBy("this")
  @SuppressWarnings("NullAway.Init") // By first().
  private List<FileTime> times;

  @GuardedBy("this")
  private long lookedNanos;

  private TlsFiles(List<Path> files, Keys keys, @Nullable Path trustedClients, ProblemLog log) {
    this.files = new ArrayList<>(files);
    this.keys = keys;
    this.trustedClients = trustedClients;
    this.log = log;
    if (trustedClients != null) {
      this.files.add(trustedClients);
    }
  }

  /**
   * Files in PEM format.
   *
   * @param trustedClients null if clients need no certificate
   * @throws IllegalStateException if one cannot be read
   */
  static TlsFiles pem(
      Path certificates, Path privateKey, @Nullable Path trustedClients, ProblemLog log) {
    final Keys keys =
        () -> Pem.keyManagers(Files.readAllBytes(privateKey), Files.readAllBytes(certificates));
    return new TlsFiles(List.of(certificates, privateKey), keys, trustedClients, log).first();
  }

  /**
   * A key store: PKCS #12 or JKS.
   *
   * @param trustedClients null if clients need no certificate
   * @throws IllegalStateException if one cannot be read
   */
  static TlsFiles keyStore(
      Path store, char[] password, @Nullable Path trustedClients, ProblemLog log) {
    final Keys keys =
        () -> {
          final KeyStore loaded = KeyStore.getInstance(new File(store.toString()), password);
          return Pem.keyManagers(loaded, password);
        };
    return new TlsFiles(List.of(store), keys, trustedClients, log).first();
  }

  private synchronized TlsFiles first() {
    try {
      lookedNanos = System.nanoTime();
      times = times();
      context = read();
      return this;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new IllegalStateException(
          "The server cannot encrypt with "
              + LogText.of(files)
              + ": "
              + LogText.of(e)
              + ". Set files that this process may read by OpenMetricsServerBuilder.setTls, in PEM"
              + " format (the key as PKCS #8, BEGIN PRIVATE KEY) or a key store with its password.",
          e);
    }
  }

  @Override
  public synchronized SSLContext get() {
    final long now = System.nanoTime();
    if (now - lookedNanos > LOOK_NANOS) {
      lookedNanos = now;
      try {
        final List<FileTime> newTimes = times();
        if (!newTimes.equals(times)) {
          context = read();
          times = newTimes;
        }
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        log.warn(
            "certificates",
            "",
            () ->
                "New keys or certificates of the metrics endpoint cannot be read from "
                    + LogText.of(files)
                    + "; it goes on with the old ones:",
            e);
      }
    }
    return context;
  }

  private List<FileTime> times() throws IOException {
    final List<FileTime> found = new ArrayList<>();
    for (final Path file : files) {
      found.add(Files.getLastModifiedTime(file));
    }
    return found;
  }

  private SSLContext read() throws IOException, GeneralSecurityException {
    final TrustManager[] trust =
        trustedClients == null
            ? null
            : new TrustManager[] {Pem.trustManager(Files.readAllBytes(trustedClients))};
    final SSLContext made = SSLContext.getInstance("TLS");
    made.init(keys.read(), trust, null);
    return made;
  }
}
