package io.glint.it.fidelity;

/** A thread that records; the clock asks it what it records at the moment. */
final class RecorderThread extends Thread {
  Ledger ledger;
  int index;

  RecorderThread(Runnable task) {
    super(task, "fidelity-recorder");
    setDaemon(true);
  }
}
