/**
 * Fixtures that the tests of several modules share. Not shipped. A fixture of one module stays in
 * that module; so does one that needs what is package-private there.
 */
package io.glint.testing;
