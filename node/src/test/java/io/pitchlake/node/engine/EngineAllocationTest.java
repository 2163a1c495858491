package io.pitchlake.node.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.Persistence;
import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.TableHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.CounterBank;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.metric.Gauge;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.event.EventRing;
import io.pitchlake.node.event.EventThrottle;
import io.pitchlake.node.sim.CannedPort;
import io.pitchlake.node.sim.SimNode;
import io.pitchlake.sync.sim.SimSync;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reads the JVM's allocation counter around millions of frames of every kind: from port to port,
/// nothing is allocated. What is not compiled yet allocates, so rounds are played until one is free
/// of it; code that allocates for a frame has no such round, for the rounds are alike.
class EngineAllocationTest {
  private static final String CLIENT = "02:00:00:00:00:66";
  private static final String VIRTUAL = "00:00:5e:00:01:32";
  private static final String VIRTUAL6 = "00:00:5e:00:02:32";
  private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
  private static final int TURNS = 3_000;

  /// Until everything has happened once: what was heard lags behind by a round, a proof takes some.
  private static final int LEAST_ROUNDS = 12;

  private static final int MOST_ROUNDS = 100;

  /// The counter itself is read through an interface that may allocate a few bytes once.
  private static final long SLACK_BYTES = 1_024;

  /// What a scanner, a trapped peer, a living host, a vandal, the clients of three servers, a
  /// target behind translation and a station that wants to get out send.
  private static List<byte[]> traffic() {
    List<byte[]> frames = new ArrayList<>();
    // A client that begins again after its end is a new flow, which makes each scheduler choose.
    for (Scheduler scheduler : Scheduler.values()) {
      for (int i = 0; i < 10; i++) {
        frames.add(to(scheduler, "10.0.2." + i).syn().build());
        frames.add(to(scheduler, "10.0.2." + i).ack(2).fin().build());
      }
    }
    for (int i = 0; i < 40; i++) {
      String free = "192.168.2." + (100 + i);
      String free6 = "2001:db8:1::" + (1000 + i);
      frames.add(
          PacketBuilder.ethernet(CLIENT, BROADCAST).arpRequest("192.168.2.66", free).build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, "33:33:ff:00:10:00")
              .ipv6("2001:db8:1::66", free6)
              .timeToLive(255)
              .neighborSolicitation(free6)
              .sourceLinkLayer(CLIENT)
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL)
              .ipv4("10.0.0." + i, free)
              .tcp(40_000 + i, 80)
              .syn()
              .mss(1460)
              .sackPermitted()
              .timestamps(i, 0)
              .noOperation()
              .windowScale(7)
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL6)
              .ipv6("2001:db8:1::66", free6)
              .tcp(40_000 + i, 443)
              .syn()
              .mss(1440)
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL)
              .ipv4("192.168.2.66", free)
              .tcp(40_000, 80)
              .ack(12345 + i)
              .payload("GET / HTTP/1.0\r\n")
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL)
              .ipv4("192.168.2.66", free)
              .echoRequest(1, i)
              .payload("abcdefgh")
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL6)
              .ipv6("2001:db8:1::66", free6)
              .echoRequest(1, i)
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL)
              .ipv4("192.168.2.66", free)
              .udp(5000, 53)
              .payload("query")
              .build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL)
              .ipv4("192.168.2.66", free)
              .tcp(1, 2)
              .syn()
              .badChecksum()
              .build());
    }
    for (int i = 0; i < 40; i++) {
      String client = "10.0.1." + i;
      frames.add(toServer(client).tcp(40_000 + i, 80).syn().mss(1460).build());
      frames.add(toServer(client).tcp(40_000 + i, 80).ack(1).payload("GET /").build());
      frames.add(toServer(client).tcp(50_000, 80).ack(2).fin().build());
      frames.add(toServer(client).udp(5000 + i, 53).payload("query").build());
      frames.add(toServer(client).tcp(40_000, 81).syn().build());
      frames.add(
          PacketBuilder.ethernet(CLIENT, VIRTUAL6)
              .ipv6("2001:db8:2::" + (i + 1), "2001:db8:1::10")
              .tcp(40_000, 80)
              .syn()
              .build());
      byte[] ports = {(byte) i, 1, 0, 53, 0, 80, 0, 0};
      frames.add(
          toServer(client).identification(i).fragment(0, true).protocol(17).payload(ports).build());
      frames.add(
          toServer(client).identification(i).fragment(8, false).protocol(17).payload("x").build());
    }
    for (int i = 0; i < 40; i++) {
      String client = "10.0.1." + i;
      frames.add(to(client, "192.168.2.11").tcp(40_000 + i, 80).syn().mss(1460).build());
      frames.add(to(client, "192.168.2.11").tcp(40_000 + i, 80).ack(1).payload("GET /").build());
      frames.add(
          PacketBuilder.ethernet("02:00:00:00:00:30", VIRTUAL)
              .ipv4("192.168.2.30", client)
              .tcp(80, 40_000 + i)
              .ack(2)
              .payload("hello")
              .build());
      String station = "192.168.2." + (200 + i);
      String far = "198.51.100." + i;
      frames.add(to(station, far).udp(40_000, 53).payload("query").build());
      frames.add(to(station, far).echoRequest(i, 1).build());
      frames.add(to(station, far).timeToLive(1).udp(40_000, 33_434).build());
      frames.add(to(far, "192.168.2.5").udp(53, 40_000).payload("answer").build());
    }
    frames.add(
        PacketBuilder.ethernet("02:00:00:00:00:30", "02:00:00:00:00:04")
            .arpReply("192.168.2.30", "192.168.2.4")
            .build());
    frames.add(
        PacketBuilder.ethernet("02:00:00:00:00:31", BROADCAST)
            .arpAnnouncement("192.168.2.31")
            .build());
    frames.add(
        PacketBuilder.ethernet("02:00:00:00:00:32", "33:33:00:00:00:01")
            .ipv6("2001:db8:1::30", "ff02::1")
            .neighborAdvertisement("2001:db8:1::30", "O")
            .targetLinkLayer("02:00:00:00:00:32")
            .build());
    for (int i = 0; i < 20; i++) {
      frames.add(toReal().tcp(80, 0xf000 + 200 * i).ack(i).syn().build());
      frames.add(toReal().udp(53, 0xf000 + 200 * i).payload("no answer at all").build());
      frames.add(toReal().echoReply(0xf000 + 200 * i, i).payload("12345678").build());
    }
    frames.add(
        PacketBuilder.ethernet("02:00:00:00:00:20", BROADCAST).arpProbe("192.168.2.100").build());
    frames.add(
        PacketBuilder.ethernet("02:00:00:00:00:20", BROADCAST)
            .arpAnnouncement("192.168.2.101")
            .build());
    return frames;
  }

  private static PacketBuilder to(Scheduler scheduler, String client) {
    return PacketBuilder.ethernet(CLIENT, VIRTUAL).ipv4(client, address(scheduler)).tcp(6000, 80);
  }

  /// The server of a scheduler.
  private static String address(Scheduler scheduler) {
    return "192.168.2." + (11 + scheduler.ordinal());
  }

  /// A server of each scheduler, with everything that is asked of a new flow.
  private static void addServers(SimNode.Options options) {
    AccessList clients =
        new AccessList(
            List.of(new AccessList.Entry(false, IpPrefix.around(IpAddress.parse("10.0.2.8"), 30))));
    for (Scheduler scheduler : Scheduler.values()) {
      options.server(
          address(scheduler),
          Protocol.TCP,
          80,
          new ServerPlan(
              scheduler,
              List.of(List.of(0), List.of(1)),
              3,
              4,
              Optional.of(clients),
              Quorum.ONE,
              scheduler.ordinal() % 2 == 0
                  ? Optional.of(new Persistence(30, 64, Duration.ofSeconds(1)))
                  : Optional.empty()));
    }
  }

  private static PacketBuilder toReal() {
    return PacketBuilder.ethernet("02:00:00:00:00:30", "02:00:00:00:00:04")
        .ipv4("192.168.2.30", "192.168.2.4");
  }

  private static PacketBuilder toServer(String client) {
    return to(client, "192.168.2.10");
  }

  private static HealthPlan probed() {
    Duration second = Duration.ofSeconds(1);
    return new HealthPlan(
        1_000_000_000L,
        3_000_000_000L,
        List.of(new HealthCheck.TcpOpen(80, second, second), new HealthCheck.Ping(second, second)),
        List.of(),
        2,
        2,
        0);
  }

  private static PacketBuilder to(String source, String destination) {
    return PacketBuilder.ethernet(CLIENT, VIRTUAL).ipv4(source, destination);
  }

  private static SimNode.Options options(SimClock clock) {
    CounterBank counters = new CounterBank();
    EventRing ring = new EventRing(1024);
    EventThrottle events =
        new EventThrottle(ring, counters, new TableHash(3), 6, 50, clock.nanoTime());
    SimNode.Options options = new SimNode.Options();
    addServers(
        options
            .target("192.168.2.30", 1, new Duty(TargetState.READY, false, Duration.ZERO, 2, 3, 0))
            .target("192.168.2.31", 2)
            .target("2001:db8:1::30", 1)
            .target("192.168.2.30", 1)
            .target("192.168.2.31", 1)
            .target("192.168.2.30", 1, probed()));
    for (Persona persona : Persona.values()) {
      options.persona(persona, 1);
    }
    return options
        .set(Setting.TARPITHOLDTO, 10)
        .set(Setting.TARPITREALTO, 10)
        .set(Setting.TARPITRSTRATE, 1_000_000)
        .set(Setting.TARPITREPLYRATE, 100_000_000)
        .set(Setting.TARPITSOURCERATE, 1_000_000)
        .set(Setting.SESSIONOPENTO, 1)
        .server("192.168.2.10", Protocol.ANY, 80, 1, 2)
        .server("192.168.2.10", Protocol.UDP, 53, 1, 2)
        .server("2001:db8:1::10", Protocol.TCP, 0, 3)
        .sessions(256)
        .events(events);
  }

  private static boolean anotherRound(int round, long allocated) {
    return round < LEAST_ROUNDS || (allocated >= SLACK_BYTES && round < MOST_ROUNDS);
  }

  /// The clock of the test allocates; it stands still while the counter is read.
  private static long allocatedByTurns(SimNode node) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int turn = 0; turn < TURNS; turn++) {
      node.turn();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void assertNothing(long allocated) {
    assertTrue(
        allocated < SLACK_BYTES,
        "%d bytes allocated for %d frames in the last of %d rounds"
            .formatted(allocated, (long) TURNS * Engine.BATCH_FRAMES, MOST_ROUNDS));
  }

  /// Two nodes that both hear everything and tell each other what they make of it.
  @Test
  void nothingIsAllocatedForReplication() {
    SimClock clock = new SimClock();
    SimNode node = new SimNode(clock, new CannedPort(traffic()), options(clock).replicating(1));
    SimNode peer = new SimNode(clock, new CannedPort(traffic()), options(clock).replicating(2));
    SimSync wire = new SimSync(clock, new SplittableRandom(1));
    wire.join("node", node.replicator());
    wire.join("peer", peer.replicator());
    clock.every(
        1_000_000,
        () -> {
          peer.turn();
          node.replicator().step(clock.nanoTime());
          peer.replicator().step(clock.nanoTime());
        });
    long told = 0;
    long taken = 0;
    long allocated = Long.MAX_VALUE;
    for (int round = 0; anotherRound(round, allocated); round++) {
      clock.advanceMillis(300);
      told = node.counters().get(Counter.SYNC_TOLD);
      taken = node.counters().get(Counter.SYNC_TAKEN);
      allocated = allocatedByTurns(node);
    }
    assertTrue(node.counters().get(Counter.SYNC_TOLD) > told, "nothing was told");
    assertTrue(node.counters().get(Counter.SYNC_TAKEN) > taken, "nothing was taken");
    assertNothing(allocated);
    node.replicator().close();
    peer.replicator().close();
  }

  /// An operator captures, and reads now and then: there is room, and then there is none.
  @Test
  void nothingIsAllocatedForACapture() {
    SimClock clock = new SimClock();
    SimNode node = new SimNode(clock, new CannedPort(traffic()), options(clock));
    Capture capture = node.capture(null, 1 << 22);
    long lost = 0;
    long allocated = Long.MAX_VALUE;
    int drained = 0;
    for (int round = 0; anotherRound(round, allocated); round++) {
      clock.advanceMillis(300);
      drained = capture.drain(Integer.MAX_VALUE, (nanos, bytes, offset, length) -> {});
      lost = capture.lost();
      allocated = allocatedByTurns(node);
    }
    assertTrue(drained > 1 << 20, drained + " bytes captured in the last round but one");
    assertTrue(capture.lost() > lost, "nothing found the ring full");
    assertNothing(allocated);
  }

  @ParameterizedTest
  @EnumSource(names = {"ROUTE", "MASQUERADE"})
  void nothingIsAllocatedPerFrame(Outbound outbound) {
    SimClock clock = new SimClock();
    SimNode node = new SimNode(clock, new CannedPort(traffic()), options(clock));
    long allocated = Long.MAX_VALUE;
    for (int round = 0; anotherRound(round, allocated); round++) {
      clock.advanceMillis(300);
      allocated = allocatedByTurns(node);
    }
    assertTrue(node.counters().get(Counter.TARPIT_SYNACKS) > 0, "no SYN was answered");
    assertTrue(node.counters().get(Counter.TARPIT_CLOSED_PORTS) > 0, "no port was closed");
    assertTrue(node.counters().get(Counter.TARPIT_ND_ADVERTISEMENTS) > 0, "no NS was answered");
    assertTrue(node.counters().get(Counter.TARPIT_ECHO_REPLIES) > 0, "no ping was answered");
    assertTrue(node.counters().get(Counter.HELD) > 0, "no address was held");
    assertTrue(node.counters().get(DropReason.BAD_CHECKSUM) > 0, "no checksum was bad");
    assertTrue(node.counters().get(Counter.BALANCED) > 0, "no frame was balanced");
    assertTrue(node.counters().get(Counter.UNTRACKED_TABLE_FULL) > 0, "no session was refused");
    assertTrue(node.counters().get(Counter.FRAGMENTS_FORWARDED) > 0, "no fragment was forwarded");
    assertTrue(node.counters().get(Counter.PERSISTENT) > 0, "no client was remembered");
    assertTrue(node.counters().get(Counter.TO_ABUSE) > 0, "no client was refused");
    assertEquals(5, node.counters().get(Gauge.TARGETS_READY), "targets ready");
    assertNothing(allocated);
  }
}
