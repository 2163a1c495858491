package io.pitchlake.node.tarpit;

import static io.pitchlake.common.wire.FrameAssert.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.engine.Looks;
import io.pitchlake.node.sim.SimNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a scanner sees of simulated machines of each kind, byte by byte.
class PersonaTest {
  private static final String DECOY = "192.168.2.77";
  private static final String DECOY6 = "2001:db8:1::77";
  private static final int CLOSED = 4444;

  private static ScannedSegment of(Persona persona) {
    return new ScannedSegment(
            new SimNode.Options().persona(persona, 1).set(Setting.TARPITRSTRATE, 1_000_000))
        .trap(DECOY)
        .trap(DECOY6);
  }

  /// As nmap's database has them: "Linux 4.15 - 5.6", "Microsoft Windows 10 10586 - 14393", "Cisco
  /// IOS 15", "HP JetDirect 175x (J6035G) or 610n (J4169A) print server", "FreeBSD 12.0-RELEASE".
  @ParameterizedTest
  @CsvSource({
    "LINUX,   DF=Y TTL=64 ID=0,  FE88, M5B4ST11NW7,   FAF0, M5B4NNSNW7, M5B4NNT11NW7",
    "WINDOWS, DF=Y TTL=128 ID=X, 2000, M5B4NW8ST11,   2000, M5B4NW8NNS, M5B4NW8NNT11",
    "DEVICE,  DF=N TTL=255 ID=X, 1020, M5B4,          1020, M5B4,       M5B4",
    "PRINTER, DF=N TTL=64 ID=X,  16D0, M5B4NW0NNT11,  16D0, M5B4NW0,    M5B4NW0NNT11",
    "BSD,     DF=Y TTL=64 ID=0,  FFFF, M5B4NW6ST11,   FFFF, M5B4NW6SLL, M5B4NW6NNT11"
  })
  void aSynAckHasTheOptionsOfItsKind(
      Persona persona,
      String network,
      String window,
      String full,
      String windowWithoutTimestamps,
      String withoutTimestamps,
      String withoutSack) {
    ScannedSegment segment = of(persona);
    int port = segment.anOpenPort(DECOY);
    assertEquals(
        network + " W=" + window + " S=O A=S+ F=AS O=" + full,
        segment.read(segment.fullSyn(DECOY, port)));
    assertEquals(
        network + " W=" + windowWithoutTimestamps + " S=O A=S+ F=AS O=" + withoutTimestamps,
        segment.read(
            segment
                .syn(DECOY, port)
                .mss(1460)
                .noOperation()
                .windowScale(7)
                .sackPermitted()
                .noOperation()
                .noOperation()
                .build()));
    assertTrue(
        segment
            .read(
                segment
                    .syn(DECOY, port)
                    .mss(1460)
                    .noOperation()
                    .windowScale(7)
                    .noOperation()
                    .noOperation()
                    .timestamps(7, 0)
                    .build())
            .endsWith(" O=" + withoutSack));
    assertTrue(segment.read(segment.syn(DECOY, port).build()).matches(".* O=M(5B4|218)"));
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX,   64,  FB04, M5A0ST11NW7",
    "WINDOWS, 128, 2000, M5A0NW8ST11",
    "DEVICE,  255, 1020, M5A0",
    "PRINTER, 64,  16D0, M5A0NW0NNT11",
    "BSD,     64,  FFFF, M5A0NW6ST11"
  })
  void theSameOverIpv6(Persona persona, int hops, String window, String options) {
    ScannedSegment segment = of(persona);
    int port = segment.anOpenPort(DECOY6);
    assertEquals(
        "TTL=%d W=%s S=O A=S+ F=AS O=%s".formatted(hops, window, options),
        segment.read(segment.fullSyn(DECOY6, port)));
  }

  /// The ECN setup of RFC 3168, and a peer whose segments are small.
  @ParameterizedTest
  @CsvSource({
    "LINUX, EAS, M5B4",
    "WINDOWS, AS, M5B4",
    "DEVICE, AS, M218",
    "PRINTER, AS, M5B4",
    "BSD, EAS, M5B4"
  })
  void congestionNotificationAndSmallSegments(Persona persona, String flags, String mss) {
    ScannedSegment segment = of(persona);
    int port = segment.anOpenPort(DECOY);
    String seen = segment.read(segment.syn(DECOY, port).mss(536).flags(0xc2).build());
    assertTrue(seen.endsWith(" F=" + flags + " O=" + mss), seen);
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX,   DF=Y TTL=64 ID=0,  Z, 0,    A, Z",
    "WINDOWS, DF=Y TTL=128 ID=X, Z, 0,    A, A",
    "DEVICE,  DF=N TTL=255 ID=X, A, 0,    A, Z",
    "PRINTER, DF=N TTL=64 ID=X,  Z, 16D0, A, Z",
    "BSD,     DF=Y TTL=64 ID=0,  Z, 0,    A, Z"
  })
  void aResetHasTheHabitsOfItsKind(
      Persona persona,
      String network,
      String closedSequence,
      String window,
      String sequence,
      String acknowledgment) {
    ScannedSegment segment = of(persona);
    assertEquals(
        network + " W=0 S=" + closedSequence + " A=S+ F=AR O=",
        segment.read(segment.fullSyn(DECOY, CLOSED)));
    assertEquals(1, segment.node().counters().get(Counter.TARPIT_CLOSED_PORTS));
    // The scanner check with a bogus acknowledgment and one byte, at an open and at a closed port.
    for (int port : List.of(segment.anOpenPort(DECOY), CLOSED)) {
      byte[] bogus =
          segment.to(DECOY).tcp(50_000, port).sequence(99).ack(4711).payload("x").build();
      assertEquals(
          "%s W=%s S=%s A=%s F=R O=".formatted(network, window, sequence, acknowledgment),
          segment.read(bogus),
          "port " + port);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX, 64, false, 9",
    "WINDOWS, 128, false, 0",
    "DEVICE, 255, true, 9",
    "PRINTER, 64, true, 9",
    "BSD, 64, true, 9"
  })
  void aPingIsAnsweredAsItsKindDoes(
      Persona persona, int timeToLive, boolean keepsDontFragment, int code) {
    ScannedSegment segment = of(persona);
    byte[] payload = {0, 7, 0, 1, 'a', 'b', 'c'};
    byte[] ping = segment.to(DECOY).dontFragment().icmp(8, 9, payload).build();
    byte[] reply = segment.ask(ping);
    assertThat(reply)
        .hasByte(22, timeToLive)
        .hasByte(20, keepsDontFragment ? 0x40 : 0)
        .hasByte(34, 0)
        .hasByte(35, code);
    byte[] other = segment.ask(segment.to(DECOY).echoRequest(7, 2).build());
    assertThat(other).hasByte(20, 0).hasByte(35, 0);
    byte[] reply6 = segment.ask(segment.to(DECOY6).echoRequest(7, 3).build());
    assertThat(reply6).hasByte(21, timeToLive);
  }

  /// Rules 1 and 2 of TCP hold for closed ports, too, though real machines answer some of these.
  @ParameterizedTest
  @EnumSource(Persona.class)
  void nonsenseGetsSilenceFromEveryKind(Persona persona) {
    ScannedSegment segment = of(persona);
    int open = segment.anOpenPort(DECOY);
    for (int port : List.of(open, CLOSED)) {
      for (int flags : new int[] {0, 0x12, 0x03, 0x06, 0x04, 0x14, 0x01, 0x29, 0x3f}) {
        byte[] probe = segment.to(DECOY).tcp(41_000, port).sequence(5).flags(flags).build();
        assertEquals(
            List.of(), segment.askAll(probe), "flags %02x to port %d".formatted(flags, port));
      }
      byte[] damaged = segment.syn(DECOY, port).badChecksum().build();
      assertEquals(List.of(), segment.askAll(damaged), "a bad checksum to port " + port);
    }
    assertEquals(18, segment.node().counters().get(DropReason.NOT_A_SYN));
    assertEquals(2, segment.node().counters().get(DropReason.BAD_CHECKSUM));
    byte[] datagram = segment.to(DECOY).udp(5000, 161).payload("get").build();
    assertEquals(List.of(), segment.askAll(datagram), "UDP is logged and never answered");
  }

  @Test
  void resetsOfClosedPortsAreRateLimited() {
    ScannedSegment segment =
        new ScannedSegment(
                new SimNode.Options().persona(Persona.LINUX, 1).set(Setting.TARPITRSTRATE, 5))
            .trap(DECOY);
    int answers = 0;
    for (int i = 0; i < 20; i++) {
      segment.scanner().sendRaw(segment.syn(DECOY, CLOSED).build());
    }
    segment.clock().advanceMillis(6);
    for (byte[] frame : segment.scanner().frames()) {
      answers += frame.length > 47 && frame[12] == 8 && frame[13] == 0 ? 1 : 0;
    }
    assertEquals(5, answers);
    assertEquals(15, segment.node().counters().get(DropReason.RESET_RATE));
    assertEquals(20, segment.node().counters().get(Counter.TARPIT_CLOSED_PORTS));
  }

  /// An owner that was deaf during the proof is looked for beside the answer of a closed port, too.
  @Test
  void aClosedPortIsAnAnswerThatIsCheckedBeside() {
    ScannedSegment segment =
        new ScannedSegment(
                new SimNode.Options().persona(Persona.LINUX, 1).set(Setting.TARPITCHECKTO, 30))
            .trap(DECOY);
    segment.clock().advanceSeconds(31);
    assertEquals(2, segment.askAll(segment.syn(DECOY, CLOSED).build()).size());
    assertEquals(1, segment.node().counters().get(Counter.CHECKS_SENT));
  }

  @Test
  void withoutPersonasEveryPortOfALinuxIsOpen() {
    ScannedSegment segment = new ScannedSegment(new SimNode.Options()).trap(DECOY);
    for (int port : List.of(1, 80, CLOSED, 65_535)) {
      assertEquals(
          "DF=Y TTL=64 ID=0 W=FE88 S=O A=S+ F=AS O=M5B4ST11NW7",
          segment.read(segment.fullSyn(DECOY, port)));
    }
    assertEquals(0, segment.node().counters().get(Counter.TARPIT_CLOSED_PORTS));
  }

  private static SimNode.Options office() {
    return new SimNode.Options()
        .persona(Persona.LINUX, 4)
        .persona(Persona.WINDOWS, 5)
        .persona(Persona.DEVICE, 1)
        .persona(Persona.PRINTER, 2)
        .persona(Persona.BSD, 1)
        .set(Setting.TARPITRSTRATE, 1_000_000);
  }

  /// Two nodes with one key that have been up for different times, as before and after a restart.
  @Test
  void anAddressIsTheSameMachineOnEveryNodeAndAfterEachStart() {
    ScannedSegment one = new ScannedSegment(office());
    ScannedSegment other = new ScannedSegment(office(), 86_400_000_000_000L);
    Set<String> kinds = new TreeSet<>();
    for (int last = 70; last < 110; last++) {
      String decoy = "192.168.2." + last;
      one.trap(decoy);
      other.trap(decoy);
      String seen = one.read(one.fullSyn(decoy, CLOSED)) + one.open(decoy);
      assertEquals(seen, other.read(other.fullSyn(decoy, CLOSED)) + other.open(decoy), decoy);
      kinds.add(seen);
    }
    assertTrue(kinds.size() > 6, "40 machines of " + kinds);
  }

  /// What a trapped peer's kernel would discard as an old duplicate (RFC 7323, 5) must not come
  /// from the node that takes over.
  @ParameterizedTest
  @EnumSource(
      value = Persona.class,
      names = {"LINUX", "WINDOWS", "PRINTER", "BSD"})
  void timestampsGoOnOnTheNodeThatTakesOver(Persona persona) {
    ScannedSegment one = of(persona);
    // Its machine was started later, so its own clock is far behind.
    ScannedSegment other =
        new ScannedSegment(new SimNode.Options().persona(persona, 1), -4_000_000_000L)
            .trap(DECOY)
            .trap(DECOY6);
    byte[] syn = one.fullSyn(DECOY, one.anOpenPort(DECOY));
    long ahead = other.clock().nanoTime();
    one.clock().advance(Math.max(0, ahead - one.clock().nanoTime()));
    long before = Fingerprint.timestamp(one.ask(syn));
    other.clock().advance(one.clock().nanoTime() - other.clock().nanoTime() + 700_000_000L);
    long after = Fingerprint.timestamp(other.ask(syn));
    long gone = after - before & 0xffff_ffffL;
    long tick = persona == Persona.PRINTER ? 500 : 1;
    assertTrue(gone >= 1 && gone <= 900 / tick, "timestamps moved by " + gone);
  }

  @Test
  void identificationsRiseOrCannotBeForeseen() {
    ScannedSegment windows = of(Persona.WINDOWS);
    int port = windows.anOpenPort(DECOY);
    List<Integer> steps = new ArrayList<>();
    int last = Fingerprint.identification(windows.ask(windows.fullSyn(DECOY, port)));
    for (int i = 0; i < 6; i++) {
      windows.clock().advanceMillis(100);
      int next = Fingerprint.identification(windows.ask(windows.fullSyn(DECOY, port)));
      steps.add(next - last & 0xffff);
      last = next;
    }
    assertTrue(steps.stream().allMatch(step -> step > 0 && step < 10), "steps of " + steps);

    ScannedSegment device = of(Persona.DEVICE);
    int at = device.anOpenPort(DECOY);
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      seen.add(Fingerprint.identification(device.ask(device.fullSyn(DECOY, at))));
    }
    assertTrue(seen.size() > 18, "of 20: " + seen);
  }

  @Test
  void personasOccurAsOftenAsTheirWeightsSay() {
    Map<Persona, Integer> weights = new EnumMap<>(Persona.class);
    weights.put(Persona.LINUX, 4);
    weights.put(Persona.WINDOWS, 3);
    weights.put(Persona.PRINTER, 1);
    DecoyTable table = new DecoyTable(weights, new int[] {1500});
    Looks looks = new Looks(new SipHash(11, 12));
    Map<Habits, Integer> counts = new HashMap<>();
    int addresses = 80_000;
    IntStream.range(0, addresses)
        .forEach(i ->
            counts.merge(
                table.of(looks.of(0, IpAddress.mappedLow(0x0a00_0000 + i))).stack().habits(),
                1,
                Integer::sum));
    assertEquals(3, counts.size());
    weights.forEach((persona, weight) ->
        assertEquals(
            addresses / 8 * weight,
            counts.get(Habits.of(persona)),
            addresses * 0.01,
            persona.toString()));
  }

  @Test
  void whatAnAddressIsCannotBeForeseenWithoutTheKey() {
    DecoyTable table =
        new DecoyTable(Map.of(Persona.LINUX, 1, Persona.WINDOWS, 1), new int[] {1500});
    assertNotEquals(row(table, 1), row(table, 2));
  }

  private static List<Habits> row(DecoyTable table, int key) {
    Looks looks = new Looks(new SipHash(key, key));
    return IntStream.range(0, 64)
        .mapToObj(i -> table.of(looks.of(0, IpAddress.mappedLow(i))).stack().habits())
        .toList();
  }
}
