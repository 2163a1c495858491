package io.pitchlake.node.engine;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// The bounded queue between the rest of the program and the engine. Any thread offers, the engine
/// polls; an empty queue costs the engine one volatile read per turn.
public final class CommandQueue {
  private final ArrayBlockingQueue<Command> queue;
  private final AtomicInteger waiting = new AtomicInteger();

  public CommandQueue(int capacity) {
    queue = new ArrayBlockingQueue<>(capacity);
  }

  /// Hands a command over; false when the queue is full, which means that the engine hangs.
  public boolean offer(Command command) {
    if (!queue.offer(command)) {
      return false;
    }
    waiting.incrementAndGet();
    return true;
  }

  /// The oldest command, or null.
  Command poll() {
    if (waiting.get() == 0) {
      return null;
    }
    Command command = queue.poll();
    if (command != null) {
      waiting.decrementAndGet();
    }
    return command;
  }
}
