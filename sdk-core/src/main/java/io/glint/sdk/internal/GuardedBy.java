package io.glint.sdk.internal;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which lock must be held for a field to be read or written, or for a method to be called.
 *
 * <p>For readers, and for the test that compares it with the table of shared fields. Glint's own, as
 * it must not be in class files: a compiler that reads such a class file would warn that the
 * annotation is missing, unless all users of Glint had the library that it is from. Error Prone
 * checks the annotations of some libraries only, and not this one.
 */
@Retention(RetentionPolicy.SOURCE)
@Target({ElementType.FIELD, ElementType.METHOD})
public @interface GuardedBy {
  /** {@code "this"}, or the name of a field that is a lock, or whose monitor is taken. */
  String value();
}
