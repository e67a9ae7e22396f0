package io.glint.autoconfigure;

import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ComponentProvider;

/**
 * Notices that auto-configuration reads a declarative configuration file, where it asks no
 * customizer: it makes all component providers then, and this is one that no file names. For the
 * service loader.
 */
public final class DeclarativeHook implements ComponentProvider {
  /** For the service loader. */
  public DeclarativeHook() {
    GlobalSwap.takeOverWhenSet();
  }

  /** A type that no file has a node for. */
  @Override
  public Class<?> getType() {
    return DeclarativeHook.class;
  }

  @Override
  public String getName() {
    return "glint";
  }

  @Override
  public Object create(DeclarativeConfigProperties config) {
    return this;
  }
}
