package io.glint.exporter.otlp;

import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** What is usually wrong when TLS fails in a certain way. */
final class TlsAdvice {
  private TlsAdvice() {}

  /**
   * What TLS may have to do with a connection that ended without an answer and without a word of
   * TLS. A server that takes TLS only, and one that asks for a client's certificate, may end it so.
   *
   * @param isTls whether the endpoint is https
   * @return a sentence with a space in front
   */
  static String ofBrokenConnection(boolean isTls) {
    return isTls
        ? " A server that asks for a client's certificate may end the connection where there is"
            + " none: set it with setClientTls or setSslContext."
        : " A port that takes TLS only needs an endpoint that begins with https://.";
  }

  /**
   * The advice for an exception.
   *
   * @param hintAtPort appended where the port may be the wrong one; empty for none
   */
  static String of(SSLException exception, String hintAtPort) {
    final String message = String.valueOf(exception.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("unrecognized ssl message") || message.contains("plaintext connection")) {
      return "The port does not speak TLS: set an endpoint that begins with http://, or the server's"
          + " port for https."
          + hintAtPort;
    }
    for (Throwable t = exception; t != null; t = t.getCause()) {
      if (t instanceof CertificateException) {
        return "Check the server's certificate, and what was given to setTrustedCertificates or"
            + " setSslContext.";
      }
    }
    if (message.contains("bad_certificate") || message.contains("certificate_required")) {
      return "The server does not take the client's certificate, or asks for one: set it with"
          + " setClientTls or setSslContext.";
    }
    if (exception instanceof SSLHandshakeException
        && message.contains("terminated the handshake")) {
      return "The server ended the TLS handshake: check that its port speaks TLS, and whether it asks"
          + " for a client's certificate, which setClientTls and setSslContext set."
          + hintAtPort;
    }
    return "Check the TLS settings of the server, its certificate, and what was given to"
        + " setTrustedCertificates, setClientTls or setSslContext.";
  }
}
