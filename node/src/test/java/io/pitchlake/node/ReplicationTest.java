package io.pitchlake.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.Property;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.port.Carrier;
import io.pitchlake.node.sim.SimPort;
import io.pitchlake.sync.SyncEvent;
import io.pitchlake.sync.sim.SimSync;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Two whole nodes on a simulated segment that tell each other what they know over a simulated
/// wire: what one of them held, the other goes on with.
class ReplicationTest {
  private static final IpAddress CLIENT = IpAddress.parse("192.168.2.66");
  private static final IpAddress FREE = IpAddress.parse("192.168.2.77");
  private static final String CLIENT_MAC = "02:00:00:00:00:66";
  private static final String VIRTUAL_MAC = "00:00:5e:00:01:32";
  private static final ClusterKey KEY = new ClusterKey(new byte[32]);

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimSync sync = new SimSync(clock, new SplittableRandom(2));
  private final SimHost client = new SimHost(clock, lan, "client", 0x0200_0000_0066L).own(CLIENT);
  private final List<Seen> seen = new ArrayList<>();

  private record Seen(String from, long atNanos, byte[] frame) {
    long destination() {
      return ByteBuffer.wrap(frame).getLong(0) >>> 16;
    }

    /// Source of an IPv4 packet.
    String source() {
      return "%d.%d.%d.%d"
          .formatted(frame[26] & 0xff, frame[27] & 0xff, frame[28] & 0xff, frame[29] & 0xff);
    }

    boolean isTcpFrom(int port) {
      return frame[12] == 8
          && frame[13] == 0
          && frame[23] == 6
          && ByteBuffer.wrap(frame).getShort(34) == (short) port;
    }
  }

  private final class Member {
    private final String name;
    private final SimPort port;
    private final Node node;
    private final SimSync.End wire;
    private final List<SyncEvent> events = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private boolean dead;

    Member(String name, int last, int priority, String more) {
      this.name = name;
      port = new SimPort(name, 0x0200_0000_0000L + last);
      node =
          new Node(
              configuration(last, priority, more),
              List.of(port),
              clock,
              new SplittableRandom(last),
              Optional.of(KEY),
              Set.of(),
              IdleStrategy.busy(),
              Exchange.Seat.alone(),
              Optional.empty(),
              Carrier.ALWAYS,
              Optional.of(new Node.Replication(clock.nanoTime() + last, events::add)));
      port.attach(lan, this::turn);
      wire = sync.join(name, node.replicator().orElseThrow());
      clock.every(1_000_000, this::turn);
    }

    private void turn() {
      if (!dead) {
        node.turn();
        node.replicator().orElseThrow().step(clock.nanoTime());
        node.events().drainTo(event -> lines.add(event.line()));
      }
    }

    void die() {
      dead = true;
      wire.close();
    }

    boolean isActive() {
      return node.counters().get(Gauge.ROUTERS_ACTIVE) > 0;
    }

    long get(Gauge gauge) {
      return node.counters().get(gauge);
    }

    long get(Counter counter) {
      return node.counters().get(counter);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Configuration configuration(int last, int priority, String more) {
    var result =
        ConfigParser.parse(
            "test",
            """
            interface 1 { name eth0 }
            network 1 { addr 192.168.2.0 mask 24 real 192.168.2.%1$d virt 192.168.2.5
                        tarpit enable interface 1 }
            vrrp 1 { vrid 50 network 1 priority %2$d advert 100ms }
            server 1 { ipaddr 192.168.2.10 port 80 dsr enable targets 1,2 scheduler rr }
            target 1 { ipaddr 192.168.2.30 arp 1,3 aliascheck off }
            target 2 { ipaddr 192.168.2.31 arp 1,3 aliascheck off }
            register servers 1 enable servers 1 register targets 1,2 enable targets 1,2
            set tarpitsweeprate 0 set sessions 1024 set addresses 1024
            register networks 1 enable networks 1
            %3$s
            """
                .formatted(last, priority, more));
    return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
  }

  ReplicationTest() {
    new SimHost(clock, lan, "first", 0x0200_0000_0030L).own(IpAddress.parse("192.168.2.30"));
    new SimHost(clock, lan, "second", 0x0200_0000_0031L).own(IpAddress.parse("192.168.2.31"));
    lan.monitor((from, frame) -> seen.add(new Seen(from.name(), clock.nanoTime(), frame)));
  }

  private List<Seen> since(long nanos, String from) {
    return seen.stream().filter(s -> s.atNanos >= nanos && s.from.equals(from)).toList();
  }

  private static PacketBuilder toServer(int port) {
    return fromClient("192.168.2.10").tcp(port, 80);
  }

  private static void assertEqualTables(Member a, Member b) {
    assertEquals(
        a.node.sessions().orElseThrow().digest().total(),
        b.node.sessions().orElseThrow().digest().total(),
        "the sums over what both hold");
    for (Gauge gauge : List.of(Gauge.ADDRESSES_SIMULATED, Gauge.SESSIONS)) {
      assertEquals(a.get(gauge), b.get(gauge), gauge::toString);
    }
  }

  @Test
  void aTrapAndAFlowGoOnAtTheNodeThatTakesOver() {
    Member a = new Member("a", 4, 254, "");
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    assertTrue(a.isActive() && !b.isActive());
    client.resolve(FREE);
    clock.advanceSeconds(2);
    assertEquals(0x0000_5e00_0132L, client.neighbor(FREE), "trapped");
    client.sendRaw(toServer(40_001).syn().build());
    client.sendRaw(toServer(40_002).syn().build());
    clock.advanceMillis(20);
    client.sendRaw(toServer(40_001).ack(1).build());
    client.sendRaw(toServer(40_002).ack(1).build());
    clock.advanceMillis(20);
    List<Long> before =
        since(0, "a").stream().filter(s -> s.isTcpFrom(40_002)).map(Seen::destination).toList();
    assertEquals(2, before.size());
    assertEquals(1, Set.copyOf(before).size());
    assertEquals(1, b.get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(2, b.get(Gauge.SESSIONS));
    assertEqualTables(a, b);

    a.die();
    long died = clock.nanoTime();
    clock.advanceSeconds(1);
    assertTrue(b.isActive());
    long proofs = b.get(Counter.PROOFS_STARTED);
    client.forgetNeighbors();
    client.resolve(FREE);
    clock.advanceMillis(10);
    assertEquals(0x0000_5e00_0132L, client.neighbor(FREE), "answered at once");
    assertEquals(proofs, b.get(Counter.PROOFS_STARTED), "without a new proof");
    assertEquals(1, b.get(Counter.CHECKS_SENT), "with one beside the answer");
    // By turns the new node would begin with the first target; by hash the segment might go
    // anywhere.
    client.sendRaw(toServer(40_002).ack(2).payload("GET /").build());
    client.sendRaw(toServer(40_001).ack(2).payload("GET /").build());
    clock.advanceMillis(20);
    List<Long> after =
        since(died, "b").stream().filter(s -> s.isTcpFrom(40_002)).map(Seen::destination).toList();
    assertEquals(List.of(before.getFirst()), after, "the flow keeps its target");
    assertEquals(0, b.get(Counter.SESSIONS_STARTED));
  }

  @Test
  void aNodeThatComesBackCatchesUpBeforeItPreempts() {
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    for (int i = 0; i < 100; i++) {
      client.resolve(IpAddress.parse("192.168.2." + (100 + i)));
      client.sendRaw(toServer(40_000 + i).syn().build());
      clock.advanceMillis(10);
    }
    clock.advanceSeconds(2);
    assertEquals(100, b.get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(100, b.get(Gauge.SESSIONS));
    sync.delay(150_000_000, 150_000_000);
    Member a = new Member("a", 4, 254, "");
    boolean wasActiveTooEarly = false;
    while (!a.isActive()) {
      clock.advanceMillis(1);
      wasActiveTooEarly |= a.isActive() && a.get(Gauge.SESSIONS) < 100;
      assertTrue(clock.nanoTime() < 60_000_000_000L, "it preempts in the end");
    }
    assertFalse(wasActiveTooEarly);
    assertEquals(100, a.get(Gauge.ADDRESSES_SIMULATED));
    assertTrue(
        a.events.stream().anyMatch(event -> event instanceof SyncEvent.CaughtUp),
        () -> a.events.toString());
    clock.advanceSeconds(3);
    assertFalse(b.isActive());
    assertEqualTables(a, b);
  }

  @Test
  void withoutAnyPeerItWaitsABoundedTime() {
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    sync.cut("a", "b");
    Member a = new Member("a", 4, 254, "");
    clock.advanceSeconds(9);
    assertTrue(b.isActive() && !a.isActive());
    clock.advanceSeconds(3);
    assertTrue(a.isActive() && !b.isActive());
  }

  @Test
  void whatABackupAloneHearsOfAnOwnerEndsTheActiveNodesSimulation() {
    Member a = new Member("a", 4, 254, "");
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    client.resolve(FREE);
    clock.advanceSeconds(2);
    assertEquals(1, a.get(Gauge.ADDRESSES_SIMULATED));
    // A frame that only the backup's port gets, as from a switch that knows better.
    b.port.arrive(
        PacketBuilder.ethernet("02:00:00:00:00:77", CLIENT_MAC)
            .ipv4("192.168.2.77", "192.168.2.66")
            .udp(1, 2)
            .payload("x")
            .build());
    clock.advanceMillis(10);
    assertEquals(0, a.get(Gauge.ADDRESSES_SIMULATED), "silent within milliseconds");
    assertEquals(1, a.get(Counter.RELEASED));
    clock.advanceSeconds(3);
    assertEqualTables(a, b);
  }

  @Test
  void aProbeSilencesBothNodesForTheWholeHold() {
    Member a = new Member("a", 4, 254, "set tarpitholdto 12");
    Member b = new Member("b", 6, 253, "set tarpitholdto 12");
    clock.advanceSeconds(5);
    client.probe(FREE);
    long probed = clock.nanoTime();
    for (int second = 0; second < 11; second++) {
      clock.advanceSeconds(1);
      assertEquals(1, a.get(Gauge.ADDRESSES_HELD), "after " + second + " s");
      assertEquals(1, b.get(Gauge.ADDRESSES_HELD), "after " + second + " s");
      client.resolve(FREE);
    }
    assertEquals(null, client.neighbor(FREE));
    // A later probe that the backup alone hears prolongs it for both.
    b.port.arrive(
        PacketBuilder.ethernet("02:00:00:00:00:77", "ff:ff:ff:ff:ff:ff")
            .arpProbe("192.168.2.77")
            .build());
    clock.advanceSeconds(10);
    client.resolve(FREE);
    clock.advanceMillis(900);
    assertEquals(null, client.neighbor(FREE), "21.9 s after " + probed);
  }

  @Test
  void aTranslatedSessionGoesOnInBothDirections() {
    String translated =
        "server 2 { ipaddr 192.168.2.11 port 80 targets 1 } register servers 2 enable servers 2"
            + " set natsessions 1024";
    Member a = new Member("a", 4, 254, translated);
    Member b = new Member("b", 6, 253, translated);
    clock.advanceSeconds(5);
    PacketBuilder syn = fromClient("192.168.2.11").tcp(40_001, 80).syn();
    client.sendRaw(syn.build());
    clock.advanceMillis(5);
    client.sendRaw(fromTarget().tcp(80, 40_001).syn().ack(1).build());
    clock.advanceMillis(5);
    client.sendRaw(fromClient("192.168.2.11").tcp(40_001, 80).ack(1).build());
    clock.advanceMillis(20);
    assertEquals(1, a.get(Gauge.NAT_SESSIONS));
    assertEquals(1, b.get(Gauge.NAT_SESSIONS));
    assertEqualTables(a, b);
    a.die();
    clock.advanceSeconds(1);
    assertTrue(b.isActive());
    long tookOver = clock.nanoTime();
    // Its target speaks first, which only a node that knows the session understands.
    client.sendRaw(fromTarget().tcp(80, 40_001).ack(2).payload("hello").build());
    client.sendRaw(fromClient("192.168.2.11").tcp(40_001, 80).ack(7).payload("x").build());
    clock.advanceMillis(20);
    List<Seen> passed =
        since(tookOver, "b").stream().filter(s -> s.frame[12] == 8 && s.frame[13] == 0).toList();
    assertTrue(
        passed.stream()
            .anyMatch(s ->
                s.destination() == 0x0200_0000_0066L
                    && s.source().equals("192.168.2.11")
                    && s.isTcpFrom(80)),
        "the client hears its server");
    assertTrue(
        passed.stream()
            .anyMatch(s ->
                s.destination() == 0x0200_0000_0030L
                    && s.source().equals("192.168.2.5")
                    && s.isTcpFrom(40_001)),
        "the target hears the client it knows");
  }

  private static PacketBuilder fromClient(String to) {
    return PacketBuilder.ethernet(CLIENT_MAC, VIRTUAL_MAC).ipv4("192.168.2.66", to);
  }

  private static PacketBuilder fromTarget() {
    return PacketBuilder.ethernet("02:00:00:00:00:30", VIRTUAL_MAC)
        .ipv4("192.168.2.30", "192.168.2.5");
  }

  @Test
  void targetsStayDrainedOnTheOtherNodeToo() {
    Member a = new Member("a", 4, 254, "");
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    assertTrue(a.node.administer(1, TargetState.DRAIN));
    clock.advanceSeconds(1);
    a.die();
    clock.advanceSeconds(1);
    assertTrue(b.isActive());
    for (int i = 0; i < 10; i++) {
      client.sendRaw(toServer(41_000 + i).syn().build());
    }
    clock.advanceMillis(20);
    List<Seen> forwarded = since(0, "b").stream().filter(s -> s.frame[23] == 6).toList();
    assertEquals(10, forwarded.size());
    assertTrue(forwarded.stream().allMatch(s -> s.destination() == 0x0200_0000_0031L));
    Member again = new Member("a", 4, 254, "");
    clock.advanceSeconds(5);
    assertTrue(again.isActive());
    client.sendRaw(toServer(42_000).syn().build());
    client.sendRaw(toServer(42_001).syn().build());
    clock.advanceMillis(20);
    assertTrue(
        since(0, "a").stream()
            .filter(s -> s.isTcpFrom(42_000) || s.isTcpFrom(42_001))
            .allMatch(s -> s.destination() == 0x0200_0000_0031L));
    assertNotEquals(0, again.get(Counter.SYNC_TAKEN));
  }

  /// Tarpit rules, 6: no address of a cluster member is simulated, even of one that has died.
  @Test
  void aPeersOwnAddressIsNeverSimulated() {
    Member a = new Member("a", 4, 254, "set tarpitrealto 10");
    Member b = new Member("b", 6, 253, "set tarpitrealto 10");
    clock.advanceSeconds(5);
    b.die();
    clock.advanceSeconds(30);
    IpAddress peers = IpAddress.parse("192.168.2.6");
    client.resolve(peers);
    clock.advanceSeconds(3);
    assertNull(client.neighbor(peers));
    client.resolve(FREE);
    clock.advanceSeconds(3);
    assertEquals(0x0000_5e00_0132L, client.neighbor(FREE), "as any other address is");
    assertEquals(1, a.get(Gauge.ADDRESSES_SIMULATED));
  }

  /// Tarpit rules, 1: the probe of a machine that comes up silences the address on all nodes.
  @Test
  void aProbeThatABackupAloneHearsHoldsTheAddressOnTheActiveNode() {
    Member a = new Member("a", 4, 254, "");
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    client.resolve(FREE);
    clock.advanceSeconds(2);
    b.port.arrive(
        PacketBuilder.ethernet("02:00:00:00:00:77", "ff:ff:ff:ff:ff:ff")
            .arpProbe("192.168.2.77")
            .build());
    clock.advanceMillis(10);
    assertEquals(1, a.get(Gauge.ADDRESSES_HELD));
    client.forgetNeighbors();
    client.resolve(FREE);
    clock.advanceSeconds(20);
    assertNull(client.neighbor(FREE), "held, not only for an instant");
    clock.advanceSeconds(30);
    client.resolve(FREE);
    clock.advanceSeconds(3);
    assertEquals(0x0000_5e00_0132L, client.neighbor(FREE), "and proven again after that");
    assertEqualTables(a, b);
  }

  /// A backup's knowledge of a living machine outweighs what it is told.
  @Test
  void noDecoyIsTakenOverWhereAnOwnerIsKnown() {
    Member a = new Member("a", 4, 254, "");
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    sync.cut("a", "b");
    clock.advanceSeconds(1);
    b.port.arrive(
        PacketBuilder.ethernet("02:00:00:00:00:77", "ff:ff:ff:ff:ff:ff")
            .arpAnnouncement("192.168.2.77")
            .build());
    client.resolve(FREE);
    clock.advanceSeconds(2);
    assertEquals(1, a.get(Gauge.ADDRESSES_SIMULATED));
    sync.heal("a", "b");
    clock.advanceMillis(100);
    assertEquals(0, a.get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(0, b.get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(1, a.get(Counter.RELEASED));
    clock.advanceSeconds(3);
    assertEqualTables(a, b);
  }

  /// What nobody has confirmed for seconds is doubtful, and every doubt ends in silence.
  @Test
  void aBackupThatIsLeftAloneForgetsTheDecoysItWasToldOf() {
    Member a = new Member("a", 4, 254, "");
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    client.resolve(FREE);
    clock.advanceSeconds(2);
    assertEquals(1, b.get(Gauge.ADDRESSES_SIMULATED));
    sync.cut("a", "b");
    clock.advanceSeconds(4);
    assertEquals(1, b.get(Gauge.ADDRESSES_SIMULATED));
    clock.advanceSeconds(2);
    assertEquals(0, b.get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(1, a.get(Gauge.ADDRESSES_SIMULATED), "the active node has proven it itself");
    sync.heal("a", "b");
    clock.advanceSeconds(3);
    assertEquals(1, b.get(Gauge.ADDRESSES_SIMULATED));
    assertEqualTables(a, b);
  }

  @Test
  void whatAPeersFileAloneHasIsDroppedAndCounted() {
    String more =
        "network 2 { addr 192.168.3.0 mask 24 real 192.168.3.4 virt 192.168.3.5 tarpit enable"
            + " interface 1 } register networks 2 enable networks 2";
    Member a = new Member("a", 4, 254, more);
    Member b = new Member("b", 6, 253, "");
    clock.advanceSeconds(5);
    client.sendRaw(
        PacketBuilder.ethernet(CLIENT_MAC, "ff:ff:ff:ff:ff:ff")
            .arpRequest("192.168.3.66", "192.168.3.77")
            .build());
    clock.advanceSeconds(2);
    assertEquals(1, a.get(Gauge.ADDRESSES_SIMULATED));
    assertEquals(0, b.get(Gauge.ADDRESSES_SIMULATED));
    assertNotEquals(0, b.get(Counter.SYNC_UNKNOWN));
  }

  @Test
  void persistenceRemembersOnTheOtherNode() {
    String sticky =
        "server 2 { ipaddr 192.168.2.11 port 80 dsr enable targets 1,2 scheduler rr persistence 32"
            + " 300 } register servers 2 enable servers 2";
    Member a = new Member("a", 4, 254, sticky);
    Member b = new Member("b", 6, 253, sticky);
    clock.advanceSeconds(5);
    for (int i = 0; i < 3; i++) {
      client.sendRaw(fromClient("192.168.2.11").tcp(40_000 + i, 80).syn().build());
    }
    clock.advanceMillis(20);
    Set<Long> before =
        Set.copyOf(
            since(0, "a").stream().filter(this::isToServer2).map(Seen::destination).toList());
    assertEquals(1, before.size());
    assertEquals(1, b.get(Gauge.PERSISTENT_CLIENTS));
    assertEqualTables(a, b);
    a.die();
    clock.advanceSeconds(1);
    for (int i = 0; i < 3; i++) {
      client.sendRaw(fromClient("192.168.2.11").tcp(41_000 + i, 80).syn().build());
    }
    clock.advanceMillis(20);
    assertEquals(
        before,
        Set.copyOf(
            since(0, "b").stream().filter(this::isToServer2).map(Seen::destination).toList()));
  }

  private boolean isToServer2(Seen seen) {
    return seen.frame[12] == 8
        && seen.frame[13] == 0
        && seen.frame[23] == 6
        && seen.frame[33] == 11;
  }

  /// Random traffic that one node, the other or both hear, while their wire is cut and mended, and
  /// nodes die and come back; after quiet both hold the same.
  @Test
  void nodesThatHaveHeardDifferentThingsAgreeInTheEnd() {
    Property.forAll(
        "replicated nodes agree in the end",
        25,
        random -> {
          ReplicationTest test = new ReplicationTest();
          test.history(random);
        });
  }

  private void history(RandomGenerator random) {
    String more =
        "server 2 { ipaddr 192.168.2.11 port 80 targets 1,2 persistence 32 300 }"
            + " register servers 2 enable servers 2 set natsessions 1024 set tarpitrealto 20"
            + " set tarpittrapto 30 set tarpitholdto 10 set sessionopento 5 set sessioncloseto 5";
    Member[] pair = {new Member("a", 4, 254, more), new Member("b", 6, 253, more)};
    sync.delay(50_000, 3_000_000).faults(0.05, 0.05);
    clock.advanceSeconds(4);
    for (int step = 0; step < 200; step++) {
      Member one = pair[random.nextInt(2)];
      IpAddress some = IpAddress.parse("192.168.2." + (100 + random.nextInt(20)));
      switch (random.nextInt(20)) {
        case 0 -> sync.cut("a", "b");
        case 1, 2 -> sync.heal("a", "b");
        case 3 -> {
          if (random.nextInt(4) == 0 && !one.dead) {
            one.die();
            pair[one == pair[0] ? 0 : 1] =
                new Member(one.name, one == pair[0] ? 4 : 6, one == pair[0] ? 254 : 253, more);
          }
        }
        case 4 ->
            one.port.arrive(
                PacketBuilder.ethernet("02:00:00:00:01:00", "ff:ff:ff:ff:ff:ff")
                    .arpAnnouncement(some.toString())
                    .build());
        case 5 ->
            one.port.arrive(
                PacketBuilder.ethernet("02:00:00:00:01:01", "ff:ff:ff:ff:ff:ff")
                    .arpProbe(some.toString())
                    .build());
        case 6 ->
            one.node.administer(1 + random.nextInt(2), TargetState.values()[random.nextInt(3)]);
        case 7, 8, 9 -> client.resolve(some);
        case 10, 11 -> clock.advanceMillis(random.nextInt(1500));
        default -> {
          PacketBuilder frame =
              fromClient(random.nextBoolean() ? "192.168.2.10" : "192.168.2.11")
                  .tcp(40_000 + random.nextInt(30), 80);
          client.sendRaw(
              (switch (random.nextInt(4)) {
                    case 0 -> frame.syn();
                    case 1 -> frame.ack(1).fin();
                    default -> frame.ack(1);
                  })
                  .build());
        }
      }
      clock.advanceMillis(random.nextInt(20));
    }
    sync.faults(0, 0).heal("a", "b");
    clock.advanceSeconds(12);
    assertEqualTables(pair[0], pair[1]);
  }

  @Test
  void aFlowThatLivesOnIsNotForgottenByTheBackup() {
    String shortly = "set sessiontcpto 20";
    Member a = new Member("a", 4, 254, shortly);
    Member b = new Member("b", 6, 253, shortly);
    clock.advanceSeconds(5);
    client.sendRaw(toServer(40_001).syn().build());
    clock.advanceMillis(5);
    for (int second = 0; second < 100; second++) {
      client.sendRaw(toServer(40_001).ack(second).payload("x").build());
      clock.advanceSeconds(1);
      assertEquals(1, b.get(Gauge.SESSIONS), "after " + second + " s");
    }
    clock.advanceSeconds(30);
    assertEquals(0, a.get(Gauge.SESSIONS));
    assertEquals(0, b.get(Gauge.SESSIONS));
    assertEqualTables(a, b);
  }
}
