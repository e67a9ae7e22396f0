package io.glint.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A benchmark method and a value for each of its parameters; those that are absent must have a
 * single default.
 *
 * @param benchmark class and method, as JMH names them
 * @param hasCongruentThreads true for threads as {@link CongruentThreads} makes them
 */
record Workload(String benchmark, Map<String, String> parameters, boolean hasCongruentThreads) {

  static Workload of(Class<?> benchmarkClass, String method) {
    return new Workload(benchmarkClass.getName() + "." + method, Map.of(), false);
  }

  /** The same with one parameter set. */
  Workload with(String parameter, Object value) {
    final Map<String, String> parameters = new LinkedHashMap<>(this.parameters);
    parameters.put(parameter, value.toString());
    return new Workload(benchmark, parameters, hasCongruentThreads);
  }

  /** The same with threads whose ids agree in their low bits. */
  Workload withCongruentThreads() {
    return new Workload(benchmark, parameters, true);
  }
}
