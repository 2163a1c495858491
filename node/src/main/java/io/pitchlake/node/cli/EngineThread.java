package io.pitchlake.node.cli;

import io.pitchlake.node.Node;

/// The one thread that forwards, and what came of it.
final class EngineThread {
  private final Thread thread;
  private RuntimeException failure;
  private Error error;

  /// @param started called on the engine's thread after its first turn
  EngineThread(Node node, Runnable started) {
    thread = Thread.ofPlatform().name("engine").unstarted(() -> run(node, started));
  }

  private void run(Node node, Runnable started) {
    try {
      node.run(started);
    } catch (RuntimeException e) {
      failure = e;
    } catch (Error e) {
      error = e;
    }
  }

  /// Starts the engine, waits for its end and throws what ended it before its time.
  void runToEnd() {
    thread.start();
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
    if (failure != null) {
      throw failure;
    }
    if (error != null) {
      throw error;
    }
  }
}
