package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.Pem;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client trusts, and how it identifies itself.
 *
 * @param context null for that of the JVM
 * @param trustManager the one that the context was made with; null if it is not known
 */
record Tls(@Nullable SSLContext context, @Nullable X509TrustManager trustManager) {
  /** The certificates that the JVM trusts, and none of a client. */
  static final Tls OF_THE_JVM = new Tls(null, null);

  /**
   * Makes a context.
   *
   * @param trustManager null for that of the JVM
   * @param keyManagers null for none
   */
  static Tls of(@Nullable X509TrustManager trustManager, KeyManager @Nullable [] keyManagers) {
    if (trustManager == null && keyManagers == null) {
      return OF_THE_JVM;
    }
    try {
      final X509TrustManager trusted =
          trustManager == null ? Pem.trustManager((KeyStore) null) : trustManager;
      final SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers, new TrustManager[] {trusted}, null);
      return new Tls(context, trusted);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
