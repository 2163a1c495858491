package io.pitchlake.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimHost.Received;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.time.Clock;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.VrrpHeader;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.sim.SimPort;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two and three whole nodes on a simulated segment elect who speaks.
class ElectionTest {
  private static final IpAddress VIRT = IpAddress.parse("192.168.2.5");
  private static final IpAddress VIRT6 = IpAddress.parse("2001:db8:1::5");
  private static final IpAddress FREE = IpAddress.parse("192.168.2.77");
  private static final long VIRTUAL_MAC = 0x0000_5e00_0132L;
  private static final long VIRTUAL_MAC6 = 0x0000_5e00_0232L;
  private static final int IP_PROTOCOL = 23;
  private static final int VRRP_OFFSET = 34;

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost client =
      new SimHost(clock, lan, "client", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));
  private final List<Seen> virtual = new ArrayList<>();

  /// A frame from a virtual MAC, who sent it and when.
  private record Seen(String from, long atNanos, byte[] frame) {
    boolean isAdvert() {
      return at(12) == 0x08 && at(13) == 0 && at(IP_PROTOCOL) == VrrpHeader.PROTOCOL;
    }

    boolean isArp() {
      return at(12) == 0x08 && at(13) == 0x06;
    }

    int priority() {
      return at(VRRP_OFFSET + VrrpHeader.PRIORITY);
    }

    int at(int offset) {
      return frame[offset] & 0xff;
    }
  }

  /// One node; its clock runs with the segment's, and on while it stands still.
  private final class Member implements Clock {
    private final String name;
    private final SimPort port;
    private final Node node;
    private final List<String> lines = new ArrayList<>();
    private boolean standing;
    private boolean dead;
    private long leapNanos;
    private int readings;

    Member(String name, int last, String router) {
      this.name = name;
      this.port = new SimPort(name, 0x0200_0000_0000L + last);
      this.node =
          new Node(
              configuration(last, router),
              List.of(port),
              this,
              new SplittableRandom(last),
              Optional.empty(),
              Set.of(),
              IdleStrategy.busy());
      port.attach(lan, this::turn);
      clock.every(1_000_000, this::turn);
    }

    private void turn() {
      if (!standing && !dead) {
        node.turn();
        node.events().drainTo(event -> lines.add(event.line()));
      }
    }

    @Override
    public long nanoTime() {
      readings++;
      // The second reading of a turn is the one before it sends.
      return clock.nanoTime() + (readings % 2 == 0 ? leapNanos : 0);
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

    void expectLine(String text) {
      assertTrue(lines.stream().anyMatch(line -> line.contains(text)), () -> text + " in " + lines);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Configuration configuration(int last, String router) {
    var result =
        ConfigParser.parse(
            "test",
            """
            interface 1 { name eth0 }
            network 1 { addr 192.168.2.0 mask 24 real 192.168.2.%1$d virt 192.168.2.5
                        addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::%1$d virt6 2001:db8:1::5
                        tarpit enable interface 1 }
            vrrp 1 { vrid 50 network 1 %2$s }
            server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets 1 }
            target 1 { ipaddr 192.168.2.30 arp 1,3 }
            register servers 1 enable servers 1 register targets 1 enable targets 1
            set tarpitsweeprate 0 set sessions 1024 set addresses 1024
            register networks 1 enable networks 1
            """
                .formatted(last, router));
    return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
  }

  private Member member(String name, int last, String router) {
    return new Member(name, last, router);
  }

  private final Member a;
  private final Member b;

  ElectionTest() {
    lan.monitor((from, frame) -> {
      long source = ByteBuffer.wrap(frame).getLong(4) & 0xffff_ffff_ffffL;
      if (source == VIRTUAL_MAC || source == VIRTUAL_MAC6) {
        virtual.add(new Seen(from.name(), clock.nanoTime(), frame));
      }
    });
    a = member("a", 4, "priority 254 advert 100ms");
    b = member("b", 6, "priority 253 advert 100ms");
    clock.advanceSeconds(1);
  }

  /// Who alone is active; fails when it is not exactly one.
  private Member active(Member... members) {
    List<Member> active = Stream.of(members).filter(m -> m.isActive() && !m.dead).toList();
    assertEquals(1, active.size(), "active: " + active);
    return active.getFirst();
  }

  private List<Seen> since(long nanos, String from) {
    return virtual.stream()
        .filter(seen -> seen.atNanos >= nanos && seen.from.equals(from))
        .toList();
  }

  private double outageMillis(long fromNanos, Member next) {
    return (since(fromNanos, next.name).getFirst().atNanos - fromNanos) / 1e6;
  }

  @Test
  void theHigherPriorityBecomesActiveAndSaysWhy() {
    assertEquals(a, active(a, b));
    assertEquals(2, a.node.counters().get(Gauge.ROUTERS_ACTIVE), "one for each address family");
    a.expectLine("VRRP router 1 (vrid 50, IPv4) INITIALIZE -> BACKUP: this node has started");
    a.expectLine(
        "VRRP router 1 (vrid 50, IPv4) BACKUP -> ACTIVE: nothing is heard of an active router");
    a.expectLine("VRRP router 1 (vrid 50, IPv6) BACKUP -> ACTIVE");
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
  }

  @Test
  void onlyTheActiveNodeAnswersForTheVirtualAddressesWithTheVirtualMac() {
    client.resolve(VIRT);
    client.resolve(VIRT6);
    clock.advanceMillis(5);
    assertEquals(VIRTUAL_MAC, client.neighbor(VIRT));
    assertEquals(VIRTUAL_MAC6, client.neighbor(VIRT6));
    client.ping(VIRT);
    client.ping(VIRT6);
    clock.advanceMillis(5);
    assertEquals(List.of(Received.ECHO_REPLY), client.received(VIRT));
    assertEquals(List.of(Received.ECHO_REPLY), client.received(VIRT6));
    assertEquals(List.of(), since(0, "b"), "a backup is silent");
  }

  @Test
  void section642ANewActiveRouterAdvertisesFirstThenAnnouncesEveryAddressInTheSameTurn() {
    List<Seen> first =
        since(0, "a").stream()
            .filter(s -> s.at(12) == 0x08 && s.atNanos < clock.nanoTime())
            .toList();
    assertTrue(first.get(0).isAdvert(), "an advert comes first");
    assertTrue(first.get(1).isArp() && first.get(2).isArp(), "two gratuitous ARPs follow");
    assertEquals(first.get(0).atNanos, first.get(2).atNanos, "in the same turn");
    for (int i = 1; i <= 2; i++) {
      ByteBuffer arp = ByteBuffer.wrap(first.get(i).frame);
      assertEquals(1, arp.getShort(20), "a request");
      assertEquals(arp.getInt(28), arp.getInt(38), "sender and target are the same");
    }
    clock.advanceSeconds(1);
    assertEquals(4, since(0, "a").stream().filter(Seen::isArp).count(), "again after a second");
    assertEquals(6, a.count(Counter.ANNOUNCEMENTS), "two IPv4 and one IPv6 address, twice");
    clock.advanceSeconds(60);
    assertEquals(9, a.count(Counter.ANNOUNCEMENTS), "and once more after garprefresh");
  }

  @Test
  void aCrashIsNoticedWithinThreeIntervalsAndTheSkew() {
    a.dead = true;
    long crashed = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(b, active(a, b));
    double outage = outageMillis(crashed, b);
    assertTrue(outage <= 302.2 && outage > 200, outage + " ms");
    b.expectLine(
        "BACKUP -> ACTIVE: nothing is heard of an active router (heard last: 192.168.2.4)");
  }

  @Test
  void aGracefulStopHandsOverWithinTheSkew() {
    long stopped = clock.nanoTime();
    assertTrue(a.node.stop());
    clock.advanceMillis(20);
    List<Seen> said = since(stopped, "a").stream().filter(Seen::isAdvert).toList();
    assertEquals(0, said.getLast().priority(), "the last advert says priority 0");
    a.dead = true;
    assertEquals(b, active(a, b));
    double gapMillis = outageMillis(said.getLast().atNanos, b);
    assertTrue(gapMillis <= 2.2, gapMillis + " ms between resignation and the new router's word");
    b.expectLine("BACKUP -> ACTIVE: the active router has left");
  }

  /// The next one was no router yet when they came, and leaves them unanswered.
  @Test
  void questionsThatCameBeforeANodeLeavesAreAnsweredByIt() {
    clock.advanceMillis(10);
    a.standing = true;
    clock.advanceMillis(1);
    client.resolve(VIRT);
    clock.advanceMillis(5);
    long stopped = clock.nanoTime();
    assertTrue(a.node.stop());
    a.standing = false;
    clock.advanceMillis(20);
    List<Seen> said = since(stopped, "a");
    assertTrue(said.getFirst().isArp(), "first it answers; it sent " + said);
    assertTrue(said.stream().anyMatch(seen -> seen.isAdvert() && seen.priority() == 0));
    assertTrue(said.stream().skip(1).noneMatch(Seen::isArp), "and later nothing; it sent " + said);
  }

  /// Between its resignation and the next one's first word frames still come to this node alone;
  /// questions to everybody are the next one's.
  @Test
  void aNodeThatLeavesServesWhatComesToItUntilTheNextOneSpeaks() {
    b.dead = true;
    Member c = member("c", 7, "priority 100 advert 100ms");
    client.resolve(VIRT);
    clock.advanceMillis(10);
    assertTrue(a.node.stop());
    clock.advanceMillis(2);
    long left = clock.nanoTime();
    client.resolve(VIRT);
    for (int i = 1; i <= 50; i++) {
      client.ping(VIRT);
      clock.advanceMillis(1);
      assertEquals(i, client.received(VIRT).size(), "replies");
    }
    assertEquals(0, c.count(Counter.VRRP_BECAME_ACTIVE));
    assertTrue(since(left, "a").stream().noneMatch(seen -> seen.frame[13] == 6), "it answered ARP");
    assertFalse(a.node.isStopped());
    clock.advanceMillis(30);
    assertEquals(c, active(a, c));
    assertTrue(a.node.isStopped(), "it stayed after the next one's advert");
    long taken = since(left, "c").getFirst().atNanos;
    assertTrue(since(taken + 1_500_000, "a").isEmpty(), "it went on beside the next one");
  }

  /// Without anybody who takes over it ends when its word has.
  @Test
  void aNodeThatLeavesNobodyBehindEndsWithItsLease() {
    b.dead = true;
    clock.advanceMillis(10);
    assertTrue(a.node.stop());
    clock.advanceMillis(100);
    assertFalse(a.node.isStopped());
    clock.advanceMillis(151);
    assertTrue(a.node.isStopped());
  }

  /// The advert lay in its ring while somebody else took over, whose own may have found no room.
  @Test
  void aResignationThatWasNotReadInTimeIsNoneAnyMore() {
    Member c = member("c", 7, "priority 252 advert 100ms");
    clock.advanceSeconds(1);
    b.standing = true;
    clock.advanceMillis(1000);
    a.node.stop();
    clock.advanceMillis(20);
    a.dead = true;
    clock.advanceSeconds(3);
    assertEquals(c, active(c));
    b.port.reset();
    b.port.arrive(resignation());
    long resumed = clock.nanoTime();
    b.standing = false;
    clock.advanceMillis(50);
    assertEquals(List.of(), since(resumed, "b"), "it took over from one that is there");
  }

  private byte[] resignation() {
    return virtual.stream()
        .filter(seen -> seen.isAdvert() && seen.priority() == 0)
        .findFirst()
        .orElseThrow()
        .frame;
  }

  @Test
  void aNodeThatStoodStillSendsNothingStaleAndDemotesItself() {
    a.standing = true;
    clock.advanceMillis(1000);
    assertEquals(b, active(b));
    client.resolve(VIRT);
    client.ping(VIRT);
    clock.advanceMillis(1);
    long resumed = clock.nanoTime();
    a.standing = false;
    clock.advanceMillis(250);
    assertEquals(List.of(), since(resumed, "a"), "frames from a virtual MAC after it woke up");
    a.expectLine("ACTIVE -> BACKUP: this node stood still");
    clock.advanceSeconds(3);
    assertEquals(a, active(a, b), "it preempts by the rules, once it knows its target");
    assertEquals(0, b.count(Counter.VRRP_RIVALS));
  }

  @Test
  void aNodeThatIsStoppedWithinATurnDiscardsWhatItHasQueued() {
    a.leapNanos = 260_000_000;
    long from = clock.nanoTime();
    clock.advanceMillis(10);
    client.resolve(VIRT);
    clock.advanceMillis(110);
    a.leapNanos = 0;
    assertFalse(since(from, "a").stream().anyMatch(Seen::isAdvert), "nothing queued has left");
    assertTrue(a.node.counters().get(DropReason.LATE) > 0);
    a.expectLine("ACTIVE -> BACKUP: this node stood still");
  }

  @Test
  void anAdvertThatWaitsForTheEndOfTheTurnProlongsNoLease() {
    a.leapNanos = 200_000_000;
    long from = clock.nanoTime();
    clock.advanceMillis(101);
    a.leapNanos = 0;
    assertEquals(List.of(), since(from, "a"), "frames 300 ms after the last advert that left");
    a.expectLine("ACTIVE -> BACKUP: this node stood still");
  }

  @Test
  void aNodeThatStepsDownAndIsStoppedInTheSameTurnDiscardsItsAnswers() {
    a.standing = true;
    client.resolve(VIRT);
    client.sendRaw(
        PacketBuilder.ethernet("00:00:5e:00:01:32", "01:00:5e:00:00:12")
            .ipv4("192.168.2.9", "224.0.0.18")
            .vrrp(3, 50, 255, 10, "192.168.2.5")
            .build());
    clock.advanceMillis(1);
    a.leapNanos = 50_000_000;
    long from = clock.nanoTime();
    a.standing = false;
    clock.advanceMillis(1);
    a.leapNanos = 0;
    a.expectLine("ACTIVE -> BACKUP: another active router has a higher priority");
    assertFalse(since(from, "a").stream().anyMatch(Seen::isArp), "answers from before that");
  }

  /// When requests for an address left a node.
  private List<Long> requests(Member from, IpAddress address) {
    List<Long> times = new ArrayList<>();
    lan.monitor((port, frame) -> {
      ByteBuffer arp = ByteBuffer.wrap(frame);
      if (port.name().equals(from.name)
          && arp.getShort(12) == 0x0806
          && arp.getShort(20) == 1
          && arp.getInt(38) == address.ipv4()) {
        times.add(clock.nanoTime());
      }
    });
    return times;
  }

  @Test
  void aProofWhoseRequestWasDiscardedNeedsAllOfThemAgain() {
    a.dead = true;
    b.dead = true;
    Member c = member("c", 7, "priority 200 advert 10ms");
    clock.advanceSeconds(1);
    List<Long> first = requests(c, FREE);
    client.resolve(FREE);
    long asked = clock.nanoTime();
    clock.advanceSeconds(1);
    assertEquals(3, first.size());
    long untilSecond = first.get(1) - asked;

    IpAddress other = IpAddress.parse("192.168.2.78");
    List<Long> second = requests(c, other);
    client.resolve(other);
    clock.advance(untilSecond - 500_000);
    c.leapNanos = 30_000_000;
    clock.advanceMillis(1);
    c.leapNanos = 0;
    c.expectLine("ACTIVE -> BACKUP: this node stood still");
    clock.advance(untilSecond);
    assertEquals(c, active(c), "active again before the proof's next request");
    clock.advanceSeconds(1);
    assertEquals(VIRTUAL_MAC, client.neighbor(other));
    assertTrue(second.size() >= 4, "one request, one that was discarded, three: " + second);
  }

  @Test
  void aShortPauseChangesNothing() {
    a.standing = true;
    clock.advanceMillis(140);
    a.standing = false;
    clock.advanceSeconds(1);
    assertEquals(a, active(a, b));
    assertEquals(0, b.count(Counter.VRRP_BECAME_ACTIVE));
  }

  @Test
  void afterAPartitionTheHigherStaysActiveAndAnnouncesAtOnce() {
    b.port.attachment().connected(false);
    clock.advanceSeconds(2);
    assertTrue(a.isActive() && b.isActive(), "each side of a partition has its router");
    b.port.attachment().connected(true);
    long healed = clock.nanoTime();
    clock.advanceMillis(101);
    assertEquals(a, active(a, b));
    double word = outageMillis(healed, a);
    assertTrue(word <= 101, word + " ms until the winner spoke");
    b.expectLine("ACTIVE -> BACKUP: another active router has a higher priority");
  }

  @Test
  void aWinnerThatHearsTheLoserFirstRaisesAnAlarmAndAnnounces() {
    b.port.attachment().connected(false);
    clock.advanceMillis(1950);
    long healed = clock.nanoTime();
    b.port.attachment().connected(true);
    for (int i = 0;
        i < 40 && a.count(Counter.VRRP_RIVALS) + b.count(Counter.VRRP_STEPPED_DOWN) == 0;
        i++) {
      clock.advanceMillis(5);
    }
    clock.advanceMillis(5);
    assertEquals(a, active(a, b));
    if (a.count(Counter.VRRP_RIVALS) > 0) {
      a.expectLine("VRRP router 1 (vrid 50, IPv4) ALARM: 192.168.2.6 was active, too");
      assertTrue(since(healed, "a").stream().anyMatch(Seen::isArp), "announced at once");
    }
  }

  @Test
  void ofEqualPrioritiesTheHigherAddressWins() {
    Member c = member("c", 7, "priority 254 advert 100ms");
    b.dead = true;
    c.port.attachment().connected(false);
    clock.advanceSeconds(1);
    c.port.attachment().connected(true);
    clock.advanceSeconds(1);
    assertEquals(c, active(a, c));
    a.expectLine("another active router has the same priority and a higher address");
  }

  @Test
  void withoutPreemptionAReturningNodeStaysBackup() {
    Member c = member("c", 7, "priority 200 advert 100ms preempt off");
    a.dead = true;
    b.dead = true;
    clock.advanceSeconds(1);
    assertEquals(c, active(a, b, c));
    Member d = member("d", 8, "priority 250 advert 100ms preempt off");
    clock.advanceSeconds(3);
    assertEquals(c, active(a, b, c, d));
  }

  @Test
  void ofThreeTheNextInLineTakesOverAlone() {
    Member c = member("c", 7, "priority 100 advert 100ms");
    clock.advanceSeconds(1);
    a.dead = true;
    clock.advanceSeconds(1);
    assertEquals(b, active(a, b, c));
    assertEquals(0, c.count(Counter.VRRP_BECAME_ACTIVE));
    b.dead = true;
    clock.advanceSeconds(1);
    assertEquals(c, active(a, b, c));
  }

  @Test
  void simulatedAddressesMoveWithTheRouter() {
    client.resolve(FREE);
    clock.advanceSeconds(1);
    assertEquals(VIRTUAL_MAC, client.neighbor(FREE));
    a.dead = true;
    clock.advanceSeconds(1);
    client.forgetNeighbors();
    client.resolve(FREE);
    clock.advanceSeconds(1);
    assertEquals(VIRTUAL_MAC, client.neighbor(FREE), "proven anew by the other node");
    assertTrue(since(0, "b").stream().anyMatch(Seen::isArp));
  }

  @Test
  void lossOfEveryTwentiethFrameIsSurvived() {
    lan.lossRate(0.05);
    clock.advanceSeconds(30);
    lan.lossRate(0);
    clock.advanceSeconds(1);
    assertEquals(a, active(a, b));
  }

  @ParameterizedTest
  @CsvSource({"advert 100ms checksum message", "advert 1s version 2", "advert 100ms"})
  void everyFormOfAdvertIsUnderstoodByItsLike(String router) {
    a.dead = true;
    b.dead = true;
    Member c = member("c", 7, "priority 200 " + router);
    Member d = member("d", 8, "priority 150 " + router);
    clock.advanceSeconds(10);
    assertEquals(c, active(a, b, c, d));
    assertTrue(d.count(Counter.VRRP_HEARD) > 4, "adverts heard by the backup");
    assertEquals(0, d.count(Counter.VRRP_OTHER_ADDRESSES));
    assertEquals(
        router.contains("message"), d.count(Counter.VRRP_MESSAGE_ONLY) > 0, "message only");
    c.dead = true;
    clock.advanceSeconds(5);
    assertEquals(d, active(a, b, c, d));
  }

  @Test
  void bothFormsOfTheChecksumAreUnderstood() {
    a.dead = true;
    b.dead = true;
    Member c = member("c", 7, "priority 200 advert 100ms checksum message");
    Member d = member("d", 8, "priority 150 advert 100ms checksum pseudo");
    clock.advanceSeconds(2);
    assertEquals(c, active(a, b, c, d));
  }

  @Test
  void section71AnotherVersionIsDiscarded() {
    Member c = member("c", 7, "priority 200 advert 1s version 2");
    clock.advanceSeconds(1);
    assertTrue(c.node.counters().get(DropReason.VRRP_VERSION) > 0);
  }

  @Test
  void peersTalkByUnicast() {
    a.dead = true;
    b.dead = true;
    clock.advanceSeconds(1);
    virtual.clear();
    String peers = "advert 100ms peers 192.168.2.%1$d,2001:db8:1::%1$d";
    Member c = member("c", 7, "priority 200 " + peers.formatted(8));
    Member d = member("d", 8, "priority 150 " + peers.formatted(7));
    clock.advanceSeconds(4);
    assertEquals(c, active(a, b, c, d));
    assertEquals(2, c.node.counters().get(Gauge.ROUTERS_ACTIVE));
    List<Seen> adverts = since(0, "c").stream().filter(Seen::isAdvert).toList();
    assertFalse(adverts.isEmpty());
    assertTrue(adverts.stream().allMatch(seen -> seen.at(0) == 0x02), "none to a group");
  }

  @ParameterizedTest
  @CsvSource({
    "22, 254, VRRP_TTL",
    "34, 65, VRRP_MALFORMED",
    "34, 50, VRRP_MALFORMED",
    "40, 1, VRRP_CHECKSUM",
    "37, 0, VRRP_MALFORMED",
  })
  void section71ABadAdvertIsDiscardedByName(int offset, int value, DropReason reason) {
    byte[] advert = since(0, "a").stream().filter(Seen::isAdvert).toList().getLast().frame.clone();
    advert[offset] = (byte) value;
    advert[24] = 0;
    advert[25] = 0;
    int sum = 0;
    for (int i = 14; i < 34; i += 2) {
      sum += (advert[i] & 0xff) << 8 | advert[i + 1] & 0xff;
    }
    sum = ~(sum + (sum >>> 16)) & 0xffff;
    advert[24] = (byte) (sum >>> 8);
    advert[25] = (byte) sum;
    long before = b.node.counters().get(reason);
    client.sendRaw(advert);
    clock.advanceMillis(1);
    assertEquals(before + 1, b.node.counters().get(reason), reason::toString);
  }
}
