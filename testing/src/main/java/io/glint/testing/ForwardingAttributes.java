package io.glint.testing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Attributes of a class that is not OpenTelemetry's, with the content of others. A subclass says
 * what they are equal to, and what goes wrong with them.
 */
public abstract class ForwardingAttributes implements Attributes {
  /** The content. A subclass may replace it. */
  protected Attributes attributes;

  protected ForwardingAttributes(Attributes attributes) {
    this.attributes = attributes;
  }

  @Override
  public <T> T get(AttributeKey<T> key) {
    return attributes.get(key);
  }

  @Override
  public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
    attributes.forEach(consumer);
  }

  @Override
  public int size() {
    return attributes.size();
  }

  @Override
  public boolean isEmpty() {
    return attributes.isEmpty();
  }

  @Override
  public Map<AttributeKey<?>, Object> asMap() {
    return attributes.asMap();
  }

  @Override
  public AttributesBuilder toBuilder() {
    return attributes.toBuilder();
  }
}
