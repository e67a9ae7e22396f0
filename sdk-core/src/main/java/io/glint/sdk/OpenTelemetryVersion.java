package io.glint.sdk;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.View;
import java.security.CodeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Meets an OpenTelemetry that is too old for Glint with a sentence, where the JVM would speak of a
 * method that is missing. Looks once, at what OpenTelemetry's artifacts say of themselves. Uses
 * nothing of OpenTelemetry that an old version does not have. Thread-safe.
 *
 * <p>For applications there is nothing to call here: everything with which an application can begin
 * calls it.
 */
public final class OpenTelemetryVersion {
  /** The oldest minor version of OpenTelemetry 1 that has all that Glint calls. */
  private static final int LEAST_MINOR = 49;

  /** What is wrong, in words; null if nothing is known to be. */
  private static final @Nullable String PROBLEM = findProblem();

  private record Artifact(String name, Class<?> type) {

    @Nullable String version() {
      return VersionFile.read(type, "sdk.version");
    }

    String place() {
      final CodeSource source = type.getProtectionDomain().getCodeSource();
      return source == null || source.getLocation() == null
          ? "an unknown place"
          : source.getLocation().toString();
    }
  }

  private OpenTelemetryVersion() {}

  /**
   * Returns if OpenTelemetry's API and metrics SDK are new enough for Glint, or do not say how old
   * they are. Costs next to nothing, and allocates nothing unless it throws.
   *
   * @throws IllegalStateException if one of them is too old. The message names it, its version,
   *     where it was loaded from, the version that is needed, and how to get that.
   */
  public static void requireSupported() {
    if (PROBLEM != null) {
      throw new IllegalStateException(PROBLEM);
    }
  }

  private static @Nullable String findProblem() {
    // No look at a class initializes it.
    for (final Artifact artifact :
        List.of(
            new Artifact("opentelemetry-api", OpenTelemetry.class),
            new Artifact("opentelemetry-sdk-common", Clock.class),
            new Artifact("opentelemetry-sdk-metrics", View.class))) {
      final String version = artifact.version();
      if (version != null && isTooOld(version)) {
        return problem(artifact, version);
      }
    }
    return null;
  }

  /** By hand, as a regular expression would be the first thing that an application waits for. */
  private static boolean isTooOld(String version) {
    final int begin = "1.".length();
    final int end = version.indexOf('.', begin);
    // A number of more digits is none.
    if (!version.startsWith("1.") || end <= begin || end > begin + 9) {
      return false;
    }
    int minor = 0;
    for (int i = begin; i < end; i++) {
      final int digit = version.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      minor = 10 * minor + digit;
    }
    return minor < LEAST_MINOR;
  }

  private static String problem(Artifact artifact, String version) {
    final String least = "1." + LEAST_MINOR + ".0";
    return "Glint needs OpenTelemetry "
        + least
        + " or newer, but "
        + artifact.name()
        + " "
        + version
        + " was loaded from "
        + artifact.place()
        + ". Import io.opentelemetry:opentelemetry-bom "
        + least
        + " or newer, in Maven as the first in dependencyManagement, in Gradle as"
        + " platform(\"io.opentelemetry:opentelemetry-bom:"
        + least
        + "\"). Where Spring Boot manages the version, set the property opentelemetry.version to it.";
  }
}
