package io.glint.spring;

import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether no property has the value that switches something off. No other value does, as the
 * specification has it ("Boolean" of "Configuration Types").
 */
abstract class NotSwitchedOff extends SpringBootCondition {
  private final Map<String, String> switches;

  /**
   * Makes one.
   *
   * @param switches properties, each with the value that switches it off
   */
  private NotSwitchedOff(Map<String, String> switches) {
    this.switches = switches;
  }

  /** The whole of Glint. */
  static final class Glint extends NotSwitchedOff {
    Glint() {
      super(Map.of("glint.enabled", "false", "otel.sdk.disabled", "true"));
    }
  }

  /** What Micrometer records; the OpenTelemetry starter can have it recorded by a registry, too. */
  static final class Micrometer extends NotSwitchedOff {
    Micrometer() {
      super(
          Map.of(
              "glint.micrometer.enabled", "false",
              "otel.instrumentation.micrometer.enabled", "true"));
    }
  }

  /** Says which of Glint's own switches have values that switch nothing. */
  static void tellMalformed(Environment environment) {
    for (final String property : List.of("glint.enabled", "glint.micrometer.enabled")) {
      final String value = environment.getProperty(property);
      if (value != null
          && !value.isBlank()
          && !is(property, "true", environment)
          && !is(property, "false", environment)) {
        EnvironmentMetrics.tell(
            Level.WARNING,
            property
                + " is '"
                + value
                + "', which is not accepted. It must be true or false. Used instead: true.");
      }
    }
  }

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    for (final Map.Entry<String, String> off : switches.entrySet()) {
      if (is(off.getKey(), off.getValue(), context.getEnvironment())) {
        return ConditionOutcome.noMatch(
            ConditionMessage.forCondition("Glint").because(off.getKey() + " is " + off.getValue()));
      }
    }
    return ConditionOutcome.match();
  }

  private static boolean is(String property, String word, Environment environment) {
    final String value = environment.getProperty(property);
    return value != null && value.trim().equalsIgnoreCase(word);
  }
}
