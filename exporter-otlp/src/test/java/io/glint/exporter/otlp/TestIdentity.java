package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

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
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A key and a certificate for it, which it has signed itself, or an authority of its own. */
final class TestIdentity {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final String ALIAS = "own";
  private static final String AUTHORITY = "authority";

  private final KeyStore keys;

  private TestIdentity(KeyStore keys) {
    this.keys = keys;
  }

  /**
   * Makes one. The JDK has no API to make a certificate, but a tool.
   *
   * @param host the only one that the certificate is for
   */
  static TestIdentity of(Path directory, String name, String host) {
    return new TestIdentity(
        keytool(directory.resolve(name + ".p12"), ALIAS, host, List.of("-ext", "SAN=dns:" + host)));
  }

  /**
   * Makes one whose time is over. An authority has signed it: that a certificate is too old counts
   * only where it is not trusted itself.
   */
  static TestIdentity expired(Path directory, String host) {
    Path file = directory.resolve("expired.p12");
    keytool(file, AUTHORITY, "authority.example", List.of("-ext", "bc:c"));
    List<String> old = new ArrayList<>(List.of("-startdate", "-10d", "-validity", "2"));
    old.addAll(List.of("-signer", AUTHORITY, "-ext", "SAN=dns:" + host));
    KeyStore keys = keytool(file, ALIAS, host, old);
    try {
      keys.deleteEntry(AUTHORITY);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return new TestIdentity(keys);
  }

  private static KeyStore keytool(Path file, String alias, String host, List<String> more) {
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-alias", alias));
      command.addAll(List.of("-dname", "CN=" + host));
      command.addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
      command.addAll(List.of("-keystore", file.toString()));
      command.addAll(more);
      Process keytool = new ProcessBuilder(command).inheritIO().start();
      assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, PASSWORD);
      }
      return keys;
    } catch (IOException | InterruptedException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a client has to trust so that it trusts this identity. */
  byte[] trustedPem() {
    try {
      Certificate[] chain = keys.getCertificateChain(ALIAS);
      return pem("CERTIFICATE", chain[chain.length - 1].getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] certificatePem() {
    try {
      return pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] keyPem() {
    try {
      return pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Trusts this identity only. */
  X509TrustManager trustManager() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has this identity, and trusts another one only. */
  SSLContext contextTrusting(TestIdentity other) {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), new X509TrustManager[] {other.trustManager()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * TLS for a server with this identity.
   *
   * @param client the only one that is let in; null for whoever comes
   */
  HttpsConfigurator https(TestIdentity client) {
    SSLContext context = contextTrusting(client == null ? this : client);
    return new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters ssl = context.getDefaultSSLParameters();
        ssl.setNeedClientAuth(client != null);
        parameters.setSSLParameters(ssl);
      }
    };
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
}
