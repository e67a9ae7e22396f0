package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects attributes, turns them into labels and writes these, sorted by name, so that equal label
 * sets have equal bytes: as text, or as protobuf messages {@code LabelPair}, which are field 1 of
 * whatever has labels.
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

  /** Of {@code name="value"}: the characters that are of neither. */
  private static final int SYNTAX = 3;

  private static final int QUOTES = 2;

  /** The field of each message that has labels. */
  private static final int LABEL = 1;

  private final Naming naming;
  private final boolean isProtobuf;
  private final boolean ofExemplars;

  /** Which attributes of resources are labels; null for none. */
  private final @Nullable Predicate<String> resourceKeys;

  /** Label names by attribute key; there are few keys and many points. */
  private final Map<String, String> labelNames = new HashMap<>();

  private final BiConsumer<AttributeKey<?>, Object> addAttribute = this::addAttribute;
  private final BiConsumer<AttributeKey<?>, Object> addScopeAttribute = this::addScopeAttribute;
  private final BiConsumer<AttributeKey<?>, Object> addResourceAttribute =
      this::addResourceAttribute;

  private final Labels scope = new Labels();
  private final Labels resource = new Labels();
  private final Labels labels = new Labels();

  /** The label the format itself adds, {@code le} or {@code quantile}; null for none. */
  private @Nullable String reserved;

  private LabelSet(
      Naming naming,
      ScrapeFormat format,
      @Nullable Predicate<String> resourceKeys,
      boolean ofExemplars) {
    this.naming = naming;
    isProtobuf = format == ScrapeFormat.PROTOBUF;
    this.resourceKeys = resourceKeys;
    this.ofExemplars = ofExemplars;
  }

  /**
   * Creates an empty one for labels of series.
   *
   * @param resourceKeys which attributes of resources are labels, by their keys; null for none
   */
  static LabelSet ofSeries(
      Naming naming, ScrapeFormat format, @Nullable Predicate<String> resourceKeys) {
    return new LabelSet(naming, format, resourceKeys, false);
  }

  /** Creates an empty one for labels of exemplars. */
  static LabelSet ofExemplars(Naming naming, ScrapeFormat format) {
    return new LabelSet(naming, format, null, true);
  }

  /** Takes the labels of a scope, which all points that follow have; null for no such labels. */
  void scope(@Nullable InstrumentationScopeInfo info) {
    scope.size = 0;
    if (info == null) {
      return;
    }
    addScopeLabel(SCOPE_NAME, info.getName());
    addScopeLabel(SCOPE_VERSION, info.getVersion());
    addScopeLabel(SCOPE_SCHEMA_URL, info.getSchemaUrl());
    info.getAttributes().forEach(addScopeAttribute);
  }

  /**
   * Takes the labels of a resource, which all points that follow have, unless they have one of the
   * same name of their own.
   *
   * @param reservedName as for {@link #point}
   */
  void resource(Attributes attributes, @Nullable String reservedName) {
    reserved = reservedName;
    resource.size = 0;
    if (resourceKeys != null) {
      attributes.forEach(addResourceAttribute);
    }
  }

  /** Starts the label set of a point. */
  void point(Attributes attributes, @Nullable String reservedName) {
    reserved = reservedName;
    labels.copy(scope);
    attributes.forEach(addAttribute);
    final int own = labels.size;
    for (int i = 0; i < resource.size; i++) {
      if (!labels.hasName(resource.names[i], own)) {
        labels.add(resource.keys[i], resource.names[i], resource.values[i]);
      }
    }
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

  /** Appends the labels; as text they are separated by commas, without braces. */
  void writeTo(TextBuffer out) {
    final int start = out.size();
    for (int i = 0, end; i < labels.size; i = end) {
      end = endOfName(i);
      final int mark = out.size();
      if (mark > start && !isProtobuf) {
        out.put(',');
      }
      if (writeLabel(out, i, end) < 0) {
        out.truncate(mark);
      }
    }
  }

  /**
   * Appends one label that has the values from {@code from} to {@code to}.
   *
   * @return how many characters its name and value have as they are written; -1 if the value is
   *     empty
   */
  int writeLabel(TextBuffer out, int from, int to) {
    return isProtobuf ? writeLabelPair(out, from, to) : writeText(out, from, to);
  }

  private int writeText(TextBuffer out, int from, int to) {
    final int start = out.size();
    final String name = labels.names[from];
    int syntax = SYNTAX;
    if (naming.quotesLabel(name)) {
      out.put('"').labelValue(name).put('"');
      syntax += QUOTES;
    } else {
      out.ascii(name);
    }
    out.put('=').put('"');
    final int value = out.size();
    for (int i = from; i < to; i++) {
      if (!labels.values[i].isEmpty()) {
        if (out.size() > value) {
          out.put(';');
        }
        out.labelValue(labels.values[i]);
      }
    }
    final boolean empty = out.size() == value;
    out.put('"');
    return empty ? -1 : out.charactersFrom(start) - syntax;
  }

  private int writeLabelPair(TextBuffer out, int from, int to) {
    final int label = Protobuf.begin(out, LABEL);
    final String name = labels.names[from];
    Protobuf.string(out, 1, name);
    final int value = Protobuf.begin(out, 2);
    for (int i = from; i < to; i++) {
      if (!labels.values[i].isEmpty()) {
        if (out.size() > value) {
          out.put(';');
        }
        out.utf8(labels.values[i]);
      }
    }
    if (out.size() == value) {
      return -1;
    }
    final int characters = name.codePointCount(0, name.length()) + out.charactersFrom(value);
    Protobuf.end(out, value);
    Protobuf.end(out, label);
    return characters;
  }

  /** The text of labels that were written as protobuf, for people. Allocates. */
  static String textOfPairs(TextBuffer pairs, int from, int to) {
    final TextBuffer text = new TextBuffer(2 * (to - from));
    int at = from;
    while (at < to) {
      // The tag, the length, the tag of the name.
      at += 1 + Protobuf.lengthBytes(pairs, at + 1) + 1;
      final int nameEnd = Protobuf.contentEnd(pairs, at);
      if (text.size() > 0) {
        text.put(',');
      }
      text.utf8(pairs.text(at + Protobuf.lengthBytes(pairs, at), nameEnd)).ascii("=\"");
      at = nameEnd + 1;
      final int valueEnd = Protobuf.contentEnd(pairs, at);
      text.labelValue(pairs.text(at + Protobuf.lengthBytes(pairs, at), valueEnd)).put('"');
      at = valueEnd;
    }
    return text.text(0, text.size());
  }

  private void addScopeLabel(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      scope.add(name, labelName(name), value);
    }
  }

  private void addScopeAttribute(AttributeKey<?> key, Object value) {
    final String prefixed = SCOPE_PREFIX + key.getKey();
    final String name = labelName(prefixed);
    if (!name.equals(labelName(SCOPE_NAME))
        && !name.equals(labelName(SCOPE_VERSION))
        && !name.equals(labelName(SCOPE_SCHEMA_URL))) {
      scope.add(prefixed, name, AttributeText.of(value));
    }
  }

  @SuppressWarnings("NullAway") // Called if there are such keys.
  private void addResourceAttribute(AttributeKey<?> key, Object value) {
    if (resourceKeys.test(key.getKey())) {
      resource.add(key.getKey(), pointLabelName(key.getKey()), AttributeText.of(value));
    }
  }

  private void addAttribute(AttributeKey<?> key, Object value) {
    String text = AttributeText.of(value);
    if (ofExemplars) {
      // In the labels of an exemplar, and only there, Prometheus refuses it, and the whole scrape.
      text = text.replace('\0', '\uFFFD');
    }
    labels.add(key.getKey(), pointLabelName(key.getKey()), text);
  }

  private String pointLabelName(String key) {
    final String name = labelName(key);
    return name.equals(reserved) ? "key_" + name : name;
  }

  private String labelName(String key) {
    String name = labelNames.get(key);
    if (name == null) {
      name = naming.label(key);
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

    /** Whether one of the first so many has this name. */
    boolean hasName(String name, int among) {
      for (int i = 0; i < among; i++) {
        if (names[i].equals(name)) {
          return true;
        }
      }
      return false;
    }

    /** Insertion sort: label sets are small, nearly sorted, and equal entries keep their order. */
    void sort() {
      for (int i = 1; i < size; i++) {
        final String key = keys[i];
        final String name = names[i];
        final String value = values[i];
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
      final int order = names[index].compareTo(name);
      return order > 0 || (order == 0 && keys[index].compareTo(key) > 0);
    }

    private void ensure(int capacity) {
      if (capacity > keys.length) {
        final int length = Math.max(capacity, keys.length * 2);
        keys = Arrays.copyOf(keys, length);
        names = Arrays.copyOf(names, length);
        values = Arrays.copyOf(values, length);
      }
    }
  }
}
