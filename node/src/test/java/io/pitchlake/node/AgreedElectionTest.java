package io.pitchlake.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPeers;
import io.pitchlake.node.sim.SimPort;
import io.pitchlake.node.vrrp.Witness;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two and three whole nodes on a simulated segment that hear each other on a simulated sync link,
/// too: what happens when a node, the segment or the link fails, wholly or in one direction.
class AgreedElectionTest {
  private static final IpAddress VIRT = IpAddress.parse("192.168.2.5");
  private static final long MILLI = 1_000_000;
  private static final long TURN_NANOS = 250_000;
  private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(US_ASCII);

  /// The last byte of the witness's address.
  private static final int WITNESS = 9;

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimPeers sync = new SimPeers(clock, new Random(2));
  private final List<Member> members = new ArrayList<>();
  private final List<Said> said = new ArrayList<>();
  private long twoOwnersNanos;
  private long watchedNanos;

  private final SimHost client =
      new SimHost(clock, lan, "client", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));

  /// A frame from a virtual MAC.
  private record Said(String from, long atNanos, boolean isAdvert, boolean isArp) {}

  /// One node; its clock runs with the segment's, and on while it stands still.
  private final class Member implements Clock {
    private final String name;
    private final IpAddress address;
    private final SimPort port;
    private final Node node;
    private final List<String> lines = new ArrayList<>();
    private boolean standing;
    private boolean dead;
    private boolean linked = true;

    Member(String name, int last, String router, byte[] key, int... others) {
      this.name = name;
      this.address = peer(last);
      this.port = new SimPort(name, 0x0200_0000_0000L + last);
      this.node =
          new Node(
              configuration(last, router, others),
              List.of(port),
              this,
              new SplittableRandom(last),
              Optional.of(new ClusterKey(key)),
              Set.of(),
              IdleStrategy.busy(),
              Exchange.Seat.alone(),
              Optional.of(
                  sync.attach(
                      address,
                      Arrays.stream(others).mapToObj(AgreedElectionTest::peer).toList(),
                      this::turn)),
              which -> linked);
      port.attach(lan, this::turn);
      clock.every(TURN_NANOS, this::turn);
      members.add(this);
    }

    private void turn() {
      if (!standing && !dead) {
        node.turn();
        node.events().drainTo(event -> lines.add(event.line()));
      }
    }

    @Override
    public long nanoTime() {
      return clock.nanoTime();
    }

    @Override
    public long wallMillis() {
      return clock.wallMillis();
    }

    boolean isActive() {
      return node.counters().get(Gauge.ROUTERS_ACTIVE) > 0;
    }

    long count(Counter counter) {
      return node.counters().get(counter);
    }

    /// Cuts the cable, which the node notices.
    void link(boolean up) {
      linked = up;
      port.attachment().connected(up);
    }

    void expectLine(String text) {
      assertTrue(lines.stream().anyMatch(line -> line.contains(text)), () -> text + " in " + lines);
    }

    void expectNoLine(String text) {
      assertFalse(
          lines.stream().anyMatch(line -> line.contains(text)), () -> text + " in " + lines);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static IpAddress peer(int last) {
    return IpAddress.parse("10.0.0." + last);
  }

  private static Configuration configuration(int last, String router, int... others) {
    boolean witnessed = others[others.length - 1] == WITNESS;
    var result =
        ConfigParser.parse(
            "test",
            """
            interface 1 { name eth0 }
            network 1 { addr 192.168.2.0 mask 24 real 192.168.2.%1$d virt 192.168.2.5
                        tarpit enable interface 1 }
            vrrp 1 { vrid 50 network 1 %2$s }
            server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets 1 quorum 1 }
            target 1 { ipaddr 192.168.2.30 arp 1,3 aliascheck off }
            register servers 1 enable servers 1 register targets 1 enable targets 1
            set tarpitsweeprate 0 set sessions 1024 set addresses 1024
            register networks 1 enable networks 1
            %3$s
            """
                .formatted(
                    last,
                    router,
                    witnessed
                        ? "sync { bind 10.0.0.9 peers 10.0.0.8 key /k witness 10.0.0.9 }"
                        : ""));
    return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
  }

  private Member a;
  private Member b;

  AgreedElectionTest() {
    lan.monitor((from, frame) -> {
      if ((ByteBuffer.wrap(frame).getLong(4) & 0xffff_ffff_ffffL) == 0x0000_5e00_0132L) {
        boolean advert = frame[12] == 8 && frame[13] == 0 && frame[23] == VrrpHeader.PROTOCOL;
        boolean arp = frame[12] == 8 && frame[13] == 6;
        said.add(new Said(from.name(), clock.nanoTime(), advert, arp));
      }
    });
    watchedNanos = clock.nanoTime();
    clock.every(
        50_000,
        () -> {
          long active =
              members.stream().filter(m -> m.isActive() && !m.dead && !m.standing).count();
          twoOwnersNanos += active > 1 ? clock.nanoTime() - watchedNanos : 0;
          watchedNanos = clock.nanoTime();
        });
  }

  /// Two nodes that have settled, and a client whose MAC both have heard.
  private void pair(String advert) {
    a = new Member("a", 4, "priority 254 advert " + advert, KEY, 6);
    b = new Member("b", 6, "priority 253 advert " + advert, KEY, 4);
    settle();
    assertEquals(a, active());
  }

  private void settle() {
    clock.advanceSeconds(2);
    client.resolve(VIRT);
    clock.advanceMillis(50);
    twoOwnersNanos = 0;
  }

  /// Who alone is active of those that live.
  private Member active() {
    List<Member> active = members.stream().filter(m -> m.isActive() && !m.dead).toList();
    assertEquals(1, active.size(), "active: " + active);
    return active.getFirst();
  }

  /// How long after `fromNanos` a node first spoke as the active one.
  private double outageMillis(long fromNanos, Member next) {
    return (said.stream()
                .filter(s -> s.from.equals(next.name) && s.atNanos >= fromNanos)
                .findFirst()
                .orElseThrow(() -> new AssertionError(next + " is silent; " + next.lines))
                .atNanos
            - fromNanos)
        / 1e6;
  }

  @Test
  void heartbeatsAreHeardOnBothSides() {
    pair("10ms");
    for (Member member : members) {
      assertTrue(member.count(Counter.BEATS_HEARD) > 200, "heard by " + member);
      assertEquals(1, member.node.counters().get(Gauge.PEERS_ALIVE));
      member.expectLine("is heard on the sync link");
      assertEquals(0, member.count(Counter.BEATS_REPLAYED));
    }
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5, 7, 9})
  void aCrashIsNoticedWithinThreeIntervalsThoughAHeartbeatCameLate(int phase) {
    pair("10ms");
    clock.advanceMillis(phase);
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.advanceSeconds(1);
    double outage = outageMillis(crashed, b);
    assertTrue(outage <= 31 && outage >= 18, outage + " ms");
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void aHangIsNoticedAndTheNodeThatWakesUpIsSilent() {
    pair("10ms");
    a.standing = true;
    long hung = clock.nanoTime();
    clock.advanceMillis(500);
    double outage = outageMillis(hung, b);
    assertTrue(outage <= 31, outage + " ms");
    long woke = clock.nanoTime();
    a.standing = false;
    a.turn();
    clock.advanceMillis(25);
    assertFalse(said.stream().anyMatch(s -> s.from.equals("a") && s.atNanos >= woke));
    clock.advanceSeconds(1);
    assertEquals(a, active(), "it preempts by the rules");
    b.expectLine("ACTIVE -> BACKUP: another node has asked for its place, and may have it");
    assertEquals(0, twoOwnersNanos, "nanoseconds with two owners");
    a.expectNoLine("ALARM");
    b.expectNoLine("ALARM");
  }

  /// What was read after it had stood still echoed what it had said before, and counted as so old
  /// (history 19323).
  @Test
  void aBackupThatStoodStillWaitsAsLongAsTheActiveNodeMaySpeak() {
    pair("100ms");
    b.port.attachment().passes(false, false);
    clock.advanceSeconds(2);
    twoOwnersNanos = 0;
    afterAnAdvert();
    clock.advanceMillis(16);
    b.standing = true;
    clock.advanceMillis(80);
    b.standing = false;
    b.turn();
    afterAnAdvert();
    a.standing = true;
    clock.advanceMillis(225);
    a.standing = false;
    a.turn();
    assertTrue(
        a.isActive(), () -> "its last advert is not two and a half intervals old: " + a.lines);
    clock.advanceSeconds(1);
    assertEquals(0, twoOwnersNanos, "nanoseconds with two owners");
    assertEquals(a, active());
  }

  /// Until node A has said that it is active.
  private void afterAnAdvert() {
    long from = clock.nanoTime();
    while (said.stream().noneMatch(s -> s.isAdvert && s.from.equals("a") && s.atNanos > from)) {
      clock.advance(TURN_NANOS);
    }
  }

  @Test
  void aSilentCutIsTakenOverOnceTheActiveNodeHasSteppedDown() {
    pair("10ms");
    a.port.attachment().passes(false, false);
    long cut = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(b, active());
    double outage = outageMillis(cut, b);
    assertTrue(outage <= 35, outage + " ms");
    assertEquals(0, twoOwnersNanos);
    a.expectLine("ACTIVE -> BACKUP: another node has asked for its place, and may have it");
    assertEquals(0, a.count(Counter.VRRP_LATE));
    a.port.attachment().passes(true, true);
    clock.advanceSeconds(1);
    assertEquals(a, active(), "it preempts once it is heard again");
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void aNodeThatIsNotHeardGivesItsPlaceToOneThatIs() {
    pair("10ms");
    a.port.attachment().passes(true, false);
    long cut = clock.nanoTime();
    clock.advanceSeconds(2);
    assertEquals(b, active());
    double outage = outageMillis(cut, b);
    assertTrue(outage <= 35, outage + " ms");
    assertEquals(
        1, b.count(Counter.VRRP_BECAME_ACTIVE), "and it does not come back while it is not");
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void aNodeThatHearsNothingGivesItsPlaceToOneThatIsAnswered() {
    pair("10ms");
    clock.every(MILLI, () -> client.ping(VIRT));
    clock.advanceMillis(100);
    a.port.attachment().passes(false, true);
    long cut = clock.nanoTime();
    clock.advanceSeconds(2);
    assertEquals(b, active());
    double outage = outageMillis(cut, b);
    assertTrue(outage <= 90, outage + " ms");
    assertEquals(1, b.count(Counter.VRRP_BECAME_ACTIVE));
    assertEquals(0, twoOwnersNanos);
    a.port.attachment().passes(true, true);
    clock.advanceSeconds(1);
    assertEquals(a, active());
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void aQuietSegmentMovesNothing() {
    pair("10ms");
    clock.advanceSeconds(10);
    assertEquals(a, active());
    client.attachment().connected(false);
    clock.advanceSeconds(10);
    assertEquals(a, active(), "nobody answers the other one either");
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    assertTrue(a.count(Counter.FRAMES_TRANSMITTED) < 20_000);
  }

  @Test
  void aBackupThatHearsNothingIsRefused() {
    pair("10ms");
    b.port.attachment().passes(false, true);
    clock.advanceSeconds(2);
    assertEquals(a, active());
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    long refused = a.count(Counter.TAKES_REFUSED);
    assertTrue(refused > 1 && refused < 20, refused + " refusals: it asks less and less often");
  }

  @Test
  void nodesThatReachStationsButNotEachOtherStayAsTheyAre() {
    pair("10ms");
    lan.filter(
        (from, to) -> !(from.equals("a") && to.equals("b") || from.equals("b") && to.equals("a")));
    clock.advanceSeconds(2);
    assertEquals(a, active());
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    assertTrue(a.count(Counter.LAN_PROOFS) > 0);
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.advanceMillis(200);
    assertEquals(b, active());
    double outage = outageMillis(crashed, b);
    assertTrue(outage <= 31, outage + " ms: its silence is noticed though it was refused before");
  }

  @Test
  void aLinkThatGoesIsSaidAtOnce() {
    pair("100ms");
    a.link(false);
    long cut = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(b, active());
    double outage = outageMillis(cut, b);
    assertTrue(outage <= 1, outage + " ms");
    a.expectLine("ACTIVE -> BACKUP: the link of its port is down");
    b.expectLine("BACKUP -> ACTIVE: the active router has left");
    a.link(true);
    clock.advanceSeconds(1);
    assertEquals(a, active());
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void aBackupWithoutALinkTakesNothing() {
    pair("10ms");
    b.link(false);
    clock.advanceMillis(500);
    a.dead = true;
    clock.advanceSeconds(1);
    assertFalse(b.isActive());
    b.link(true);
    clock.advanceMillis(100);
    assertTrue(b.isActive());
  }

  @Test
  void aGracefulStopHandsOverWithinAMillisecond() {
    pair("100ms");
    assertTrue(a.node.stop());
    long asked = clock.nanoTime();
    clock.advanceMillis(1);
    a.dead = true;
    double outage = outageMillis(asked, b);
    assertTrue(outage <= 1, outage + " ms");
    clock.advanceMillis(500);
    b.expectLine("BACKUP -> ACTIVE: the active router has left");
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void whenTheSyncLinkGoesNothingHappensButALine() {
    pair("10ms");
    sync.cutAll(true);
    clock.advanceSeconds(3);
    assertEquals(a, active());
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    a.expectLine("SYNC peer 10.0.0.6 is silent on the sync link");
    b.expectLine("SYNC peer 10.0.0.4 is silent on the sync link");
    sync.cutAll(false);
    clock.advanceSeconds(1);
    assertEquals(a, active());
    assertEquals(1, a.node.counters().get(Gauge.PEERS_ALIVE));
  }

  @Test
  void withoutTheSyncLinkACrashIsNoticedAsEver() {
    pair("10ms");
    sync.cutAll(true);
    clock.advanceSeconds(1);
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.advanceSeconds(1);
    double outage = outageMillis(crashed, b);
    assertTrue(outage <= 31, outage + " ms");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void afterAPartitionBothSidesRaiseAnAlarmAndTheWinnerAnnouncesAtOnce(boolean lanFirst) {
    pair("10ms");
    for (int round = 0; round < 5; round++) {
      a.lines.clear();
      b.lines.clear();
      sync.cutAll(true);
      b.port.attachment().connected(false);
      clock.advanceMillis(2000 + 3 * round);
      assertTrue(a.isActive() && b.isActive(), "nobody can know");
      if (lanFirst) {
        b.port.attachment().connected(true);
        clock.advanceMillis(30);
        sync.cutAll(false);
      } else {
        sync.cutAll(false);
        clock.advanceMillis(30);
        b.port.attachment().connected(true);
      }
      long healed = clock.nanoTime() - 30 * MILLI;
      clock.advanceMillis(500);
      assertEquals(a, active());
      a.expectLine("ALARM: 192.168.2.6 was active, too; this node stays active");
      b.expectLine("ALARM: 192.168.2.4 was active, too; this node steps down");
      assertTrue(
          said.stream().anyMatch(s -> s.from.equals("a") && s.isArp && s.atNanos >= healed),
          "announced");
    }
  }

  @Test
  void lossOfEveryFifthFrameOnTheSegmentNeverMovesTheRouter() {
    pair("10ms");
    lan.lossRate(0.2);
    clock.advanceSeconds(120);
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE), b.lines::toString);
    assertTrue(b.count(Counter.BURSTS_ASKED) > 10);
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void lossDoublingAndDisorderOnTheSyncLinkDisturbNothing() {
    pair("10ms");
    sync.disturb(0.3, 0.3, 8 * MILLI);
    clock.advanceSeconds(30);
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    assertTrue(b.count(Counter.BEATS_REPLAYED) > 100);
    a.port.attachment().passes(false, false);
    long cut = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(b, active());
    double outage = outageMillis(cut, b);
    assertTrue(outage <= 80, outage + " ms");
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void ofThreeTheNextInLineTakesOverAndNobodyElse() {
    a = new Member("a", 4, "priority 254 advert 10ms", KEY, 6, 7);
    b = new Member("b", 6, "priority 253 advert 10ms", KEY, 4, 7);
    Member c = new Member("c", 7, "priority 100 advert 10ms", KEY, 4, 6);
    settle();
    assertEquals(a, active());
    a.port.attachment().passes(false, false);
    clock.advanceSeconds(1);
    assertEquals(b, active());
    assertTrue(b.node.stop());
    clock.advanceMillis(1);
    b.dead = true;
    clock.advanceMillis(500);
    assertEquals(c, active());
    a.port.attachment().passes(true, true);
    clock.advanceSeconds(1);
    assertEquals(a, active());
    assertEquals(0, twoOwnersNanos);
  }

  /// Who did not know yet that it had started took the place as well (history 10791).
  @Test
  void whoHasJustStartedIsNotPassedOver() {
    a = new Member("a", 4, "priority 254 advert 100ms", KEY, 6, 7);
    b = new Member("b", 6, "priority 251 advert 100ms", KEY, 4, 7);
    Member c = new Member("c", 7, "priority 186 advert 100ms", KEY, 4, 6);
    settle();
    assertTrue(b.node.stop());
    clock.advanceMillis(30);
    b.dead = true;
    clock.advanceMillis(40);
    Member next = new Member("next", 6, "priority 251 advert 100ms", KEY, 4, 7);
    clock.advanceMillis(6);
    assertTrue(a.node.stop());
    clock.advanceSeconds(1);
    assertEquals(next, active());
    assertEquals(0, c.count(Counter.VRRP_BECAME_ACTIVE), "times that it took the place of " + next);
  }

  @Test
  void aBackupThatReachesNobodyLeavesThePlaceToOneThatDoes() {
    a = new Member("a", 4, "priority 254 advert 10ms", KEY, 6, 7);
    b = new Member("b", 6, "priority 253 advert 10ms", KEY, 4, 7);
    Member c = new Member("c", 7, "priority 100 advert 10ms", KEY, 4, 6);
    settle();
    b.port.attachment().passes(false, false);
    clock.advanceMillis(200);
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(c, active());
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    double outage = outageMillis(crashed, c);
    assertTrue(outage <= 50, outage + " ms");
  }

  @Test
  void aHigherNodeThatReturnsAsksForItsPlace() {
    pair("10ms");
    a.dead = true;
    clock.advanceSeconds(1);
    Member again = new Member("a2", 4, "priority 254 advert 10ms", KEY, 6);
    clock.advanceSeconds(2);
    assertEquals(b, active(), "before a2 knows of its target that it does not answer");
    clock.advanceSeconds(2);
    assertEquals(again, active());
    assertEquals(1, b.count(Counter.TAKES_GRANTED));
    assertEquals(0, twoOwnersNanos);
    again.expectNoLine("ALARM");
    b.expectNoLine("ALARM");
  }

  @Test
  void aNodeWithAnotherKeyIsRefusedAndNamed() {
    a = new Member("a", 4, "priority 254 advert 10ms", KEY, 6);
    byte[] other = KEY.clone();
    other[0]++;
    b = new Member("b", 6, "priority 253 advert 10ms", other, 4);
    clock.advanceSeconds(5);
    assertTrue(a.count(Counter.BEATS_FORGED) > 500);
    a.expectLine("SYNC peer 10.0.0.6 sends heartbeats without this cluster's key");
    long lines = a.lines.stream().filter(line -> line.contains("without this")).count();
    assertTrue(lines <= 6, lines + " lines");
    assertEquals(0, a.node.counters().get(Gauge.PEERS_ALIVE));
    assertEquals(a, active(), "adverts decide as ever");
  }

  @Test
  void aStrangersDatagramsAreRefused() {
    pair("10ms");
    sync.deliver(peer(9), peer(4), new byte[200]);
    clock.advanceMillis(2);
    assertEquals(1, a.count(Counter.BEATS_OF_STRANGERS));
    a.expectLine("SYNC peer 10.0.0.9 sends heartbeats");
  }

  @Test
  void aReplayedHeartbeatDoesNotMakeADeadNodeLive() {
    List<byte[]> recorded = new ArrayList<>();
    pair("10ms");
    sync.filter(datagram -> {
      recorded.add(datagram.clone());
      return true;
    });
    clock.advanceMillis(100);
    sync.filter(datagram -> true);
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.every(MILLI, () -> recorded.forEach(bytes -> sync.deliver(peer(4), peer(6), bytes)));
    clock.advanceMillis(100);
    double outage = outageMillis(crashed, b);
    assertTrue(outage <= 31, outage + " ms");
    assertTrue(b.count(Counter.BEATS_REPLAYED) > 100);
  }

  @Test
  void anEarlierLifeThatIsReplayedDoesNotDriveOutTheLivingOne() {
    List<byte[]> recorded = new ArrayList<>();
    pair("10ms");
    sync.filter(datagram -> {
      recorded.add(datagram.clone());
      return true;
    });
    clock.advanceMillis(100);
    sync.filter(datagram -> true);
    a.dead = true;
    clock.advanceSeconds(2);
    Member again = new Member("a2", 4, "priority 254 advert 10ms", KEY, 6);
    clock.advanceSeconds(4);
    for (int i = 0; i < 200; i++) {
      recorded.forEach(bytes -> sync.deliver(peer(4), peer(6), bytes));
      clock.advanceMillis(5);
      assertEquals(1, b.node.counters().get(Gauge.PEERS_ALIVE));
    }
    assertEquals(again, active());
  }

  // ---- tracking

  @Test
  void aServerWithoutItsQuorumLowersThePriority() {
    SimHost target =
        new SimHost(clock, lan, "target", 0x0200_0000_0030L).own(IpAddress.parse("192.168.2.30"));
    a = new Member("a", 4, "priority 254 advert 10ms track server 1 50", KEY, 6);
    b = new Member("b", 6, "priority 250 advert 10ms", KEY, 4);
    clock.advanceSeconds(10);
    assertEquals(a, active());
    a.expectLine("SLB server 1 (192.168.2.10) is in service: 1 target can take flows (needed: 1)");
    target.attachment().connected(false);
    clock.advanceSeconds(10);
    a.expectLine(
        "SLB server 1 (192.168.2.10) is out of service: 0 targets can take flows (needed: 1)");
    assertEquals(b, active());
    target.attachment().connected(true);
    clock.advanceSeconds(10);
    assertEquals(a, active());
  }

  @Test
  void aServerWithoutItsQuorumMayTakeTheRouterOut() {
    a = new Member("a", 4, "priority 254 advert 10ms track server 1 fault", KEY, 6);
    b = new Member("b", 6, "priority 1 advert 10ms", KEY, 4);
    clock.advanceSeconds(10);
    assertEquals(b, active());
    b.dead = true;
    clock.advanceSeconds(1);
    assertFalse(a.isActive(), "it takes no part");
  }

  @Test
  void anEngineThatLagsIsLessFitForAWhile() {
    a = new Member("a", 4, "priority 254 advert 100ms track lag 50ms 10", KEY, 6);
    b = new Member("b", 6, "priority 250 advert 100ms", KEY, 4);
    settle();
    assertEquals(a, active());
    a.standing = true;
    clock.advanceMillis(60);
    a.standing = false;
    clock.advanceSeconds(2);
    assertEquals(b, active());
    assertEquals(0, a.count(Counter.VRRP_LATE));
    clock.advanceSeconds(12);
    assertEquals(a, active());
  }

  @Test
  void aLinkThatIsNotTrackedIsNotLookedAt() {
    a = new Member("a", 4, "priority 254 advert 10ms track link off", KEY, 6);
    b = new Member("b", 6, "priority 250 advert 10ms", KEY, 4);
    settle();
    a.linked = false;
    clock.advanceSeconds(1);
    assertEquals(a, active());
  }

  // ---- witness

  /// A witness, and whether it runs.
  private final class SimWitness {
    private final SimPeers.End end;
    private final Witness witness;
    private boolean runs = true;

    SimWitness() {
      witness = new Witness(new ClusterKey(KEY), clock.nanoTime(), router -> {}, clock.nanoTime());
      end = sync.attach(peer(WITNESS), List.of(), this::arrived);
    }

    private void arrived() {
      int length = end.receive(witness.received());
      int answer = runs ? witness.take(length, clock.nanoTime()) : 0;
      if (answer > 0) {
        end.answer(witness.answer(), answer);
      }
    }
  }

  private SimWitness witnessedPair(String advert) {
    SimWitness witness = new SimWitness();
    a = new Member("a", 4, "priority 254 advert " + advert, KEY, 6, WITNESS);
    b = new Member("b", 6, "priority 253 advert " + advert, KEY, 4, WITNESS);
    clock.advanceSeconds(4);
    settle();
    assertEquals(a, active());
    return witness;
  }

  private void cut(int from, int to, boolean isCut) {
    sync.cut(peer(from), peer(to), isCut);
    sync.cut(peer(to), peer(from), isCut);
  }

  private void partition(boolean isCut) {
    cut(4, 6, isCut);
    b.port.attachment().connected(!isCut);
  }

  @Test
  void aWitnessKeepsOneOwnerInAFullPartition() {
    witnessedPair("10ms");
    partition(true);
    clock.advanceSeconds(5);
    assertEquals(a, active(), "it holds the lease");
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    partition(false);
    clock.advanceSeconds(1);
    assertEquals(a, active());
    assertEquals(0, twoOwnersNanos);
    a.expectNoLine("ALARM");
  }

  @Test
  void theSideThatReachesTheWitnessGoesOn() {
    witnessedPair("10ms");
    for (int phase = 0; phase < 10; phase++) {
      partition(true);
      cut(4, WITNESS, true);
      clock.advanceSeconds(1);
      assertEquals(b, active());
      a.expectLine("ACTIVE -> BACKUP: no peer is heard, and the witness does not let it");
      partition(false);
      cut(4, WITNESS, false);
      clock.advance(1_000 * MILLI + phase * 700_000L);
      assertEquals(a, active());
    }
    assertEquals(0, twoOwnersNanos, "nanoseconds with two owners");
  }

  @Test
  void aWitnessedNodeTakesOverFromADeadOneInTime() {
    witnessedPair("10ms");
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(b, active());
    double outage = outageMillis(crashed, b);
    assertTrue(outage <= 40, outage + " ms");
  }

  @Test
  void withTheWitnessAloneGoneNothingHappensButALine() {
    SimWitness witness = witnessedPair("10ms");
    witness.runs = false;
    clock.advanceSeconds(5);
    assertEquals(a, active());
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
    a.expectLine("SYNC witness 10.0.0.9 is silent");
    a.link(false);
    clock.advanceSeconds(1);
    assertEquals(b, active(), "the two agree without it");
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void withoutPeerAndWitnessNobodyIsActive() {
    SimWitness witness = witnessedPair("10ms");
    partition(true);
    witness.runs = false;
    clock.advanceSeconds(1);
    assertFalse(a.isActive() || b.isActive(), "safe rather than available");
    witness.runs = true;
    clock.advanceSeconds(1);
    active();
    assertEquals(0, twoOwnersNanos);
  }

  @Test
  void aGracefulStopNeedsNoLeaseToEndFirst() {
    witnessedPair("100ms");
    assertTrue(a.node.stop());
    long asked = clock.nanoTime();
    clock.advanceMillis(1);
    a.dead = true;
    double outage = outageMillis(asked, b);
    assertTrue(outage <= 1, outage + " ms");
    clock.advanceSeconds(2);
    assertEquals(1, b.count(Counter.VRRP_BECAME_ACTIVE), "and it stays active");
    assertEquals(b, active());
  }

  @Test
  void aWitnessThatStartsAnewGrantsNothingAtFirst() {
    witnessedPair("10ms");
    SimWitness again = new SimWitness();
    partition(true);
    clock.advanceSeconds(1);
    assertFalse(a.isActive() || b.isActive());
    clock.advanceSeconds(4);
    active();
    assertTrue(again.runs);
    assertEquals(0, twoOwnersNanos);
  }
}
