package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.UndeliveredPoints;

/**
 * An encoded request and what is in it.
 *
 * @param content holds nothing else, and does not change before the request is settled
 * @param points those in it
 * @param exemplars those of its points
 */
record Request(ProtoWriter content, UndeliveredPoints points, RequestExemplars exemplars) {}
