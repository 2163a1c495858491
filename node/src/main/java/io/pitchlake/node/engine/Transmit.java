package io.pitchlake.node.engine;

import io.pitchlake.common.wire.Frame;

/// The way out. Frames leave at the end of the turn.
public interface Transmit {
  /// An empty frame of the port to build in; valid until the end of the turn.
  Frame newFrame(int port);

  /// Queues a frame, new or received; nobody may touch it afterwards.
  void transmit(int port, Frame frame);
}
