package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class UntracedTest {
  private static final ContextKey<String> KEY = ContextKey.named("key");

  /** The class is at one of two places; all supported versions of the API have it. */
  private static boolean isSuppressed(Context context) throws ReflectiveOperationException {
    Class<?> type;
    try {
      type = Class.forName("io.opentelemetry.api.impl.InstrumentationUtil");
    } catch (ClassNotFoundException e) {
      type = Class.forName("io.opentelemetry.api.internal.InstrumentationUtil");
    }
    final Method method = type.getMethod("shouldSuppressInstrumentation", Context.class);
    return (boolean) method.invoke(null, context);
  }

  @Test
  void instrumentationIsSuppressedAndTheCallersContextIsLeft() throws Exception {
    final AtomicReference<Context> seen = new AtomicReference<>();
    try (Scope scope = Context.root().with(KEY, "request").makeCurrent()) {
      Untraced.run(() -> seen.set(Context.current()));
      assertThat(Context.current().get(KEY)).isEqualTo("request");
    }
    assertThat(seen.get().get(KEY)).isNull();
    assertThat(isSuppressed(seen.get())).isTrue();
    assertThat(isSuppressed(Context.current())).isFalse();
  }

  @Test
  void whatTheTaskThrowsIsThrownAsItIs() {
    final RuntimeException failure = new IllegalStateException("of the task");
    assertThatThrownBy(
            () ->
                Untraced.run(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
  }
}
