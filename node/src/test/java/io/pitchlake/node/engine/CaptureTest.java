package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What of a segment's traffic is copied for an operator, and what is lost where nobody reads.
class CaptureTest {
  private static final int RING_BYTES = 1 << 18;
  private static final String PEER_MAC = "02:00:00:00:00:66";
  private static final String VIRTUAL = new MacAddress(SimNode.VIRTUAL_MAC).toString();
  private static final String VIRTUAL6 = new MacAddress(SimNode.VIRTUAL_MAC6).toString();
  private static final String DECOY = "192.168.2.77";
  private static final String DECOY6 = "2001:db8:1::77";

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost peer =
      new SimHost(clock, lan, "peer", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));
  private SimNode node;

  @BeforeEach
  void trap() {
    new SimHost(clock, lan, "living", 0x0200_0000_0020L).own(IpAddress.parse("192.168.2.20"));
    new SimHost(clock, lan, "target", 0x0200_0000_0030L).own(IpAddress.parse("192.168.2.30"));
    node =
        new SimNode(
            clock,
            lan,
            new SimNode.Options()
                .set(Setting.TARPITSWEEPRATE, 0)
                .target("192.168.2.30", 1)
                .server("192.168.2.10", Protocol.TCP, 80, 1));
    clock.advanceSeconds(1);
    for (String address : List.of(DECOY, "192.168.2.20")) {
      send(arp(address));
    }
    send(solicitation(DECOY6));
    clock.advanceSeconds(5);
  }

  private void send(byte[] frame) {
    peer.sendRaw(frame);
    clock.advanceMillis(10);
  }

  private static byte[] arp(String target) {
    return PacketBuilder.ethernet(PEER_MAC, "ff:ff:ff:ff:ff:ff")
        .arpRequest("192.168.2.66", target)
        .build();
  }

  private static byte[] solicitation(String target) {
    return PacketBuilder.ethernet(PEER_MAC, "33:33:ff:00:00:77")
        .ipv6("2001:db8:1::66", target)
        .timeToLive(255)
        .neighborSolicitation(target)
        .sourceLinkLayer(PEER_MAC)
        .build();
  }

  private static PacketBuilder tcp(String target, int port) {
    return PacketBuilder.ethernet(PEER_MAC, VIRTUAL).ipv4("192.168.2.66", target).tcp(4711, port);
  }

  private static List<byte[]> drained(Capture capture) {
    List<byte[]> frames = new ArrayList<>();
    capture.drain(
        Integer.MAX_VALUE,
        (nanos, bytes, offset, length) ->
            frames.add(Arrays.copyOfRange(bytes, offset, offset + length)));
    return frames;
  }

  @Test
  void decoysAndWhoSpeaksToThemAreCopiedAndNobodyElse() {
    Capture capture = node.capture(null, RING_BYTES);
    byte[] asked = arp(DECOY);
    byte[] syn = tcp(DECOY, 22).syn().mss(1460).build();
    byte[] echo =
        PacketBuilder.ethernet(PEER_MAC, VIRTUAL)
            .ipv4("192.168.2.66", DECOY)
            .echoRequest(1, 1)
            .payload("ping")
            .build();
    byte[] solicited = solicitation(DECOY6);
    byte[] syn6 =
        PacketBuilder.ethernet(PEER_MAC, VIRTUAL6)
            .ipv6("2001:db8:1::66", DECOY6)
            .tcp(4711, 22)
            .syn()
            .build();
    send(asked);
    send(syn);
    send(echo);
    send(solicited);
    send(syn6);
    List<byte[]> trapped = drained(capture);
    assertEquals(10, trapped.size(), "five frames and their answers");
    assertArrayEquals(asked, trapped.get(0));
    assertArrayEquals(syn, trapped.get(2), "as it was before it was edited to be the answer");
    assertArrayEquals(echo, trapped.get(4));
    assertArrayEquals(solicited, trapped.get(6));
    assertArrayEquals(syn6, trapped.get(8));
    for (int answer = 1; answer < 10; answer += 2) {
      byte[] sent = peer.frames().get(peer.frames().size() - 5 + answer / 2);
      assertArrayEquals(sent, trapped.get(answer), "answer " + answer + " as the peer got it");
    }

    // Own addresses, servers, living machines, other MACs, and what nobody asked a decoy.
    send(arp("192.168.2.5"));
    send(arp("192.168.2.20"));
    send(tcp("192.168.2.10", 80).syn().build());
    send(tcp("192.168.2.20", 22).syn().build());
    send(
        PacketBuilder.ethernet(PEER_MAC, "02:00:00:00:00:99")
            .ipv4("192.168.2.66", DECOY)
            .tcp(4711, 22)
            .syn()
            .build());
    assertEquals(List.of(), drained(capture));
    // What is sent to a decoy and not answered is wanted, too: that is what attackers say.
    send(tcp(DECOY, 22).ack(1).payload("root").build());
    assertTrue(drained(capture).size() >= 1);
    assertEquals(0, capture.lost());

    node.capture(null);
    send(arp(DECOY));
    assertEquals(List.of(), drained(capture));
  }

  @Test
  void oneAddressAlone() {
    send(arp("192.168.2.78"));
    clock.advanceSeconds(5);
    Capture capture = node.capture(IpAddress.parse("192.168.2.78"), RING_BYTES);
    send(arp(DECOY));
    assertEquals(0, drained(capture).size());
    send(arp("192.168.2.78"));
    assertEquals(2, drained(capture).size());
    Capture attacker = node.capture(IpAddress.parse("192.168.2.66"), RING_BYTES);
    send(arp(DECOY));
    assertEquals(2, drained(attacker).size());
  }

  @Test
  void aBackupCopiesNothing() {
    SimNode backup =
        new SimNode(clock, lan, new SimNode.Options().backup().set(Setting.TARPITSWEEPRATE, 0));
    Capture capture = backup.capture(null, RING_BYTES);
    send(arp(DECOY));
    assertEquals(List.of(), drained(capture));
  }

  /// Round and round the ring, at lengths that leave its end in every way.
  @Test
  void framesGoRoundTheRing() {
    Capture capture = node.capture(null, RING_BYTES);
    int frames = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] data = tcp(DECOY, 22).ack(1).payload("x".repeat(i % 1400)).build();
      peer.sendRaw(data);
      clock.advanceMillis(5);
      List<byte[]> seen = drained(capture);
      assertArrayEquals(data, seen.getFirst(), "frame " + i);
      frames += seen.size();
    }
    assertTrue(frames >= 3000, "frames: " + frames);
    assertEquals(0, capture.lost());
  }

  @Test
  void whatFindsNoRoomIsCountedAndWhatFoundItIsWhole() {
    Capture capture = node.capture(null, RING_BYTES);
    int sent = 0;
    while (capture.lost() < 10) {
      send(tcp(DECOY, 22).ack(1).payload("y".repeat(1300)).build());
      sent++;
      assertTrue(sent < 1000, "a full ring loses nothing");
    }
    List<byte[]> kept = drained(capture);
    assertTrue(kept.size() + 10 >= sent, "kept " + kept.size() + " of " + sent);
    // Room again.
    long lost = capture.lost();
    send(arp(DECOY));
    assertEquals(2, drained(capture).size());
    assertEquals(lost, capture.lost());
  }

  @Test
  void aRingHoldsAFrame() {
    assertThrows(
        IllegalArgumentException.class, () -> new Capture(null, null, null, Frame.MAX_LENGTH));
    assertThrows(IllegalArgumentException.class, () -> new Capture(null, null, null, 300_000));
  }
}
