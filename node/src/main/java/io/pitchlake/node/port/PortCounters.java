package io.pitchlake.node.port;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Counters with one writer, the engine thread, and readers on any thread. A reader may be a batch
/// behind.
final class PortCounters {
  private static final VarHandle RECEIVED = handle("received");
  private static final VarHandle TRANSMITTED = handle("transmitted");
  private static final VarHandle OVERSIZED = handle("oversized");
  private static final VarHandle FAILED = handle("failed");

  private long received;
  private long transmitted;
  private long oversized;
  private long failed;

  private static VarHandle handle(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(PortCounters.class, field, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Frames handed to the engine.
  void received(int frames) {
    RECEIVED.setOpaque(this, received + frames);
  }

  /// Frames the kernel took.
  void transmitted(int frames) {
    TRANSMITTED.setOpaque(this, transmitted + frames);
  }

  /// A frame that arrived but did not fit a buffer of this port.
  void oversized() {
    OVERSIZED.setOpaque(this, oversized + 1);
  }

  /// Frames the kernel refused.
  void failed(int frames) {
    FAILED.setOpaque(this, failed + frames);
  }

  /// The counters with what only the kernel knows.
  PortStatistics snapshot(long receiveDropped) {
    return new PortStatistics(
        (long) RECEIVED.getOpaque(this),
        (long) TRANSMITTED.getOpaque(this),
        receiveDropped,
        (long) OVERSIZED.getOpaque(this),
        (long) FAILED.getOpaque(this));
  }
}
