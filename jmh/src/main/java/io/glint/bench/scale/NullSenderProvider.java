package io.glint.bench.scale;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Consumer;

/** Senders that throw away what they are given: what is left of an export is its encoding. */
public final class NullSenderProvider implements HttpSenderProvider {
  private static final String SERVICE = "META-INF/services/" + HttpSenderProvider.class.getName();

  /**
   * A class loader whose only sender is this. It is not registered for all, or it would be in the
   * way of the real senders.
   */
  static ClassLoader loader() throws IOException {
    final Path service = Files.createTempFile("null-sender", ".txt");
    service.toFile().deleteOnExit();
    Files.writeString(service, NullSenderProvider.class.getName());
    final URL url = service.toUri().toURL();
    return new ClassLoader(NullSenderProvider.class.getClassLoader()) {
      @Override
      public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals(SERVICE)
            ? Collections.enumeration(Collections.singleton(url))
            : super.getResources(name);
      }
    };
  }

  @Override
  public HttpSender createSender(HttpSenderConfig config) {
    return new NullSender();
  }

  private static final class NullSender implements HttpSender {
    @Override
    public void send(
        MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
      try {
        message.writeMessage(OutputStream.nullOutputStream());
      } catch (IOException e) {
        onError.accept(e);
        return;
      }
      onResponse.accept(new Ok());
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private static final class Ok implements HttpResponse {
    private static final byte[] NONE = {};

    @Override
    public int getStatusCode() {
      return 200;
    }

    @Override
    public String getStatusMessage() {
      return "OK";
    }

    @Override
    public byte[] getResponseBody() {
      return NONE;
    }
  }
}
