package io.glint.exporter.openmetrics;

import java.io.IOException;
import java.net.Socket;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** How connections are encrypted. Thread-safe. */
final class ServerTls {

  private final Supplier<SSLContext> context;
  private final boolean clientCertificateRequired;

  ServerTls(Supplier<SSLContext> context, boolean clientCertificateRequired) {
    this.context = context;
    this.clientCertificateRequired = clientCertificateRequired;
  }

  boolean clientCertificateRequired() {
    return clientCertificateRequired;
  }

  /** Encrypts for a socket, which is closed with the result; the handshake is still to be made. */
  SSLSocket over(Socket socket) throws IOException {
    final SSLSocket encrypted =
        (SSLSocket)
            context.get().getSocketFactory().createSocket(socket, null, /* autoClose= */ true);
    encrypted.setUseClientMode(false);
    encrypted.setNeedClientAuth(clientCertificateRequired);
    return encrypted;
  }
}
