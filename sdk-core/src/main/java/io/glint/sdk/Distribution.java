package io.glint.sdk;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.resources.ResourceBuilder;

/**
 * Says in the resource that Glint is in use (resource semantic conventions, "Telemetry Distro").
 *
 * <p>{@code telemetry.sdk.name} stays as it is. It identifies the SDK for a back end, along with
 * the language, and the resource is that of the whole process: traces and logs come from the stock
 * SDK with the same one, and would be those of another entity than the metrics.
 */
final class Distribution {
  private static final AttributeKey<String> SDK_NAME = AttributeKey.stringKey("telemetry.sdk.name");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("telemetry.distro.name");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("telemetry.distro.version");

  private Distribution() {}

  /** The resource with Glint's name, unless it names a distribution, or no SDK at all. */
  static Resource namedIn(Resource resource) {
    if (resource.getAttribute(SDK_NAME) == null
        || resource.getAttribute(NAME) != null
        || resource.getAttribute(VERSION) != null) {
      return resource;
    }
    final ResourceBuilder named = resource.toBuilder().put(NAME, "glint");
    final String version = VersionFile.read(Distribution.class, "version");
    if (version != null) {
      named.put(VERSION, version);
    }
    return named.build();
  }
}
