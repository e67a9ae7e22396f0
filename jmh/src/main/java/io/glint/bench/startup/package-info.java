/**
 * {@code ./bench startup}: how long a JVM takes to its first exported point, with Glint and with
 * the stock SDK. See {@link io.glint.bench.startup.StartupTool}.
 */
package io.glint.bench.startup;
