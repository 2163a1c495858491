package io.pitchlake.node.engine;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.port.Port;
import java.util.List;

/// [Transmit] over the engine's ports. Engine thread.
public final class PortTransmit implements Transmit {
  private final Port[] ports;

  public PortTransmit(List<Port> ports) {
    this.ports = ports.toArray(Port[]::new);
  }

  @Override
  public Frame newFrame(int port) {
    return ports[port].newFrame();
  }

  @Override
  public void transmit(int port, Frame frame) {
    ports[port].transmit(frame);
  }
}
