package io.glint.sdk;

import io.glint.sdk.StallFixture.Setting;
import io.glint.sdk.StallFixture.UserCode;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.series.Series;
import java.util.function.Consumer;

/** A place to stop a thread at, and how it gets there. */
@SuppressWarnings("ImmutableEnumChecker") // No field changes once a constant is made.
enum StallPoint {
  // A recorder, on the way to its cell.

  RECORDER_LOOKING_UP(UserCode.ATTRIBUTES, of(stage -> stage.record(stage.brakingAttributes()))),
  RECORDER_BEING_FILTERED(
      UserCode.EXEMPLAR_FILTER, of(StallPoint::recordShared).setting(Setting.FILTERED_EXEMPLARS)),
  RECORDER_BEFORE_CELL(ProtocolPoint.SERIES_FOUND, of(StallPoint::recordShared)),
  RECORDER_BEFORE_CELL_THAT_IS_RETIRED(
      ProtocolPoint.SERIES_FOUND,
      of(stage -> stage.record(StallFixture.OWN))
          .after(stage -> stage.record(StallFixture.OWN))
          .delta()
          .meanwhile(StallPoint::collectTwice)),

  // A recorder that owns a cell.

  RECORDER_WITH_CELL(ProtocolPoint.CELL_ACQUIRED, of(StallPoint::recordShared)),
  RECORDER_MAKING_RESERVOIR(UserCode.RESERVOIR_FACTORY, of(StallPoint::recordOwnNew)),
  RECORDER_OFFERING_EXEMPLAR(UserCode.RESERVOIR_OFFER, of(StallPoint::recordShared)),
  RECORDER_BEFORE_RELEASE(ProtocolPoint.CELL_RELEASING, of(StallPoint::recordShared)),
  BOUND_RECORDER_WITH_CELL(
      ProtocolPoint.CELL_ACQUIRED,
      // Binding passes the point first.
      of(stage -> stage.bind(StallFixture.SHARED).run()).passing(1)),
  BOUND_RECORDER_BEFORE_RELEASE(
      ProtocolPoint.CELL_RELEASING, of(stage -> stage.bind(StallFixture.SHARED).run()).passing(1)),
  BINDER_WITH_CELL(ProtocolPoint.CELL_ACQUIRED, of(stage -> stage.bind(StallFixture.SHARED).run())),
  BINDER_BEFORE_RELEASE(
      ProtocolPoint.CELL_RELEASING, of(stage -> stage.bind(StallFixture.SHARED).run())),

  // A recorder that has met others.

  RECORDER_WITH_UNPUBLISHED_CELL(
      ProtocolPoint.CELL_ACQUIRED, of(StallPoint::recordWhileCellIsTaken).passing(1)),
  RECORDER_PUBLISHING_CELL(ProtocolPoint.CELL_ADDING, of(StallPoint::recordWhileCellIsTaken)),
  RECORDER_WITH_ADDED_CELL(ProtocolPoint.CELL_RELEASING, of(StallPoint::recordWhileCellIsTaken)),
  RECORDER_MOVING_HOME(ProtocolPoint.HOME_MOVING, of(StallPoint::recordUntilItMoves)),

  // A recorder that adds a series.

  RECORDER_MAKING_SERIES(UserCode.CLOCK, of(StallPoint::recordOwnNew)),
  RECORDER_ADDING_SERIES(ProtocolPoint.SERIES_ADDING, of(StallPoint::recordOwnNew)),
  RECORDER_INDEXING_SERIES(ProtocolPoint.SERIES_INDEXING, of(StallPoint::recordOwnNew)),
  RECORDER_WITH_INDEXED_SERIES(ProtocolPoint.SERIES_INDEXED, of(StallPoint::recordOwnNew)),
  RECORDER_BEFORE_FIRST_CELL_OF_SERIES(ProtocolPoint.SERIES_FOUND, of(StallPoint::recordOwnNew)),
  RECORDER_COPYING_TABLE(ProtocolPoint.TABLE_COPYING, of(StallPoint::recordTenNewSeries)),
  RECORDER_REPLACING_TABLE(ProtocolPoint.TABLE_REPLACING, of(StallPoint::recordTenNewSeries)),
  RECORDER_COPYING_ENTRY(ProtocolPoint.ENTRY_COPYING, of(StallPoint::recordTenNewSeries)),
  RECORDER_RENEWING_INDEX(ProtocolPoint.INDEX_RENEWING, of(StallPoint::recordTenNewSeries)),
  RECORDER_ADDING_OVERFLOW(
      ProtocolPoint.OVERFLOW_ADDING,
      of(StallPoint::recordTenNewSeries).setting(Setting.FOUR_SERIES)),

  // A recorder with attributes that a view removes.

  RECORDER_IN_VIEW_FILTER(
      UserCode.VIEW_FILTER, of(StallPoint::recordNewAlias).setting(Setting.FILTERED_ATTRIBUTES)),
  RECORDER_ADDING_ALIAS(
      ProtocolPoint.ALIAS_ADDING,
      of(StallPoint::recordNewAlias).setting(Setting.FILTERED_ATTRIBUTES)),
  RECORDER_DOUBLING_ALIASES(
      ProtocolPoint.ALIASES_DOUBLING,
      of(StallPoint::recordUntilAliasesDouble).setting(Setting.FILTERED_ATTRIBUTES)),

  // A recorder that makes room at the limit, by evicting the series that all record into.

  ROOM_MAKER_BEFORE_SERIES(ProtocolPoint.ROOM_MAKING, roomMaker()),
  ROOM_MAKER_WITH_CELL(ProtocolPoint.CELL_ACQUIRED, roomMaker()),
  ROOM_MAKER_EVICTING(ProtocolPoint.SERIES_EVICTING, roomMaker()),
  ROOM_MAKER_RETIRING_CELL(ProtocolPoint.CELL_RETIRING, roomMaker()),
  ROOM_MAKER_TELLING(ProtocolPoint.ROOM_MADE, roomMaker()),
  ROOM_MAKER_COPYING_TABLE(ProtocolPoint.TABLE_COPYING, roomMaker()),
  ROOM_MAKER_REPLACING_TABLE(ProtocolPoint.TABLE_REPLACING, roomMaker()),
  ROOM_MAKER_RENEWING_INDEX(ProtocolPoint.INDEX_RENEWING, roomMaker()),

  // A collector, which has the lock of the stream.

  COLLECTOR_BEFORE_SERIES(ProtocolPoint.SERIES_COLLECTING, collector()),
  COLLECTOR_BETWEEN_SERIES(
      ProtocolPoint.SERIES_COLLECTING,
      collector().after(StallPoint::recordTenNewSeries).passing(5)),
  COLLECTOR_WITH_CELL(ProtocolPoint.CELL_ACQUIRED, collector()),
  COLLECTOR_WITH_COPIED_CELL(UserCode.RESERVOIR_MERGE, collector()),
  COLLECTOR_BEFORE_RELEASE(ProtocolPoint.CELL_RELEASING, collector()),
  COLLECTOR_TAKING_EXEMPLARS(UserCode.RESERVOIR_COLLECT, collector()),
  EXPLAINER_WITH_CELL(ProtocolPoint.CELL_ACQUIRED, explainer()),
  EXPLAINER_BEFORE_RELEASE(ProtocolPoint.CELL_RELEASING, explainer()),

  // A collector that evicts the series that all record into.

  COLLECTOR_EVICTING_WITH_CELL(ProtocolPoint.CELL_ACQUIRED, evictor()),
  COLLECTOR_EVICTING(ProtocolPoint.SERIES_EVICTING, evictor()),
  COLLECTOR_RETIRING_CELL(ProtocolPoint.CELL_RETIRING, evictor()),
  COLLECTOR_CLOSING_TABLE(ProtocolPoint.TABLE_CLOSING, evictor()),
  COLLECTOR_COPYING_TABLE(ProtocolPoint.TABLE_COPYING, evictor()),
  COLLECTOR_REPLACING_TABLE(ProtocolPoint.TABLE_REPLACING, evictor()),
  COLLECTOR_RENEWING_INDEX(ProtocolPoint.INDEX_RENEWING, evictor());

  /** A {@link ProtocolPoint} or {@link UserCode}. */
  final Object place;

  final Way way;

  StallPoint(Object place, Way way) {
    this.place = place;
    this.way = way;
  }

  boolean isPossibleWith(boolean isDelta) {
    return isDelta || !way.isOnlyDelta;
  }

  private static Way of(Consumer<StallFixture> action) {
    return new Way(action);
  }

  private static Way roomMaker() {
    return of(StallPoint::recordOwnNew)
        .setting(Setting.FOUR_SERIES)
        .after(StallPoint::fillAndCollect)
        .delta();
  }

  private static Way collector() {
    return of(StallFixture::collect).collecting();
  }

  private static Way explainer() {
    return of(StallFixture::explained).collecting();
  }

  private static Way evictor() {
    return collector().after(StallFixture::collect).delta();
  }

  private static void recordShared(StallFixture stage) {
    stage.record(StallFixture.SHARED);
  }

  private static void recordOwnNew(StallFixture stage) {
    stage.record(StallFixture.OWN);
  }

  private static void recordNewAlias(StallFixture stage) {
    stage.record(stage.newAlias());
  }

  private static void recordTenNewSeries(StallFixture stage) {
    for (int i = 0; i < 10; i++) {
      stage.record(stage.newAttributes());
    }
  }

  private static void recordUntilAliasesDouble(StallFixture stage) {
    for (int i = 0; i < 100; i++) {
      recordNewAlias(stage);
    }
  }

  private static void recordWhileCellIsTaken(StallFixture stage) {
    final Cell taken = stage.series(StallFixture.SHARED).acquire();
    recordShared(stage);
    taken.release();
  }

  /** Of two cells, the one at this thread's home is taken all the time. */
  private static void recordUntilItMoves(StallFixture stage) {
    final Series series = stage.series(StallFixture.SHARED);
    final Cell first = series.acquire();
    final Cell home = series.acquire();
    first.release();
    for (int i = 0; i < 20; i++) {
      recordShared(stage);
    }
    home.release();
  }

  private static void fillAndCollect(StallFixture stage) {
    for (int i = 1; i < 4; i++) {
      stage.record(stage.newAttributes());
    }
    stage.collect();
  }

  private static void collectTwice(StallFixture stage) {
    stage.collect();
    stage.collect();
  }

  /** What leads a thread to its place. */
  static final class Way {
    final Consumer<StallFixture> action;
    Consumer<StallFixture> preparation = stage -> {};
    Consumer<StallFixture> meanwhile = stage -> {};
    Setting setting = Setting.PLAIN;
    int passes;
    boolean isCollector;
    private boolean isOnlyDelta;

    Way(Consumer<StallFixture> action) {
      this.action = action;
    }

    Way setting(Setting setting) {
      this.setting = setting;
      return this;
    }

    /** Something is to be done before. */
    Way after(Consumer<StallFixture> preparation) {
      this.preparation = preparation;
      return this;
    }

    /** Something is to be done when the thread has been stopped. */
    Way meanwhile(Consumer<StallFixture> meanwhile) {
      this.meanwhile = meanwhile;
      return this;
    }

    /** The thread is not to be stopped the first times. */
    Way passing(int passes) {
      this.passes = passes;
      return this;
    }

    /** The thread has the lock that makes other collections of the stream wait. */
    Way collecting() {
      isCollector = true;
      return this;
    }

    /** Happens only in a delta stream. */
    Way delta() {
      isOnlyDelta = true;
      return this;
    }
  }
}
