package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Collects attributes, turns them into labels and writes these, sorted by name, so that equal label
 * sets have equal bytes.
 *
 * <p>OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", sections "Metric
 * Attributes" and "Instrumentation Scope": of keys that become the same label name the values are
 * joined by {@code ;} in the order of the keys. An empty value counts as an absent label
 * (OpenMetrics 1.0, "Label").
 *
 * <p>Not safe for use by several threads at once.
 */
final class LabelSet {

  private static final String SCOPE_PREFIX = "otel_scope_";
  private static final String SCOPE_NAME = SCOPE_PREFIX + "name";
  private static final String SCOPE_VERSION = SCOPE_PREFIX + "version";
  private static final String SCOPE_SCHEMA_URL = SCOPE_PREFIX + "schema_url";
  private static final int MAX_CACHED_NAMES = 4096;

  /** Label names by attribute key; there are few keys and many points. */
  private final Map<String, String> labelNames = new HashMap<>();

  private final BiConsumer<AttributeKey<?>, Object> addAttribute = this::addAttribute;
  private final BiConsumer<AttributeKey<?>, Object> addScopeAttribute = this::addScopeAttribute;

  private final Labels scope = new Labels();
  private final Labels labels = new Labels();

  /** The label the format itself adds, {@code le} or {@code quantile}; null for none. */
  private String reserved;

  /** Takes the labels of a scope, which all points that follow have; null for no such labels. */
  void scope(InstrumentationScopeInfo info) {
    scope.size = 0;
    if (info == null) {
      return;
    }
    addScopeLabel(SCOPE_NAME, info.getName());
    addScopeLabel(SCOPE_VERSION, info.getVersion());
    addScopeLabel(SCOPE_SCHEMA_URL, info.getSchemaUrl());
    info.getAttributes().forEach(addScopeAttribute);
  }

  /** Starts the label set of a point. */
  void point(Attributes attributes, String reservedName) {
    reserved = reservedName;
    labels.copy(scope);
    attributes.forEach(addAttribute);
    labels.sort();
  }

  /** Starts a label set that holds these attributes only. */
  void only(Attributes attributes) {
    reserved = null;
    labels.size = 0;
    attributes.forEach(addAttribute);
    labels.sort();
  }

  int size() {
    return labels.size;
  }

  String name(int index) {
    return labels.names[index];
  }

  /** The index after those that have the same name as {@code index}. */
  int endOfName(int index) {
    int end = index + 1;
    while (end < labels.size && labels.names[end].equals(labels.names[index])) {
      end++;
    }
    return end;
  }

  /** Appends {@code name="value"} pairs, separated by commas, without braces. */
  void writeTo(TextBuffer out) {
    int start = out.size();
    for (int i = 0, end; i < labels.size; i = end) {
      end = endOfName(i);
      int mark = out.size();
      if (mark > start) {
        out.put(',');
      }
      if (!writeLabel(out, i, end)) {
        out.truncate(mark);
      }
    }
  }

  /** Appends one label that has the values from {@code from} to {@code to}; false if all empty. */
  boolean writeLabel(TextBuffer out, int from, int to) {
    out.ascii(labels.names[from]).put('=').put('"');
    boolean empty = true;
    for (int i = from; i < to; i++) {
      if (!labels.values[i].isEmpty()) {
        if (!empty) {
          out.put(';');
        }
        out.labelValue(labels.values[i]);
        empty = false;
      }
    }
    out.put('"');
    return !empty;
  }

  private void addScopeLabel(String name, String value) {
    if (value != null && !value.isEmpty()) {
      scope.add(name, name, value);
    }
  }

  private void addScopeAttribute(AttributeKey<?> key, Object value) {
    String prefixed = SCOPE_PREFIX + key.getKey();
    String name = Names.label(prefixed);
    if (!name.equals(SCOPE_NAME) && !name.equals(SCOPE_VERSION) && !name.equals(SCOPE_SCHEMA_URL)) {
      scope.add(prefixed, name, AttributeText.of(value));
    }
  }

  private void addAttribute(AttributeKey<?> key, Object value) {
    String name = labelName(key.getKey());
    if (name.equals(reserved)) {
      name = "key_" + name;
    }
    labels.add(key.getKey(), name, AttributeText.of(value));
  }

  private String labelName(String key) {
    String name = labelNames.get(key);
    if (name == null) {
      name = Names.label(key);
      if (labelNames.size() < MAX_CACHED_NAMES) {
        labelNames.put(key, name);
      }
    }
    return name;
  }

  /** Three parallel arrays, sorted by label name, then by original key. */
  private static final class Labels {
    private String[] keys = new String[16];
    private String[] names = new String[16];
    private String[] values = new String[16];
    private int size;

    void add(String key, String name, String value) {
      ensure(size + 1);
      keys[size] = key;
      names[size] = name;
      values[size] = value;
      size++;
    }

    void copy(Labels other) {
      ensure(other.size);
      System.arraycopy(other.keys, 0, keys, 0, other.size);
      System.arraycopy(other.names, 0, names, 0, other.size);
      System.arraycopy(other.values, 0, values, 0, other.size);
      size = other.size;
    }

    /** Insertion sort: label sets are small, nearly sorted, and equal entries keep their order. */
    void sort() {
      for (int i = 1; i < size; i++) {
        String key = keys[i];
        String name = names[i];
        String value = values[i];
        int j = i - 1;
        while (j >= 0 && isAfter(j, name, key)) {
          keys[j + 1] = keys[j];
          names[j + 1] = names[j];
          values[j + 1] = values[j];
          j--;
        }
        keys[j + 1] = key;
        names[j + 1] = name;
        values[j + 1] = value;
      }
    }

    private boolean isAfter(int index, String name, String key) {
      int order = names[index].compareTo(name);
      return order > 0 || (order == 0 && keys[index].compareTo(key) > 0);
    }

    private void ensure(int capacity) {
      if (capacity > keys.length) {
        int length = Math.max(capacity, keys.length * 2);
        keys = Arrays.copyOf(keys, length);
        names = Arrays.copyOf(names, length);
        values = Arrays.copyOf(values, length);
      }
    }
  }
}
