package io.pitchlake.node;

import io.pitchlake.node.cli.ExitCode;
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

  /// A thread has ended by what nobody caught. Where that is an error of the machine's (no memory,
  /// no thread, a class that is broken) the process ends at once: a node that has lost a helper
  /// looks alive and no longer does all that it must, while its peer could. Any thread.
  static void ofThread(Thread thread, Throwable thrown) {
    System.err.println("pitchlake: the thread '" + thread.getName() + "' has ended by " + thrown);
    thrown.printStackTrace(System.err);
    if (thrown instanceof Error) {
      Runtime.getRuntime().halt(ExitCode.INTERNAL);
    }
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
