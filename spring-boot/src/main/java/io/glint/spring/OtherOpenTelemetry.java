package io.glint.spring;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Arrays;
import java.util.List;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.aot.AbstractAotProcessor;

/** The bean of type OpenTelemetry that the application has without Glint. */
final class OtherOpenTelemetry {
  private static final String WAS_PRIMARY = "io.glint.spring.wasPrimary";

  private OtherOpenTelemetry() {}

  /**
   * Leaves it to Glint's to be the primary one, and notes which one was. Not where Spring writes
   * definitions down ahead of time: it would not write the note. It is called again when the
   * application starts.
   */
  static void makeSecondary(ConfigurableListableBeanFactory beans) {
    if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
      return;
    }
    for (final String name : names(beans)) {
      final BeanDefinition definition = definition(beans, name);
      if (definition != null && definition.isPrimary()) {
        definition.setPrimary(false);
        definition.setAttribute(WAS_PRIMARY, true);
      }
    }
  }

  /**
   * Makes it, if it is not made yet.
   *
   * @return one that does nothing if there is none
   * @throws IllegalStateException if there are several
   */
  static OpenTelemetry find(ConfigurableListableBeanFactory beans) {
    final List<String> all = names(beans);
    if (all.isEmpty()) {
      return OpenTelemetry.noop();
    }
    final List<String> primary =
        all.stream()
            .filter(
                name -> {
                  final BeanDefinition definition = definition(beans, name);
                  return definition != null && definition.hasAttribute(WAS_PRIMARY);
                })
            .toList();
    final List<String> wanted = all.size() == 1 ? all : primary;
    if (wanted.size() != 1) {
      throw new IllegalStateException(
          "There are several beans of type OpenTelemetry, "
              + String.join(", ", all)
              + ", and Glint does not know whose traces and logs go with its metrics. Mark one as"
              + " @Primary, or switch Glint off by glint.enabled=false.");
    }
    return beans.getBean(wanted.get(0), OpenTelemetry.class);
  }

  /** Of this context and of those above it; makes no bean. */
  private static List<String> names(ConfigurableListableBeanFactory beans) {
    return Arrays.stream(
            BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                beans,
                OpenTelemetry.class,
                /* includeNonSingletons= */ true,
                /* allowEagerInit= */ false))
        .filter(name -> !beans.isTypeMatch(name, GlintOpenTelemetry.class))
        .toList();
  }

  /** Null for a bean of a context above, and for one that was registered as an object. */
  private static BeanDefinition definition(ConfigurableListableBeanFactory beans, String name) {
    return beans.containsBeanDefinition(name) ? beans.getBeanDefinition(name) : null;
  }
}
