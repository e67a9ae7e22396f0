package io.glint.sdk;

import java.lang.StackWalker.StackFrame;

/** Where in the application's code an instrument is made, for messages. */
final class CallSite {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private CallSite() {}

  /** The caller of the instrument builder, as a line of a stack trace. */
  static String ofCaller() {
    return WALKER.walk(
        frames ->
            frames
                .filter(CallSite::isOutside)
                .findFirst()
                .map(StackFrame::toString)
                .orElse("an unknown place"));
  }

  private static boolean isOutside(StackFrame frame) {
    final Class<?> type = frame.getDeclaringClass();
    return type != CallSite.class
        && type != GlintMeter.class
        && type != Registered.class
        && !InstrumentBuilder.class.isAssignableFrom(type)
        // The bridge between an application's API and that of the Java agent.
        && !type.getName().startsWith("io.opentelemetry.javaagent.");
  }
}
