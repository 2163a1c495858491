package io.pitchlake.it.bench;

import io.pitchlake.common.wire.PacketBuilder;

/// SYNs with the options a Linux client sends, each from another client to another simulated
/// address of [io.pitchlake.node.sim.SimNode]'s network.
final class Syn {
  /// As many as there are clients and targets to tell apart.
  static final int COUNT = 64;

  private static final String CLIENT_MAC = "02:00:00:00:00:66";
  private static final String VIRTUAL_MAC = "00:00:5e:00:01:32";
  private static final String VIRTUAL_MAC6 = "00:00:5e:00:02:32";

  private Syn() {}

  static byte[] ipv4(int number) {
    return options(
        PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL_MAC)
            .ipv4("10.0.0." + number, "192.168.2." + (100 + number)),
        number);
  }

  static byte[] ipv6(int number) {
    return options(
        PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL_MAC6)
            .ipv6("2001:db8:2::" + number, "2001:db8:1::" + (1000 + number)),
        number);
  }

  private static byte[] options(PacketBuilder packet, int number) {
    return packet
        .tcp(40_000 + number, 80)
        .syn()
        .mss(1460)
        .sackPermitted()
        .timestamps(number, 0)
        .noOperation()
        .windowScale(7)
        .build();
  }
}
