/**
 * The shop itself. It knows the OpenTelemetry API and nothing else: which SDK is behind it is
 * decided in {@link io.glint.examples.webstore.telemetry.Telemetry}.
 */
package io.glint.examples.webstore.shop;
