package io.glint.sdk.internal.log;

import java.lang.StackWalker.StackFrame;

/** Where in the application's code an instrument is made or used, for messages. */
public final class CallSite {
  private static final StackWalker WALKER = StackWalker.getInstance();

  /** All of the engine is in it. */
  private static final String ENGINE = "io.glint.sdk.internal.";

  /** The bridge between an application's API and that of the Java agent. */
  private static final String AGENT = "io.opentelemetry.javaagent.";

  private CallSite() {}

  /** The caller of the instrument builder, or of the instrument, as a line of a stack trace. */
  public static String ofCaller() {
    return WALKER.walk(
        frames ->
            frames
                .filter(CallSite::isOutside)
                .findFirst()
                .map(StackFrame::toString)
                .orElse("an unknown place"));
  }

  private static boolean isOutside(StackFrame frame) {
    final String name = frame.getClassName();
    return !name.startsWith(ENGINE) && !name.startsWith(AGENT);
  }
}
