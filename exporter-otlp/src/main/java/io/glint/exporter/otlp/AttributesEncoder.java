package io.glint.exporter.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Writes attributes as repeated {@code KeyValue}, in their order. What it has written is kept for
 * later exports where that is certain to stay true.
 *
 * <p>Attributes can only be walked forwards and are written backwards, so they are put into scratch
 * arrays first, which are kept.
 *
 * <p>An {@code AnyValue} holds a oneof: an empty string, zero, false and an empty list are values
 * and are written; only an absent value gives an empty {@code AnyValue}.
 */
final class AttributesEncoder implements BiConsumer<AttributeKey<?>, Object> {
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private static final int STRING_VALUE = 1;
  private static final int BOOL_VALUE = 2;
  private static final int INT_VALUE = 3;
  private static final int DOUBLE_VALUE = 4;
  private static final int ARRAY_VALUE = 5;
  private static final int KVLIST_VALUE = 6;
  private static final int BYTES_VALUE = 7;

  /** The only field of {@code ArrayValue} and of {@code KeyValueList}. */
  private static final int VALUES = 1;

  private static final Class<?> STANDARD_KEY = AttributeKey.stringKey("key").getClass();

  private final ProtoWriter out;
  private final KeptFields kept;
  private AttributeKey<?>[] keys = new AttributeKey<?>[16];
  private Object[] values = new Object[16];
  private int count;

  AttributesEncoder(ProtoWriter out, KeptFields kept) {
    this.out = out;
    this.kept = kept;
  }

  /** Called by {@link Attributes#forEach}. */
  @Override
  public void accept(AttributeKey<?> key, Object value) {
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
    }
    keys[count] = key;
    values[count++] = value;
  }

  /** Writes each attribute as one element of the repeated field, and keeps the field. */
  void write(int field, Attributes attributes) {
    if (attributes.isEmpty() || kept.write(field, attributes)) {
      return;
    }
    final int end = out.size();
    if (encode(field, attributes)) {
      kept.add(attributes, end);
    }
  }

  /** Writes attributes that are not expected in a later export. */
  void writeOnce(int field, Attributes attributes) {
    if (!attributes.isEmpty()) {
      final boolean unused = encode(field, attributes);
    }
  }

  /** Answers whether there is nothing in it that can change later. */
  private boolean encode(int field, Attributes attributes) {
    attributes.forEach(this);
    boolean isConstant = true;
    while (count > 0) {
      final AttributeKey<?> key = keys[--count];
      final Object value = values[count];
      keys[count] = null;
      values[count] = null;

      final AttributeType type = key.getType();
      isConstant &= key.getClass() == STANDARD_KEY && isConstant(type);
      final int end = out.size();
      writeAttribute(type, value);
      out.endMessage(VALUE, end);
      out.string(KEY, key.getKey());
      out.endMessage(field, end);
    }
    return isConstant;
  }

  private static boolean isConstant(AttributeType type) {
    return switch (type) {
      case STRING, BOOLEAN, LONG, DOUBLE -> true;
      default -> false;
    };
  }

  /** Forgets attributes that an exception kept from being written. */
  void clear() {
    Arrays.fill(keys, 0, count, null);
    Arrays.fill(values, 0, count, null);
    count = 0;
  }

  /** Writes the content of an {@code AnyValue}. */
  private void writeAttribute(AttributeType type, Object value) {
    switch (type) {
      case STRING -> out.stringPresent(STRING_VALUE, (String) value);
      case BOOLEAN -> out.boolPresent(BOOL_VALUE, (Boolean) value);
      case LONG -> out.int64Present(INT_VALUE, (Long) value);
      case DOUBLE -> out.float64Present(DOUBLE_VALUE, (Double) value);
      case STRING_ARRAY -> writeArray(AttributeType.STRING, (List<?>) value);
      case BOOLEAN_ARRAY -> writeArray(AttributeType.BOOLEAN, (List<?>) value);
      case LONG_ARRAY -> writeArray(AttributeType.LONG, (List<?>) value);
      case DOUBLE_ARRAY -> writeArray(AttributeType.DOUBLE, (List<?>) value);
      case VALUE -> writeValue((Value<?>) value);
    }
  }

  private void writeArray(AttributeType elementType, List<?> elements) {
    final int end = out.size();
    for (int i = elements.size() - 1; i >= 0; i--) {
      final int elementEnd = out.size();
      final Object element = elements.get(i);
      if (element != null) {
        writeAttribute(elementType, element);
      }
      out.endMessage(VALUES, elementEnd);
    }
    out.endMessage(ARRAY_VALUE, end);
  }

  /** Writes the content of an {@code AnyValue}, nested to any depth. */
  private void writeValue(Value<?> value) {
    switch (value.getType()) {
      case STRING -> out.stringPresent(STRING_VALUE, (String) value.getValue());
      case BOOLEAN -> out.boolPresent(BOOL_VALUE, (Boolean) value.getValue());
      case LONG -> out.int64Present(INT_VALUE, (Long) value.getValue());
      case DOUBLE -> out.float64Present(DOUBLE_VALUE, (Double) value.getValue());
      case ARRAY -> writeValueArray((List<?>) value.getValue());
      case KEY_VALUE_LIST -> writeKeyValueList((List<?>) value.getValue());
      case BYTES -> out.bytesPresent(BYTES_VALUE, (ByteBuffer) value.getValue());
      case EMPTY -> {}
    }
  }

  private void writeValueArray(List<?> elements) {
    final int end = out.size();
    for (int i = elements.size() - 1; i >= 0; i--) {
      final int elementEnd = out.size();
      writeValue((Value<?>) elements.get(i));
      out.endMessage(VALUES, elementEnd);
    }
    out.endMessage(ARRAY_VALUE, end);
  }

  private void writeKeyValueList(List<?> entries) {
    final int end = out.size();
    for (int i = entries.size() - 1; i >= 0; i--) {
      final KeyValue entry = (KeyValue) entries.get(i);
      final int entryEnd = out.size();
      writeValue(entry.getValue());
      out.endMessage(VALUE, entryEnd);
      out.string(KEY, entry.getKey());
      out.endMessage(VALUES, entryEnd);
    }
    out.endMessage(KVLIST_VALUE, end);
  }
}
