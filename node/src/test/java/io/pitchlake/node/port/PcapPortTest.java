package io.pitchlake.node.port;

/// [PcapPort] keeps the contract.
class PcapPortTest extends LivePortContract {
  @Override
  Port open(String name) throws PortException {
    return PcapPort.open(name);
  }
}
