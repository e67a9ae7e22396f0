package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.UndeliveredPoints;

/**
 * One encoded request.
 *
 * @param body what is sent
 * @param size of the request in bytes, before compression
 * @param points those in it
 * @param exemplars those in it
 */
@SuppressWarnings("ArrayRecordComponent")
record Request(byte[] body, int size, UndeliveredPoints points, RequestExemplars exemplars) {}
