package io.pitchlake.node.port;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/// How the kernel schedules the calling thread. One instance per thread.
public final class ThreadPriority implements AutoCloseable {
  private static final int SCHED_OTHER = 0;
  private static final int SCHED_FIFO = 1;

  private final Libc libc = new Libc();

  /// Runs the thread before all that have no real-time priority (SCHED_FIFO); false where the
  /// kernel refuses it, see [#refusal()].
  public boolean realTime(int priority) {
    return policy(SCHED_FIFO, priority);
  }

  /// Runs the thread beside the others (SCHED_OTHER).
  public boolean normal() {
    return policy(SCHED_OTHER, 0);
  }

  /// Gives the thread a larger share among those without real-time priority.
  public boolean nice(int nice) {
    return libc.setNice(nice) == 0;
  }

  private boolean policy(int policy, int priority) {
    MemorySegment parameter = libc.scratch();
    parameter.set(JAVA_INT, 0, priority);
    return libc.setScheduler(policy, parameter.address()) == 0;
  }

  /// Why the last call was refused, and what would help.
  public String refusal() {
    return libc.errno() == Libc.EPERM
        ? "the capability CAP_SYS_NICE is missing, or the control group has no real-time budget"
        : libc.errorText();
  }

  @Override
  public void close() {
    libc.close();
  }
}
