package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.FlowHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.session.FlowState;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimHost.Received;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.FlowChoice.Cause;
import io.pitchlake.node.sim.SimNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Flows through a node to targets on a simulated segment. What a target gets is told from the
/// frames that bear its MAC.
class DirectServerReturnTest extends BalancedSegment {
  private static final IpAddress SERVER = IpAddress.parse("192.168.2.10");
  private static final IpAddress SERVER6 = IpAddress.parse("2001:db8:1::10");

  @Test
  void theServersAddressAnswersArpNdAndPingWithTheVirtualMac() {
    start(
        options(1)
            .target("2001:db8:1::30", 1)
            .server("192.168.2.10", Protocol.TCP, 80, 1)
            .server("2001:db8:1::10", Protocol.TCP, 80, 2));
    client.resolve(SERVER);
    client.resolve(SERVER6);
    clock.advanceMillis(10);
    assertEquals(SimNode.VIRTUAL_MAC, client.neighbor(SERVER));
    assertEquals(SimNode.VIRTUAL_MAC6, client.neighbor(SERVER6));
    client.ping(SERVER);
    client.ping(SERVER6);
    clock.advanceMillis(10);
    assertEquals(List.of(Received.ECHO_REPLY), client.received(SERVER));
    assertEquals(List.of(Received.ECHO_REPLY), client.received(SERVER6));
  }

  @Test
  void aBackupDoesNotAnswerForAServer() {
    start(options(1).server("192.168.2.10", Protocol.TCP, 80, 1).backup());
    client.resolve(SERVER);
    clock.advanceMillis(10);
    assertNull(client.neighbor(SERVER));
    assertEquals(1, node.counters().get(Gauge.TARGETS_READY), "a backup knows its targets");
    assertEquals(-1, syn(1));
  }

  @Test
  void aFlowKeepsItsTargetAndFlowsAreSpread() {
    startWithTargets(4);
    Map<Integer, Integer> spread = new HashMap<>();
    int[] first = new int[400];
    for (int i = 0; i < first.length; i++) {
      first[i] = syn(i);
      assertTrue(first[i] >= 0, "flow " + i + " reached no target");
      spread.merge(first[i], 1, Integer::sum);
    }
    for (int i = 0; i < first.length; i++) {
      assertEquals(first[i], ack(i), "flow " + i);
    }
    assertEquals(first.length, node.flows().size());
    assertEquals(first.length, node.counters().get(Counter.SESSIONS_STARTED));
    // 100 each; five standard deviations of a binomial (400, 1/4) are 43.
    spread.forEach((target, flows) -> assertEquals(100, flows, 43, "flows of target " + target));
  }

  @Test
  void weightsShareOutNewFlows() {
    start(options(2, 1, 3).server("192.168.2.10", Protocol.TCP, 80, 1, 2));
    int second = 0;
    for (int i = 0; i < 400; i++) {
      second += syn(i);
    }
    // 300 of 400; five standard deviations are 43.
    assertEquals(300, second, 43, "flows of the target with weight 3 beside one with weight 1");
  }

  @Test
  void aLostTargetLosesItsFlowsToOthersAndNoOtherFlowMoves() {
    startWithTargets(4);
    int[] first = IntStream.range(0, 400).map(this::syn).toArray();
    IntStream.range(0, 400).forEach(this::ack);
    int lost = 2;
    targets.get(lost).attachment().connected(false);
    clock.advanceSeconds(9);
    assertEquals(3, node.counters().get(Gauge.TARGETS_READY));
    assertTrue(
        node.events().stream()
            .anyMatch(event ->
                event.kind() == EventKind.TARGET_DOWN
                    && event.target().equals(IpAddress.parse("192.168.2.32"))),
        "no word of the lost target");
    for (int i = 0; i < first.length; i++) {
      int now = ack(i);
      assertTrue(now >= 0, "flow " + i + " reached no target");
      if (first[i] == lost) {
        assertNotEquals(lost, now, "flow " + i);
      } else {
        assertEquals(first[i], now, "flow " + i);
      }
    }
    long moved = Arrays.stream(first).filter(target -> target == lost).count();
    assertEquals(moved, node.counters().get(Counter.SESSIONS_MOVED));
  }

  /// A node that takes over soon after it was started knows flows of its peer, and not yet who is
  /// ready: a connection must not be given to whoever is found first.
  @Test
  void nothingIsMovedOrGuessedBeforeTargetsAreJudged() {
    SimNode.Options options = options(2).server("192.168.2.10", Protocol.TCP, 80, numbers(1, 2));
    targets.get(1).attachment().connected(false);
    start(options);
    assertEquals(1, node.counters().get(Gauge.TARGETS_READY), "the other one is not judged yet");
    IpAddress client = IpAddress.parse("10.0.0.7");
    long tuple = FlowHash.tuple(1, TcpHeader.PROTOCOL, 40_000, 80);
    node.flows().insert(client.high(), client.low(), tuple, 2, FlowState.ESTABLISHED);
    assertEquals(-1, ack(7), "a flow of the target that is not judged");
    assertEquals(Cause.AWAITED, node.choice(client, 40_000).cause());
    for (int i = 100; i < 110; i++) {
      assertEquals(-1, ack(i), "a flow in its middle that this node does not know");
      assertEquals(0, syn(i + 100), "a new flow");
    }
    assertEquals(0, node.counters().get(Counter.SESSIONS_MOVED));
    targets.get(1).attachment().connected(true);
    clock.advanceSeconds(2);
    assertEquals(2, node.counters().get(Gauge.TARGETS_READY));
    assertEquals(1, ack(7));
    assertNotEquals(-1, ack(100));
  }

  /// Who is not there is found missing within the patience for it.
  @Test
  void aTargetThatIsNotThereIsWaitedForNoLongerThanItIsAsked() {
    SimNode.Options options = options(2).server("192.168.2.10", Protocol.TCP, 80, numbers(1, 2));
    targets.get(1).attachment().connected(false);
    start(options);
    IpAddress client = IpAddress.parse("10.0.0.7");
    long tuple = FlowHash.tuple(1, TcpHeader.PROTOCOL, 40_000, 80);
    node.flows().insert(client.high(), client.low(), tuple, 2, FlowState.ESTABLISHED);
    assertEquals(-1, ack(7));
    clock.advanceSeconds(9);
    assertEquals(0, ack(7));
    assertEquals(0, ack(100));
    assertEquals(1, node.counters().get(Counter.SESSIONS_MOVED));
  }

  @Test
  void newFlowsHardlyMoveWhenATargetIsLostAndComeBackWithIt() {
    startWithTargets(4);
    int[] before = IntStream.range(0, 400).map(this::syn).toArray();
    targets.get(0).attachment().connected(false);
    // Long enough for the flows to be forgotten: what follows is the hash's choice alone.
    clock.advanceSeconds(60);
    assertEquals(0, node.flows().size());
    int[] without = IntStream.range(0, 400).map(this::syn).toArray();
    long disturbed =
        IntStream.range(0, 400).filter(i -> before[i] != 0 && before[i] != without[i]).count();
    assertTrue(disturbed <= 12, disturbed + " of 400 flows moved that had not lost their target");
    targets.get(0).attachment().connected(true);
    clock.advanceSeconds(60);
    assertArrayEquals(before, IntStream.range(0, 400).map(this::syn).toArray());
  }

  @Test
  void aTargetThatNeverAnsweredGetsNothing() {
    SimNode.Options options = options(1).target("192.168.2.99", 1);
    start(options.server("192.168.2.10", Protocol.TCP, 80, 1, 2));
    clock.advanceSeconds(5);
    assertEquals(1, node.counters().get(Gauge.TARGETS_READY));
    assertEquals(2, node.counters().get(Gauge.TARGETS));
    IntStream.range(0, 50).forEach(i -> assertEquals(0, syn(i)));
  }

  @Test
  void withoutAReadyTargetFramesAreDroppedUnderAName() {
    startWithTargets(1);
    assertEquals(0, syn(1));
    targets.get(0).attachment().connected(false);
    clock.advanceSeconds(9);
    assertEquals(-1, syn(1), "a known flow");
    assertEquals(-1, syn(2), "a new flow");
    assertEquals(2, node.counters().get(DropReason.NO_TARGET_READY));
  }

  @Test
  void aTargetThatMovesToAnotherMachineIsFollowed() {
    startWithTargets(1);
    assertEquals(0, syn(1));
    targets.get(0).attachment().connected(false);
    IpAddress address = IpAddress.parse("192.168.2.30");
    SimHost spare = new SimHost(clock, lan, "spare", 0x0200_0000_0077L).own(address);
    targets.set(0, spare);
    spare.announce(address);
    clock.advanceMillis(60);
    assertEquals(0, ack(1));
  }

  @Test
  void aFullTableForwardsByHashUntracked() {
    start(options(4).server("192.168.2.10", Protocol.TCP, 80, numbers(1, 4)).sessions(16));
    int[] first = IntStream.range(0, 40).map(this::syn).toArray();
    assertEquals(16, node.flows().size());
    assertEquals(24, node.counters().get(Counter.UNTRACKED_TABLE_FULL));
    assertArrayEquals(first, IntStream.range(0, 40).map(this::ack).toArray());
  }

  @Test
  void newFlowsAboveTheRateAreForwardedByHashUntracked() {
    start(
        options(4)
            .server("192.168.2.10", Protocol.TCP, 80, numbers(1, 4))
            .set(Setting.SESSIONRATE, 10));
    int[] first = IntStream.range(0, 40).map(this::syn).toArray();
    assertTrue(node.counters().get(Counter.UNTRACKED_RATE) >= 29, "untracked");
    assertArrayEquals(first, IntStream.range(0, 40).map(this::ack).toArray());
  }

  @Test
  void flowsExpireByTheirState() {
    startWithTargets(1);
    syn(1);
    syn(2);
    ack(2);
    syn(3);
    ack(3);
    send(tcp(3, 40_000).ack(2).fin().build());
    assertEquals(3, node.flows().size());
    clock.advanceSeconds(36);
    assertEquals(2, node.flows().size(), "a SYN that nothing followed is kept for 30 s");
    clock.advanceSeconds(30);
    assertEquals(1, node.flows().size(), "a closed connection is kept for 60 s");
    clock.advanceSeconds(800);
    assertEquals(1, node.flows().size(), "an established connection is kept for 900 s");
    clock.advanceSeconds(50);
    assertEquals(0, node.flows().size());
    assertEquals(3, node.counters().get(Counter.SESSIONS_ENDED));
  }

  @Test
  void aBareAckIsNotKeptForLong() {
    startWithTargets(2);
    ack(7);
    clock.advanceSeconds(36);
    assertEquals(0, node.flows().size());
  }

  @Test
  void portsProtocolsAndFamiliesFindTheirServers() {
    SimNode.Options options = options(6);
    start(
        options
            .target("2001:db8:1::34", 1)
            .target("2001:db8:1::35", 1)
            .server("192.168.2.10", Protocol.TCP, 80, 1)
            .server("192.168.2.10", Protocol.UDP, 53, 2)
            .server("192.168.2.10", Protocol.TCP, 0, 3)
            .server("192.168.2.11", Protocol.ANY, 0, 4)
            .server("2001:db8:1::10", Protocol.TCP, 80, 7)
            .server("2001:db8:1::10", Protocol.UDP, 0, 8));
    assertEquals(0, send(ipv4("192.168.2.10").tcp(1000, 80).syn().build()));
    assertEquals(1, send(ipv4("192.168.2.10").udp(1000, 53).payload("query").build()));
    assertEquals(2, send(ipv4("192.168.2.10").tcp(1000, 8080).syn().build()));
    assertEquals(-1, send(ipv4("192.168.2.10").udp(1000, 54).payload("query").build()));
    assertEquals(3, send(ipv4("192.168.2.11").tcp(1000, 1).syn().build()));
    assertEquals(3, send(ipv4("192.168.2.11").udp(1000, 1).payload("x").build()));
    assertEquals(4, send(ipv6().tcp(1000, 80).syn().build()));
    assertEquals(5, send(ipv6().udp(1000, 53).payload("query").build()));
    assertEquals(-1, send(ipv6().tcp(1000, 81).syn().build()));
    assertEquals(2, node.counters().get(DropReason.NO_SUCH_SERVICE));
  }

  private static PacketBuilder ipv4(String server) {
    return PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL).ipv4("192.168.2.66", server);
  }

  private static PacketBuilder ipv6() {
    return PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL6).ipv6("2001:db8:1::66", "2001:db8:1::10");
  }

  @Test
  void framesThatAreNotForTheVirtualMacAreLeftAlone() {
    startWithTargets(1);
    byte[] toTarget =
        PacketBuilder.ethernet(CLIENT_MAC, "02:00:00:00:00:04")
            .ipv4("192.168.2.66", "192.168.2.10")
            .tcp(1000, 80)
            .syn()
            .build();
    assertEquals(-1, send(toTarget));
    assertEquals(1, node.counters().get(DropReason.NOT_OUR_MAC));
  }

  @Test
  void fragmentsFollowTheFirstOne() {
    SimNode.Options options = options(4);
    for (int i = 0; i < 4; i++) {
      options.target("2001:db8:1::" + (30 + i), 1);
    }
    start(
        options
            .server("192.168.2.10", Protocol.UDP, 53, numbers(1, 4))
            .server("2001:db8:1::10", Protocol.UDP, 53, numbers(5, 8)));
    byte[] rest = new byte[64];
    for (int id = 1; id <= 50; id++) {
      byte[] ports = {(byte) id, 1, 0, 53, 0, 80, 0, 0};
      int first =
          send(
              ipv4("192.168.2.10")
                  .identification(id)
                  .fragment(0, true)
                  .protocol(17)
                  .payload(ports)
                  .build());
      assertTrue(first >= 0, "the first fragment of packet " + id + " reached no target");
      assertEquals(
          first,
          send(
              ipv4("192.168.2.10")
                  .identification(id)
                  .fragment(8, false)
                  .protocol(17)
                  .payload(rest)
                  .build()),
          "the second fragment of packet " + id);
      int first6 = send(fragment6(0, true, id, ports));
      assertTrue(first6 >= 0, "the first IPv6 fragment of packet " + id + " reached no target");
      assertEquals(first6, send(fragment6(8, false, id, rest)), "the second IPv6 fragment " + id);
    }
    assertEquals(200, node.counters().get(Counter.FRAGMENTS_FORWARDED));
    assertEquals(
        -1,
        send(
            ipv4("192.168.2.10")
                .identification(999)
                .fragment(8, false)
                .protocol(17)
                .payload(rest)
                .build()),
        "a fragment whose first was not seen");
    assertEquals(1, node.counters().get(DropReason.FRAGMENT_WITHOUT_FIRST));
  }

  private static byte[] fragment6(int offset, boolean more, int id, byte[] payload) {
    return ipv6().identification(id).fragment(offset, more).protocol(17).payload(payload).build();
  }

  @Test
  void anIcmpErrorGoesToTheTargetOfTheFlowItQuotes() {
    startWithTargets(4);
    for (int i = 0; i < 40; i++) {
      int target = syn(i);
      byte[] quoted =
          PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL)
              .ipv4("192.168.2.10", "10.0.0." + i)
              .tcp(80, 40_000)
              .ack(1)
              .build();
      byte[] rest = new byte[4 + 28];
      System.arraycopy(quoted, 14, rest, 4, 28);
      byte[] tooBig =
          PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL)
              .ipv4("192.168.2.1", "192.168.2.10")
              .icmp(IcmpHeader.DESTINATION_UNREACHABLE, 4, rest)
              .build();
      assertEquals(target, send(tooBig), "packet too big for flow " + i);
    }
    assertEquals(40, node.counters().get(Counter.ICMP_ERRORS_FORWARDED));
  }

  @Test
  void theTarpitLeavesServersAndTargetsAlone() {
    startWithTargets(1);
    targets.get(0).attachment().connected(false);
    client.resolve(IpAddress.parse("192.168.2.30"));
    clock.advanceSeconds(3);
    assertNull(client.neighbor(IpAddress.parse("192.168.2.30")), "a dead target is simulated");
    client.resolve(IpAddress.parse("192.168.2.77"));
    clock.advanceSeconds(3);
    assertEquals(SimNode.VIRTUAL_MAC, client.neighbor(IpAddress.parse("192.168.2.77")));
  }
}
