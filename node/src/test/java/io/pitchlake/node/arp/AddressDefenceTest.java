package io.pitchlake.node.arp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.metric.Counter;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.sim.SimNode;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Another machine claims an address of the node's own.
class AddressDefenceTest {
  private static final IpAddress SERVER = IpAddress.parse("192.168.2.10");

  private final SimClock clock = new SimClock();
  private final SimLan lan = new SimLan(clock, new Random(1));
  private final SimHost client =
      new SimHost(clock, lan, "client", 0x0200_0000_0066L)
          .own(IpAddress.parse("192.168.2.66"))
          .own(IpAddress.parse("2001:db8:1::66"));
  private final SimHost claimant =
      new SimHost(clock, lan, "claimant", 0x0200_0000_0020L).own(IpAddress.parse("192.168.2.20"));

  private SimNode start(SimNode.Options options) {
    SimNode node =
        new SimNode(
            clock,
            lan,
            options
                .set(Setting.TARPITSWEEPRATE, 0)
                .target("192.168.2.30", 1)
                .server("192.168.2.10", Protocol.TCP, 80, 1));
    clock.advanceSeconds(1);
    return node;
  }

  private void announce(SimHost from, IpAddress address) {
    from.announce(address);
    clock.advanceMillis(5);
  }

  private static long reports(SimNode node) {
    return node.events().stream().filter(event -> event.kind() == EventKind.OWN_CLAIMED).count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"192.168.2.10", "192.168.2.5", "192.168.2.4", "2001:db8:1::5", "2001:db8:1::4"})
  void anOwnAddressIsAnnouncedAgainAndTheClaimReported(String text) {
    IpAddress address = IpAddress.parse(text);
    SimNode node = start(new SimNode.Options());
    client.resolve(address);
    clock.advanceMillis(5);
    Long before = client.neighbor(address);
    assertTrue(before != null, "nobody answers for " + address);
    announce(claimant, address);
    assertEquals(1, reports(node));
    assertEquals(1, node.counters().get(Counter.OWN_DEFENDED));
    assertEquals(before, client.neighbor(address), "the client believes the claimant");
    assertEquals(Optional.empty(), node.state(address), "it is no other machine's");
  }

  @Test
  void aClaimantThatInsistsMeetsOneAnnouncementInTenSecondsAndOneLine() {
    SimNode node = start(new SimNode.Options());
    for (int i = 0; i < 99; i++) {
      announce(claimant, SERVER);
      clock.advanceMillis(95);
    }
    assertEquals(99, node.counters().get(Counter.OWN_CLAIMED));
    assertEquals(1, node.counters().get(Counter.OWN_DEFENDED));
    assertEquals(1, reports(node));
    clock.advanceMillis(200);
    announce(claimant, SERVER);
    assertEquals(2, node.counters().get(Counter.OWN_DEFENDED));
    assertEquals(1, reports(node));
  }

  @Test
  void everyClaimantIsReported() {
    SimNode node = start(new SimNode.Options());
    SimHost second = new SimHost(clock, lan, "second", 0x0200_0000_0021L);
    for (SimHost host : List.of(claimant, second, claimant, second)) {
      announce(host, SERVER);
    }
    assertEquals(2, reports(node));
    assertEquals(1, node.counters().get(Counter.OWN_DEFENDED));
  }

  @Test
  void aBackupReportsAndDefendsOnlyWhatIsItsOwnAlone() {
    SimNode node = start(new SimNode.Options().backup());
    announce(claimant, SERVER);
    assertEquals(1, reports(node));
    assertEquals(0, node.counters().get(Counter.OWN_DEFENDED));
    announce(claimant, SimNode.REAL);
    assertEquals(1, node.counters().get(Counter.OWN_DEFENDED));
  }

  /// Tarpit rule 4: an owner ends the simulation, and nothing is announced.
  @Test
  void aSimulatedAddressIsGivenUpAndNeverDefended() {
    IpAddress free = IpAddress.parse("192.168.2.77");
    SimNode node = start(new SimNode.Options());
    client.resolve(free);
    clock.advanceSeconds(1);
    announce(claimant, free);
    assertEquals(0, node.counters().get(Counter.OWN_CLAIMED));
    assertEquals(0, node.counters().get(Counter.OWN_DEFENDED));
    assertEquals(1, node.counters().get(Counter.RELEASED));
  }
}
