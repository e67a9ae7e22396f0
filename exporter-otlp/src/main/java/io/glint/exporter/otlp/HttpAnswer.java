package io.glint.exporter.otlp;

import java.util.Optional;
import java.util.function.Function;

/**
 * What has arrived of an answer.
 *
 * @param headers the first value of a header, by its name without regard to case
 */
record HttpAnswer(int status, Function<String, Optional<String>> headers, ReceivedBody body) {}
