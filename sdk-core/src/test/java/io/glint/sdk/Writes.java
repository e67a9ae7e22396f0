package io.glint.sdk;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** What Glint writes while it is watched, see {@link Woven}. For one thread. */
public final class Writes {
  private static IdentityHashMap<Object, Map<Object, Integer>> writes;

  private Writes() {}

  /** Called by woven code in front of a write to a field. */
  public static void field(Object owner, String name) {
    count(owner, name);
  }

  /** Called by woven code in place of a write to an array. */
  public static void store(long[] array, int index, long value) {
    count(array, index);
    array[index] = value;
  }

  /** Called by woven code in place of a write to an array. */
  public static void store(Object[] array, int index, Object value) {
    count(array, index);
    array[index] = value;
  }

  private static void count(Object owner, Object place) {
    final IdentityHashMap<Object, Map<Object, Integer>> watched = writes;
    if (watched != null) {
      watched.computeIfAbsent(owner, any -> new HashMap<>()).merge(place, 1, Integer::sum);
    }
  }

  /**
   * Runs a task, and then says of each object how often the task has written where: by the name of
   * a field, or the index of an array.
   */
  public static void during(Runnable task, BiConsumer<Object, Map<Object, Integer>> each) {
    final IdentityHashMap<Object, Map<Object, Integer>> watched = new IdentityHashMap<>();
    writes = watched;
    try {
      task.run();
    } finally {
      writes = null;
    }
    watched.forEach(each);
  }
}
