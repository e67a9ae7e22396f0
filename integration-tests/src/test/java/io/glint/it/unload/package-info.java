/** Applications that are deployed into one process, and taken out of it again. */
package io.glint.it.unload;
