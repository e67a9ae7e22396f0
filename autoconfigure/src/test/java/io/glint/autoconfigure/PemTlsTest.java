package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys from PEM files, against a server that asks its clients who they are. */
@Timeout(60)
class PemTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path folder;
  private Path certificate;
  private Path key;
  private KeyStore store;

  /** One key for both sides, which sign for themselves. */
  private void make(String algorithm) throws Exception {
    final Path file = folder.resolve(algorithm + ".p12");
    final Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "both",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    certificate = pem("CERTIFICATE", store.getCertificate("both").getEncoded());
    key = pem("PRIVATE KEY", store.getKey("both", PASSWORD).getEncoded());
  }

  private Path pem(String what, byte[] content) throws Exception {
    return Files.writeString(
        folder.resolve(what + ".pem"),
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
            + "\n-----END "
            + what
            + "-----\n");
  }

  private HttpsServer server() throws Exception {
    final KeyManagerFactory keys =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    final KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("both", store.getCertificate("both"));
    final TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    final HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            final SSLParameters ssl = context.getDefaultSSLParameters();
            ssl.setNeedClientAuth(true);
            parameters.setSSLParameters(ssl);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void theServerIsTrustedAndTheClientKnown(String algorithm) throws Exception {
    make(algorithm);
    final HttpsServer server = server();
    try {
      final int status =
          HttpClient.newBuilder()
              .sslContext(PemTls.context(certificate, key, certificate))
              .build()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("https://localhost:" + server.getAddress().getPort() + "/"))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode();
      assertThat(status).isEqualTo(200);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsMissingOrNoPemIsRefused() throws Exception {
    make("RSA");
    final Path other = Files.writeString(folder.resolve("other"), "text");
    assertThatThrownBy(() -> PemTls.context(null, key, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PemTls.context(other, null, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PemTls.context(null, other, certificate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PKCS #8");
    assertThatThrownBy(() -> PemTls.context(folder.resolve("none"), null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
