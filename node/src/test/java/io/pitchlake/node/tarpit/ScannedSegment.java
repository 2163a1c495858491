package io.pitchlake.node.tarpit;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import io.pitchlake.node.sim.SimPort;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// A segment of its own with one node and a scanner that believes in decoys.
final class ScannedSegment {
  private static final String SCANNER = "192.168.2.66";
  private static final String SCANNER6 = "2001:db8:1::66";
  private static final List<Integer> USUAL = List.of(22, 23, 80, 443, 445);

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost scanner =
      new SimHost(clock, lan, "scanner", 0x0200_0000_0066L)
          .own(IpAddress.parse(SCANNER))
          .own(IpAddress.parse(SCANNER6));
  private final SimNode node;
  private int port = 40_000;

  /// @param uptimeNanos how long ago the node's machine began to count
  ScannedSegment(SimNode.Options options, long uptimeNanos) {
    Clock own =
        new Clock() {
          @Override
          public long nanoTime() {
            return clock.nanoTime() + uptimeNanos;
          }

          @Override
          public long wallMillis() {
            return clock.wallMillis();
          }
        };
    SimPort wire = new SimPort("node", SimNode.MAC);
    node = new SimNode(own, wire, options.set(Setting.TARPITSWEEPRATE, 0));
    wire.attach(lan, node::turn);
    clock.every(5_000_000, node::turn);
  }

  ScannedSegment(SimNode.Options options) {
    this(options, 0);
  }

  SimClock clock() {
    return clock;
  }

  SimHost scanner() {
    return scanner;
  }

  SimNode node() {
    return node;
  }

  /// Another machine, that has an address.
  SimHost livingMachine(String address) {
    return new SimHost(clock, lan, "living", 0x0200_0000_0077L).own(IpAddress.parse(address));
  }

  ScannedSegment trap(String address) {
    scanner.resolve(IpAddress.parse(address));
    clock.advanceSeconds(1);
    assertTrue(scanner.neighbor(IpAddress.parse(address)) != null, address + " was not answered");
    return this;
  }

  PacketBuilder to(String decoy) {
    return decoy.contains(":")
        ? PacketBuilder.ethernet("02:00:00:00:00:66", "00:00:5e:00:02:32").ipv6(SCANNER6, decoy)
        : PacketBuilder.ethernet("02:00:00:00:00:66", "00:00:5e:00:01:32").ipv4(SCANNER, decoy);
  }

  PacketBuilder syn(String decoy, int targetPort) {
    return to(decoy).tcp(port++, targetPort).sequence(0x1234_5678).ack(0x0a0b_0c0d).flags(2);
  }

  /// A SYN with the options that a Linux client offers.
  byte[] fullSyn(String decoy, int targetPort) {
    return syn(decoy, targetPort)
        .mss(1460)
        .sackPermitted()
        .timestamps(7, 0)
        .noOperation()
        .windowScale(7)
        .build();
  }

  /// The answer to a frame, which there must be.
  byte[] ask(byte[] frame) {
    List<byte[]> answers = askAll(frame);
    assertEquals(1, answers.size(), "answers to one frame");
    assertThat(answers.getFirst()).hasGoodChecksums();
    return answers.getFirst();
  }

  /// What the node says in the meantime of the groups it listens to is no answer.
  List<byte[]> askAll(byte[] frame) {
    int before = scanner.frames().size();
    scanner.sendRaw(frame);
    clock.advanceMillis(6);
    return scanner.frames().stream()
        .skip(before)
        .filter(answer -> !isListenerReport(answer))
        .toList();
  }

  private static boolean isListenerReport(byte[] frame) {
    long destination = ByteBuffer.wrap(frame).getLong() >>> 16;
    return destination == Ipv6Header.multicastMac(Icmpv6Header.MLD_ROUTERS_LOW);
  }

  String read(byte[] probe) {
    return Fingerprint.of(ask(probe), probe);
  }

  /// Which of the usual ports are open.
  Set<Integer> open(String decoy) {
    Set<Integer> open = new TreeSet<>();
    for (int usual : USUAL) {
      byte[] syn = syn(decoy, usual).build();
      if (read(syn).contains("F=AS")) {
        open.add(usual);
      }
    }
    return open;
  }

  int anOpenPort(String decoy) {
    return open(decoy).iterator().next();
  }
}
