package io.glint.examples.webstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @Test
  void everythingHasADefault() throws Exception {
    final Options options = parse();

    assertThat(options.port()).isEqualTo(8080);
    assertThat(options.metricsPort()).isEqualTo(9464);
    assertThat(options.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.incidentAfter()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.incidentLength()).isEqualTo(Duration.ofSeconds(15));
    assertThat(options.duration()).isEmpty();
    assertThat(options.otlp()).isEmpty();
    assertThat(options.prometheus()).isEmpty();
    assertThat(options.allInterfaces()).isFalse();
    assertThat(options.sampleRatio()).isEqualTo(1.0);
    assertThat(options.help()).isFalse();
  }

  @Test
  void aValueFollowsItsFlagOrAnEqualsSign() throws Exception {
    final Options options =
        parse("--port", "0", "--duration=7", "--sample-ratio=0.25", "--seed=-3");

    assertThat(options.port()).isZero();
    assertThat(options.duration()).contains(Duration.ofSeconds(7));
    assertThat(options.sampleRatio()).isEqualTo(0.25);
    assertThat(options.seed()).isEqualTo(-3);
  }

  @Test
  void prometheusIsFoundOnThePathUnlessItIsNamed() throws Exception {
    final Options found = parse("--prometheus", "--all-interfaces");

    assertThat(found.prometheus()).contains("prometheus");
    assertThat(found.allInterfaces()).isTrue();
    assertThat(parse("--prometheus=/opt/prometheus").prometheus()).contains("/opt/prometheus");
  }

  @Test
  void underTheAgentThereIsNoCollectorBesideTheDemo() throws Exception {
    assertThat(parse("--agent=a.jar", "--agent-extension=e.jar").agent()).contains("a.jar");
    assertThatThrownBy(
            () ->
                Options.parse(
                    List.of("--agent=a.jar", "--agent-extension=e.jar"),
                    Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://there:4318")))
        .hasMessageContaining("--agent cannot be combined with --otlp");
  }

  @Test
  void zipkinAndTailSamplingAreOffAndNeedTracesToBeSentFromHere() throws Exception {
    final Options options = parse("--zipkin=server.jar", "--tail-sampling");

    assertThat(options.zipkin()).contains("server.jar");
    assertThat(options.tailSampling()).isTrue();
    assertThat(parse().zipkin()).isEmpty();
    assertThat(parse().tailSampling()).isFalse();
    assertThat(parse("--otlp=http://here:4318", "--tail-sampling").tailSampling()).isTrue();
    assertThatThrownBy(() -> parse("--agent=a.jar", "--agent-extension=e.jar", "--zipkin=z.jar"))
        .hasMessageContaining("--agent cannot be combined with --zipkin");
  }

  @Test
  void theCollectorIsThatOfTheFlagOrElseThatOfTheEnvironment() throws Exception {
    final Map<String, String> environment =
        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://there:4318");

    assertThat(Options.parse(List.of(), environment).otlp()).contains("http://there:4318");
    assertThat(Options.parse(List.of("--otlp=http://here:4318"), environment).otlp())
        .contains("http://here:4318");
    assertThat(Options.parse(List.of(), Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", " ")).otlp())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--port=70000, --port must be a whole number from 0 to 65535",
    "--rate=fast, --rate must be a whole number from 0 to 500",
    "--interval=0, --interval must be a whole number from 1 to 30",
    "--incident-after=-1, --incident-after must be a whole number from 0 to 86400",
    "--incident-length=0, --incident-length must be a whole number from 1 to 120",
    "--sample-ratio=1.5, --sample-ratio must be a number from 0.0 to 1.0",
    "--sample-ratio=NaN, --sample-ratio must be a number from 0.0 to 1.0",
    "--duration=, --duration must be a whole number",
    "--duration, --duration needs a value",
    "--prometheus=, --prometheus has an empty value",
    "--all-interfaces=no, --all-interfaces takes no value",
    "--otlp, --otlp needs a value",
    "--zipkin, --zipkin needs a value",
    "--tail-sampling, --tail-sampling needs --zipkin or --otlp",
    "--tail-sampling=yes, --tail-sampling takes no value",
    "--agent, --agent needs a value",
    "--agent=agent.jar, --agent needs --agent-extension",
    "--colour=red, unknown flag --colour",
    "red, unknown flag red"
  })
  void aBadFlagIsNamedTogetherWithWhatWouldBeGood(String argument, String message) {
    assertThatThrownBy(() -> parse(argument))
        .isInstanceOfSatisfying(
            CannotStartException.class, problem -> assertThat(problem.wantsUsage()).isTrue())
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--zipkin", "--otlp", "--agent", "--port", "--seed"})
  void theNextFlagIsNoValue(String flag) {
    assertThatThrownBy(() -> parse(flag, "--tail-sampling"))
        .hasMessageContaining(flag + " needs a value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--port",
        "--metrics-port",
        "--duration",
        "--interval",
        "--rate",
        "--incident-after",
        "--incident-length",
        "--slow-every",
        "--sample-ratio",
        "--seed",
        "--prometheus[=PATH]",
        "--otlp",
        "--zipkin PATH",
        "--tail-sampling",
        "--agent PATH",
        "--agent-extension PATH",
        "--all-interfaces"
      })
  void usageExplainsEveryFlag(String flag) {
    assertThat(Options.USAGE).containsPattern("  " + Pattern.quote(flag) + "\\s");
  }

  private static Options parse(String... arguments) throws CannotStartException {
    return Options.parse(List.of(arguments), Map.of());
  }
}
