package io.glint.testing;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * A key and a certificate for it, which it has signed itself, or an authority of its own; in memory
 * and in files.
 */
public final class TestIdentity {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final String ALIAS = "own";
  private static final String AUTHORITY = "authority";

  private final KeyStore keys;
  private final Path store;
  private final Path certificate;
  private final Path key;

  private TestIdentity(KeyStore keys, Path store) {
    this.keys = keys;
    this.store = store;
    final String name = store.getFileName().toString().replace(".p12", "");
    this.certificate = store.resolveSibling(name + ".crt");
    this.key = store.resolveSibling(name + ".key");
    try {
      Files.write(certificate, certificatePem());
      Files.write(key, keyPem());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Makes one. The JDK has no API to make a certificate, but a tool.
   *
   * @param host the only one that the certificate is for, a name or an IPv4 address
   */
  public static TestIdentity of(Path directory, String name, String host) {
    final Path file = directory.resolve(name + ".p12");
    return new TestIdentity(keytool(file, ALIAS, name, List.of("-ext", alternative(host))), file);
  }

  /**
   * Makes one whose time is over. An authority has signed it: that a certificate is too old counts
   * only where it is not trusted itself.
   */
  public static TestIdentity expired(Path directory, String host) {
    final Path file = directory.resolve("expired.p12");
    keytool(file, AUTHORITY, "authority.example", List.of("-ext", "bc:c"));
    final List<String> old = new ArrayList<>(List.of("-startdate", "-10d", "-validity", "2"));
    old.addAll(List.of("-signer", AUTHORITY, "-ext", alternative(host)));
    final KeyStore keys = keytool(file, ALIAS, host, old);
    try {
      keys.deleteEntry(AUTHORITY);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return new TestIdentity(keys, file);
  }

  private static String alternative(String host) {
    return (host.matches("[0-9.]+") ? "SAN=ip:" : "SAN=dns:") + host;
  }

  private static KeyStore keytool(Path file, String alias, String name, List<String> more) {
    try {
      final List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-alias", alias));
      command.addAll(List.of("-dname", "CN=" + name));
      command.addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
      command.addAll(List.of("-keystore", file.toString()));
      command.addAll(more);
      final Process keytool =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!keytool.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("keytool does not end");
      }
      final KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD);
      }
      return keys;
    } catch (IOException | InterruptedException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The PKCS #12 file that it is in. */
  public Path store() {
    return store;
  }

  /** Of the store, and of the key in it. */
  public static char[] password() {
    return PASSWORD.clone();
  }

  /** The file with its certificate, in PEM format. */
  public Path certificate() {
    return certificate;
  }

  /** The file with its key, in PEM format. */
  public Path key() {
    return key;
  }

  /** What a client has to trust so that it trusts this identity. */
  public byte[] trustedPem() {
    try {
      final Certificate[] chain = keys.getCertificateChain(ALIAS);
      return pem("CERTIFICATE", chain[chain.length - 1].getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public byte[] certificatePem() {
    try {
      return pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public byte[] keyPem() {
    try {
      return pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] pem(String kind, byte[] content) {
    return ("-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
            + "\n-----END "
            + kind
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Trusts this identity only. */
  public X509TrustManager trustManager() {
    try {
      final KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
      final TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has this identity, and trusts another one only. */
  public SSLContext contextTrusting(TestIdentity other) {
    try {
      final KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD);
      return context(factory.getKeyManagers(), other);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has no identity, and trusts this one only. */
  public SSLContext contextOfOthers() {
    try {
      return context(null, this);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SSLContext context(KeyManager[] own, TestIdentity trusted)
      throws GeneralSecurityException {
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(own, new X509TrustManager[] {trusted.trustManager()}, null);
    return context;
  }

  /**
   * TLS for a server with this identity.
   *
   * @param client the only one that is let in; null for whoever comes
   */
  public HttpsConfigurator https(TestIdentity client) {
    final SSLContext context = contextTrusting(client == null ? this : client);
    return new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters parameters) {
        final SSLParameters ssl = context.getDefaultSSLParameters();
        ssl.setNeedClientAuth(client != null);
        parameters.setSSLParameters(ssl);
      }
    };
  }
}
