/** How the SDKs are set up. {@code Telemetry} is what a service would copy. */
package io.glint.examples.webstore.telemetry;
