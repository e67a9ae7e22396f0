/**
 * A shop in one process: real HTTP, real tracing, and metrics recorded by Glint, whose exemplars
 * lead from a slow payment to its trace. Start reading at {@code Telemetry}, which is all that a
 * service changes to use Glint, then {@code PaymentService}, which records.
 */
package io.glint.examples.webstore;
