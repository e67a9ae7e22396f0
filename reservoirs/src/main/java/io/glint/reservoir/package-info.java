/** Exemplar reservoirs: which of the eligible measurements of an interval are kept as exemplars. */
package io.glint.reservoir;
