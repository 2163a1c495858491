package io.pitchlake.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.hash.SipHash;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.engine.NetworkView;
import io.pitchlake.node.engine.ServerPlan;
import io.pitchlake.node.engine.View;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.sim.SimPort;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the engine is told of a configuration; above all, what it must never simulate.
class ViewCompilerTest {
  private static final long MAC = 0x0200_0000_0004L;

  /// Every kind of address that rule 6 of the address rules names has one here.
  private static final String EVERYTHING =
      """
      interface 1 { name eth0 }
      interface 2 { name eth1 }
      network 1 {
        addr 192.168.2.0 mask 255.255.255.0 real 192.168.2.4 virt 192.168.2.5
        addr6 2001:db8:1:: mask6 64 real6 2001:db8:1::4 virt6 2001:db8:1::5
        syncpeer 192.168.2.6 syncpeer 2001:db8:1::6
        tarpit enable interface 1
      }
      network 2 { mask 24 real 10.0.0.4 virt 10.0.0.5 tarpit enable interface 2 vlan 7 }
      network 3 { mask 24 real 10.0.3.4 interface 2 }
      gateway 1 { ipaddr 192.168.2.1 }
      server 1 { ipaddr 192.168.2.10 port 80 targets 1 }
      target 1 { ipaddr 192.168.2.20 port 80 }
      target 2 { ipaddr 192.168.2.21 port 80 }
      arp 192.168.2.30
      arp 192.168.2.64/28
      arp 2001:db8:1::30
      sync { bind 192.168.2.40 peers 192.168.2.41 key /etc/k }
      register networks 1,2,3
      enable networks 1,2
      """;

  private static final Set<IpAddress> HOST =
      Set.of(IpAddress.parse("192.168.2.50"), IpAddress.parse("2001:db8:1::50"));

  private static View view(String text, Set<IpAddress> host, Port... ports) {
    Configuration configuration =
        ConfigParser.parse("test.conf", text).configuration().orElseThrow();
    List<Integer> interfaces =
        Node.interfacesOf(configuration).stream().map(Configuration.Interface::id).toList();
    return new ViewCompiler(configuration, interfaces, List.of(ports), new SipHash(1, 2))
        .compile(host);
  }

  private static View everything() {
    return view(EVERYTHING, HOST, new SimPort("eth0", MAC), new SimPort("eth1", MAC + 1));
  }

  private static boolean isCandidate(NetworkView network, String text) {
    IpAddress address = IpAddress.parse(text);
    return network.isCandidate(address.high(), address.low());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.168.2.0", // network address
        "192.168.2.255", // broadcast address
        "192.168.2.1", // gateway
        "192.168.2.4", // real
        "192.168.2.5", // virt
        "192.168.2.6", // syncpeer
        "192.168.2.10", // server, though not enabled
        "192.168.2.20", // target
        "192.168.2.21", // target of no server
        "192.168.2.30", // exempt
        "192.168.2.64", // first of an exempt block
        "192.168.2.79", // its last
        "192.168.2.40", // bind of sync
        "192.168.2.41", // peer of sync
        "192.168.2.50", // the host's own
        "10.0.0.9", // another network's
        "2001:db8:1::", // subnet router anycast
        "2001:db8:1::4",
        "2001:db8:1::5",
        "2001:db8:1::6",
        "2001:db8:1::30",
        "2001:db8:1::50",
        "2001:db8:2::77"
      })
  void theRulesRuleItOut(String address) {
    assertFalse(isCandidate(everything().network(0), address), address + " must not be simulated");
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.168.2.99", "192.168.2.63", "192.168.2.80", "2001:db8:1::77"})
  void whatNobodyNamesIsACandidate(String address) {
    assertTrue(isCandidate(everything().network(0), address), address + " may be simulated");
  }

  @Test
  void addressesOfANetworkThatIsNotEnabledAreRuledOutToo() {
    View view =
        view(
            EVERYTHING.replace("enable networks 1,2", "enable networks 2"),
            Set.of(),
            new SimPort("eth1", MAC));
    assertEquals(1, view.size());
    assertEquals(2, view.network(0).id());
    assertFalse(isCandidate(view.network(0), "10.0.0.5"));
    assertTrue(isCandidate(view.network(0), "10.0.0.6"));
  }

  @Test
  void onlyRegisteredAndEnabledNetworksRunOnTheirOwnPorts() {
    View view = everything();
    assertEquals(2, view.size());
    assertEquals(0, view.network(0).port());
    assertEquals(-1, view.network(0).vlan());
    assertEquals(1, view.network(1).port());
    assertEquals(7, view.network(1).vlan());
    assertTrue(view.hasVlan(1, 7));
    assertFalse(view.hasVlan(1, -1), "network 3 is not enabled");
    assertNull(view.network(1).family(false).prefix());
  }

  @Test
  void theTarpitsListSaysWhatIsACandidate() {
    String list = "acl 1 deny 192.168.2.128/25\nacl 1 permit 192.168.2.0/24\ntarpit_acl 1\n";
    View view =
        view(EVERYTHING + list, HOST, new SimPort("eth0", MAC), new SimPort("eth1", MAC + 1));
    assertTrue(isCandidate(view.network(0), "192.168.2.99"));
    assertFalse(isCandidate(view.network(0), "192.168.2.177"));
    assertFalse(isCandidate(view.network(0), "192.168.2.4"), "a permit does not lift the rules");
  }

  @Test
  void whatTheKernelOwnsIsLeftToIt() {
    NetworkView own = everything().network(0);
    assertTrue(own.family(true).answersReal() && own.family(true).answersVirt());
    assertTrue(own.family(false).answersReal() && own.family(false).answersVirt());
    NetworkView shared =
        view(
                EVERYTHING,
                Set.of(IpAddress.parse("192.168.2.4"), IpAddress.parse("2001:db8:1::5")),
                new SimPort("eth0", MAC),
                new SimPort("eth1", MAC))
            .network(0);
    assertFalse(shared.family(true).answersReal());
    assertTrue(shared.family(true).answersVirt());
    assertTrue(shared.family(false).answersReal());
    assertFalse(shared.family(false).answersVirt());
    assertEquals(
        IpAddress.parse("192.168.2.4"), shared.family(true).real(), "still the sender of proofs");
  }

  @Test
  void theVirtualMacIsVrrpsWhereThereIsARouter() {
    View view =
        view(
            EVERYTHING + "vrrp 1 { vrid 50 network 1 }",
            HOST,
            new SimPort("eth0", MAC),
            new SimPort("eth1", MAC + 1));
    assertEquals("00:00:5e:00:01:32", mac(view.network(0).virtualMac(true)));
    assertEquals("00:00:5e:00:02:32", mac(view.network(0).virtualMac(false)));
    assertEquals(0x02, view.network(1).virtualMac(true) >>> 40 & 0x03, "network 2 has no router");
  }

  private static String mac(long value) {
    return new MacAddress(value).toString();
  }

  @Test
  void withoutARouterItIsLocallyAdministeredAndStable() {
    long first = everything().network(0).virtualMac(true);
    assertEquals(0x02, first >>> 40 & 0x03, "local and unicast: " + mac(first));
    assertEquals(first, everything().network(0).virtualMac(true));
    assertNotEquals(first, everything().network(1).virtualMac(true));
    assertNotEquals(MAC, first);
    View elsewhere =
        view(EVERYTHING, HOST, new SimPort("eth0", MAC + 9), new SimPort("eth1", MAC + 1));
    assertNotEquals(first, elsewhere.network(0).virtualMac(true), "two nodes must not share it");
  }

  @Test
  void targetsOfAServerStandInTiers() {
    View view =
        view(
            """
            interface 1 { name eth0 }
            network 1 { mask 24 real 10.0.0.4 interface 1 }
            acl 2 deny 10.0.9.0/24
            server 1 {
              ipaddr 10.0.0.10 port 80 dsr enable targets 1,2,3,4 backup 5 emergency 6 abuse 7
              client_acl 2 scheduler rr quorum 2,1
            }
            target 1 { ipaddr 10.0.0.21 priority 5 maxsessions 5 hardmax 7 }
            target 2 { ipaddr 10.0.0.22 }
            target 3 { ipaddr 10.0.0.23 backup }
            target 4 { ipaddr 10.0.0.24 priority 5 }
            target 5 { ipaddr 10.0.0.25 priority 1 }
            target 6 { ipaddr 10.0.0.26 }
            target 7 { ipaddr 10.0.0.27 }
            set engines 2
            register networks 1 register servers 1 register targets 1,2,3,4,5,6,7
            enable networks 1 enable servers 1 enable targets 1,2,3,4,5,6
            """,
            Set.of(),
            new SimPort("eth0", MAC));
    ServerPlan plan = view.servers().getFirst().plan();
    assertEquals(
        List.of(List.of(1), List.of(0, 3), List.of(2), List.of(4)),
        plan.tiers(),
        "positions: by priority, then backups by priority");
    assertEquals(5, plan.emergency());
    assertEquals(ServerPlan.NONE, plan.abuse(), "the abuse target does not run");
    assertEquals(new Quorum(2, 1), plan.quorum());
    IpAddress denied = IpAddress.parse("10.0.9.1");
    assertFalse(plan.clients().orElseThrow().permits(denied.high(), denied.low()));
    assertEquals(List.of(0, 1, 2, 3, 4, 5), view.servers().getFirst().targets());
    Duty duty = view.targets().getFirst().duty();
    assertEquals(List.of(3, 4), List.of(duty.maxSessions(), duty.hardMax()), "one of two engines'");
  }
}
