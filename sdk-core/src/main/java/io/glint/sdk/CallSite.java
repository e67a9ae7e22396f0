package io.glint.sdk;

import java.lang.StackWalker.StackFrame;

/** Where in the application's code an instrument is made or used, for messages. */
final class CallSite {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** By name, as the class refers to the incubating API, which may be missing. */
  private static final String BOUND = "io.glint.sdk.BoundInstruments";

  private CallSite() {}

  /** The caller of the instrument builder, or of the instrument, as a line of a stack trace. */
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
        && type != InstrumentRegistration.class
        && type != DeferredReport.class
        && !InstrumentBuilder.class.isAssignableFrom(type)
        && !SyncInstrument.class.isAssignableFrom(type)
        && type != ObservableInstrument.class
        && !type.getName().startsWith(BOUND)
        // The bridge between an application's API and that of the Java agent.
        && !type.getName().startsWith("io.opentelemetry.javaagent.");
  }
}
