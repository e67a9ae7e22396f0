/**
 * The demo, put together. Start with {@link io.glint.examples.webstore.Webstore}.
 *
 * <ul>
 *   <li>{@code shop}: the shop. It knows the OpenTelemetry API only.
 *   <li>{@code telemetry}: how Glint is set up, and the stock SDK beside it.
 *   <li>{@code traffic}: shoppers and incidents.
 *   <li>{@code traces}: a tracing backend in memory.
 *   <li>{@code watch}: what the start page and the console show.
 *   <li>{@code web}: routes and pages; HTML, CSS and JavaScript are resource files.
 * </ul>
 */
package io.glint.examples.webstore;
