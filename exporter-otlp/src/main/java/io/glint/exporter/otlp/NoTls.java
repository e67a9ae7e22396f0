package io.glint.exporter.otlp;

import java.security.KeyManagementException;
import java.security.Provider;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP client of the JDK is given as TLS for plain HTTP through a proxy. Without it the
 * client makes the default context as soon as it is built, which reads all certificates that the
 * JDK trusts: that was a third of the time that a small application takes to its first export.
 *
 * <p>The client follows no redirect, so it never comes to TLS; if it did, it would fail.
 */
final class NoTls extends SSLContext {
  NoTls() {
    super(new Spi(), new None(), "none");
  }

  private static IllegalStateException refused() {
    return new IllegalStateException("The endpoint is plain HTTP: there is no TLS.");
  }

  private static final class None extends Provider {
    private static final long serialVersionUID = 1;

    None() {
      super("none", "1", "no TLS");
    }
  }

  private static final class Spi extends SSLContextSpi {
    @Override
    protected void engineInit(
        KeyManager @Nullable [] keys,
        TrustManager @Nullable [] trust,
        @Nullable SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException(refused());
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      throw refused();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      throw refused();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      throw refused();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      throw refused();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      throw refused();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      throw refused();
    }
  }
}
