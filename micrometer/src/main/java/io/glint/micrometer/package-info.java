/** A Micrometer registry whose meters are recorded by Glint. */
package io.glint.micrometer;
