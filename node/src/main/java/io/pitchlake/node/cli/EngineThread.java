package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Engine;
import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.common.config.Configuration.Scheduling;
import io.pitchlake.common.time.ThreadEnd;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.RealTime;
import io.pitchlake.node.port.ThreadPriority;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that forwards, and what came of it.
final class EngineThread {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  private final Thread thread;
  private RuntimeException failure;
  private Error error;

  /// @param started called on the engine's thread after its first turn
  /// @param ended called on it after the last, however that came
  EngineThread(Node node, Runnable started, Runnable ended) {
    thread = Thread.ofPlatform().name("engine").unstarted(() -> run(node, started, ended));
  }

  private void run(Node node, Runnable started, Runnable ended) {
    try (ThreadPriority priority = new ThreadPriority()) {
      node.run(started, scheduling(node.configuration().engine(), priority));
    } catch (RuntimeException e) {
      failure = e;
    } catch (Error e) {
      error = e;
    } finally {
      ended.run();
    }
  }

  private static RealTime.Kernel scheduling(Engine engine, ThreadPriority priority) {
    if (engine.scheduling() == Scheduling.NORMAL) {
      return RealTime.Kernel.NONE;
    }
    if (Runtime.getRuntime().availableProcessors() == 1) {
      // In real time on the only core it would starve the compilers, whose code it waits for.
      LOG.info("the engine thread runs as a normal one: this process has one core only");
      return RealTime.Kernel.NONE;
    }
    if (engine.idle() == Idle.BUSY) {
      LOG.info("the engine thread never sleeps (idle busy), so it is not scheduled in real time");
      return RealTime.Kernel.NONE;
    }
    return new InRealTime(priority);
  }

  /// Says once what has become of it.
  private static final class InRealTime implements RealTime.Kernel {
    private final ThreadPriority priority;
    private boolean told;

    InRealTime(ThreadPriority priority) {
      this.priority = priority;
    }

    @Override
    public boolean realTime() {
      boolean done = priority.realTime(RealTime.PRIORITY);
      String refusal = done ? "" : priority.refusal();
      if (!told) {
        told = true;
        if (done && priority.nice(RealTime.NICE)) {
          LOG.info("the engine thread runs in real time (SCHED_FIFO {})", RealTime.PRIORITY);
        } else if (!done) {
          LOG.warn(
              "the engine thread does not run in real time, so adverts may be late on a busy"
                  + " machine: {}",
              refusal);
        }
      }
      return done;
    }

    @Override
    public void normal() {
      priority.normal();
    }
  }

  /// Starts the engine.
  void start() {
    thread.start();
  }

  /// Waits for the engine's end and throws what ended it before its time.
  void awaitEnd() {
    ThreadEnd.await(thread);
    if (failure != null) {
      throw failure;
    }
    if (error != null) {
      throw error;
    }
  }
}
