package io.pitchlake.node;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// An orderly end on SIGTERM and SIGINT: the command that runs is asked to stop, and the process
/// ends with that command's exit code instead of the signal's, when it has.
final class ProcessEnd {
  private static final int PATIENCE_SECONDS = 10;

  private final CountDownLatch reached = new CountDownLatch(1);
  private volatile int exitCode;

  /// Calls `stop` when the process is asked to end.
  void whenAsked(Runnable stop) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop), "end"));
  }

  private void end(Runnable stop) {
    if (reached.getCount() == 0) {
      return; // the program ends by itself
    }
    stop.run();
    try {
      if (reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(exitCode);
      }
      System.err.println("pitchlake: the engine did not stop within " + PATIENCE_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The command has ended with this code; everything it had to say is said.
  void reached(int code) {
    exitCode = code;
    reached.countDown();
  }
}
