package io.glint.sdk;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.metric.DeferredReport;
import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What recording calls cannot do is counted by them, and logged by collections. */
@Timeout(60)
class RecordingNeverLogsTest {
  private static final AttributeKey<Long> BAD = AttributeKey.longKey("bad");

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .registerMetricReader(reader)
          .setExemplarFilter((CustomExemplarFilter) RecordingNeverLogsTest::isEligible)
          .registerView(
              InstrumentSelector.builder().setName("*").build(),
              GlintView.builder()
                  .setAttributeFilter(RecordingNeverLogsTest::isKept)
                  .setExemplarReservoir(broken())
                  .build())
          .build();
  private final Meter meter = provider.get("silent");

  private static boolean isKept(String key) {
    if (key.equals(BAD.getKey())) {
      throw new IllegalStateException("thrown by the attribute filter");
    }
    return true;
  }

  private static boolean isEligible(double value, Attributes attributes, Context context) {
    if (value == 3) {
      throw new IllegalStateException("thrown by the exemplar filter");
    }
    return value == 4;
  }

  private static ExemplarReservoirFactory broken() {
    return settings -> {
      throw new IllegalStateException("thrown by the reservoir factory");
    };
  }

  @AfterEach
  void close() {
    provider.close();
  }

  /** Each way in which a recording call has something to report. */
  private void recordBadly(Kind.Instrument instrument) {
    for (final double value : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, 3, 4}) {
      instrument.record(value, Attributes.empty());
      instrument.record(value, null);
      instrument.record(value, Attributes.of(BAD, 1L));
      instrument.bind(Attributes.empty()).record(value);
      instrument.bind(Attributes.empty()).record(value, null);
      instrument.bind(Attributes.of(BAD, 1L)).record(value);
      instrument.bind(null).record(value);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aRecordingCallLogsNothingAndTheCollectionLogsItAll(Kind kind) {
    try (LogCapture log = new LogCapture()) {
      recordBadly(kind.make(meter));
      assertThat(log.messages()).isEmpty();
      reader.collectAllMetrics();
      assertThat(log.messages())
          .anyMatch(message -> message.contains("null attributes"))
          .anyMatch(message -> message.contains("could not be recorded"))
          .anyMatch(message -> message.contains("could not be bound"))
          .anyMatch(message -> message.contains("exemplar filter"))
          .anyMatch(message -> message.contains("reservoir"))
          .doesNotHaveDuplicates();
      final int messages = log.messages().size();
      recordBadly(kind.make(meter));
      reader.collectAllMetrics();
      assertThat(log.messages()).as("once a minute").hasSize(messages);
      provider.close();
      assertThat(log.messages()).as("what is left").hasSize(2 * messages);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aHandlerThatBlocksBlocksNoRecordingCall(Kind kind) throws Exception {
    final Kind.Instrument instrument = kind.make(meter);
    try (BlockingHandler handler = new BlockingHandler()) {
      recordBadly(instrument);
      final Thread collector = new Thread(reader::collectAllMetrics);
      collector.setDaemon(true);
      collector.start();
      assertThat(handler.isBlocked.await(30, SECONDS)).isTrue();
      final Thread recorder =
          new Thread(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  recordBadly(instrument);
                }
              });
      recorder.setDaemon(true);
      recorder.start();
      recorder.join(30_000);
      assertThat(recorder.isAlive()).as("waits for the handler").isFalse();
      handler.goOn.countDown();
      collector.join(30_000);
      assertThat(collector.isAlive()).isFalse();
      assertThat(handler.threads)
          .extracting(Thread::getName)
          .allMatch(name -> name.startsWith("glint-callbacks-"));
    }
  }

  @Test
  void theMessageSaysWhoWasTheFirstAndHowOftenItWas() throws Exception {
    try (LogCapture log = new LogCapture()) {
      final LongCounter counter = meter.counterBuilder("requests").build();
      final Thread recorder = new Thread(() -> recordThreeTimes(counter), "worker\n7");
      recorder.start();
      recorder.join();
      reader.collectAllMetrics();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("'requests'", "value -5.0", "was dropped", "Use an up-down counter")
          .contains("(first by thread 'worker 7' at ", "RecordingNeverLogsTest.recordThreeTimes(")
          .endsWith("; 3 times since the last message)");
    }
  }

  private static void recordThreeTimes(LongCounter counter) {
    counter.add(-5);
    counter.add(-6, Attributes.empty());
    counter.add(-7);
  }

  @Test
  void theCauseIsLoggedAndThenLetGo() {
    try (LogCapture log = new LogCapture()) {
      meter.counterBuilder("requests").build().add(1, Attributes.of(BAD, 1L));
      reader.collectAllMetrics();
      assertThat(log.records())
          .singleElement()
          .satisfies(
              logged ->
                  assertThat(logged.getThrown())
                      .hasMessage("thrown by the attribute filter")
                      .hasStackTraceContaining("RecordingNeverLogsTest"));
    }
  }

  @Test
  void withoutACollectionTheShutdownSaysIt() {
    try (LogCapture log = new LogCapture()) {
      meter.counterBuilder("requests").build().add(-1);
      assertThat(log.messages()).isEmpty();
      provider.close();
      assertThat(log.messages()).singleElement().asString().contains("'requests'", "-1.0");
    }
  }

  @Test
  void everyEventIsToldOfOnceAMinuteAlsoIfNoneComesAfterTheMinute() {
    final AtomicLong nanos = new AtomicLong();
    final DropCounters losses = new DropCounters(nanos::get);
    final DeferredReport report =
        new DeferredReport(
            losses,
            DropCounters.Reason.INVALID_VALUE,
            Logger.getLogger("io.glint.sdk.test"),
            value -> "Value " + value);
    try (LogCapture log = new LogCapture()) {
      losses.reports().log();
      assertThat(log.messages()).isEmpty();
      report.event(1, null);
      losses.reports().log();
      assertThat(log.messages()).singleElement().asString().startsWith("Value 1.0 (first by ");
      report.event(2, null);
      report.event(3, null);
      nanos.addAndGet(SECONDS.toNanos(59));
      losses.reports().log();
      losses.reports().log();
      assertThat(log.messages()).hasSize(1);
      nanos.addAndGet(SECONDS.toNanos(1));
      losses.reports().log();
      assertThat(log.messages())
          .hasSize(2)
          .last()
          .asString()
          .startsWith("Value 2.0 ")
          .contains("2 times");
      nanos.addAndGet(SECONDS.toNanos(600));
      losses.reports().log();
      assertThat(log.messages()).hasSize(2);
      assertThat(losses.get(DropCounters.Reason.INVALID_VALUE)).isEqualTo(3);
    }
  }

  @Test
  void anEventThatWasToldOfBeforeItsReportIsQueuedIsNotToldOfAgain() {
    final AtomicLong nanos = new AtomicLong();
    final DropCounters losses = new DropCounters(nanos::get);
    final DeferredReport report =
        new DeferredReport(
            losses, null, Logger.getLogger("io.glint.sdk.test"), value -> "Value " + value);
    try (LogCapture log = new LogCapture()) {
      report.event(1, null);
      losses.reports().log();
      assertThat(log.messages()).hasSize(1);
      // As a thread does that has counted its event before the message, and queues it after that.
      losses.reports().add(report);
      nanos.addAndGet(SECONDS.toNanos(60));
      losses.reports().log();
      assertThat(losses.reports().isEmpty()).isTrue();
      losses.reports().add(report);
      losses.reports().logLast();
      assertThat(log.messages()).hasSize(1);
      report.event(2, null);
      losses.reports().log();
      assertThat(log.messages()).hasSize(2).last().asString().startsWith("Value 2.0 (first by ");
    }
  }

  @Test
  void reportsAreLoggedInTheOrderInWhichTheyCame() {
    final DropCounters losses = new DropCounters();
    try (LogCapture log = new LogCapture()) {
      for (final String name : List.of("a", "b", "c", "d")) {
        new DeferredReport(losses, null, Logger.getLogger("io.glint.sdk.test"), value -> name)
            .event(0, null);
      }
      losses.reports().log();
      assertThat(log.messages())
          .extracting(message -> message.substring(0, 1))
          .containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void noEventIsLostOrToldTwiceWhileOthersLog() throws Exception {
    final DropCounters losses = new DropCounters(System::nanoTime);
    final AtomicLong toldOf = new AtomicLong();
    final List<DeferredReport> reports = new ArrayList<>();
    try (LogCapture log = new LogCapture()) {
      for (int i = 0; i < 3; i++) {
        reports.add(
            new DeferredReport(
                losses, null, Logger.getLogger("io.glint.sdk.test"), value -> "told"));
      }
      final List<Thread> recorders = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        final Thread recorder =
            new Thread(
                () -> {
                  for (int j = 0; j < 20_000; j++) {
                    reports.get(j % reports.size()).event(0, null);
                  }
                });
        recorder.start();
        recorders.add(recorder);
      }
      while (recorders.stream().anyMatch(Thread::isAlive)) {
        losses.reports().logLast();
      }
      for (final Thread recorder : recorders) {
        recorder.join();
      }
      losses.reports().logLast();
      for (final String message : log.messages()) {
        toldOf.addAndGet(
            message.contains(" times since")
                ? Long.parseLong(message.replaceAll(".*?([0-9]+) times since.*", "$1"))
                : 1);
      }
      assertThat(toldOf).hasValue(60_000);
    }
  }

  @Test
  void withoutAReaderNothingIsReportedAsNothingIsRecorded() {
    try (LogCapture log = new LogCapture()) {
      final GlintMeterProvider readerless = GlintMeterProvider.builder().build();
      final int before = log.messages().size();
      recordBadly(Kind.LONG_COUNTER.make(readerless.get("silent")));
      readerless.close();
      assertThat(log.messages()).hasSize(before);
    }
  }

  /** Blocks the first thread that logs, until it may go on. */
  private static final class BlockingHandler extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.glint");
    private final CountDownLatch isBlocked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    BlockingHandler() {
      logger.addHandler(this);
      logger.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord logRecord) {
      threads.add(Thread.currentThread());
      isBlocked.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      goOn.countDown();
      logger.setUseParentHandlers(true);
      logger.removeHandler(this);
    }
  }
}
