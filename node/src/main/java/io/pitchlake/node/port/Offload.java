package io.pitchlake.node.port;

/// Work of the kernel that an interface's hardware or driver may take over, as ethtool(8) names it.
public enum Offload {
  /// Frames received are merged into super-frames by the kernel.
  GRO("gro", 0x2b, 1),
  /// Frames received are merged by the hardware, which forgets where one ended.
  LRO("lro", 0x25, 1 << 15),
  /// The VLAN tag of a frame received is taken out and kept beside it.
  RX_VLAN("rxvlan", 0x25, 1 << 8);

  private final String word;
  private final int command;
  private final int bit;

  Offload(String word, int command, int bit) {
    this.word = word;
    this.command = command;
    this.bit = bit;
  }

  /// What `ethtool -K` calls it.
  public String word() {
    return word;
  }

  /// The command of SIOCETHTOOL that asks for it.
  int command() {
    return command;
  }

  /// Whether an answer to [#command] says that it is on.
  boolean isOn(int answer) {
    return (answer & bit) != 0;
  }
}
