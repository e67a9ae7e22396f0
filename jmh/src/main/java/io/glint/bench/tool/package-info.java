/**
 * What the tools beside the table of {@link io.glint.bench.Main} share: their command line, child
 * JVMs that measure one side each, and what they write.
 */
package io.glint.bench.tool;
