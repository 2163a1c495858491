package io.pitchlake.node.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.PacketBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The kernel steers every frame to the port that keeps its address, tagged or not.
@RequiresNamespaces
class FanoutTest {
  private static final int PORTS = 3;
  private static final String PEER = "02:00:00:00:0f:01";
  private static final String OURS = "02:00:00:00:0f:02";
  private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
  private static final String SERVER = "192.168.2.10";
  private static final String SERVER6 = "2001:db8:1::10";

  private NetworkNamespace namespace;

  @BeforeEach
  void layWire() throws Exception {
    namespace = new NetworkNamespace();
    namespace.veth("peer0", PEER, namespace, "fan0", OURS);
  }

  @AfterEach
  void leaveNamespace() {
    namespace.close();
  }

  /// A frame and the address it is about.
  private record Sample(IpAddress about, byte[] frame) {}

  private static List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 20; i < 60; i++) {
      String address = "192.168.2." + i;
      String address6 = "2001:db8:1::" + i;
      IpAddress about = IpAddress.parse(address);
      IpAddress about6 = IpAddress.parse(address6);
      add(samples, about, ethernet(BROADCAST).arpRequest("192.168.2.66", address));
      add(samples, about, ethernet(BROADCAST).arpProbe(address));
      add(samples, about, ethernet(OURS).arpReply(address, "192.168.2.4"));
      add(samples, about, ethernet(OURS).ipv4("10.0.0.9", address).tcp(1, 2).syn());
      add(
          samples,
          about6,
          ethernet("33:33:ff:00:00:01")
              .ipv6("fe80::1", "ff02::1:ff00:1")
              .timeToLive(255)
              .neighborSolicitation(address6));
      add(
          samples,
          about6,
          ethernet(OURS)
              .ipv6(address6, "2001:db8:1::4")
              .timeToLive(255)
              .neighborAdvertisement(address6, "SO"));
      add(samples, about6, ethernet(OURS).ipv6("2001:db8:9::1", address6).tcp(1, 2).syn());
      // A balanced server's packets go by their source.
      add(samples, about, ethernet(OURS).ipv4(address, SERVER).udp(1, 2));
      add(samples, about6, ethernet(OURS).ipv6(address6, SERVER6).udp(1, 2));
    }
    return samples;
  }

  private static PacketBuilder ethernet(String destination) {
    return PacketBuilder.ethernet(PEER, destination);
  }

  private static void add(List<Sample> samples, IpAddress about, PacketBuilder frame) {
    samples.add(new Sample(about, frame.padTo(60).build()));
    samples.add(new Sample(about, frame.vlan(10).padTo(64).build()));
  }

  @Test
  void everyFrameGoesToTheKeeperOfItsAddress() {
    namespace.call(() -> {
      List<RingPort> ports =
          RingPort.open("fan0", PORTS, Set.of(IpAddress.parse(SERVER), IpAddress.parse(SERVER6)));
      try (RawPeer peer = new RawPeer("peer0")) {
        Batch batch = new Batch(64);
        for (Sample sample : samples()) {
          peer.send(sample.frame());
          int home = Fanout.home((int) sample.about().low(), PORTS);
          ports.get(home).awaitInput(1_000_000_000);
          for (int i = 0; i < PORTS; i++) {
            assertEquals(
                i == home ? 1 : 0,
                ports.get(i).receive(batch),
                "port " + i + " for a frame about " + sample.about() + ", whose home is " + home);
            if (i == home) {
              assertArrayEquals(sample.frame(), batch.get(0).toByteArray());
            }
          }
        }
      } finally {
        ports.forEach(RingPort::close);
      }
      return null;
    });
  }
}
