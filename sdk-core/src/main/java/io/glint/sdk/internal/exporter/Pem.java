package io.glint.sdk.internal.exporter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Certificates and private keys in PEM format. */
public final class Pem {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", Pattern.DOTALL);
  private static final char[] PASSWORD = new char[0];

  private Pem() {}

  /**
   * Reads certificates to trust.
   *
   * @param pem one or more, in PEM format
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  public static X509TrustManager trustManager(byte[] pem) {
    try {
      final KeyStore store = emptyStore();
      int number = 0;
      for (final Certificate certificate : certificates(pem)) {
        store.setCertificateEntry("trusted" + number++, certificate);
      }
      return trustManager(store);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("the certificates cannot be read: " + e, e);
    }
  }

  /**
   * Reads how one side of a connection identifies itself.
   *
   * @param keyPem private key, PKCS #8, in PEM format
   * @param chainPem its certificate, and those of who signed it
   * @throws IllegalArgumentException if one is missing or cannot be read
   */
  public static KeyManager[] keyManagers(byte[] keyPem, byte[] chainPem) {
    try {
      final KeyStore store = emptyStore();
      store.setKeyEntry(
          "own", privateKey(keyPem), PASSWORD, certificates(chainPem).toArray(Certificate[]::new));
      return keyManagers(store, PASSWORD);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("the key and certificate cannot be read: " + e, e);
    }
  }

  /** The keys of a store, as one side of a connection needs them. */
  public static KeyManager[] keyManagers(KeyStore store, char[] password)
      throws GeneralSecurityException {
    final KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return factory.getKeyManagers();
  }

  /**
   * Trusts the certificates of a store.
   *
   * @param store null for what the JVM trusts
   */
  public static X509TrustManager trustManager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    final TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (final TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager found) {
        return found;
      }
    }
    throw new IllegalStateException("This JVM has no manager of trusted X.509 certificates");
  }

  private static Collection<? extends Certificate> certificates(byte[] pem)
      throws GeneralSecurityException {
    final Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("the PEM holds no certificate");
    }
    return certificates;
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    final KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, PASSWORD);
    return store;
  }

  private static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    final Matcher matcher = KEY.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "the PEM holds no private key of the form PKCS #8, BEGIN PRIVATE KEY");
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
