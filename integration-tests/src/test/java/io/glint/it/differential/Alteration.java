package io.glint.it.differential;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.resources.Resource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Falsifies one thing in what an SDK gives its readers: takes a metric or a point away, doubles
 * one, or lets one getter of a metric, a point, buckets or an exemplar return something else.
 */
final class Alteration {
  private final Dice dice;
  private int collectionsBefore;
  private String what;

  Alteration(long seed) {
    this.dice = new Dice(seed);
    this.collectionsBefore = dice.between(0, 5);
  }

  /** What was falsified, such as {@code HistogramPointData.getSum}; null if nothing was. */
  String what() {
    return what;
  }

  Collection<MetricData> apply(Collection<MetricData> metrics) {
    if (what != null || metrics.isEmpty() || collectionsBefore-- > 0) {
      return metrics;
    }
    // Each type of data has its turn, however rare it is.
    final MetricDataType type =
        dice.oneOf(metrics.stream().map(MetricData::getType).distinct().sorted().toList());
    final List<MetricData> altered =
        new ArrayList<>(metrics.stream().filter(metric -> metric.getType() == type).toList());
    final List<MetricData> others =
        metrics.stream().filter(metric -> metric.getType() != type).toList();
    final List<MetricData> all = new ArrayList<>(alteredList("metrics", MetricData.class, altered));
    all.addAll(others);
    return all;
  }

  private <T> List<T> alteredList(String name, Class<T> type, List<T> list) {
    final int place = dice.between(0, list.size() - 1);
    switch (dice.between(0, 14)) {
      case 0 -> {
        what = name + " without one";
        list.remove(place);
      }
      case 1 -> {
        what = name + " with one twice";
        list.add(list.get(place));
      }
      default -> list.set(place, altered(type, list.get(place)));
    }
    return list;
  }

  /** The same object, one getter of which returns something else. */
  private <T> T altered(Class<T> type, T original) {
    List<Method> getters = getters(type, original);
    final List<Method> deeper = getters.stream().filter(Alteration::leadsDeeper).toList();
    if (!deeper.isEmpty() && dice.percent(original instanceof PointData ? 30 : 85)) {
      getters = deeper;
    }
    final Method chosen = getters.get(dice.between(0, getters.size() - 1));
    final Object value = alteredValue(chosen, invoke(chosen, original, new Object[0]));
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {mostSpecific(type, original)},
            (proxy, method, arguments) -> {
              if (method.getName().equals(chosen.getName())) {
                return value;
              }
              // What an interface derives from its getters it derives from the altered ones.
              return method.isDefault()
                  ? InvocationHandler.invokeDefault(proxy, method, arguments)
                  : invoke(method, original, arguments);
            }));
  }

  /** The interface of the data model that the object implements. */
  private static Class<?> mostSpecific(Class<?> type, Object object) {
    return interfaces(object.getClass()).stream()
        .filter(type::isAssignableFrom)
        .filter(candidate -> candidate.getPackage().equals(MetricData.class.getPackage()))
        .reduce(type, (one, other) -> one.isAssignableFrom(other) ? other : one);
  }

  private static List<Class<?>> interfaces(Class<?> type) {
    final List<Class<?>> interfaces = new ArrayList<>();
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (final Class<?> direct : at.getInterfaces()) {
        interfaces.add(direct);
        interfaces.addAll(interfaces(direct));
      }
    }
    return interfaces;
  }

  private static List<Method> getters(Class<?> type, Object object) {
    return Arrays.stream(mostSpecific(type, object).getMethods())
        .filter(method -> Modifier.isAbstract(method.getModifiers()))
        .filter(method -> !method.isBridge() && method.getParameterCount() == 0)
        .filter(method -> method.getDeclaringClass() != Object.class)
        .filter(method -> isSeen(method, object))
        .sorted(Comparator.comparing(Method::getName).thenComparing(Method::toString))
        .toList();
  }

  /** True for what contains most of the things that can be falsified. */
  private static boolean leadsDeeper(Method getter) {
    return getter.getName().equals("getData")
        || getter.getName().equals("getPoints")
        || ExponentialHistogramBuckets.class.isAssignableFrom(getter.getReturnType());
  }

  /** False for what has no meaning in this object. */
  private static boolean isSeen(Method getter, Object object) {
    final String name = getter.getName();
    if (object instanceof HistogramPointData point) {
      return (point.hasMin() || !name.equals("getMin"))
          && (point.hasMax() || !name.equals("getMax"))
          && !(name.equals("getExemplars") && point.getExemplars().isEmpty());
    }
    if (object instanceof ExponentialHistogramPointData point) {
      return (point.hasMin() || !name.equals("getMin"))
          && (point.hasMax() || !name.equals("getMax"))
          && !(name.equals("getExemplars") && point.getExemplars().isEmpty());
    }
    if (object instanceof PointData point) {
      return !(name.equals("getExemplars") && point.getExemplars().isEmpty());
    }
    return !(object instanceof ExponentialHistogramBuckets buckets)
        || !name.equals("getOffset")
        || !buckets.getBucketCounts().isEmpty();
  }

  private Object alteredValue(Method getter, Object value) {
    if (value instanceof Data<?> data) {
      return altered(Data.class, data);
    }
    if (value instanceof ExponentialHistogramBuckets buckets) {
      return altered(ExponentialHistogramBuckets.class, buckets);
    }
    if (value instanceof Collection<?> collection) {
      final List<Object> list = new ArrayList<>(collection);
      if (!list.isEmpty() && list.get(0) instanceof PointData) {
        return alteredList(
            "points",
            PointData.class,
            new ArrayList<>(list.stream().map(PointData.class::cast).toList()));
      }
      if (!list.isEmpty() && list.get(0) instanceof ExemplarData) {
        return alteredList(
            "exemplars",
            ExemplarData.class,
            new ArrayList<>(list.stream().map(ExemplarData.class::cast).toList()));
      }
    }
    what = getter.getDeclaringClass().getSimpleName() + "." + getter.getName();
    return alteredLeaf(value);
  }

  private static Object alteredLeaf(Object value) {
    if (value instanceof Long number) {
      return number + 1;
    }
    if (value instanceof Integer number) {
      return number + 1;
    }
    if (value instanceof Double number) {
      return number == number + 1 || number.isNaN() ? (Double) 0.5 : (Double) (number + 1);
    }
    if (value instanceof Boolean flag) {
      return !flag;
    }
    if (value instanceof String text) {
      return text + "!";
    }
    if (value instanceof Attributes attributes) {
      return attributes.toBuilder().put(AttributeKey.stringKey("false"), "true").build();
    }
    if (value instanceof Enum<?> constant) {
      return Arrays.stream(constant.getDeclaringClass().getEnumConstants())
          .filter(other -> other != constant)
          .findFirst()
          .orElseThrow();
    }
    if (value instanceof Resource) {
      return Resource.empty();
    }
    if (value instanceof InstrumentationScopeInfo scope) {
      return InstrumentationScopeInfo.create(scope.getName() + "!");
    }
    if (value instanceof SpanContext) {
      return SpanContext.create(
          "f".repeat(32), "f".repeat(16), TraceFlags.getSampled(), TraceState.getDefault());
    }
    if (value instanceof List<?> numbers) {
      return alteredNumbers(numbers);
    }
    throw new IllegalArgumentException("cannot alter " + value);
  }

  private static List<Object> alteredNumbers(List<?> numbers) {
    final List<Object> altered = new ArrayList<>(numbers);
    if (altered.isEmpty()) {
      altered.add(1L);
    } else {
      altered.set(0, alteredLeaf(altered.get(0)));
    }
    return altered;
  }

  private static Object invoke(Method method, Object object, Object[] arguments) {
    try {
      method.setAccessible(true);
      return method.invoke(object, arguments);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }
}
