package io.pitchlake.node.tarpit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.node.engine.DecoyMacs;
import io.pitchlake.node.engine.Looks;
import io.pitchlake.node.sim.SimNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Decoys that have hardware addresses of their own: `decoymac vendor`.
class DecoyMacTest {
  private static final IpAddress FREE = IpAddress.parse("192.168.2.77");
  private static final IpAddress FREE6 = IpAddress.parse("2001:db8:1::77");
  private static final IpAddress SCANNER = IpAddress.parse("192.168.2.66");
  private static final IpAddress SCANNER6 = IpAddress.parse("2001:db8:1::66");
  private static final int MOST_MACS = 4096;

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost scanner =
      new SimHost(clock, lan, "scanner", 0x0200_0000_0066L).own(SCANNER).own(SCANNER6);
  private final SimNode.Options options =
      new SimNode.Options().decoyMacs().set(Setting.TARPITSWEEPRATE, 0);

  private SimNode node() {
    return new SimNode(clock, lan, options);
  }

  /// Makes the scanner believe in an address; returns where it is.
  private long trap(IpAddress address) {
    scanner.resolve(address);
    clock.advanceSeconds(1);
    assertTrue(scanner.neighbor(address) != null, address + " was not answered");
    return scanner.neighbor(address);
  }

  private static String text(long mac) {
    return new MacAddress(mac).toString();
  }

  /// A decoy says, from where it is, that it is there; another node's, for this one sends it not.
  private void decoySpeaks(IpAddress decoy, long mac) {
    scanner.sendRaw(
        PacketBuilder.ethernet(text(mac), "ff:ff:ff:ff:ff:ff")
            .arpReply(decoy.toString(), SCANNER.toString())
            .build());
    clock.advanceMillis(10);
  }

  @Test
  void eachDecoyHasOneOfItsOwnAndKeepsIt() {
    node();
    Set<Long> macs = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      IpAddress address = IpAddress.ofIpv4(IpAddress.parse("192.168.2.100").ipv4() + i);
      scanner.resolve(address);
    }
    clock.advanceSeconds(1);
    for (int i = 0; i < 100; i++) {
      IpAddress address = IpAddress.ofIpv4(IpAddress.parse("192.168.2.100").ipv4() + i);
      Long mac = scanner.neighbor(address);
      assertTrue(mac != null && DecoyMacs.isPossible(mac), address + " is at " + mac);
      macs.add(mac);
    }
    assertEquals(100, macs.size());
    long before = trap(FREE);
    scanner.forgetNeighbors();
    assertEquals(before, trap(FREE));
    assertNotEquals(before, trap(FREE6));
  }

  @Test
  void aDecoyIsTalkedToWhereItIs() {
    SimNode node = node();
    for (IpAddress address : List.of(FREE, FREE6)) {
      long mac = trap(address);
      int before = scanner.frames().size();
      scanner.ping(address);
      scanner.connect(address, 80);
      clock.advanceMillis(10);
      assertEquals(
          List.of(SimHost.Received.ECHO_REPLY, SimHost.Received.SYN_ACK),
          scanner.received(address));
      List<byte[]> answers =
          scanner.frames().stream().skip(before).filter(frame -> (frame[0] & 1) == 0).toList();
      assertEquals(2, answers.size());
      answers.forEach(frame -> assertEquals(text(mac), source(frame)));
    }
    assertEquals(2, node.counters().get(Counter.TARPIT_SYNACKS));
  }

  private static String source(byte[] frame) {
    long mac = 0;
    for (int i = 6; i < 12; i++) {
      mac = mac << 8 | frame[i] & 0xff;
    }
    return text(mac);
  }

  /// No machine answers for another's hardware address.
  @Test
  void whereAnotherDecoyIsNobodyAnswers() {
    SimNode node = node();
    trap(FREE);
    IpAddress other = IpAddress.parse("192.168.2.78");
    scanner.believe(FREE, trap(other));
    scanner.ping(FREE);
    clock.advanceMillis(10);
    assertEquals(List.of(), scanner.received(FREE));
    assertEquals(0, node.counters().get(Counter.TARPIT_ECHO_REPLIES));
  }

  /// A configuration may have changed while it was trapped.
  @Test
  void whoHasLearntTheVirtualOneIsAnsweredFromThere() {
    node();
    trap(FREE);
    scanner.believe(FREE, SimNode.VIRTUAL_MAC);
    scanner.ping(FREE);
    clock.advanceMillis(10);
    assertEquals(List.of(SimHost.Received.ECHO_REPLY), scanner.received(FREE));
    byte[] answer =
        scanner.frames().stream()
            .filter(frame -> (frame[0] & 1) == 0)
            .reduce((first, second) -> second)
            .orElseThrow();
    assertEquals(text(SimNode.VIRTUAL_MAC), source(answer));
  }

  /// What a node hears another's decoy say is no sign of an owner; from any other hardware address
  /// it is.
  @Test
  void aBackupTakesNoDecoyForALivingMachine() {
    SimNode node = node();
    long mac = trap(FREE);
    options.master(false);
    decoySpeaks(FREE, mac);
    assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
    decoySpeaks(FREE, mac ^ 1);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
  }

  /// Two machines with one hardware address take each other's frames away.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whereALivingMachineHasItTheVirtualOneIsTaken(boolean before) {
    SimNode node = node();
    long mac = trap(FREE);
    IpAddress living = IpAddress.parse("192.168.2.20");
    if (before) {
      scanner.forgetNeighbors();
    }
    new SimHost(clock, lan, "living", mac).own(living).announce(living);
    clock.advanceMillis(10);
    assertEquals(Optional.of(AddressState.REAL), node.state(living));
    if (!before) {
      int sent = scanner.frames().size();
      scanner.ping(FREE);
      clock.advanceMillis(10);
      assertEquals(sent, scanner.frames().size(), "a frame of the living machine was answered");
      scanner.forgetNeighbors();
    }
    assertEquals(SimNode.VIRTUAL_MAC, trap(FREE));
  }

  @Test
  void withMoreMachinesOfSuchMakersThanItKnowsItTakesTheVirtualOne() {
    SimNode node = node();
    long mac = trap(FREE);
    long maker = mac >>> 24 << 24;
    for (int i = 0; i <= MOST_MACS; i++) {
      scanner.sendRaw(
          PacketBuilder.ethernet(text(maker | i), "ff:ff:ff:ff:ff:ff")
              .ipv4("192.168.2.66", "192.168.2.255")
              .udp(1, 2)
              .build());
      clock.advanceMillis(1);
    }
    scanner.forgetNeighbors();
    assertEquals(SimNode.VIRTUAL_MAC, trap(FREE));
    assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
  }

  /// Simulated addresses are never announced: what shows switches the way names none of them.
  @Test
  void whoTakesOverShowsSwitchesWhereTheDecoysAreNow() {
    SimNode node = node();
    Set<Long> macs = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      scanner.resolve(IpAddress.ofIpv4(IpAddress.parse("192.168.2.100").ipv4() + i));
    }
    clock.advanceSeconds(1);
    for (int i = 0; i < 100; i++) {
      macs.add(scanner.neighbor(IpAddress.ofIpv4(IpAddress.parse("192.168.2.100").ipv4() + i)));
    }
    assertEquals(0, node.counters().get(Counter.TARPIT_MACS_MOVED));
    options.master(false);
    clock.advanceMillis(20);
    int before = scanner.frames().size();
    options.master(true);
    clock.advanceMillis(500);
    Set<Long> moved = new HashSet<>();
    scanner.frames().stream()
        .skip(before)
        .filter(frame -> type(frame) == ArpHeader.REVERSE_ETHER_TYPE)
        .forEach(frame -> {
          moved.add(MacAddress.parse(source(frame)).value());
          for (int at : new int[] {14 + ArpHeader.SENDER_ADDRESS, 14 + ArpHeader.TARGET_ADDRESS}) {
            assertEquals(0, frame[at] | frame[at + 1] | frame[at + 2] | frame[at + 3]);
          }
        });
    assertEquals(macs, moved);
    assertEquals(100, node.counters().get(Counter.TARPIT_MACS_MOVED));
  }

  private static int type(byte[] frame) {
    return (frame[12] & 0xff) << 8 | frame[13] & 0xff;
  }

  @Test
  void withoutTheSettingNothingIsMoved() {
    SimNode.Options usual = new SimNode.Options().set(Setting.TARPITSWEEPRATE, 0);
    SimNode node = new SimNode(clock, lan, usual);
    assertEquals(SimNode.VIRTUAL_MAC, trap(FREE));
    usual.master(false);
    clock.advanceMillis(20);
    usual.master(true);
    clock.advanceMillis(500);
    assertEquals(0, node.counters().get(Counter.TARPIT_MACS_MOVED));
  }

  /// A released address' peers still send to its decoy's hardware address.
  @Test
  void whatStillComesForAMachineThatHasTakenTheAddressIsPassedOn() {
    SimNode node = node();
    long mac = trap(FREE);
    SimHost owner = new SimHost(clock, lan, "owner", 0x0200_0000_0077L).own(FREE);
    owner.announce(FREE);
    clock.advanceMillis(10);
    scanner.believe(FREE, mac);
    scanner.ping(FREE);
    clock.advanceMillis(10);
    assertEquals(1, node.counters().get(Counter.PASSED_ON));
    assertEquals(0, node.counters().get(Counter.TARPIT_ECHO_REPLIES));
  }

  /// A printer's stack behind a switch maker's prefix would tell.
  @ParameterizedTest
  @EnumSource
  void theMakerIsOneOfTheMachinesKind(Persona persona) {
    options.persona(persona, 1);
    node();
    Set<Long> makers = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      scanner.resolve(IpAddress.ofIpv4(IpAddress.parse("192.168.2.100").ipv4() + i));
    }
    clock.advanceSeconds(1);
    for (int i = 0; i < 60; i++) {
      makers.add(
          scanner.neighbor(IpAddress.ofIpv4(IpAddress.parse("192.168.2.100").ipv4() + i)) >>> 24);
    }
    Map<Persona, Integer> sizes =
        Map.of(
            Persona.LINUX, 6,
            Persona.WINDOWS, 5,
            Persona.DEVICE, 2,
            Persona.PRINTER, 3,
            Persona.BSD, 3);
    assertEquals(sizes.get(persona), makers.size());
  }

  /// Whoever draws the stack and whoever draws the prefix pick the same kind.
  @Test
  void whereKindsAreMixedStackAndMakerAgree() {
    Map<Persona, Integer> weights =
        Map.of(
            Persona.BSD, 1,
            Persona.LINUX, 4,
            Persona.WINDOWS, 5,
            Persona.PRINTER, 2,
            Persona.DEVICE, 3);
    DecoyTable table = new DecoyTable(weights, new int[] {1500});
    DecoyMacs macs = new DecoyMacs(SimNode.LOOKS, weights);
    Looks looks = new Looks(SimNode.LOOKS);
    Map<Long, Habits> kinds = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long low = IpAddress.mappedLow(0x0a00_0000 + i);
      Habits habits = table.of(looks.of(0, low)).stack().habits();
      long maker = macs.of(0, low) >>> 24;
      assertEquals(habits, kinds.computeIfAbsent(maker, _ -> habits), Long.toHexString(maker));
    }
    assertEquals(19, kinds.size());
  }

  @Test
  void onlyWhatADecoyMightHaveCountsAsPossible() {
    assertTrue(DecoyMacs.isPossible(0x001b_5400_0001L));
    assertFalse(Stream.of(SimNode.VIRTUAL_MAC, SimNode.MAC).anyMatch(DecoyMacs::isPossible));
  }
}
