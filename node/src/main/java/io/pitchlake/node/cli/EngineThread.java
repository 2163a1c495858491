package io.pitchlake.node.cli;

import io.pitchlake.node.Node;

/// The one thread that forwards, and what came of it.
final class EngineThread {
  private final Thread thread;
  private RuntimeException failure;
  private Error error;

  /// @param started called on the engine's thread after its first turn
  /// @param ended called on it after the last, however that came
  EngineThread(Node node, Runnable started, Runnable ended) {
    thread = Thread.ofPlatform().name("engine").unstarted(() -> run(node, started, ended));
  }

  private void run(Node node, Runnable started, Runnable ended) {
    try {
      node.run(started);
    } catch (RuntimeException e) {
      failure = e;
    } catch (Error e) {
      error = e;
    } finally {
      ended.run();
    }
  }

  /// Starts the engine.
  void start() {
    thread.start();
  }

  /// Waits for the engine's end and throws what ended it before its time.
  void awaitEnd() {
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
