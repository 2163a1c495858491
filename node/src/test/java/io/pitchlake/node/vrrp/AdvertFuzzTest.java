package io.pitchlake.node.vrrp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.ParsedFrame;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.provider.MethodSource;

/// An active node in front of any advert: it stays active unless the advert is one, is right, and
/// outranks it. The input is the message behind the IP header.
class AdvertFuzzTest {
  /// One of each family.
  private static final int ROUTERS = 2;

  private static final int VRID = 50;
  private static final int PRIORITY = 200;
  private static final int LONGEST_BYTES = 1024;
  private static final long TURN_NANOS = 5_000_000;

  /// An advert names an interval of at most 40.95 s, and a backup waits for three of them and the
  /// skew of its priority: 132 s.
  private static final int MOST_TURNS = 27_000;

  private static final Configuration CONFIGURATION =
      ConfigParser.parse(
              "test",
              """
              interface 1 { name eth0 }
              network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 virt 192.168.2.5
                          addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5
                          interface 1 }
              vrrp 1 { vrid 50 network 1 priority 200 advert 100ms }
              set sessions 1024 set addresses 1024
              register networks 1 enable networks 1
              """)
          .configuration()
          .orElseThrow();

  private final SimClock clock = new SimClock();
  private final SimPort port = new SimPort("eth0", 0x0200_0000_0004L);
  private final NativeBuffer buffer = new NativeBuffer(2048);
  private final ParsedFrame parsed = new ParsedFrame();
  private final Node node;

  AdvertFuzzTest() {
    port.outlet(frame -> {});
    node =
        new Node(
            CONFIGURATION,
            List.of(port),
            clock,
            new SplittableRandom(1),
            Optional.empty(),
            Set.of(),
            IdleStrategy.busy());
  }

  @AfterEach
  void close() {
    node.close();
    buffer.close();
  }

  static Stream<byte[]> adverts() {
    String addresses = "c0a80205";
    return Stream.of(
            "3132ff01000a0000" + addresses,
            "3132c801000a0000" + addresses,
            "3132c8010fff0000" + addresses,
            "31320001000a0000" + addresses,
            "2132ff0100010000" + addresses + "00".repeat(8),
            "3132ff01000a0000" + "fe800000000000000000000000000005",
            "3132ff02000a0000"
                + "fe800000000000000000000000000005"
                + "20010db8000100000000000000000005")
        .map(HexFormat.of()::parseHex);
  }

  /// Over both families, as it is and with its checksum put right.
  @MethodSource("adverts")
  @FuzzTest
  void anyAdvert(byte[] data) {
    byte[] message = Arrays.copyOf(data, Math.min(data.length, LONGEST_BYTES));
    for (boolean overIpv4 : new boolean[] {true, false}) {
      PacketBuilder packet =
          overIpv4
              ? PacketBuilder.ethernet("00:00:5e:00:01:32", "01:00:5e:00:00:12")
                  .ipv4("192.168.2.6", "224.0.0.18")
              : PacketBuilder.ethernet("00:00:5e:00:02:32", "33:33:00:00:00:12")
                  .ipv6("fe80::6", "ff02::12");
      byte[] frame = packet.timeToLive(255).protocol(VrrpHeader.PROTOCOL).payload(message).build();
      hear(frame);
      hear(mended(frame));
    }
  }

  private void hear(byte[] frame) {
    becomeActive();
    port.arrive(frame);
    turn();
    if (active() < ROUTERS) {
      assertTrue(parsed.parse(buffer.put(frame), frame.length), "a malformed advert was believed");
      assertEquals(VRID, parsed.vrrp.vrid());
      assertEquals(3, parsed.vrrp.version());
      assertEquals(VrrpHeader.ADVERTISEMENT, parsed.vrrp.type());
      assertTrue(parsed.vrrp.priority() >= PRIORITY, () -> "priority " + parsed.vrrp.priority());
      assertTrue(isChecksumGood(), "a bad checksum was believed");
    }
  }

  private boolean isChecksumGood() {
    int length = parsed.vrrp.lengthBytes();
    return parsed.ipv4.address() != 0
        ? parsed.vrrp.isChecksumGood(0)
            || parsed.vrrp.isChecksumGood(parsed.ipv4.pseudoHeaderSum(VrrpHeader.PROTOCOL, length))
        : parsed.vrrp.isChecksumGood(parsed.ipv6.pseudoHeaderSum(VrrpHeader.PROTOCOL, length));
  }

  private byte[] mended(byte[] frame) {
    if (!parsed.parse(buffer.put(frame), frame.length) || parsed.vrrp.address() == 0) {
      return frame;
    }
    int length = parsed.vrrp.lengthBytes();
    boolean message = parsed.vrrp.version() == 2;
    parsed.vrrp.updateChecksum(
        parsed.ipv4.address() == 0
            ? parsed.ipv6.pseudoHeaderSum(VrrpHeader.PROTOCOL, length)
            : message ? 0 : parsed.ipv4.pseudoHeaderSum(VrrpHeader.PROTOCOL, length));
    return buffer.get(frame.length);
  }

  private long active() {
    return node.counters().get(Gauge.ROUTERS_ACTIVE);
  }

  private void becomeActive() {
    for (int i = 0; i < MOST_TURNS && active() < ROUTERS; i++) {
      turn();
    }
    assertEquals(ROUTERS, active(), "it has not become active again");
  }

  private void turn() {
    clock.advance(TURN_NANOS);
    node.turn();
    node.events().drainTo(event -> {});
  }
}
