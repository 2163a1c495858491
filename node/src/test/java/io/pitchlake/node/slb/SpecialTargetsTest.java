package io.pitchlake.node.slb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.sim.SimNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Emergency and abuse targets, quorum and persistence, and what Pen 0.31.1 put right about the
/// first two.
class SpecialTargetsTest extends BalancedSegment {
  private void start(int count, Plan plan) {
    start(options(count).server("192.168.2.10", Protocol.TCP, 80, plan.build()));
    assertEquals(count, node.counters().get(Gauge.TARGETS_READY), "targets ready after a second");
  }

  private void lose(int... lost) {
    for (int target : lost) {
      targets.get(target).attachment().connected(false);
    }
    clock.advanceSeconds(9);
  }

  private void bringBack(int... back) {
    for (int target : back) {
      targets.get(target).attachment().connected(true);
    }
    clock.advanceSeconds(9);
  }

  private static AccessList allBut(String prefix) {
    String[] parts = prefix.split("/");
    return new AccessList(
        List.of(
            new AccessList.Entry(
                false, IpPrefix.around(IpAddress.parse(parts[0]), Integer.parseInt(parts[1])))));
  }

  // ---- Pen 0.31.1

  /// Issue 19 of Pen: failing over where neither an emergency nor an abuse server is configured
  /// took "no server" for a server.
  @Test
  void pen0311FailoverWithoutAnEmergencyTargetEndsInADrop() {
    start(2, new Plan().scheduler(Scheduler.RR).tier(1, 2));
    int[] first = IntStream.range(0, 10).map(this::syn).toArray();
    lose(0, 1);
    IntStream.range(0, 10).forEach(i -> assertEquals(-1, ack(i), "known flow " + i));
    IntStream.range(100, 110).forEach(i -> assertEquals(-1, syn(i), "new flow " + i));
    assertEquals(20, node.counters().get(DropReason.NO_TARGET_READY));
    assertEquals(0, node.counters().get(Counter.SESSIONS_MOVED));
    bringBack(0, 1);
    assertArrayEquals(first, IntStream.range(0, 10).map(this::ack).toArray());
  }

  /// The sanity checks of its failover: a connection of the emergency or the abuse server is not
  /// passed round among the others.
  @Test
  void pen0311AFlowOfASpecialTargetDoesNotFailOverToOthers() {
    start(
        4,
        new Plan()
            .scheduler(Scheduler.RR)
            .tier(1, 2)
            .emergency(3)
            .abuse(4)
            .clients(allBut("10.0.1.0/24")));
    int abuser = 0x100 + 7;
    assertEquals(3, syn(abuser));
    lose(3);
    assertEquals(-1, ack(abuser), "the abuse target is lost");
    assertEquals(1, node.counters().get(DropReason.CLIENT_REFUSED));
    lose(0, 1);
    assertEquals(2, syn(1));
    lose(2);
    assertEquals(-1, ack(1), "the emergency target is lost, and there is no other");
    bringBack(3);
    assertEquals(3, ack(abuser));
    assertEquals(-1, ack(1), "the abuse target is not for other clients");
  }

  /// Its second fix: the emergency server is for as long as there is no other. A client that was
  /// sent there is not bound to it.
  @Test
  void pen0311TheEmergencyTargetIsUsedOnlyWhileThereIsNoOther() {
    start(3, new Plan().scheduler(Scheduler.RR).tier(1, 2).emergency(3).persistence(32, 64, 600));
    IntStream.range(0, 10).forEach(i -> assertTrue(syn(i) < 2, "a new flow with targets ready"));
    lose(0, 1);
    for (int i = 0; i < 10; i++) {
      assertEquals(2, ack(i), "known flow " + i + " with all targets lost");
      assertEquals(2, send(tcp(i, 41_000).syn().build()), "a new flow of client " + i);
    }
    assertEquals(20, node.counters().get(Counter.TO_EMERGENCY));
    bringBack(0, 1);
    for (int i = 0; i < 10; i++) {
      assertEquals(2, ack(i), "a flow stays where it is while its target lives");
      assertTrue(send(tcp(i, 42_000).syn().build()) < 2, "a new flow of client " + i);
    }
    assertEquals(20, node.counters().get(Counter.TO_EMERGENCY));
  }

  // ---- clients

  @Test
  void clientsThatAreNotPermittedGetTheAbuseTarget() {
    start(2, new Plan().scheduler(Scheduler.RR).tier(1).abuse(2).clients(allBut("10.0.1.0/24")));
    assertEquals(0, syn(1));
    assertEquals(1, syn(0x100 + 1));
    assertEquals(1, ack(0x100 + 1));
    assertEquals(1, ack(0x100 + 2), "a flow met in its middle");
    assertEquals(2, node.counters().get(Counter.TO_ABUSE));
  }

  @Test
  void withoutAnAbuseTargetTheyGetNothing() {
    start(1, new Plan().tier(1).clients(allBut("10.0.1.0/24")));
    assertEquals(0, syn(1));
    assertEquals(-1, syn(0x100 + 1));
    assertEquals(1, node.counters().get(DropReason.CLIENT_REFUSED));
    assertEquals(1, node.flows().size());
  }

  // ---- quorum

  @Test
  void aServerServesFromUpTargetsOnUntilFewerThanDownAreLeft() {
    start(5, new Plan().scheduler(Scheduler.RR).tier(1, 2, 3, 4).emergency(5).quorum(3, 2));
    assertTrue(syn(1) < 4, "four are ready");
    lose(0, 1);
    assertTrue(syn(2) < 4, "two are left, which is enough to go on");
    lose(2);
    assertEquals(4, syn(3), "one is left");
    assertEquals(1, node.counters().get(Gauge.SERVERS_OUT));
    bringBack(2);
    assertEquals(4, syn(4), "two are ready, which is not enough to begin again");
    bringBack(1);
    assertTrue(syn(5) < 4, "three are ready");
    assertEquals(0, node.counters().get(Gauge.SERVERS_OUT));
  }

  @Test
  void knownFlowsStayWhereTheQuorumIsLost() {
    start(2, new Plan().scheduler(Scheduler.RR).tier(1, 2).quorum(2, 2));
    int[] first = IntStream.range(0, 10).map(this::syn).toArray();
    node.administer(1, TargetState.DRAIN);
    clock.advanceMillis(10);
    assertArrayEquals(first, IntStream.range(0, 10).map(this::ack).toArray());
    assertEquals(-1, syn(100));
  }

  // ---- persistence

  @Test
  void clientsOfOnePrefixKeepTheirTarget() {
    start(4, new Plan().scheduler(Scheduler.RR).tier(1, 2, 3, 4).persistence(24, 64, 60));
    int[] first = new int[8];
    for (int net = 0; net < 8; net++) {
      first[net] = syn(net << 8);
      for (int host = 1; host < 10; host++) {
        assertEquals(first[net], syn((net << 8) + host), "10.0.%d.%d".formatted(net, host));
      }
    }
    assertArrayEquals(new int[] {0, 1, 2, 3, 0, 1, 2, 3}, first);
    assertEquals(8, node.counters().get(Gauge.PERSISTENT_CLIENTS));
    assertEquals(72, node.counters().get(Counter.PERSISTENT));
    clock.advanceSeconds(61);
    assertEquals(0, node.counters().get(Gauge.PERSISTENT_CLIENTS));
    assertEquals(0, syn((7 << 8) + 99), "forgotten, so the next in turn");
  }

  @Test
  void prefixesOfIpv6Count() {
    SimNode.Options options = options(2).target("2001:db8:1::30", 1).target("2001:db8:1::31", 1);
    start(
        options.server(
            "2001:db8:1::10",
            Protocol.TCP,
            80,
            new Plan().scheduler(Scheduler.RR).tier(3, 4).persistence(32, 56, 60).build()));
    int first = send(syn6("2001:db8:2:100::1"));
    assertEquals(first, send(syn6("2001:db8:2:1ff::2")), "the same /56");
    assertEquals(1 - first, send(syn6("2001:db8:2:200::1")), "another /56");
  }

  private static byte[] syn6(String client) {
    return PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL6)
        .ipv6(client, "2001:db8:1::10")
        .tcp(1000, 80)
        .syn()
        .build();
  }

  @Test
  void theEndOfAFlowKeepsItsClientForLonger() {
    start(2, new Plan().scheduler(Scheduler.RR).tier(1, 2).persistence(32, 64, 60));
    int first = syn(1);
    ack(1);
    clock.advanceSeconds(50);
    assertEquals(first, send(tcp(1, 40_000).ack(2).fin().build()));
    clock.advanceSeconds(50);
    assertEquals(first, send(tcp(1, 41_000).syn().build()), "100 s after the first");
  }

  @Test
  void aDrainedTargetLosesItsClients() {
    start(2, new Plan().scheduler(Scheduler.RR).tier(1, 2).persistence(32, 64, 600));
    int first = syn(1);
    node.administer(first + 1, TargetState.DRAIN);
    clock.advanceMillis(10);
    assertEquals(first, ack(1), "the flow stays");
    assertEquals(1 - first, send(tcp(1, 41_000).syn().build()), "the client does not");
    node.administer(first + 1, TargetState.READY);
    clock.advanceMillis(10);
    assertEquals(1 - first, send(tcp(1, 42_000).syn().build()), "and it is kept where it is now");
  }

  @Test
  void knownClientsMayComeUpToTheHardLimit() {
    SimNode.Options options = options(1);
    target(options, 31, new Duty(TargetState.READY, false, Duration.ZERO, 2, 4, 0));
    start(
        options.server(
            "192.168.2.10",
            Protocol.TCP,
            80,
            new Plan().scheduler(Scheduler.FIRST).tier(2).tier(1).persistence(32, 64, 60).build()));
    assertEquals(1, syn(1));
    assertEquals(1, syn(2));
    assertEquals(0, syn(3), "a new client above maxsessions");
    assertEquals(1, send(tcp(1, 41_000).syn().build()), "a client it had before");
    assertEquals(1, send(tcp(1, 42_000).syn().build()), "and again");
    assertEquals(0, send(tcp(1, 43_000).syn().build()), "above hardmax");
  }

  @Test
  void moreClientsThanThereIsRoomForAreCounted() {
    start(
        options(2)
            .server(
                "192.168.2.10",
                Protocol.TCP,
                80,
                new Plan().scheduler(Scheduler.RR).tier(1, 2).persistence(32, 64, 600).build())
            .set(Setting.PERSISTENCE, 1024)
            .sessions(4096));
    IntStream.range(0, 2000).forEach(this::syn);
    long kept = node.counters().get(Gauge.PERSISTENT_CLIENTS);
    assertTrue(kept <= 1024, kept + " clients");
    assertEquals(2000 - kept, node.counters().get(Counter.PERSISTENCE_FORGOTTEN));
  }
}
