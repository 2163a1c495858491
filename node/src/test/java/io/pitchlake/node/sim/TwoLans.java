package io.pitchlake.node.sim;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.CaptureLine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A node between two LANs with a client in front, 192.168.2.66 and 2001:db8:1::66, and a target
/// behind, 10.0.0.30, .31 and 2001:db8:2::30.
public final class TwoLans implements AutoCloseable {
  public static final String CLIENT_MAC = "02:00:00:00:00:66";
  public static final String TARGET_MAC = "02:00:00:00:00:30";
  public static final String FRONT_MAC = "02:00:00:00:ff:01";
  public static final String BACK_MAC = "02:00:00:00:ff:02";

  public final SimClock clock = new SimClock();
  public final SimLan front = new SimLan(clock, new Random(1));
  public final SimLan back = new SimLan(clock, new Random(2));
  public final SimHost client =
      new SimHost(clock, front, "client", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));
  public final SimHost target =
      new SimHost(clock, back, "target", 0x0200_0000_0030L)
          .own(IpAddress.parse("10.0.0.30"))
          .own(IpAddress.parse("10.0.0.31"))
          .own(IpAddress.parse("2001:db8:2::30"));
  private SimRouter node;

  /// Both networks, with these words added to each.
  public static String networks(String frontWords, String backWords) {
    return """
    interface 1 { name eth0 } interface 2 { name eth1 }
    network 1 {
      addr 192.168.2.0/24 real 192.168.2.4 virt 192.168.2.5
      addr6 2001:db8:1::/64 real6 2001:db8:1::4 virt6 2001:db8:1::5
      interface 1 %s
    }
    network 2 {
      addr 10.0.0.0/24 real 10.0.0.4 virt 10.0.0.5
      addr6 2001:db8:2::/64 real6 2001:db8:2::4 virt6 2001:db8:2::5
      interface 2 %s
    }
    register networks 1,2 enable networks 1,2
    """
        .formatted(frontWords, backWords);
  }

  /// Starts the node with this file and gives it a second.
  public void start(String text) {
    start(text, 1500);
  }

  /// The same where the LAN behind takes smaller or larger packets.
  public void start(String text, int mtuBehindBytes) {
    node = new SimRouter(clock, Map.of("eth0", front, "eth1", back), text, mtuBehindBytes);
    clock.advanceSeconds(1);
  }

  public CounterBank counters() {
    return node.counters();
  }

  public long count(Counter counter) {
    return node.counters().get(counter);
  }

  public long count(DropReason reason) {
    return node.counters().get(reason);
  }

  public long count(Gauge gauge) {
    return node.counters().get(gauge);
  }

  /// The MAC that answers a host for an address, or "nobody".
  public String resolve(SimHost host, String address) {
    host.resolve(IpAddress.parse(address));
    clock.advanceMillis(10);
    Long mac = host.neighbor(IpAddress.parse(address));
    return mac == null ? "nobody" : new MacAddress(mac).toString();
  }

  /// Sends a frame and returns the one that reaches a host for it, with good checksums.
  public byte[] through(SimHost from, SimHost to, byte[] frame) {
    byte[] seen = pieceThrough(from, to, frame);
    assertThat(seen).hasGoodChecksums();
    return seen;
  }

  /// Sends a frame and returns the one that reaches a host for it.
  public byte[] pieceThrough(SimHost from, SimHost to, byte[] frame) {
    List<byte[]> seen = send(from, to, frame);
    assertEquals(
        1,
        seen.size(),
        () ->
            "frames seen: "
                + seen.stream().map(CaptureLine::of).toList()
                + ", dropped: "
                + drops());
    return seen.getFirst();
  }

  /// Sends a frame that reaches nobody.
  public void nothingThrough(SimHost from, SimHost to, byte[] frame) {
    List<byte[]> seen = send(from, to, frame);
    assertEquals(
        0, seen.size(), () -> "frames seen: " + seen.stream().map(CaptureLine::of).toList());
  }

  private static List<byte[]> withoutResolution(List<byte[]> frames) {
    return frames.stream()
        .filter(bytes -> (bytes[12] & 0xff) != 8 || bytes[13] != 6)
        .filter(bytes -> !isNeighborDiscovery(bytes))
        .toList();
  }

  private static boolean isNeighborDiscovery(byte[] frame) {
    return (frame[12] & 0xff) == 0x86 && frame[20] == 58 && (frame[54] & 0xff) >= 133;
  }

  private List<byte[]> send(SimHost from, SimHost to, byte[] frame) {
    int before = to.frames().size();
    from.sendRaw(frame);
    clock.advanceMillis(1);
    return withoutResolution(to.frames().subList(before, to.frames().size()));
  }

  /// What was dropped, and how often.
  public List<String> drops() {
    return Arrays.stream(DropReason.values())
        .filter(reason -> count(reason) > 0)
        .map(reason -> reason + " " + count(reason))
        .toList();
  }

  @Override
  public void close() {
    node.close();
  }
}
