package io.pitchlake.node.drill;

import java.util.List;

/// One kind of question that is asked once a millisecond, and what became of it. Written by the
/// threads that ask and listen, read by any.
sealed interface Lane permits RequestLane, AnswerLane {
  /// What is asked.
  enum Kind {
    ARP("ARP"),
    PING("ping"),
    TRAP("SYN to a trap"),
    STREAM("TCP stream");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    /// Whether it goes through a kernel's TCP, which repeats what is lost at times of its own.
    boolean isStream() {
      return this == STREAM;
    }
  }

  /// A stretch of time, on the clock of the drill.
  record Stretch(long fromNanos, long toNanos) {
    long nanos() {
      return toNanos - fromNanos;
    }

    boolean has(long nanos) {
      return nanos - fromNanos >= 0 && nanos - toNanos < 0;
    }
  }

  Kind kind();

  /// For how long up to now all has been answered.
  long steadyNanos(long nowNanos);

  /// Whether it has ended before its time, as a connection does that is reset.
  boolean isBroken();

  /// What became of the questions of one stretch of time.
  Outcome judge(Stretch stretch);

  /// The times within `stretch` that were without an answer, for a picture.
  List<Stretch> outages(Stretch stretch);

  /// The times within `stretch` in which `node` answered without a pause, as far as taps tell.
  List<Stretch> speaking(int node, Stretch stretch);
}
