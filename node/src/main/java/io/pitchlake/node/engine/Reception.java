package io.pitchlake.node.engine;

import io.pitchlake.node.port.Port;
import java.util.Arrays;
import java.util.List;

/// What an engine has heard and what it has not, for those who take silence for an answer. Engine
/// thread.
public final class Reception {
  /// More small frames than wait in any port for an engine that is late.
  private static final int LONGEST_QUEUE_FRAMES = 1 << 17;

  /// On a segment with another node or a client somebody says something more often than that.
  private static final long DEAF_NANOS = 1_000_000_000L;

  private final Port[] ports;
  private final long[] heardUntilNanos;
  private final long[] markNanos;
  private final int[] takenSinceMark;
  private final long[] lastFrameNanos;
  private final long[] deafUntilNanos;

  public Reception(List<Port> ports, long nowNanos) {
    this.ports = ports.toArray(Port[]::new);
    heardUntilNanos = new long[ports.size()];
    markNanos = new long[ports.size()];
    takenSinceMark = new int[ports.size()];
    lastFrameNanos = new long[ports.size()];
    deafUntilNanos = new long[ports.size()];
    Arrays.fill(heardUntilNanos, nowNanos);
    Arrays.fill(markNanos, nowNanos);
    Arrays.fill(lastFrameNanos, nowNanos);
    Arrays.fill(deafUntilNanos, nowNanos);
  }

  /// A port has given `frames`, and all that waited if it could have given more.
  void received(int port, int frames, boolean all, long nowNanos) {
    if (frames > 0) {
      if (nowNanos - lastFrameNanos[port] >= DEAF_NANOS) {
        deafUntilNanos[port] = nowNanos;
      }
      lastFrameNanos[port] = nowNanos;
    }
    if (all) {
      heardUntilNanos[port] = nowNanos;
    } else {
      takenSinceMark[port] += frames;
      if (takenSinceMark[port] < LONGEST_QUEUE_FRAMES) {
        return;
      }
      // Frames come in the order of their arrival: those that waited at the mark are through.
      heardUntilNanos[port] = markNanos[port];
    }
    markNanos[port] = nowNanos;
    takenSinceMark[port] = 0;
  }

  /// Up to when every frame that arrived, and was not lost, has been looked at.
  public long heardUntilNanos() {
    long until = heardUntilNanos[0];
    for (long other : heardUntilNanos) {
      if (other - until < 0) {
        until = other;
      }
    }
    return until;
  }

  /// For how long a port has heard at least somebody each second, since it was opened or since a
  /// time when nobody at all was heard: a pulled cable, a switch that drops everything. 0 in such a
  /// time.
  public long hearingNanos(int port, long nowNanos) {
    return nowNanos - lastFrameNanos[port] >= DEAF_NANOS ? 0 : nowNanos - deafUntilNanos[port];
  }

  /// How many frames the kernel has dropped since the ports were opened because nobody read them in
  /// time. Asks the kernel.
  public long lostFrames() {
    long lost = 0;
    for (Port port : ports) {
      lost += port.statistics().receiveDropped();
    }
    return lost;
  }
}
