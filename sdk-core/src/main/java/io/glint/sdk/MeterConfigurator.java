package io.glint.sdk;

import io.glint.sdk.internal.view.Glob;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides which meters of a provider are enabled: the MeterConfigurator of the SDK specification.
 *
 * <pre>{@code
 * MeterConfigurator.disable("io.noisy.*")                              // some off
 * MeterConfigurator.enable("io.foo.*").orElse(MeterConfigurator.disable("*"))   // only some on
 * scope -> "1.0".equals(scope.getVersion()) ? GlintMeterConfig.disabled() : null     // anything else
 * }</pre>
 *
 * <p>A provider asks once for each scope, when its meter is first made, and again for all meters
 * when {@link GlintMeterProvider#setMeterConfigurator} is called. It asks for one scope at a time,
 * on the thread that makes the meter, which waits: a configurator should be quick, and must not
 * wait for other threads that make meters. What it throws is reported, and the meter is enabled.
 */
@FunctionalInterface
public interface MeterConfigurator {
  /**
   * Decides on a meter.
   *
   * @param scope name, version, schema URL and attributes of the meter; never null
   * @return null for the default, {@link GlintMeterConfig#enabled()}
   */
  @Nullable GlintMeterConfig configure(InstrumentationScopeInfo scope);

  /**
   * Disables the meters whose name matches one of the patterns, and leaves the others to the
   * default.
   *
   * @param scopeNames names in which {@code *} stands for any run of characters and {@code ?} for
   *     one; upper and lower case differ
   */
  static MeterConfigurator disable(String... scopeNames) {
    return answer(GlintMeterConfig.disabled(), scopeNames);
  }

  /** As {@link #disable}, but enables them; of use in front of {@link #orElse}. */
  static MeterConfigurator enable(String... scopeNames) {
    return answer(GlintMeterConfig.enabled(), scopeNames);
  }

  private static MeterConfigurator answer(GlintMeterConfig config, String... scopeNames) {
    final List<Pattern> patterns = new ArrayList<>();
    for (final String name : Objects.requireNonNull(scopeNames, "scopeNames")) {
      patterns.add(Glob.exact(Objects.requireNonNull(name, "scopeNames")));
    }
    return scope ->
        patterns.stream().anyMatch(pattern -> pattern.matcher(scope.getName()).matches())
            ? config
            : null;
  }

  /** Asks {@code other} where this one answers null. */
  default MeterConfigurator orElse(MeterConfigurator other) {
    Objects.requireNonNull(other, "other");
    return scope -> {
      final GlintMeterConfig config = configure(scope);
      return config != null ? config : other.configure(scope);
    };
  }

  /**
   * Takes over a configurator of another library, such as a {@code ScopeConfigurator<MeterConfig>}
   * of the stock SDK, whose types are internal to it: {@code MeterConfigurator.of(stock,
   * io.opentelemetry.sdk.metrics.internal.MeterConfig::isEnabled)}.
   *
   * @param function may answer null for the default
   * @param isEnabled what an answer that is not null means
   */
  static <C> MeterConfigurator of(
      Function<? super InstrumentationScopeInfo, ? extends @Nullable C> function,
      Predicate<? super C> isEnabled) {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(isEnabled, "isEnabled");
    return scope -> {
      final C config = function.apply(scope);
      if (config == null) {
        return null;
      }
      return isEnabled.test(config) ? GlintMeterConfig.enabled() : GlintMeterConfig.disabled();
    };
  }
}
