package io.glint.examples.webstore.browser;

import io.glint.examples.webstore.WebClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven over the Chrome DevTools protocol. It notes each script
 * error and each request of the page.
 */
final class Browser implements AutoCloseable {

  private static final long SECONDS = 30;
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Map<String, Object>>> answers =
      new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** The program that the system property {@code glint.chromium} names, or one on the path. */
  static Optional<Path> program() {
    final String named = System.getProperty("glint.chromium");
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path program) throws Exception {
    profile = Files.createTempDirectory("glint-chromium");
    final ProcessBuilder chromium =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("chromium.log").toFile());
    // What it puts there goes with the profile.
    chromium.environment().put("TMPDIR", profile.toString());
    process = chromium.start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(SECONDS))
            .buildAsync(page(), new Listener())
            .get(SECONDS, TimeUnit.SECONDS);
    for (final String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", "{}");
    }
  }

  private URI page() throws Exception {
    final Path file = profile.resolve("DevToolsActivePort");
    await("the browser listens", () -> Files.exists(file) && Files.readString(file).contains("\n"));
    final String port = Files.readString(file).lines().findFirst().orElseThrow();
    final URI list = URI.create("http://127.0.0.1:" + port + "/json/list");
    await("the browser has a page", () -> WebClient.get(list, "*/*").body().contains("\"page\""));
    for (final Object target : (List<?>) JsonReader.read(WebClient.get(list, "*/*").body())) {
      final Map<?, ?> described = (Map<?, ?>) target;
      if (described.get("type").equals("page")) {
        return URI.create((String) described.get("webSocketDebuggerUrl"));
      }
    }
    throw new IllegalStateException("no page");
  }

  /** Script errors, errors that a page wrote to its console, and what the browser refused. */
  List<String> errors() {
    return errors;
  }

  /** Addresses that pages asked for. */
  List<String> requests() {
    return requests;
  }

  /** Returns when the page and its scripts have been loaded, and it is in front of other tabs. */
  void open(URI address) throws Exception {
    call("Page.bringToFront", "{}");
    call("Page.navigate", "{\"url\":" + quote(address.toString()) + "}");
    await(
        address + " has been loaded",
        () -> evaluate("location.href + ' ' + document.readyState").equals(address + " complete"));
  }

  void resize(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":%b}"
            .formatted(width, height, width < 600));
  }

  void setDark(boolean dark) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}"
            .formatted(dark ? "dark" : "light"));
  }

  /** The value of a JavaScript expression: text, number or truth value. */
  Object evaluate(String expression) throws Exception {
    final Map<String, Object> answer =
        call(
            "Runtime.evaluate",
            "{\"returnByValue\":true,\"expression\":" + quote(expression) + "}");
    if (answer.containsKey("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
    }
    return ((Map<?, ?>) answer.get("result")).get("value");
  }

  double number(String expression) throws Exception {
    return ((Number) evaluate(expression)).doubleValue();
  }

  /**
   * Clicks, with the mouse, at the middle of the element that the expression finds. A page that a
   * link has led to may still lack its styles: things then move after they were found.
   */
  void click(String element) throws Exception {
    await("a page with its styles", () -> evaluate("document.readyState").equals("complete"));
    evaluate("(" + element + ").scrollIntoView({block: 'center'})");
    final String box = "(" + element + ").getBoundingClientRect()";
    final double x = number(box + ".left + " + box + ".width / 2");
    final double y = number(box + ".top + " + box + ".height / 2");
    for (final String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          "{\"type\":\"%s\",\"x\":%s,\"y\":%s,\"button\":\"left\",\"clickCount\":1}"
              .formatted(type, x, y));
    }
  }

  void press(String key, int code) throws Exception {
    for (final String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "{\"type\":\"%s\",\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d%s}"
              .formatted(
                  type,
                  key,
                  key,
                  code,
                  key.equals("Enter") && type.equals("keyDown") ? ",\"text\":\"\\r\"" : ""));
    }
  }

  /** Of the whole page, however long it is. */
  void screenshot(Path file) throws Exception {
    capture(file, "");
  }

  /** Of the element that the expression finds. */
  void screenshot(Path file, String element) throws Exception {
    final String box = "(" + element + ").getBoundingClientRect()";
    // To whole pixels, outwards: else the border at the bottom is cut off.
    final double left = Math.floor(number(box + ".left + scrollX"));
    final double top = Math.floor(number(box + ".top + scrollY"));
    final double right = Math.ceil(number(box + ".right + scrollX"));
    final double bottom = Math.ceil(number(box + ".bottom + scrollY"));
    capture(
        file,
        ",\"clip\":{\"x\":%s,\"y\":%s,\"width\":%s,\"height\":%s,\"scale\":1}"
            .formatted(left, top, right - left, bottom - top));
  }

  private void capture(Path file, String clip) throws Exception {
    final String answer =
        (String)
            call(
                    "Page.captureScreenshot",
                    "{\"format\":\"png\",\"captureBeyondViewport\":true" + clip + "}")
                .get("data");
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(answer));
  }

  private Map<String, Object> call(String method, String parameters) throws Exception {
    final int id = ids.incrementAndGet();
    final CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket
        .sendText(
            "{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, parameters), true)
        .get(SECONDS, TimeUnit.SECONDS);
    return answer.get(SECONDS, TimeUnit.SECONDS);
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  @SuppressWarnings("unchecked")
  private void receive(String text) {
    final Map<String, Object> message = (Map<String, Object>) JsonReader.read(text);
    if (message.get("id") instanceof Number id) {
      final CompletableFuture<Map<String, Object>> answer = answers.remove(id.intValue());
      if (message.get("result") instanceof Map<?, ?> result) {
        answer.complete((Map<String, Object>) result);
      } else {
        answer.completeExceptionally(new IllegalStateException(text));
      }
      return;
    }
    final Map<String, Object> parameters = (Map<String, Object>) message.get("params");
    switch ((String) message.get("method")) {
      case "Runtime.exceptionThrown" -> errors.add(text);
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "assert").contains(parameters.get("type"))) {
          errors.add(text);
        }
      }
      case "Log.entryAdded" -> {
        if ("error".equals(((Map<?, ?>) parameters.get("entry")).get("level"))) {
          errors.add(text);
        }
      }
      case "Network.requestWillBeSent" ->
          requests.add((String) ((Map<?, ?>) parameters.get("request")).get("url"));
      default -> {}
    }
  }

  static void await(String what, Condition condition) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not seen within " + SECONDS + " s: " + what);
      }
      Thread.sleep(50);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    deleteProfile();
  }

  /** As far as possible: a process that is ending may still write into it. */
  private void deleteProfile() throws IOException {
    final List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(profile)) {
      found.sorted(Comparator.reverseOrder()).forEach(files::add);
    } catch (UncheckedIOException vanished) {
      return;
    }
    for (final Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException inUse) {
        // Left to the system's cleaning of temporary files.
      }
    }
  }

  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        receive(text.toString());
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }
}
