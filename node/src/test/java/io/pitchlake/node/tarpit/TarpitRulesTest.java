package io.pitchlake.node.tarpit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimHost.Received;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.DhcpHeader;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.sim.SimNode;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The address rules, one by one, on a simulated segment with a node, a scanner and a host.
class TarpitRulesTest {
  private static final IpAddress FREE = IpAddress.parse("192.168.2.77");
  private static final IpAddress FREE6 = IpAddress.parse("2001:db8:1::77");
  private static final IpAddress SCANNER = IpAddress.parse("192.168.2.66");
  private static final IpAddress SCANNER6 = IpAddress.parse("2001:db8:1::66");
  private static final IpAddress LIVING = IpAddress.parse("192.168.2.20");
  private static final IpAddress LIVING6 = IpAddress.parse("2001:db8:1::20");
  private static final long HOST_MAC = 0x0200_0000_0020L;

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost scanner =
      new SimHost(clock, lan, "scanner", 0x0200_0000_0066L).own(SCANNER).own(SCANNER6);
  private final SimHost host = new SimHost(clock, lan, "host", HOST_MAC).own(LIVING).own(LIVING6);

  private SimNode node(SimNode.Options options) {
    return new SimNode(clock, lan, options.set(Setting.TARPITSWEEPRATE, 0));
  }

  private SimNode node() {
    return node(new SimNode.Options());
  }

  /// All that the node has said is to which groups it listens.
  private static void expectNoAnswer(SimNode node) {
    assertEquals(
        node.counters().get(Counter.MLD_REPORTS_SENT),
        node.counters().get(Counter.FRAMES_TRANSMITTED));
  }

  /// Makes the scanner believe in an address.
  private void trap(IpAddress address) {
    scanner.resolve(address);
    clock.advanceSeconds(1);
    assertTrue(scanner.neighbor(address) != null, address + " was not answered");
  }

  @Test
  void aFreeAddressIsAnsweredAfterThreeUnansweredRequestsAndNotBefore() {
    SimNode node = node();
    scanner.resolve(FREE);
    clock.advanceMillis(590);
    assertNull(scanner.neighbor(FREE), "answered before the proof was over");
    assertEquals(3, node.counters().get(Counter.PROOFS_SENT));
    clock.advanceMillis(40);
    assertEquals(SimNode.VIRTUAL_MAC, scanner.neighbor(FREE));
    assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
  }

  @Test
  void aFreeIpv6AddressIsAnsweredAfterTheProof() {
    node();
    scanner.resolve(FREE6);
    clock.advanceMillis(590);
    assertNull(scanner.neighbor(FREE6), "answered before the proof was over");
    clock.advanceMillis(40);
    assertEquals(SimNode.VIRTUAL_MAC6, scanner.neighbor(FREE6));
  }

  @Test
  void aLivingAddressIsNeverAnswered() {
    SimNode node = node();
    scanner.resolve(LIVING);
    scanner.resolve(LIVING6);
    clock.advanceSeconds(3);
    assertEquals(HOST_MAC, scanner.neighbor(LIVING));
    assertEquals(HOST_MAC, scanner.neighbor(LIVING6));
    assertEquals(Optional.of(AddressState.REAL), node.state(LIVING));
    assertEquals(Optional.of(AddressState.REAL), node.state(LIVING6));
    assertEquals(0, node.counters().get(Counter.TARPIT_ARP_REPLIES));
    assertEquals(0, node.counters().get(Counter.TARPIT_ND_ADVERTISEMENTS));
  }

  /// Silence is only what was listened to: the owner's answer may wait behind more frames than one
  /// turn reads.
  @Test
  void anAnswerThatWaitsUnreadIsHeardBeforeTheAddressIsTaken() {
    SimNode node = node();
    scanner.resolve(FREE);
    clock.advanceMillis(450);
    node.asleep(true);
    noise(100);
    host.sendRaw(
        PacketBuilder.ethernet("02:00:00:00:00:20", "02:00:00:00:00:04")
            .arpReply(FREE.toString(), "192.168.2.4")
            .build());
    clock.advanceMillis(1000);
    node.asleep(false);
    clock.advanceSeconds(1);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
    assertNull(scanner.neighbor(FREE), "a living machine's address was answered for");
  }

  /// An answer that the kernel dropped was not heard either, so the request is said again.
  @Test
  void aProofInWhichFramesWereLostProvesNothing() {
    SimNode node = node();
    node.port().capacity(70);
    scanner.resolve(FREE);
    clock.advanceMillis(450);
    node.asleep(true);
    noise(100);
    host.own(FREE);
    clock.advanceMillis(1000);
    node.asleep(false);
    clock.advanceSeconds(1);
    assertEquals(1, node.counters().get(Counter.PROOFS_UNHEARD));
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
    assertNull(scanner.neighbor(FREE));
    assertEquals(0, node.counters().get(Counter.TARPIT_ARP_REPLIES));
  }

  /// Frames that change nothing.
  private void noise(int frames) {
    for (int i = 0; i < frames; i++) {
      scanner.sendRaw(
          PacketBuilder.ethernet("02:00:00:00:00:66", "02:00:00:00:00:67")
              .ipv4("192.168.2.66", "192.168.2.67")
              .udp(9, 9)
              .build());
    }
  }

  /// IPv4 rule 1 and IPv6 rule 1.
  @ParameterizedTest
  @ValueSource(strings = {"192.168.2.77", "2001:db8:1::77"})
  void aMachineThatComesUpGetsItsSimulatedAddressTheFirstTime(String text) {
    IpAddress address = IpAddress.parse(text);
    SimNode node = node();
    trap(address);
    host.claim(address);
    clock.advanceMillis(10);
    assertEquals(Optional.of(AddressState.HELD), node.state(address));
    clock.advanceSeconds(6);
    assertFalse(host.sawConflict(address), "the node answered a probe for " + address);
    assertTrue(host.addresses().contains(address));
    assertEquals(Optional.of(AddressState.REAL), node.state(address));
  }

  @Test
  void aProbedAddressStaysSilentAtLeastTenSecondsAndIsProvedAgain() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITHOLDTO, 10));
    trap(FREE);
    host.probe(FREE);
    clock.advanceMillis(1);
    scanner.forgetNeighbors();
    for (int second = 0; second < 10; second++) {
      scanner.resolve(FREE);
      clock.advanceMillis(999);
      assertNull(scanner.neighbor(FREE), "answered " + second + " s after a probe");
    }
    long proofs = node.counters().get(Counter.PROOFS_STARTED);
    clock.advanceSeconds(2);
    assertEquals(proofs + 1, node.counters().get(Counter.PROOFS_STARTED));
    scanner.resolve(FREE);
    clock.advanceSeconds(1);
    assertEquals(SimNode.VIRTUAL_MAC, scanner.neighbor(FREE));
  }

  /// Linux announces no IPv6 address; without a search its peers would talk to the virtual MAC
  /// until their caches give up.
  @Test
  void anOwnerThatDoesNotAnnounceItselfIsFoundWhileTheAddressIsHeld() {
    SimNode node = node();
    trap(FREE6);
    host.solicitForDuplicates(FREE6);
    clock.advanceSeconds(1);
    host.own(FREE6);
    clock.advanceMillis(2_100);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE6));
    assertEquals(HOST_MAC, scanner.neighbor(FREE6));
  }

  /// IPv4 rule 4.
  @Test
  void anAnnouncementEndsASimulationAtOnce() {
    SimNode node = node();
    trap(FREE);
    host.own(FREE).announce(FREE);
    clock.advanceMillis(1);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
    long answers = node.counters().get(Counter.TARPIT_ARP_REPLIES);
    scanner.resolve(FREE);
    clock.advanceSeconds(2);
    assertEquals(answers, node.counters().get(Counter.TARPIT_ARP_REPLIES));
    assertEquals(HOST_MAC, scanner.neighbor(FREE));
  }

  @Test
  void anIpSourceThatIsASimulatedAddressEndsItAtOnce() {
    SimNode node = node();
    scanner.resolve(LIVING);
    trap(FREE);
    SimHost mute = new SimHost(clock, lan, "mute", 0x0200_0000_0099L).own(FREE);
    mute.resolve(SimNode.REAL);
    clock.advanceMillis(5);
    mute.ping(SimNode.REAL);
    clock.advanceMillis(5);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
  }

  /// IPv4 rule 9.
  @Test
  void stationsThatHadBeenAnsweredAreToldWhereTheOwnerLives() {
    SimNode node = node();
    trap(FREE);
    host.claim(FREE);
    clock.advanceSeconds(4);
    assertEquals(SimNode.VIRTUAL_MAC, scanner.neighbor(FREE), "told before the probe phase ended");
    clock.advanceSeconds(2);
    assertEquals(HOST_MAC, scanner.neighbor(FREE));
    assertEquals(1, node.counters().get(Counter.REPAIRS_SENT));
    assertEquals(1, node.counters().get(Counter.RELEASED));
    assertTrue(node.events().stream().anyMatch(event -> event.kind() == EventKind.RELEASED));
  }

  @Test
  void framesForAReleasedAddressArePassedOnForABoundedTime() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITPASSTO, 20));
    SimHost stubborn =
        new SimHost(clock, lan, "stubborn", 0x0200_0000_0067L).own(IpAddress.parse("192.168.2.67"));
    stubborn.resolve(FREE);
    clock.advanceSeconds(1);
    host.own(FREE).announce(FREE);
    clock.advanceMillis(1);
    int before = host.frames().size();
    // It does not believe what it was told.
    segmentTo(stubborn, SimNode.VIRTUAL_MAC);
    clock.advanceMillis(1);
    assertEquals(1, node.counters().get(Counter.PASSED_ON));
    assertEquals(before + 1, host.frames().size());
    clock.advanceSeconds(20);
    segmentTo(stubborn, SimNode.VIRTUAL_MAC);
    clock.advanceMillis(1);
    assertEquals(1, node.counters().get(Counter.PASSED_ON));
    assertEquals(1, node.counters().get(DropReason.PASS_ON_OVER));
  }

  private void segmentTo(SimHost from, long mac) {
    SimHost ghost =
        new SimHost(clock, lan, "ghost", from.mac()).own(from.addresses().iterator().next());
    ghost.believe(FREE, mac);
    ghost.connect(FREE, 80);
  }

  /// IPv4 rule 6.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.168.2.0",
        "192.168.2.255",
        "192.168.2.1",
        "192.168.2.99",
        "192.168.3.1",
        "2001:db8:1::",
        "2001:db8:1::9",
        "2001:db8:1:0:fdff:ffff:ffff:ff80"
      })
  void someAddressesAreNeverSimulated(String text) {
    AccessList acl =
        new AccessList(
            List.of(
                new AccessList.Entry(false, IpPrefix.around(IpAddress.parse("192.168.2.99"), 32))));
    SimNode node = node(new SimNode.Options().never("192.168.2.1").never("2001:db8:1::9").acl(acl));
    IpAddress address = IpAddress.parse(text);
    scanner.resolve(address);
    clock.advanceSeconds(3);
    assertNull(scanner.neighbor(address));
    assertEquals(Optional.empty(), node.state(address));
  }

  /// IPv4 rule 7.
  @Test
  void aBackupAnswersNothingAndLearns() {
    SimNode node = node(new SimNode.Options().backup());
    scanner.resolve(FREE);
    scanner.resolve(FREE6);
    scanner.resolve(SimNode.VIRT);
    host.announce(LIVING);
    clock.advanceSeconds(3);
    assertNull(scanner.neighbor(FREE));
    assertNull(scanner.neighbor(FREE6));
    assertNull(scanner.neighbor(SimNode.VIRT));
    assertEquals(Optional.of(AddressState.REAL), node.state(LIVING));
    expectNoAnswer(node);
    scanner.resolve(SimNode.REAL);
    clock.advanceMillis(1);
    assertEquals(SimNode.MAC, scanner.neighbor(SimNode.REAL));
  }

  /// A question from a link-local address lies in no network; the gate of the chain must not let it
  /// through for that.
  @Test
  void aBackupIsSilentToALinkLocalAskerToo() {
    SimNode node = node(new SimNode.Options().backup());
    node.table().add(0, FREE6.high(), FREE6.low(), AddressState.SIMULATED);
    scanner.sendRaw(
        PacketBuilder.ethernet("02:00:00:00:00:66", "33:33:ff:00:00:77")
            .ipv6("fe80::66", FREE6.toString())
            .timeToLive(255)
            .neighborSolicitation(FREE6.toString())
            .sourceLinkLayer("02:00:00:00:00:66")
            .build());
    clock.advanceSeconds(1);
    expectNoAnswer(node);
  }

  /// IPv4 rule 8.
  @Test
  void aDhcpServerIsNeverAnsweredAndWhatItLeasesIsHeld() {
    SimNode node = node();
    String server = "02:00:00:00:00:53";
    SimHost dhcpd = new SimHost(clock, lan, "dhcpd", 0x0200_0000_0053L);
    dhcpd.own(IpAddress.parse("192.168.2.53"));
    trap(FREE);
    dhcpd.resolve(FREE);
    clock.advanceMillis(1);
    dhcpd.sendRaw(
        PacketBuilder.ethernet(server, "ff:ff:ff:ff:ff:ff")
            .ipv4("192.168.2.53", "255.255.255.255")
            .udp(67, 68)
            .dhcp(2, DhcpHeader.OFFER, FREE.toString(), "02:00:00:00:00:99")
            .build());
    clock.advanceMillis(1);
    assertEquals(Optional.of(AddressState.HELD), node.state(FREE));
    clock.advanceSeconds(40);
    assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
    dhcpd.ping(FREE);
    dhcpd.forgetNeighbors();
    dhcpd.resolve(FREE);
    clock.advanceSeconds(1);
    assertNull(dhcpd.neighbor(FREE));
    assertEquals(List.of(), dhcpd.received(FREE));
    assertEquals(2, node.counters().get(DropReason.ASKER_IS_DHCP_SERVER));
  }

  /// A client says so to everybody, and what its server says goes to it alone.
  private void sayAsDhcpClient(int messageType, String requested, String server) {
    String client = "02:00:00:00:00:99";
    host.sendRaw(
        PacketBuilder.ethernet(client, "ff:ff:ff:ff:ff:ff")
            .ipv4("0.0.0.0", "255.255.255.255")
            .udp(68, 67)
            .dhcpClient(messageType, client, requested, server)
            .build());
    clock.advanceMillis(1);
  }

  /// IPv4 rule 8, where the server is not known: it asks before it speaks.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whileAClientLooksForALeaseAStationGetsNoAnswerForItsFirstAddress(boolean knowsItsMac) {
    SimNode node = node();
    SimHost dhcpd = new SimHost(clock, lan, "dhcpd", 0x0200_0000_0053L);
    dhcpd.own(IpAddress.parse("192.168.2.53"));
    IpAddress other = IpAddress.parse("192.168.2.78");
    trap(FREE);
    trap(other);
    if (knowsItsMac) {
      dhcpd.believe(FREE, SimNode.VIRTUAL_MAC);
      dhcpd.believe(other, SimNode.VIRTUAL_MAC);
    }
    sayAsDhcpClient(DhcpHeader.DISCOVER, "0.0.0.0", "0.0.0.0");
    dhcpd.resolve(FREE);
    dhcpd.ping(FREE);
    clock.advanceSeconds(2);
    dhcpd.resolve(FREE);
    dhcpd.ping(FREE);
    clock.advanceSeconds(1);
    assertEquals(List.of(), dhcpd.received(FREE));
    assertTrue(node.counters().get(DropReason.ASKER_MAY_BE_DHCP_SERVER) > 0);
    // Who asks for another one, too, is no server.
    dhcpd.resolve(other);
    clock.advanceMillis(1);
    dhcpd.ping(other);
    clock.advanceMillis(1);
    assertEquals(List.of(Received.ECHO_REPLY), dhcpd.received(other));
    // And afterwards nobody is suspected.
    clock.advanceSeconds(4);
    dhcpd.resolve(FREE);
    clock.advanceMillis(1);
    dhcpd.ping(FREE);
    clock.advanceMillis(1);
    assertEquals(List.of(Received.ECHO_REPLY), dhcpd.received(FREE));
  }

  @Test
  void asManyClientsAsLookForLeasesMakeAStationAsk() {
    node();
    List<IpAddress> decoys =
        List.of(FREE, IpAddress.parse("192.168.2.78"), IpAddress.parse("192.168.2.79"));
    decoys.forEach(this::trap);
    scanner.forgetNeighbors();
    sayAsDhcpClient(DhcpHeader.DISCOVER, "0.0.0.0", "0.0.0.0");
    sayAsDhcpClient(DhcpHeader.REQUEST, "0.0.0.0", "0.0.0.0");
    decoys.forEach(scanner::resolve);
    clock.advanceMillis(1);
    assertNull(scanner.neighbor(decoys.get(0)));
    assertNull(scanner.neighbor(decoys.get(1)));
    assertEquals(SimNode.VIRTUAL_MAC, scanner.neighbor(decoys.get(2)));
  }

  @Test
  void whoLooksForALeaseDoesNotCutOffWhoIsTrapped() {
    node();
    trap(FREE);
    sayAsDhcpClient(DhcpHeader.DISCOVER, "0.0.0.0", "0.0.0.0");
    scanner.connect(FREE, 80);
    clock.advanceMillis(1);
    assertEquals(List.of(Received.SYN_ACK), scanner.received(FREE));
  }

  @Test
  void whatAClientWouldLikeToHaveIsHeldAndTheServerItNamesIsNeverAnswered() {
    SimNode node = node();
    SimHost dhcpd = new SimHost(clock, lan, "dhcpd", 0x0200_0000_0053L);
    dhcpd.own(IpAddress.parse("192.168.2.53"));
    trap(FREE);
    sayAsDhcpClient(DhcpHeader.REQUEST, FREE.toString(), "192.168.2.53");
    assertEquals(Optional.of(AddressState.HELD), node.state(FREE));
    clock.advanceSeconds(40);
    assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
    dhcpd.resolve(FREE);
    clock.advanceSeconds(1);
    assertNull(dhcpd.neighbor(FREE));
    dhcpd.believe(FREE, SimNode.VIRTUAL_MAC);
    dhcpd.ping(FREE);
    clock.advanceSeconds(1);
    assertEquals(List.of(), dhcpd.received(FREE));
    assertEquals(2, node.counters().get(DropReason.ASKER_IS_DHCP_SERVER));
  }

  @Test
  void ownAddressesAreAnsweredAndPing() {
    node();
    for (IpAddress own : List.of(SimNode.REAL, SimNode.VIRT, SimNode.REAL6, SimNode.VIRT6)) {
      scanner.resolve(own);
      clock.advanceMillis(1);
      scanner.ping(own);
      clock.advanceMillis(1);
      assertEquals(List.of(Received.ECHO_REPLY), scanner.received(own), own.toString());
    }
    assertEquals(SimNode.MAC, scanner.neighbor(SimNode.REAL));
    assertEquals(SimNode.VIRTUAL_MAC, scanner.neighbor(SimNode.VIRT));
    assertEquals(SimNode.VIRTUAL_MAC6, scanner.neighbor(SimNode.VIRT6));
  }

  /// IPv6 rule 3: an advertisement of ours never overrides an owner's entry.
  @Test
  void anAdvertisementOfOursDoesNotOverride() {
    node();
    trap(FREE6);
    scanner.believe(FREE6, HOST_MAC);
    scanner.resolve(FREE6);
    clock.advanceSeconds(1);
    assertEquals(HOST_MAC, scanner.neighbor(FREE6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.168.2.77", "2001:db8:1::77"})
  void aTrappedPeerSeesEchoRepliesAndSynAcks(String text) {
    IpAddress address = IpAddress.parse(text);
    SimNode node = node();
    trap(address);
    scanner.ping(address);
    scanner.connect(address, 80);
    scanner.connect(address, 54321);
    clock.advanceMillis(1);
    assertEquals(
        List.of(Received.ECHO_REPLY, Received.SYN_ACK, Received.SYN_ACK),
        scanner.received(address));
    assertEquals(1, node.counters().get(Counter.TARPIT_ECHO_REPLIES));
    assertEquals(2, node.counters().get(Counter.TARPIT_SYNACKS));
  }

  @Test
  void resetModeRefuses() {
    node(new SimNode.Options().mode(TarpitMode.RESET));
    trap(FREE);
    scanner.connect(FREE, 80);
    clock.advanceMillis(1);
    assertEquals(List.of(Received.RESET), scanner.received(FREE));
  }

  /// TCP rules 1 and 2.
  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        TcpHeader.SYN | TcpHeader.ACK,
        TcpHeader.SYN | TcpHeader.FIN,
        TcpHeader.SYN | TcpHeader.RST,
        TcpHeader.RST,
        TcpHeader.RST | TcpHeader.ACK,
        TcpHeader.FIN,
        TcpHeader.FIN | TcpHeader.PSH | TcpHeader.URG
      })
  void nonsenseGetsSilence(int flags) {
    SimNode node = node();
    trap(FREE);
    scanner.segment(FREE, 80, flags, 1, 2);
    clock.advanceMillis(1);
    assertEquals(List.of(), scanner.received(FREE));
    assertEquals(1, node.counters().get(DropReason.NOT_A_SYN));
  }

  /// TCP rules 4 and 5.
  @Test
  void aSegmentWithoutTheCookieGetsAResetAndOneWithItSilence() {
    SimNode node = node();
    trap(FREE);
    scanner.segment(FREE, 80, TcpHeader.ACK, 1001, 0x1234);
    clock.advanceMillis(1);
    assertEquals(List.of(Received.RESET), scanner.received(FREE));
    scanner.connect(FREE, 80);
    clock.advanceMillis(1);
    scanner.segment(FREE, 80, TcpHeader.ACK, 1001, scanner.lastSequence() + 1);
    clock.advanceMillis(1);
    assertEquals(List.of(Received.RESET, Received.SYN_ACK), scanner.received(FREE));
    assertEquals(1, node.counters().get(DropReason.COOKIE_HELD));
  }

  private static PacketBuilder fromAGroup() {
    return PacketBuilder.ethernet("03:00:00:00:00:66", "00:00:5e:00:01:32")
        .ipv4("192.168.2.66", FREE.toString());
  }

  /// IPv4 rule 5: an answer goes to one asker, and a group is none. Found by the fuzzer.
  @Test
  void whoSendsFromAGroupIsNotAnswered() {
    SimNode node = node();
    trap(FREE);
    scanner.sendRaw(fromAGroup().echoRequest(1, 1).build());
    scanner.sendRaw(fromAGroup().tcp(4000, 80).syn().build());
    clock.advanceMillis(10);
    assertEquals(0, node.counters().get(Counter.TARPIT_ECHO_REPLIES));
    assertEquals(0, node.counters().get(Counter.TARPIT_SYNACKS));
    assertEquals(2, node.counters().get(DropReason.MALFORMED_ETHERNET));
  }

  @Test
  void resetsAreRateLimited() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITRSTRATE, 5));
    trap(FREE);
    for (int i = 0; i < 50; i++) {
      scanner.segment(FREE, 80, TcpHeader.ACK, 1, i);
    }
    clock.advanceMillis(10);
    assertEquals(5, scanner.received(FREE).size());
    assertEquals(45, node.counters().get(DropReason.RESET_RATE));
  }

  /// A simulated address is checked beside an answer, once per period, because a switch hides
  /// unicast replies.
  @Test
  void aSimulatedAddressIsCheckedBesideTheAnswerOncePerPeriod() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITCHECKTO, 30));
    trap(FREE);
    clock.advanceSeconds(31);
    for (int i = 0; i < 10; i++) {
      scanner.connect(FREE, 80);
    }
    clock.advanceMillis(1);
    assertEquals(1, node.counters().get(Counter.CHECKS_SENT));
    // An owner that was deaf during the proof is found out now.
    host.own(FREE);
    clock.advanceSeconds(31);
    scanner.connect(FREE, 80);
    clock.advanceMillis(1);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
  }

  @Test
  void aMachineThatAnswersLateIsLeftAloneFromThenOn() {
    SimNode node = node();
    SimHost slow = new SimHost(clock, lan, "slow", 0x0200_0000_0098L).own(FREE);
    slow.replyDelayNanos(2_000_000_000L);
    trap(FREE);
    clock.advanceSeconds(3);
    assertEquals(Optional.of(AddressState.REAL), node.state(FREE));
    scanner.resolve(FREE);
    clock.advanceSeconds(3);
    assertEquals(slow.mac(), scanner.neighbor(FREE));
  }

  @Test
  void realIsForgottenAfterTarpitrealto() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITREALTO, 100));
    host.announce(LIVING);
    clock.advanceSeconds(99);
    assertEquals(Optional.of(AddressState.REAL), node.state(LIVING));
    clock.advanceSeconds(2);
    assertEquals(Optional.empty(), node.state(LIVING));
  }

  @Test
  void aRealAddressThatIsProbedIsNotForgottenBeforeTheHoldIsOver() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITREALTO, 20));
    host.announce(LIVING);
    clock.advanceSeconds(19);
    scanner.probe(LIVING);
    clock.advanceSeconds(9);
    assertEquals(Optional.of(AddressState.REAL), node.state(LIVING));
  }

  @Test
  void simulatedIsProvedAgainAfterTarpittrapto() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITTRAPTO, 100));
    trap(FREE);
    clock.advanceSeconds(100);
    assertEquals(2, node.counters().get(Counter.PROOFS_STARTED));
    clock.advanceSeconds(1);
    assertEquals(Optional.of(AddressState.SIMULATED), node.state(FREE));
    assertEquals(
        1, node.counters().get(Counter.TARPIT_ARP_REPLIES), "answered somebody who had not asked");
  }

  @Test
  void theSweepProvesTheNetworkAheadOfTheFirstRequest() {
    SimNode node = new SimNode(clock, lan, new SimNode.Options().set(Setting.TARPITSWEEPRATE, 100));
    clock.advanceSeconds(5);
    int own = 2;
    int living = 2;
    assertEquals(254 - own - living, node.table().size(AddressState.SIMULATED));
    scanner.resolve(FREE);
    clock.advanceMillis(1);
    assertEquals(SimNode.VIRTUAL_MAC, scanner.neighbor(FREE));
    assertEquals(Optional.of(AddressState.REAL), node.state(LIVING));
  }

  /// IPv6 rule 5.
  @Test
  void simulatedIpv6AddressesAreCappedAndTheLeastRecentlyAskedGoesFirst() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITMAX6, 3));
    for (int i = 1; i <= 3; i++) {
      trap(IpAddress.parse("2001:db8:1::100" + i));
    }
    scanner.resolve(IpAddress.parse("2001:db8:1::1001"));
    clock.advanceMillis(1);
    trap(IpAddress.parse("2001:db8:1::1004"));
    assertEquals(3, node.table().simulated(0, false));
    assertEquals(Optional.empty(), node.state(IpAddress.parse("2001:db8:1::1002")));
    assertNotEquals(Optional.empty(), node.state(IpAddress.parse("2001:db8:1::1001")));
  }

  /// Two that are proven in one turn and one place: the second may not take the first one's, whose
  /// answer is queued; but asked again a turn later it gets it.
  @Test
  void aFullIpv6NetworkNeitherStarvesAnAskerNorTakesBackWhatItSays() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITMAX6, 1));
    IpAddress other = IpAddress.parse("2001:db8:1::78");
    for (int i = 0; i < 10; i++) {
      scanner.forgetNeighbors();
      scanner.resolve(FREE6);
      scanner.resolve(other);
      clock.advanceSeconds(1);
      assertEquals(1, node.table().simulated(0, false));
      IpAddress answered = scanner.neighbor(FREE6) == null ? other : FREE6;
      assertEquals(Optional.of(AddressState.SIMULATED), node.state(answered), "round " + i);
    }
    trap(other);
    trap(FREE6);
  }

  @Test
  void newProofsAreRateLimited() {
    SimNode node = node(new SimNode.Options().set(Setting.TARPITPROOFRATE, 10));
    for (int i = 0; i < 100; i++) {
      scanner.resolve(IpAddress.ofIpv4(FREE.ipv4() + i));
    }
    clock.advanceMillis(5);
    assertEquals(10, node.counters().get(Counter.PROOFS_STARTED));
    assertTrue(node.counters().get(DropReason.PROOF_RATE) >= 85);
  }

  /// IPv6 rule 5: each answer is a place in the neighbour table of the segment's router.
  @Test
  void newProofsOfIpv6HaveARateOfTheirOwn() {
    SimNode node =
        node(
            new SimNode.Options()
                .set(Setting.TARPITPROOFRATE, 10)
                .set(Setting.TARPITPROOFRATE6, 3));
    for (int i = 0; i < 100; i++) {
      scanner.resolve(IpAddress.ofIpv4(FREE.ipv4() + i));
      scanner.resolve(new IpAddress(FREE6.high(), FREE6.low() + i));
    }
    clock.advanceMillis(5);
    assertEquals(10 + 3, node.counters().get(Counter.PROOFS_STARTED));
  }

  @Test
  void aVlanTagComesBackAsItCame() {
    node(new SimNode.Options().vlan(10));
    byte[] untagged = firstFrameOf(() -> scanner.resolve(FREE));
    scanner.sendRaw(tagged(untagged, 0xa00a));
    clock.advanceSeconds(1);
    byte[] reply =
        scanner.frames().stream()
            .filter(frame -> (frame[0] & 1) == 0)
            .reduce((first, second) -> second)
            .orElseThrow();
    assertEquals(0x8100, (reply[12] & 0xff) << 8 | reply[13] & 0xff);
    assertEquals(0xa00a, (reply[14] & 0xff) << 8 | reply[15] & 0xff);
  }

  @Test
  void aVlanThatIsNotOursGetsSilence() {
    SimNode node = node(new SimNode.Options().vlan(10));
    byte[] untagged = firstFrameOf(() -> scanner.resolve(FREE));
    scanner.sendRaw(tagged(untagged, 11));
    clock.advanceSeconds(1);
    expectNoAnswer(node);
    assertEquals(2, node.counters().get(DropReason.NOT_OUR_VLAN));
  }

  private byte[] firstFrameOf(Runnable action) {
    byte[][] seen = new byte[1][];
    lan.monitor((from, frame) -> {
      if (seen[0] == null) {
        seen[0] = frame.clone();
      }
    });
    action.run();
    return seen[0];
  }

  private static byte[] tagged(byte[] frame, int tci) {
    byte[] tagged = new byte[frame.length + 4];
    System.arraycopy(frame, 0, tagged, 0, 12);
    tagged[12] = (byte) 0x81;
    tagged[14] = (byte) (tci >>> 8);
    tagged[15] = (byte) tci;
    System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
    return tagged;
  }
}
