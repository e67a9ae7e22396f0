/** The end of the bridge that is with Glint, and in the extension's file of classes. */
package io.glint.javaagent.inside;
