package io.pitchlake.node.engine;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.port.Port;
import java.util.List;

/// [Transmit] over the engine's ports. Engine thread.
public final class PortTransmit implements Transmit {
  private final Port[] ports;

  /// Takes copies of what decoys send; null while nobody wants any.
  private Capture capture;

  public PortTransmit(List<Port> ports) {
    this.ports = ports.toArray(Port[]::new);
  }

  /// Copies what decoys send from now on, or, with null, no more.
  public void capture(Capture into) {
    capture = into;
  }

  @Override
  public Frame newFrame(int port) {
    return ports[port].newFrame();
  }

  @Override
  public void transmit(int port, Frame frame) {
    if (capture != null) {
      capture.sent(port, frame);
    }
    ports[port].transmit(frame);
  }
}
