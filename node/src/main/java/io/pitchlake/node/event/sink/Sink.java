package io.pitchlake.node.event.sink;

import io.pitchlake.node.event.Occurrence;
import java.io.IOException;
import java.util.List;

/// Somewhere events go. One thread of its own calls it, which it may keep waiting; an interrupt
/// ends the wait.
interface Sink extends AutoCloseable {
  /// The most events of one [#deliver].
  int MANY = 64;

  /// Nothing is to be done while no event comes.
  long NEVER = Long.MAX_VALUE;

  /// What it is for people: `file /var/log/pitchlake/events.json`. Nothing secret.
  String name();

  /// Takes events, oldest first.
  ///
  /// @throws RefusedException they will never be taken; the next ones may
  /// @throws IOException they are to be given again later
  /// @throws InterruptedException the sink is to end
  void deliver(List<Occurrence> events) throws IOException, InterruptedException;

  /// How many events one [#deliver] may have.
  default int most() {
    return MANY;
  }

  /// Does what is due though no event has come.
  ///
  /// @param last whether it is the last time, so that what would be due later is due now
  /// @return in how many nanoseconds something is due again, or [#NEVER]
  /// @throws IOException it is to be tried again later
  /// @throws InterruptedException the sink is to end
  default long tick(boolean last) throws IOException, InterruptedException {
    return NEVER;
  }

  /// For how long the same events are tried before they are given up, in nanoseconds.
  default long patienceNanos() {
    return NEVER;
  }

  /// Gives back what it holds. Never waits for the other end.
  @Override
  void close();
}
