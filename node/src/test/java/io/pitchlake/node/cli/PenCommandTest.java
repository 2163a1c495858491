package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Pen's command lines, word for word as its documents have them, and what they mean here.
class PenCommandTest {
  private static final String[] SEED = {
    "-df",
    "-O",
    "acl 1 permit 192.168.2.11",
    "-O",
    "tarpit_acl 1",
    "-O",
    "dsr_if eth1",
    "192.168.2.10:80",
    "192.168.2.2",
    "192.168.2.3"
  };

  @TempDir Path folder;
  private TestWorld world;

  @BeforeEach
  void nameTheInterface() {
    world = new TestWorld(folder).link("eth1", "192.168.2.4/24", "fe80::4/64", "2001:db8::4/64");
  }

  private int pen(String... arguments) {
    List<String> words = new ArrayList<>(List.of("pen"));
    words.addAll(List.of(arguments));
    return world.execute(words.toArray(String[]::new));
  }

  private String printed(String... arguments) {
    List<String> words = new ArrayList<>(List.of("--print-config"));
    words.addAll(List.of(arguments));
    assertEquals(0, pen(words.toArray(String[]::new)), () -> world.err());
    // What is the same for every command line is of no interest.
    return world
        .out()
        .lines()
        .filter(line -> !line.matches("(#|modules|engine|syslog).*"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String[] with(String first, String... more) {
    List<String> words = new ArrayList<>(List.of(first.split(" ")));
    words.addAll(List.of(more));
    words.addAll(List.of("-O", "dsr_if eth1", "192.168.2.10:80", "192.168.2.2"));
    words.remove("");
    return words.toArray(String[]::new);
  }

  private void assertRefused(int code, String words, String... arguments) {
    assertEquals(code, pen(arguments), () -> world.err());
    assertTrue(world.err().contains(words), () -> "'" + words + "' in:\n" + world.err());
    assertFalse(world.err().contains("\tat "), world.err());
  }

  @Test
  void theSeedsCommandLine() {
    String text = printed(SEED);
    for (String words :
        List.of(
            "interface 1 { name eth1 ",
            """
            network 1 {
                addr 192.168.2.0
                mask 255.255.255.0
                real 192.168.2.4
                tarpit enable
                tarpit mode hang
                personas off
                decoymac virtual
                interface 1
            }
            """,
            "ipaddr 192.168.2.10",
            "port 80",
            "protocol tcp",
            "dsr enable",
            "targets 1,2",
            "target 1 { ipaddr 192.168.2.2 ",
            "target 2 { ipaddr 192.168.2.3 ",
            """
            acl 1 permit 192.168.2.11/32
            tarpit_acl 1
            register networks 1
            register servers 1
            register targets 1,2
            enable networks 1
            enable servers 1
            enable targets 1,2
            """)) {
      assertTrue(text.contains(words), () -> words + " in\n" + text);
    }
  }

  @Test
  void theSeedsSecondList() {
    String text =
        printed(
            "-df",
            "-O",
            "acl 1 deny 192.168.2.1",
            "-O",
            "acl 1 deny 192.168.2.2",
            "-O",
            "acl 1 deny 192.168.2.3",
            "-O",
            "acl 1 deny 192.168.2.10",
            "-O",
            "tarpit_acl 1",
            "-O",
            "dsr_if eth1",
            "192.168.2.10:80",
            "192.168.2.2",
            "192.168.2.3");
    assertTrue(text.contains("acl 1 deny 192.168.2.10/32\ntarpit_acl 1\n"), text);
  }

  @Test
  void whatIsPrintedIsAFileThatCheckCallsRight() throws IOException {
    List<String> words = new ArrayList<>(List.of("--print-config"));
    words.addAll(List.of(SEED));
    assertEquals(0, pen(words.toArray(String[]::new)));
    Path file = folder.resolve("printed.conf");
    Files.writeString(file, world.out());
    TestWorld other = new TestWorld(folder);
    assertEquals(0, other.execute("check", "-c", file.toString()), other.err());
    assertTrue(other.out().contains("balances server 1 (192.168.2.10 tcp port 80"), other.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | scheduler rr persistence 32,128 604800s",
        "-T 600 | scheduler rr persistence 32,128 600s",
        "-r | scheduler rr }",
        "-h | scheduler hash persistence 32,128",
        "-N | scheduler hash }",
        "-W -r | scheduler leastsession }",
        "-O hash -O roundrobin | scheduler hash }"
      })
  void howServersAreSelected(String options, String words) {
    String text = printed(with(("-f " + options).strip())).replaceAll("\\s+", " ");
    assertTrue(text.contains(words), () -> words + " in\n" + text);
  }

  @Test
  void limitsWeightsPrioritiesAndServersOfLastResort() {
    String text =
        printed(
                "-f",
                "-W",
                "-e",
                "192.168.2.8",
                "-B",
                "192.168.2.9:80",
                "-O",
                "acl 2 deny 192.168.2.66",
                "-O",
                "client_acl 2",
                "-O",
                "dsr_if eth1",
                "192.168.2.10:80",
                "192.168.2.2:80:10:20:3",
                "192.168.2.3::5",
                "192.168.2.6:80:0:7")
            .replaceAll("\\s+", " ");
    for (String words :
        List.of(
            "targets 1,2,3 scheduler leastsession",
            "emergency 4 abuse 5 client_acl 2",
            "target 1 { ipaddr 192.168.2.2 port 80 weight 3",
            "maxsessions 10 hardmax 20",
            "maxsessions 5 hardmax 268435456",
            "maxsessions 7",
            "target 4 { ipaddr 192.168.2.8 ",
            "target 5 { ipaddr 192.168.2.9 port 80 ")) {
      assertTrue(text.contains(words), () -> words + " in\n" + text);
    }
  }

  @Test
  void prioritiesCountWithTheirMode() {
    String prio = "192.168.2.2:80:0:0:0:5";
    String text = printed("-Oprio", "-Odsr_if eth1", "192.168.2.10:80", prio);
    assertTrue(text.contains("priority 5"), text);
    world = new TestWorld(folder).link("eth1", "192.168.2.4/24");
    assertFalse(printed("-Odsr_if eth1", "192.168.2.10:80", prio).contains("priority"));
  }

  @Test
  void withoutATarpitListNobodyIsTrapped() {
    String text = printed(with("-f"));
    assertTrue(text.contains("tarpit disable"), text);
  }

  @Test
  void anAddressToAskFromMayBeNamed() {
    String text =
        printed(
            "--real",
            "10.1.0.9/16",
            "-O",
            "dsr_if nowhere0",
            "10.1.0.10:443",
            "10.1.2.2",
            "10.1.2.3");
    assertTrue(text.contains("interface 1 { name nowhere0"), text);
    assertTrue(text.contains("mask 255.255.0.0\n    real 10.1.0.9"), text);
    assertTrue(text.contains("port 443"), text);
  }

  @Test
  void ipv6IsSpokenWhereItIsNamed() {
    String text =
        printed("-f", "-O", "dsr_if eth1", "[2001:db8::10]:80", "[2001:db8::2]", "2001:db8::3");
    assertTrue(text.contains("real6 2001:db8::4"), text);
    assertFalse(text.contains("192.168.2.4"), text);
  }

  @Test
  void commandsMayStandInAFile() throws IOException {
    Path commands = folder.resolve("pen.cfg");
    Path included = folder.resolve("acl.cfg");
    Files.writeString(included, "acl 1 permit 192.168.2.128 255.255.255.128\n");
    Files.writeString(
        commands,
        """
        # written by Pen
        no abort_on_error
        no http
        dsr_if eth1
        include %s
        tarpit_acl 1
        idle_timeout 300
        listen 192.168.2.10:80
        server 0 address 192.168.2.2 port 80 max 0 hard 0
        server 1 address 192.168.2.3 port 80
        """
            .formatted(included));
    String text = printed("-f", "-F", commands.toString());
    for (String line :
        List.of(
            "acl 1 permit 192.168.2.128/25",
            "set sessiontcpto 300",
            "target 2 { ipaddr 192.168.2.3 port 80 ")) {
      assertTrue(text.contains(line), () -> line + " in\n" + text);
    }
  }

  @Test
  void aFileOfCommandsIsReportedByLine() throws IOException {
    Path commands = folder.resolve("pen.cfg");
    Files.writeString(commands, "acl 1 allow 192.168.2.1\nfrobnicate\n");
    assertRefused(2, commands + ":1: 'acl 1 allow", with("-F " + commands));
    assertTrue(world.err().contains(commands + ":2: 'frobnicate' is not a command"), world.err());
    assertRefused(2, "there is no such file", with("-F " + folder + "/none"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-x 500 | set sessions",
        "-c 2048 | set sessions",
        "-t 3 | arp 1,3",
        "-b 30 | arp 1,3",
        "-S 2 | Pen 0.32",
        "-C 8888 | SIGHUP",
        "-X | SIGHUP",
        "-H | client's own address",
        "-u nobody | User=",
        "-j /var/run/pen | RootDirectory=",
        "-l pen.log | standard output",
        "-w pen.html | summary lines",
        "-s | always gets another",
        "-i pen | systemd",
        "-E a.pem | TLS ends on the servers",
        "-K a.pem | TLS ends on the servers",
        "-G a.pem | TLS ends on the servers",
        "-A dir | TLS ends on the servers",
        "-Z | TLS ends on the servers",
        "-R | TLS ends on the servers",
        "-L ssl3 | TLS ends on the servers",
        "-y | is not an option of Pen",
        "-e somewhere | -e 'somewhere' is not an address",
        "--turbo | is not an option"
      })
  void whatBelongsToAProxySaysWhatToUseInstead(String option, String words) {
    assertRefused(2, words, with("-f " + option));
    assertTrue(world.opened().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-P", "-Q", "-a", "-m 5", "-q 100", "-D", "-n"})
  void whatNobodyCanSeeIsLeftOut(String option) {
    printed(with("-f " + option));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "acl 1 permit | is not such as",
        "acl 10 permit 1.2.3.4 | number from 0 to 9",
        "acl 1 permit country SE | GeoIP",
        "acl 1 deny 10.0.0.0 255.0.255.0 | has no address",
        "tarpit_acl 3 | without entries",
        "blacklist 5 | arp 1,3",
        "write | SIGHUP",
        "ssl_option no_sslv2 | TLS",
        "transparent | client's own address",
        "no | names no command",
        "weigth | is not a command"
      })
  void aCommandThatCannotBeDoneSaysWhy(String command, String words) {
    assertRefused(2, words, with("-f", "-O", command));
  }

  @Test
  void everyMistakeIsNamedAtOnce() {
    assertRefused(2, "dsr_if", "-x", "5", "-Z", "80");
    for (String words : List.of("-x 5", "-Z", "listening address", "no server")) {
      assertTrue(world.err().contains(words), () -> words + " in\n" + world.err());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.168.2.10:80 192.168.2.2:8080 | another port",
        "192.168.2.10:http 192.168.2.2 | in numbers",
        "192.168.2.10:80 www1 | in numbers",
        "192.168.2.10:80 2001:db8::2 | another address family",
        "/tmp/socket 192.168.2.2 | Unix socket",
        "10.9.9.9:80 192.168.2.2 | in no network of eth1 (192.168.2.0/24"
      })
  void addressesThatCannotWorkAreRefused(String addresses, String words) {
    List<String> line = new ArrayList<>(List.of("-f", "-O", "dsr_if eth1"));
    line.addAll(List.of(addresses.split(" ")));
    assertRefused(2, words, line.toArray(String[]::new));
  }

  @Test
  void anInterfaceWithoutAnAddressIsToldApartFromNone() {
    world = new TestWorld(folder).link("eth1", "fe80::1/64");
    assertRefused(2, "ip addr add", with("-f"));
    assertRefused(4, "no interface 'eth7'", "-O", "dsr_if eth7", "192.168.2.10:80", "192.168.2.2");
  }

  @Test
  void aTargetWithTheListeningAddressIsReportedWithoutAPlace() {
    assertRefused(
        3,
        "pen: 'target 1' has the address",
        "-O",
        "dsr_if eth1",
        "192.168.2.10:80",
        "192.168.2.10");
  }

  @Test
  void helpIsAskedForByItsLongName() {
    assertEquals(0, pen("--help"));
    assertTrue(world.out().contains("-O \"dsr_if INTERFACE\""), world.out());
  }

  @Test
  void theProcessIdIsWrittenWhileItRuns() {
    world.refusing(io.pitchlake.node.port.PortException.Reason.NOT_PERMITTED, "CAP_NET_RAW");
    Path pidFile = folder.resolve("pen.pid");
    assertRefused(5, "CAP_NET_RAW", with("-f -p " + pidFile));
    assertFalse(Files.exists(pidFile));
    assertRefused(2, "-p " + folder, with("-f -p " + folder));
  }
}
