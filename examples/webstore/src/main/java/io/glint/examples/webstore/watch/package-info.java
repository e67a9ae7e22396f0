/** What the start page and the console show: the last minutes, and the two SDKs side by side. */
package io.glint.examples.webstore.watch;
