package io.glint.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** TLS settings from PEM files. */
final class PemTls {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", Pattern.DOTALL);
  private static final char[] PASSWORD = new char[0];

  private PemTls() {}

  /**
   * Reads the files.
   *
   * @param trusted certificates to trust, null for those of the JVM
   * @param key private key of the client, PKCS #8; null for none, then so is {@code chain}
   * @throws IllegalArgumentException if something is missing or cannot be read
   */
  static SSLContext context(Path trusted, Path key, Path chain) {
    if ((key == null) != (chain == null)) {
      throw new IllegalArgumentException(
          "of the client's key and certificate, one is set without the other");
    }
    try {
      final SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          key == null ? null : keys(key, chain), trusted == null ? null : trust(trusted), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(e.toString(), e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      final Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException(file + " holds no certificate");
      }
      return certificates;
    }
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    final KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, PASSWORD);
    return store;
  }

  private static TrustManager[] trust(Path file) throws IOException, GeneralSecurityException {
    final KeyStore store = emptyStore();
    int number = 0;
    for (final Certificate certificate : certificates(file)) {
      store.setCertificateEntry("trusted" + number++, certificate);
    }
    final TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager[] keys(Path key, Path chain)
      throws IOException, GeneralSecurityException {
    final KeyStore store = emptyStore();
    store.setKeyEntry(
        "client", privateKey(key), PASSWORD, certificates(chain).toArray(Certificate[]::new));
    final KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    return factory.getKeyManagers();
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    final Matcher matcher = KEY.matcher(Files.readString(file));
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          file + " holds no private key of the form PKCS #8, BEGIN PRIVATE KEY");
    }
    final PKCS8EncodedKeySpec encoded =
        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    InvalidKeySpecException failure = null;
    for (final String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        failure = e;
      }
    }
    throw failure;
  }
}
