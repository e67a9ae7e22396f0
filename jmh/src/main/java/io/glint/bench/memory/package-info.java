/**
 * How much memory a series keeps: {@code ./bench memory}. {@link io.glint.bench.memory.MemoryTool}
 * says what is counted and what is not.
 */
package io.glint.bench.memory;
