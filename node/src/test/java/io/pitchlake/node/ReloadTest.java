package io.pitchlake.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A whole node on a simulated segment whose configuration changes while it runs.
class ReloadTest {
  private static final long NODE_MAC = 0x0200_0000_0004L;
  private static final IpAddress CLIENT = IpAddress.parse("192.168.2.66");
  private static final IpAddress FREE = IpAddress.parse("192.168.2.77");
  private static final IpAddress OTHER_FREE = IpAddress.parse("10.0.0.77");
  private static final IpAddress SERVER = IpAddress.parse("192.168.2.10");

  private static final String COMMON =
      """
      interface 1 { name eth0 }
      set tarpitsweeprate 0 set sessions 1024 set addresses 1024
      server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets %s }
      target 1 { ipaddr 192.168.2.30 arp 1,3 aliascheck off }
      target 2 { ipaddr 192.168.2.31 arp 1,3 aliascheck off }
      register servers 1 enable servers 1
      """;
  private static final String OFFICE =
      "network 1 { addr 192.168.2.0 mask 24 real 192.168.2.4 tarpit enable interface 1 }\n";
  private static final String GUESTS =
      "network 2 { addr 10.0.0.0 mask 24 real 10.0.0.4 tarpit enable interface 1 }\n";
  private static final String BOTH_NETWORKS = "register networks 1,2 enable networks 1,2\n";
  private static final String BOTH_TARGETS = "register targets 1,2 enable targets 1,2\n";

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost client =
      new SimHost(clock, lan, "client", 0x0200_0000_0066L)
          .own(CLIENT)
          .own(IpAddress.parse("10.0.0.66"));
  private final List<SimHost> targets = new ArrayList<>();
  private Node node;

  private static Configuration parsed(String text) {
    var result = ConfigParser.parse("test", text);
    return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
  }

  private static String whole(String targetsOfServer, String... rest) {
    return COMMON.formatted(targetsOfServer) + String.join("", rest);
  }

  private void start(String text) {
    for (int i = 0; i < 2; i++) {
      targets.add(
          new SimHost(clock, lan, "target-" + i, 0x0200_0000_0030L + i)
              .own(IpAddress.parse("192.168.2." + (30 + i))));
    }
    SimPort port = new SimPort("eth0", NODE_MAC);
    node =
        new Node(
            parsed(text),
            List.of(port),
            clock,
            new SplittableRandom(1),
            Optional.empty(),
            Set.of(),
            IdleStrategy.busy());
    port.attach(lan, node::turn);
    clock.every(5_000_000, node::turn);
    clock.advanceSeconds(1);
  }

  private void reload(String text) {
    Configuration next = parsed(text);
    assertEquals(List.of(), node.obstacles(next));
    assertTrue(node.reconfigure(next));
    clock.advanceMillis(10);
  }

  private void startWithBothNetworks() {
    start(whole("1,2", OFFICE, GUESTS, BOTH_NETWORKS, BOTH_TARGETS));
  }

  private Long answered(IpAddress address) {
    client.forgetNeighbors();
    client.resolve(address);
    clock.advanceMillis(2);
    return client.neighbor(address);
  }

  private void trap(IpAddress address) {
    client.resolve(address);
    clock.advanceSeconds(1);
    assertTrue(answered(address) != null, address + " is not simulated");
  }

  @Test
  void networksThatOnlyMoveInTheFileKeepWhatIsKnown() {
    startWithBothNetworks();
    trap(FREE);
    trap(OTHER_FREE);
    long proofs = node.counters().get(Counter.PROOFS_STARTED);
    Long mac = answered(FREE);
    Long otherMac = answered(OTHER_FREE);
    reload(whole("1,2", GUESTS, OFFICE, BOTH_NETWORKS, BOTH_TARGETS));
    assertEquals(mac, answered(FREE));
    assertEquals(otherMac, answered(OTHER_FREE));
    assertEquals(proofs, node.counters().get(Counter.PROOFS_STARTED), "nothing is proved again");
  }

  @Test
  void theAddressesOfANetworkThatIsGoneAreGivenUp() {
    startWithBothNetworks();
    trap(FREE);
    trap(OTHER_FREE);
    reload(whole("1,2", OFFICE, "register networks 1 enable networks 1\n", BOTH_TARGETS));
    assertNull(answered(OTHER_FREE));
    assertTrue(answered(FREE) != null);
    assertEquals(1, node.counters().get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(0, node.counters().get(Gauge.STATIONS) - 1, "only the one asker of the other");
    client.connect(OTHER_FREE, 80);
    clock.advanceMillis(5);
    assertEquals(List.of(), client.received(OTHER_FREE));
  }

  @Test
  void aNetworkInThePlaceOfAnotherKnowsNothingOfItsAddresses() {
    start(whole("1,2", GUESTS, OFFICE, BOTH_NETWORKS, BOTH_TARGETS));
    trap(OTHER_FREE);
    // The same place in the file and the same number, another block.
    String wider = GUESTS.replace("mask 24", "mask 16");
    reload(whole("1,2", wider, OFFICE, BOTH_NETWORKS, BOTH_TARGETS));
    assertNull(answered(OTHER_FREE), "it was not proved in this network");
    trap(OTHER_FREE);
    // And back: the first place is not found again with what it held.
    reload(whole("1,2", GUESTS, OFFICE, BOTH_NETWORKS, BOTH_TARGETS));
    assertNull(answered(OTHER_FREE));
  }

  @Test
  void anAddressThatTheListNoLongerPermitsFallsSilentAtOnce() {
    startWithBothNetworks();
    trap(FREE);
    reload(
        whole("1,2", OFFICE, GUESTS, BOTH_NETWORKS, BOTH_TARGETS)
            + "acl 1 deny 192.168.2.77 tarpit_acl 1\n");
    assertNull(answered(FREE));
    clock.advanceSeconds(2);
    assertNull(answered(FREE));
  }

  @Test
  void aServersNewAddressIsNoLongerSimulated() {
    startWithBothNetworks();
    trap(FREE);
    reload(
        whole("1,2", OFFICE, GUESTS, BOTH_NETWORKS, BOTH_TARGETS)
            + "server 2 { ipaddr 192.168.2.77 port 443 dsr enable targets 1 }\n"
            + "register servers 2 enable servers 2\n");
    assertEquals(0, node.counters().get(Gauge.ADDRESSES_SIMULATED));
    assertTrue(answered(FREE) != null, "as a server's address it is answered");
  }

  @Test
  void logRatesAreApplied() {
    startWithBothNetworks();
    trap(FREE);
    node.events().drainTo(event -> {});
    reload(whole("1,2", OFFICE, GUESTS, BOTH_NETWORKS, BOTH_TARGETS) + "set tarpitlograte 0\n");
    clock.advanceSeconds(61);
    node.events().drainTo(event -> {});
    answered(FREE);
    List<Object> lines = new ArrayList<>();
    node.events().drainTo(lines::add);
    assertEquals(List.of(), lines);
  }

  /// The target that got the client's last segment.
  private int segment(int flags) {
    int[] before = targets.stream().mapToInt(target -> target.frames().size()).toArray();
    client.segment(SERVER, 80, flags, 1, 1);
    clock.advanceMillis(2);
    for (int i = 0; i < targets.size(); i++) {
      for (byte[] frame :
          targets.get(i).frames().subList(before[i], targets.get(i).frames().size())) {
        if (frame[5] == 0x30 + i && frame[12] == 8 && frame[13] == 0) {
          return i;
        }
      }
    }
    return -1;
  }

  private int establish() {
    client.resolve(SERVER);
    clock.advanceMillis(5);
    int target = segment(TcpHeader.SYN);
    assertNotEquals(-1, target, "no target got the SYN");
    assertEquals(target, segment(TcpHeader.ACK));
    return target;
  }

  @Test
  void aTargetThatIsTakenAwayKeepsItsFlowWhileItIsKept() {
    startWithBothNetworks();
    int target = establish();
    String rest = OFFICE + GUESTS + BOTH_NETWORKS;
    int staying = target == 0 ? 2 : 1;
    Configuration before = node.configuration();
    Configuration next =
        parsed(
            whole("" + staying, rest)
                + "register targets %1$d enable targets %1$d\n".formatted(staying));
    Configuration.Target leaving = before.targets().get(target + 1);
    assertTrue(node.reconfigure(next.keeping(List.of(leaving))));
    clock.advanceSeconds(2);
    assertEquals(target, segment(TcpHeader.ACK), "the flow stays with the target that leaves");
    assertTrue(node.reconfigure(next));
    clock.advanceSeconds(2);
    assertEquals(staying - 1, segment(TcpHeader.ACK), "now it moves");
  }

  @Test
  void healthAndFlowsOutliveAReload() {
    startWithBothNetworks();
    int target = establish();
    long up = node.counters().get(Counter.TARGETS_UP);
    String reordered =
        whole("2,1", GUESTS, OFFICE, BOTH_NETWORKS, BOTH_TARGETS) + "set tarpitrealto 600\n";
    reload(reordered);
    assertEquals(target, segment(TcpHeader.ACK));
    assertEquals(up, node.counters().get(Counter.TARGETS_UP));
    assertEquals(0, node.counters().get(Counter.TARGETS_DOWN));
  }

  @Test
  void theFirstServerNeedsARestart() {
    start("interface 1 { name eth0 }\n" + OFFICE + "register networks 1 enable networks 1\n");
    Configuration next = parsed(whole("1,2", OFFICE, GUESTS, BOTH_NETWORKS, BOTH_TARGETS));
    List<String> obstacles = node.obstacles(next);
    assertEquals(1, obstacles.size());
    assertTrue(obstacles.getFirst().contains("restart"), obstacles.getFirst());
  }
}
