/**
 * {@code ./bench builds}: two builds of Glint against each other in one JVM, by turns of a few
 * milliseconds. See {@link io.glint.bench.builds.BuildsTool}.
 */
package io.glint.bench.builds;
