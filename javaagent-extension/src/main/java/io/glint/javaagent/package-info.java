/**
 * Glint under the OpenTelemetry Java agent. There is nothing to call here: the agent finds these
 * classes in the extension's jar. They are compiled for Java 8, so that an old JVM can load them
 * and say why Glint is not active; everything else in the jar is for Java 17.
 */
package io.glint.javaagent;
