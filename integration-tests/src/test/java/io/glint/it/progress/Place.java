package io.glint.it.progress;

import io.glint.testing.ForwardingAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.sdk.common.Clock;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A place in the user's code at which one thread is stopped, until it is released. Both SDKs call
 * that code, each in the middle of what it does.
 */
final class Place {
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile Thread thread;

  /** From now on the current thread is the one to stop. */
  void stopCurrentThread() {
    thread = Thread.currentThread();
  }

  boolean awaitStopped() throws InterruptedException {
    return stopped.await(30, TimeUnit.SECONDS);
  }

  void release() {
    released.countDown();
  }

  private void reached() {
    if (thread == Thread.currentThread()) {
      stopped.countDown();
      try {
        released.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A clock that stops the thread when it is read. */
  Clock clock() {
    return new Clock() {
      @Override
      public long now() {
        reached();
        return Clock.getDefault().now();
      }

      @Override
      public long nanoTime() {
        reached();
        return Clock.getDefault().nanoTime();
      }
    };
  }

  /** A context that stops the thread when it is asked for its span. */
  Context context() {
    final Context context =
        Context.root()
            .with(
                Span.wrap(
                    SpanContext.create(
                        "0af7651916cd43dd8448eb211c80319c",
                        "b7ad6b7169203331",
                        TraceFlags.getSampled(),
                        TraceState.getDefault())));
    return new Context() {
      @Override
      public <V> V get(ContextKey<V> key) {
        reached();
        return context.get(key);
      }

      @Override
      public <V> Context with(ContextKey<V> key, V value) {
        return context.with(key, value);
      }
    };
  }

  /** Attributes that stop the thread when they are compared or read, other than by key. */
  Attributes attributes(Attributes attributes) {
    return new StoppingAttributes(attributes);
  }

  private final class StoppingAttributes extends ForwardingAttributes {
    StoppingAttributes(Attributes attributes) {
      super(attributes);
    }

    @Override
    public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
      reached();
      super.forEach(consumer);
    }

    @Override
    public boolean isEmpty() {
      reached();
      return super.isEmpty();
    }

    @Override
    public Map<AttributeKey<?>, Object> asMap() {
      reached();
      return super.asMap();
    }

    @Override
    public AttributesBuilder toBuilder() {
      reached();
      return super.toBuilder();
    }

    @Override
    public boolean equals(Object other) {
      reached();
      return other == this || attributes.equals(other);
    }

    @Override
    public int hashCode() {
      return attributes.hashCode();
    }
  }
}
