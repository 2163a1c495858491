package io.pitchlake.common.time;

/// The end of a thread that was told to end. Whoever gives back what that thread uses must not do
/// so while it runs, not even when interrupted.
public final class ThreadEnd {
  private ThreadEnd() {}

  /// Waits until `thread` has ended. An interrupt does not end the wait; it stands afterwards.
  public static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
