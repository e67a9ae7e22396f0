package io.glint.sdk;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The places in Glint where memory is allocated or foreign code called, see {@link Woven}. While it
 * is armed, one of those that are reached throws. For one thread.
 */
public final class Sites {
  private static final List<String> NAMES = new ArrayList<>();
  private static final List<Boolean> ARE_OF_USERS = new ArrayList<>();

  /** Those that were reached since it was armed. */
  private static final List<Integer> SEQUENCE = new ArrayList<>();

  private static boolean isArmed;
  private static boolean isCounting;
  private static int reached;
  private static int throwing;
  private static Supplier<? extends Throwable> failure;
  private static String thrownAt;

  private Sites() {}

  static synchronized int add(String name, boolean isOfUsers) {
    NAMES.add(name);
    ARE_OF_USERS.add(isOfUsers);
    return NAMES.size() - 1;
  }

  /** Called by woven code. */
  public static void reached(int site) {
    if (!isCounting) {
      return;
    }
    SEQUENCE.add(site);
    if (reached++ == throwing) {
      final Throwable thrown = failure.get();
      if (!(thrown instanceof RuntimeException) || ARE_OF_USERS.get(site)) {
        thrownAt = NAMES.get(site);
        throw Sites.<RuntimeException>unchecked(thrown);
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable throwable) throws E {
    throw (E) throwable;
  }

  /**
   * From now on sites are counted, and the {@code number}-th throws. An exception only where the
   * user's code is called.
   */
  public static void arm(int number, Supplier<? extends Throwable> toThrow) {
    reached = 0;
    SEQUENCE.clear();
    throwing = number;
    failure = toThrow;
    thrownAt = null;
    isArmed = true;
    isCounting = true;
  }

  /** Nothing throws any more. */
  public static void disarm() {
    isCounting = false;
    isArmed = false;
  }

  public static void pause() {
    isCounting = false;
  }

  public static void resume() {
    isCounting = isArmed;
  }

  /** The sites that were reached since {@link #arm}. */
  public static List<Integer> reached() {
    return List.copyOf(SEQUENCE);
  }

  /** Where it was thrown; null if it was not. */
  public static String thrownAt() {
    return thrownAt;
  }
}
