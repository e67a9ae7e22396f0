/** A tracing backend in memory, in place of Tempo, Jaeger or Zipkin. */
package io.glint.examples.webstore.traces;
