/** Who shops here, and what goes wrong meanwhile. */
package io.glint.examples.webstore.traffic;
