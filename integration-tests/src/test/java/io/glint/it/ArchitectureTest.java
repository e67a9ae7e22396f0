package io.glint.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.partitioningBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.examples.webstore.WebstoreMain;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.micrometer.GlintMeterRegistry;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.sdk.GlintMeterProvider;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules that hold the modules together, read off the class files by the JDK's jdeps. */
@Tag("long")
class ArchitectureTest {
  private static final Pattern DEPENDENCY = Pattern.compile("^\\s+(\\S+)\\s+->\\s+(\\S+).*$");

  // In docs/design.md: a line of the tree with its sentence, and lines of a class diagram.
  private static final Pattern FOLDER = Pattern.compile("[│ ]*[├└]── (\\w+) +\\S.*");
  private static final Pattern NAMESPACE = Pattern.compile("namespace (\\w+) \\{");
  private static final Pattern DIAGRAM_CLASS = Pattern.compile("class (\\w+)");
  private static final Pattern DIAGRAM_ARROW =
      Pattern.compile("(\\w+) (-->|<\\|--) (\\w+)(?: : .*)?");

  /** The API's {@code impl} package is public by its modifiers only. */
  private static final Pattern OPEN_TELEMETRY_INTERNALS =
      Pattern.compile("io\\.opentelemetry\\.(.*\\.)?(internal|impl)\\..*");

  /** What a user of Glint gets on the class path, besides Glint. */
  private static final Pattern INHERITED =
      Pattern.compile(
          "/(glint-|opentelemetry-(api|context|common|sdk-common|sdk-metrics)-\\d)|/classes$");

  /** The package of one of our classes, in what javap says of another. */
  private static final Pattern GLINT_PACKAGE =
      Pattern.compile("\\b(io\\.glint(?:\\.[a-z]\\w*)*)\\.[A-Z]");

  /** How all modules write to the log: not API, and shared by all. */
  private static final String LOG = "io.glint.sdk.internal.log";

  /** What the exporters share besides: not API. */
  private static final String EXPORTER = "io.glint.sdk.internal.exporter";

  /** The ids of spans as numbers: not API, written by reservoirs and read by exporters. */
  private static final String SPAN_IDS = "io.glint.reservoir.internal";

  /** Bucket counts, which the OTLP exporter reads without making objects of them. */
  private static final String HISTOGRAM = "io.glint.sdk.internal.histogram";

  /** The packages of the SDK, from the bottom up: each uses those before it only. */
  private static final List<String> ORDER =
      List.of(
          "io.glint.sdk.internal.log",
          "io.glint.sdk.exemplar",
          "io.glint.sdk.internal.exporter",
          "io.glint.sdk.internal.metric",
          "io.glint.sdk.internal.histogram",
          "io.glint.sdk.internal.view",
          "io.glint.sdk.internal.exemplar",
          "io.glint.sdk.internal.cell",
          "io.glint.sdk.internal.series",
          "io.glint.sdk.internal.stream",
          "io.glint.sdk.internal.data",
          "io.glint.sdk.internal.collect",
          "io.glint.sdk.internal.async",
          "io.glint.sdk.internal.instrument",
          "io.glint.sdk.internal.meter",
          "io.glint.sdk.internal.export",
          "io.glint.sdk.internal.diagnostics",
          "io.glint.sdk");

  /** How code asks whether a class or a method is there, or lives without it. */
  private static final Pattern PROBE =
      Pattern.compile(
          "Class\\.forName\\(|\\.find(Static|Virtual)\\("
              + "|catch \\((\\w+ \\| )*(LinkageError|NoClassDefFoundError|NoSuchMethodError)\\b");

  /** Each module's root package, a class in it, and the packages of Glint that it may use. */
  record Module(String name, Class<?> anchor, Set<String> mayUse) {
    Path classes() {
      return Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final Module RESERVOIRS =
      new Module("io.glint.reservoir", ExemplarReservoir.class, Set.of());
  private static final Module SDK =
      new Module("io.glint.sdk", GlintMeterProvider.class, Set.of("io.glint.reservoir", SPAN_IDS));
  private static final Module OPEN_METRICS =
      new Module(
          "io.glint.exporter.openmetrics",
          OpenMetricsServer.class,
          Set.of(
              "io.glint.reservoir",
              SPAN_IDS,
              "io.glint.sdk",
              "io.glint.sdk.exemplar",
              LOG,
              EXPORTER));
  private static final Module OTLP =
      new Module(
          "io.glint.exporter.otlp",
          OtlpMetricExporter.class,
          Set.of(
              "io.glint.reservoir",
              SPAN_IDS,
              "io.glint.sdk",
              "io.glint.sdk.exemplar",
              LOG,
              EXPORTER,
              HISTOGRAM));
  private static final Module MICROMETER =
      new Module("io.glint.micrometer", GlintMeterRegistry.class, Set.of("io.glint.sdk"));
  private static final Module AUTOCONFIGURE =
      new Module(
          "io.glint.autoconfigure",
          GlintAutoConfiguration.class,
          Set.of(
              "io.glint.reservoir",
              "io.glint.sdk",
              "io.glint.sdk.exemplar",
              "io.glint.exporter.openmetrics",
              "io.glint.exporter.otlp",
              LOG));
  private static final Module WEBSTORE =
      new Module(
          "io.glint.examples.webstore",
          WebstoreMain.class,
          Set.of(
              "io.glint.reservoir",
              "io.glint.sdk",
              "io.glint.sdk.exemplar",
              "io.glint.exporter.openmetrics",
              "io.glint.exporter.otlp"));

  static List<Module> modules() {
    return List.of(RESERVOIRS, SDK, OPEN_METRICS, OTLP, MICROMETER, AUTOCONFIGURE, WEBSTORE);
  }

  static List<Module> shipped() {
    return List.of(RESERVOIRS, SDK, OPEN_METRICS, OTLP);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void dependenciesPointOneWay(Module module) {
    final Set<String> used = new TreeSet<>();
    dependencies(module, "-verbose:package", "-filter:none")
        .forEach((from, targets) -> targets.stream().filter(this::isGlint).forEach(used::add));
    used.removeIf(name -> name.equals(module.name()) || name.startsWith(module.name() + "."));
    assertThat(module.mayUse()).containsAll(used);
  }

  private boolean isGlint(String name) {
    return name.startsWith("io.glint.");
  }

  @Test
  void packagesOfTheSdkUseThoseBelowThemOnly() {
    final Set<String> against = new TreeSet<>();
    final Set<String> packages = new TreeSet<>();
    dependencies(SDK, "-verbose:class", "-filter:none")
        .forEach(
            (from, targets) -> {
              packages.add(packageOf(from));
              for (final String target : targets) {
                if (level(from) < level(target)) {
                  against.add(nameOf(from) + " -> " + nameOf(target));
                }
              }
            });
    assertThat(packages).as("each has its place").containsExactlyInAnyOrderElementsOf(ORDER);
    assertThat(against).isEmpty();
  }

  private static int level(String type) {
    return ORDER.indexOf(packageOf(type));
  }

  private static String packageOf(String type) {
    return type.substring(0, type.lastIndexOf('.'));
  }

  /** Simple name of a class or, if it is nested, of the outermost one around it. */
  private static String nameOf(String type) {
    final String name = type.substring(type.lastIndexOf('.') + 1);
    final int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  /** A picture that is not true is worse than none. */
  @Test
  void theDiagramsOfTheDesignShowWhatIsThere() throws IOException {
    final String page = Files.readString(Path.of("..", "docs", "design.md"));
    final Map<String, Set<String>> uses = new TreeMap<>();
    final Map<String, String> packages = new TreeMap<>();
    dependencies(SDK, "-verbose:class", "-filter:none")
        .forEach(
            (from, targets) -> {
              packages.put(nameOf(from), packageOf(from));
              final Set<String> used = uses.computeIfAbsent(nameOf(from), key -> new TreeSet<>());
              targets.forEach(target -> used.add(nameOf(target)));
            });
    int lines = 0;
    String namespace = "";
    for (final String line : page.lines().map(String::strip).toList()) {
      final Matcher opening = NAMESPACE.matcher(line);
      final Matcher named = DIAGRAM_CLASS.matcher(line);
      final Matcher arrow = DIAGRAM_ARROW.matcher(line);
      if (opening.matches()) {
        namespace = opening.group(1);
      } else if (named.matches()) {
        assertThat(packages).containsEntry(named.group(1), "io.glint.sdk.internal." + namespace);
        lines++;
      } else if (arrow.matches()) {
        final boolean isExtension = arrow.group(2).equals("<|--");
        final String from = arrow.group(isExtension ? 3 : 1);
        final String to = arrow.group(isExtension ? 1 : 3);
        assertThat(uses).as(line).containsKeys(from, to);
        assertThat(uses.get(from)).as(line).contains(to);
        lines++;
      }
    }
    assertThat(lines).as("lines of diagrams that were understood").isGreaterThan(40);
  }

  @Test
  void theFoldersOfTheDesignAreThoseOfTheSdk() throws IOException {
    final List<String> folders = new ArrayList<>(List.of("internal"));
    for (final String name : ORDER) {
      folders.add(name.substring(name.lastIndexOf('.') + 1));
    }
    folders.remove("sdk");
    assertThat(
            Files.readString(Path.of("..", "docs", "design.md"))
                .lines()
                .map(FOLDER::matcher)
                .filter(Matcher::matches)
                .map(folder -> folder.group(1)))
        .containsExactlyInAnyOrderElementsOf(folders);
  }

  /** The stock SDK's engine is never called: only its data, export and configuration types. */
  @ParameterizedTest
  @MethodSource("shipped")
  void nothingUsesInternalsOfTheStockSdkOrOfTheJdk(Module module) {
    dependencies(module, "-verbose:class", "-filter:none")
        .forEach(
            (from, targets) ->
                assertThat(targets)
                    .as("what %s uses", from)
                    .noneMatch(
                        name ->
                            name.startsWith("sun.")
                                || name.startsWith("jdk.internal.")
                                || OPEN_TELEMETRY_INTERNALS.matcher(name).matches()
                                || name.startsWith("io.opentelemetry.sdk.metrics.SdkMeter")));
  }

  /**
   * The compiler's lint "exports" says so as well. But it also asks that users get the annotations
   * of JSpecify, so it is off.
   */
  @ParameterizedTest
  @MethodSource("shipped")
  void whatUsersSeeIsOfPackagesThatTheySee(Module module) throws Exception {
    final Set<String> exported = new TreeSet<>();
    for (final Module each : shipped()) {
      reference(each).descriptor().exports().stream()
          .filter(export -> !export.isQualified())
          .forEach(export -> exported.add(export.source()));
    }
    final Map<String, String> types = declarations(module, exported);
    types.keySet().removeIf(name -> !isPublic(name, types));
    assertThat(types).isNotEmpty();
    for (final String declaration : types.values()) {
      // Of that superclass nothing is public.
      final String seen = declaration.replace(" extends " + SPAN_IDS + ".SpanIds", "");
      assertThat(GLINT_PACKAGE.matcher(seen).results().map(result -> result.group(1)))
          .as(declaration)
          .isSubsetOf(exported);
    }
  }

  private static ModuleReference reference(Module module) {
    return ModuleFinder.of(module.classes()).findAll().iterator().next();
  }

  /** A type that is nested is as public as what is around it. */
  private static boolean isPublic(String name, Map<String, String> declarations) {
    final int nested = name.lastIndexOf('$');
    return declarations.get(name).contains("\npublic ")
        && (nested < 0 || isPublic(name.substring(0, nested), declarations));
  }

  /** Types of these packages with what is public or protected of them, as javap shows it. */
  private static Map<String, String> declarations(Module module, Set<String> packages)
      throws IOException {
    final Map<String, String> declarations = new TreeMap<>();
    try (ModuleReader reader = reference(module).open()) {
      for (final String file : reader.list().filter(name -> name.endsWith(".class")).toList()) {
        final String name = file.substring(0, file.lastIndexOf('.')).replace('/', '.');
        final int end = name.lastIndexOf('.');
        if (end > 0 && packages.contains(name.substring(0, end)) && !name.endsWith("-info")) {
          declarations.put(
              name, run("javap", "-protected", "-classpath", module.classes().toString(), name));
        }
      }
    }
    return declarations;
  }

  /** Not only our classes: everything they can reach on the class path of a user. */
  @ParameterizedTest
  @MethodSource("shipped")
  void nothingThatIsReachedNeedsAnInternalOfTheJdk(Module module) {
    final List<String> inherited =
        classPath().filter(element -> INHERITED.matcher(element).find()).toList();
    assertThat(inherited).hasSizeGreaterThanOrEqualTo(5);
    final String report =
        jdeps(
            "--jdk-internals",
            "--recursive",
            "--module-path",
            String.join(File.pathSeparator, inherited),
            module.classes().toString());
    assertThat(report).doesNotContain("sun.misc.Unsafe").doesNotContain("jdk.internal.");
  }

  /** It is optional: who uses Glint does not get the API's experimental artifact. */
  @Test
  void nobodyGetsTheIncubatorApiByUsingGlint() {
    assertThat(classPath()).noneMatch(element -> element.contains("opentelemetry-api-incubator"));
  }

  @Test
  void testsRunWithoutAnyFlagThatOpensTheJdk() {
    assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
        .noneMatch(argument -> argument.contains("--add-") || argument.contains("unsafe"));
  }

  private static Map<String, Set<String>> dependencies(Module module, String... options) {
    final Map<String, Set<String>> dependencies = new java.util.TreeMap<>();
    final List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(modulePath());
    arguments.add(module.classes().toString());
    String from = "";
    for (final String line : jdeps(arguments.toArray(new String[0])).lines().toList()) {
      // Either "   a -> b   where", or "   a   where" followed by "      -> b   where".
      final Matcher matcher = DEPENDENCY.matcher(line);
      if (matcher.matches()) {
        from = matcher.group(1);
        dependencies.computeIfAbsent(from, key -> new TreeSet<>()).add(matcher.group(2));
      } else if (line.strip().startsWith("->")) {
        final String target = line.strip().substring(2).strip().split("\\s", 2)[0];
        dependencies.computeIfAbsent(from, key -> new TreeSet<>()).add(target);
      } else if (line.startsWith("   ") && !line.isBlank()) {
        from = line.strip().split("\\s", 2)[0];
      }
    }
    assertThat(dependencies).as("jdeps of %s", module).isNotEmpty();
    return dependencies;
  }

  /** Else the JVM makes a class for each of them, while an application starts. */
  @ParameterizedTest
  @MethodSource("modules")
  void textsArePutTogetherWithoutInvokedynamic(Module module) throws IOException {
    final List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(module.classes())) {
      for (final Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
        if (new String(Files.readAllBytes(file), ISO_8859_1).contains("makeConcat")) {
          found.add(file.getFileName().toString());
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /**
   * What a version of OpenTelemetry or of Java lacks is reached in one place for each thing that
   * may be missing, and in none of the record path.
   */
  @ParameterizedTest
  @CsvSource({
    "reservoirs, ''",
    // The stock SDK's classes; the API's incubator, by what it is used for.
    "sdk-core, StockSdk GlintOpenTelemetry InstrumentBuilders",
    "exporter-openmetrics, ''",
    // HttpClient.shutdownNow; whether requests are traced; the senders' SPI.
    "exporter-otlp, JdkHttpClient Untraced Transports",
    "micrometer, ''"
  })
  void whatMayBeMissingIsReachedInOnePlace(String module, String places) throws IOException {
    final Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
      for (final Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        if (PROBE.matcher(Files.readString(file)).find()) {
          found.add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    // Where code of the user or of a sender may throw whatever it likes: not about a version.
    found.removeAll(Set.of("StreamCollector", "Senders"));
    assertThat(found)
        .containsExactlyInAnyOrder(places.isEmpty() ? new String[0] : places.split(" ", -1));
  }

  /** Modules are to be found by the one path, all else by the other. */
  private static List<String> modulePath() {
    final Map<Boolean, List<String>> elements =
        classPath().collect(partitioningBy(element -> INHERITED.matcher(element).find()));
    return List.of(
        "--module-path",
        String.join(File.pathSeparator, elements.get(true)),
        "--class-path",
        String.join(File.pathSeparator, elements.get(false)));
  }

  private static Stream<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(element -> new File(element).exists());
  }

  private static String jdeps(String... arguments) {
    final List<String> all = new ArrayList<>(List.of("--multi-release", "base"));
    all.addAll(List.of(arguments));
    return run("jdeps", all.toArray(new String[0]));
  }

  private static String run(String tool, String... arguments) {
    final StringWriter out = new StringWriter();
    final int status =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(new PrintWriter(out), new PrintWriter(out), arguments);
    assertThat(status).as(out.toString()).isZero();
    return out.toString();
  }
}
