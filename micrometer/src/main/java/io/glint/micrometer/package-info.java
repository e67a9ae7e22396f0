/** A Micrometer registry whose meters are recorded by Glint. */
@NullMarked
package io.glint.micrometer;

import org.jspecify.annotations.NullMarked;
