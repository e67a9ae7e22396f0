package io.glint.sdk;

/** What Glint logs while it is open. */
public final class LogCapture extends io.glint.testing.LogCapture {}
