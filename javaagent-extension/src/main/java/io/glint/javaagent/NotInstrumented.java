package io.glint.javaagent;

import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesBuilder;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;

/** Has the agent leave Glint's classes as they are, as it does with those of an extension. */
public final class NotInstrumented implements IgnoredTypesConfigurer {
  /** For the service loader. */
  public NotInstrumented() {}

  @Override
  public void configure(IgnoredTypesBuilder builder) {
    builder.ignoreClassLoader(InsideClassLoader.class.getName());
  }

  /** What older agents call. */
  @Override
  @SuppressWarnings("deprecation")
  public void configure(IgnoredTypesBuilder builder, ConfigProperties config) {
    configure(builder);
  }
}
