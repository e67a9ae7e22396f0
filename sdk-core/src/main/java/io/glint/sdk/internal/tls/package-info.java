/**
 * How Glint's modules read certificates and keys.
 *
 * <p><b>This package is not API.</b> It is public for Glint's exporters only. Anything in it may
 * change or go at any time.
 */
package io.glint.sdk.internal.tls;
