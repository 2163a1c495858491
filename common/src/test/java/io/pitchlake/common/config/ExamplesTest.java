package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.common.config.Configuration.Balancing;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Registry;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.config.Configuration.VrrpChecksum;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The files a user starts from, and the excerpts of the two founding documents as they stand
/// there.
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../deploy/examples");

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.filter(file -> file.toString().endsWith(".conf")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleParses(Path file) throws IOException {
    ParseResult result = ConfigParser.parse(file.getFileName().toString(), Files.readString(file));
    assertEquals(List.of(), result.errors());
    assertTrue(result.configuration().isPresent());
  }

  private static Configuration example(String name, String... warnings) throws IOException {
    ParseResult result = ConfigParser.parse(name, Files.readString(EXAMPLES.resolve(name)));
    assertEquals(
        List.of(warnings), result.problems().stream().map(ConfigProblem::toString).toList());
    return result.configuration().orElseThrow();
  }

  private static Optional<IpAddress> address(String text) {
    return Optional.of(IpAddress.parse(text));
  }

  private static IpPrefix block(String address, int length) {
    return IpPrefix.around(IpAddress.parse(address), length);
  }

  @Test
  void theDesignsCompleteExample() throws IOException {
    Configuration seen = example("design.conf");
    assertEquals(Optional.of("node-a"), seen.hostname());
    assertEquals(Configuration.DEFAULT_MODULES, seen.modules());
    assertEquals(
        Map.of(1, new Interface(1, new Link.Named("eth0"), Access.AUTO, false)), seen.interfaces());
    assertEquals(
        Map.of(
            1,
            new Vrrp(
                1,
                50,
                200,
                List.of(1),
                Duration.ofMillis(100),
                true,
                Duration.ZERO,
                3,
                VrrpChecksum.PSEUDO,
                List.of(),
                List.of())),
        seen.vrrps());
    assertEquals(
        Map.of(
            1,
            new Network(
                1,
                Optional.of("office"),
                Optional.of(block("192.168.2.0", 24)),
                address("192.168.2.4"),
                address("192.168.2.5"),
                Optional.of(block("2001:db8:1::", 64)),
                address("2001:db8:1::4"),
                address("2001:db8:1::5"),
                List.of(IpAddress.parse("192.168.2.6")),
                true,
                TarpitMode.HANG,
                List.of(),
                Map.of(),
                Configuration.DecoyMac.VIRTUAL,
                List.of(1),
                Optional.empty(),
                Configuration.Outbound.NONE)),
        seen.networks());
    assertEquals(
        Map.of(
            1,
            new Server(
                1,
                Optional.empty(),
                IpAddress.parse("192.168.2.10"),
                80,
                Protocol.TCP,
                true,
                Configuration.SourceNat.AUTO,
                List.of(1, 2),
                Balancing.DEFAULT)),
        seen.servers());
    assertEquals(
        Map.of(
            1,
            new Target(
                1,
                Optional.empty(),
                IpAddress.parse("192.168.2.2"),
                80,
                1,
                Duty.DEFAULT,
                HealthCheck.Policy.of(
                    new HealthCheck.TcpOpen(80, Duration.ofSeconds(3), Duration.ofSeconds(10)))),
            2,
            new Target(
                2,
                Optional.empty(),
                IpAddress.parse("192.168.2.3"),
                80,
                2,
                Duty.DEFAULT,
                HealthCheck.Policy.of(
                    new HealthCheck.Ping(Duration.ofSeconds(3), Duration.ofSeconds(8))))),
        seen.targets());
    assertEquals(List.of(block("192.168.2.1", 32)), seen.exempt());
    assertEquals(Optional.of(1), seen.tarpitAcl());
    assertEquals(
        List.of("deny 192.168.2.128/25", "permit 192.168.2.0/24"),
        seen.accessLists().get(1).entries().stream()
            .map(entry -> (entry.permit() ? "permit " : "deny ") + entry.prefix())
            .toList());
    assertEquals(3600, seen.settings().get(Setting.TARPITREALTO));
    assertEquals(600, seen.settings().get(Setting.TARPITTRAPTO));
    assertEquals(
        Optional.of(
            new Sync(
                address("10.0.0.1"),
                List.of(IpAddress.parse("10.0.0.1"), IpAddress.parse("10.0.0.2")),
                Optional.of("lab"),
                Optional.of(Path.of("/etc/pitchlake/cluster.key")),
                Configuration.SyncTransport.TCP,
                7800,
                Optional.empty())),
        seen.sync());
    Registry all = new Registry(Set.of(1), Set.of(1), Set.of(1, 2), Set.of());
    assertEquals(all, seen.registered());
    assertEquals(all, seen.enabled());
  }

  @Test
  void theSeedsLinkLocalNetwork() throws IOException {
    Configuration seen =
        example(
            "seed-network3.conf",
            "seed-network3.conf:16:1: warning: 'register' comes while 'network 3' of line 10 is"
                + " still open, which is taken to end here; write '}' before it");
    Network network = seen.networks().get(3);
    assertEquals(Optional.of(block("fe80::", 10)), network.prefix6());
    assertEquals(address("fe80::f001"), network.real6());
    assertEquals(address("fe80::f002"), network.virt6());
    assertEquals(Optional.empty(), network.prefix());
    assertTrue(network.tarpit());
    assertEquals(Set.of(3), seen.enabled().networks());
    assertEquals(List.of(block("fe80::20e:cff:fe6c:ba4a", 128)), seen.exempt());
  }

  @Test
  void aPairDiffersInNameAddressesAndPriorityAlone() throws IOException {
    Configuration a = example("pair-a.conf");
    Configuration b = example("pair-b.conf");
    assertEquals(
        List.of(
            "'hostname node-a' becomes 'hostname node-b'",
            "vrrp 1: 'priority 254' becomes 'priority 253'",
            "network 1: 'real 192.168.2.4' becomes 'real 192.168.2.6'",
            "network 1: 'real6 2001:db8:1::4' becomes 'real6 2001:db8:1::6'"),
        ConfigDiff.between(a, b).stream().map(ConfigDiff.Change::what).toList());
  }

  @Test
  void theSeedsVrrpNetwork() throws IOException {
    Configuration seen =
        example(
            "seed-network1.conf",
            "seed-network1.conf:14:11: warning: 'syncpeer' has no effect without a key, as nobody is"
                + " let in without one; make one with 'head -c 32 /dev/urandom > FILE', chmod 600"
                + " it, copy it to every node and write 'sync { key FILE }'",
            "seed-network1.conf:18:1: warning: 'vrrp' comes while 'network 1' of line 9 is still"
                + " open, which is taken to end here; write '}' before it",
            "seed-network1.conf:23:11: warning: '::ffff:' is an IPv4-mapped address without its"
                + " end, so all of IPv4 is exempt and no IPv4 address is ever simulated; write the"
                + " IPv4 address that is meant, such as 'arp 192.168.2.1'");
    Network network = seen.networks().get(1);
    assertEquals(Optional.of("local network"), network.name());
    assertEquals(Optional.of(block("2001:db8:1111::", 48)), network.prefix6());
    assertEquals(List.of(IpAddress.parse("2001:db8:1111::2:2")), network.syncPeers());
    assertEquals(List.of(1), seen.vrrps().get(1).networks());
    assertEquals(block("0.0.0.0", 0), seen.exempt().getLast());
    assertTrue(seen.exempt().getLast().contains(IpAddress.parse("192.168.2.1")));
    assertFalse(seen.exempt().getLast().contains(IpAddress.parse("2001:db8::1")));
  }

  @Test
  void pensAccessLists() throws IOException {
    Configuration seen = example("pen-seed.conf");
    assertEquals(Optional.of(1), seen.tarpitAcl());
    List<String> permitted = List.of("192.168.2.11");
    for (int i = 0; i < 256; i++) {
      IpAddress address = IpAddress.parse("192.168.2." + i);
      assertEquals(
          permitted.contains(address.toString()),
          seen.accessLists().get(1).permits(address.high(), address.low()),
          "acl 1, " + address);
      assertEquals(
          !List.of(1, 2, 3, 10).contains(i),
          seen.accessLists().get(2).permits(address.high(), address.low()),
          "acl 2, " + address);
    }
  }

  @Test
  void theLeastThatTraps() throws IOException {
    Network network = example("minimal.conf").networks().get(1);
    assertEquals(Optional.of(block("192.168.2.0", 24)), network.prefix());
    assertTrue(network.tarpit());
  }

  /// The text of the published page, word for word.
  private static final String SEED_NETWORK_3 =
      """
      network   3 {
                mask6 10
                real6 fe80::f001
                virt6 fe80::f002
                tarpit enable
                interface 1
      register  networks ...,3,...
      enable    networks ...,3,...
      """;

  private static final String SEED_NETWORK_1 =
      """
      network   1 {
                name "local network"
                mask6 48
                real6 2001:db8:1111::2:1
                virt6 2001:db8:1111::2:0
                syncpeer 2001:db8:1111::2:2
                tarpit enable
                interface 1
      """;

  private static final String SEED_EXEMPTIONS =
      """
      arp       fe80::20e:cff:fe6c:ba4a
      arp       ::ffff:
      """;

  private static List<String> problems(String text) {
    return ConfigParser.parse("seed", text).problems().stream()
        .map(ConfigProblem::toString)
        .toList();
  }

  @Test
  void theDotsOfTheSeedAreExplained() {
    assertEquals(
        List.of(
            "seed:7:1: warning: 'register' comes while 'network 3' of line 1 is still open, which"
                + " is taken to end here; write '}' before it",
            "seed:7:20: error: '...' stands for the numbers of your other networks; write them all"
                + " out, such as 'register networks 1,2,3'",
            "seed:8:20: error: '...' stands for the numbers of your other networks; write them all"
                + " out, such as 'enable networks 1,2,3'"),
        problems(SEED_NETWORK_3 + "interface 1 { name eth0 }"));
  }

  @Test
  void theSecondExcerptParsesAsItStands() {
    ParseResult result = ConfigParser.parse("seed", "interface 1 { name eth0 }\n" + SEED_NETWORK_1);
    assertEquals(List.of(), result.errors());
    assertTrue(result.configuration().orElseThrow().networks().get(1).tarpit());
    assertEquals(
        List.of(
            "seed:2:1: warning: 'network 1' is neither registered nor enabled and does nothing;"
                + " write 'register networks 1' and 'enable networks 1' when it shall work",
            "seed:10:1: warning: 'end of file' comes while 'network 1' of line 2 is still open,"
                + " which is taken to end here; write '}' before it"),
        result.problems().stream().map(ConfigProblem::toString).toList());
  }

  @Test
  void bothExcerptsFollowOneAnotherAsInTheManual() {
    String text =
        "interface 1 { name eth0 }\n"
            + SEED_NETWORK_1
            + SEED_NETWORK_3.replace("...,3,...", "1,3")
            + SEED_EXEMPTIONS;
    ParseResult result = ConfigParser.parse("seed", text);
    assertEquals(List.of(), result.errors());
    Configuration seen = result.configuration().orElseThrow();
    assertEquals(List.of(1, 3), List.copyOf(seen.networks().keySet()));
    assertEquals(2, seen.exempt().size());
    assertEquals(4, result.warnings().size());
  }
}
