package io.glint.sdk.internal.exemplar;

/**
 * Two cache lines in front of the fields of a subclass, as processors fetch lines in pairs. What
 * one thread writes again and again lies behind them, and in front of as much padding of a further
 * subclass: then no other object shares a line with it, wherever the garbage collector moves it.
 */
public abstract class FrontPadding {
  /** Fills the gap behind the header of the object, which a field of a subclass could fill. */
  int front00;

  long front01, front02, front03, front04, front05, front06, front07, front08;
  long front09, front10, front11, front12, front13, front14, front15, front16;
}
