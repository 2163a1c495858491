package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.node.port.Batch;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortClosedException;
import io.pitchlake.node.port.PortException;
import io.pitchlake.node.port.PortException.Reason;
import io.pitchlake.node.port.PortStatistics;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How commands end: the exit code, the one line that says why, and never a stack trace.
class CommandLinesTest {
  private static final String BALANCED =
      """
      server 1 { ipaddr 10.0.0.10 port 80 dsr enable targets 1 }
      target 1 { ipaddr 10.0.0.20 }
      register servers 1 enable servers 1 register targets 1 enable targets 1
      """;
  private static final String GOOD =
      """
      hostname test
      interface 1 { name eth0 }
      network 1 { mask 24 real 10.0.0.4 tarpit enable interface 1 }
      register networks 1
      enable networks 1
      syslog off
      """;

  @TempDir Path folder;
  private TestWorld world;
  private Path file;

  @BeforeEach
  void nameFile() {
    world = new TestWorld(folder);
    file = folder.resolve("node.conf");
  }

  private int execute(String command, String text) throws IOException {
    Files.writeString(file, text);
    return world.execute(command, "-c", file.toString());
  }

  private void assertEnds(int expected, int seen, String... words) {
    assertEquals(expected, seen, () -> "stderr:\n" + world.err());
    for (String word : words) {
      assertTrue(world.err().contains(word), () -> "'" + word + "' in:\n" + world.err());
    }
    assertFalse(world.err().contains("\tat "), world.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "check",
        "replay",
        "drill",
        "version",
        "show",
        "failover",
        "enable",
        "disable",
        "drain",
        "release",
        "reload",
        "trace",
        "doctor",
        "capture",
        "top",
        "control",
        "completion"
      })
  void everyCommandExplainsItselfAndItsExitCodes(String command) {
    assertEquals(0, world.execute(command, "--help"));
    assertTrue(world.out().contains("Usage: pitchlake " + command), world.out());
    assertTrue(world.out().contains("Exit status:"), world.out());
  }

  @Test
  void theHelpNamesEveryCommandAndExitCode() {
    assertEquals(0, world.execute("--help"));
    for (String word :
        List.of(
            "run",
            "check",
            "replay",
            "drill",
            "version",
            "show",
            "failover",
            "enable",
            "disable",
            "drain",
            "release",
            "reload",
            "trace",
            "doctor",
            "capture",
            "top",
            "control",
            "completion")) {
      assertTrue(world.out().contains("\n  " + word), world.out());
    }
    for (int code : new int[] {0, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 70}) {
      assertTrue(world.out().contains("\n  " + code + " "), world.out());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "show status",
        "show events --follow",
        "failover",
        "drain target 1",
        "release 10.0.0.7",
        "reload",
        "trace -n 5",
        "trace flow tcp 10.0.0.66:4711 10.0.0.77:80",
        "capture",
        "top --once",
        "control"
      })
  void whereNoNodeAnswersACommandSaysSo(String line) {
    assertEnds(
        9, world.execute(line.split(" ")), "no node answers at " + folder.resolve("admin.sock"));
  }

  @Test
  void whatIsNoAddressCannotBeReleased() {
    assertEnds(2, world.execute("release", "nowhere"), "'nowhere' is no address");
  }

  @Test
  void whatIsNoFlowCannotBeTraced() {
    assertEnds(
        2,
        world.execute("trace", "flow", "icmp", "10.0.0.66", "10.0.0.77"),
        "'icmp 10.0.0.66 10.0.0.77' is no flow; write tcp|udp SOURCE:PORT DESTINATION:PORT");
  }

  /// Another process has the socket that the file asks for.
  @Test
  void aSocketThatTheFileAsksForMustBeHad() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    world.ports((link, engines, spread) -> List.of(new ClosingPort()));
    assertEnds(
        4,
        execute("run", GOOD + "admin { socket \"%s\" listen off }\n".formatted(taken)),
        taken + " is there, and no socket");
  }

  @Test
  void versionSaysWhichJava() {
    assertEquals(0, world.execute("version"));
    assertTrue(world.out().startsWith("pitchlake "), world.out());
    assertTrue(world.out().contains("Java " + Runtime.version().feature()), world.out());
  }

  @ParameterizedTest
  @CsvSource({
    "'', Missing command",
    "fly, fly",
    "run, --config",
    "run -c a --altitude 3, --altitude",
    "replay a.pcap -c x, OUT.pcap",
    "show, WHAT",
    "show nothing, nothing",
    "show status --limit x, --limit",
    "drain server 1, server",
    "drain target, N",
    "drain target one, one",
    "release, ADDRESS",
    "failover --for long, --for",
    "trace flow, FLOW"
  })
  void aCommandLineThatMakesNoSenseEndsWithTwo(String line, String word) {
    assertEnds(2, world.execute(line.isEmpty() ? new String[0] : line.split(" ")), word, "Try: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fly --virt 10.0.0.5|drill fly: there is crash,",
        "crash|which address does the pair share?",
        "crash --virt 2001:db8::5|--virt 2001:db8::5: write an IPv4 address",
        "crash --virt 10.0.0.5 --runs 0|--runs 0: write a number from 1 to 1000",
        "crash --virt 10.0.0.5 --echo 10.0.0.10|--echo 10.0.0.10: write ADDRESS:PORT",
        "crash --virt 10.0.0.5 --echo 10.0.0.10:70000|--echo 10.0.0.10:70000: write ADDRESS:PORT",
        "crash --virt 10.0.0.5 --advert fast|--advert fast: write such as 10ms or 1s",
        "crash --pair lab,a,b|--pair lab,a,b: write NAME,TAP,TAP,ADDRESS",
        "calm --virt 10.0.0.5 --minutes 0|--minutes 0.0: write minutes up to",
        "calm --virt 10.0.0.5 --load 65|--load 65: write a number from 0 to 64"
      })
  void aDrillThatMakesNoSenseSaysWhatWould(String words, String said) {
    assertEnds(2, world.execute(("drill --interface eth0 " + words).split(" ")), said);
  }

  @Test
  void aDrillNeedsAnAddressOfItsOwnToAskFrom() {
    String[] words = "drill crash --interface nothere0 --virt 10.0.0.5".split(" ");
    assertEnds(8, world.execute(words), "interface 'nothere0' has no IPv4 address to ask from");
  }

  @Test
  void aPairThatIsNeverReadyEndsTheDrillInWords() {
    String[] words = {
      "drill",
      "crash",
      "--interface",
      "lo",
      "--virt",
      "10.0.0.5",
      "--ready",
      "exit 1",
      "--patience",
      "0"
    };
    assertEnds(8, world.execute(words), "the pair pair did not become ready within 0 s");
  }

  @Test
  void everyProblemOfAFileIsALineOfItsOwn() throws IOException {
    int seen = execute("check", "frobnicate 1\ninterface 1 { name eth0 acess pcap }\n");
    assertEnds(3, seen, file + ":1:1: error: 'frobnicate'", file + ":2:25: error: 'acess'");
    assertEquals("", world.out());
  }

  @Test
  void problemsAreColouredOnATerminalAlone() throws IOException {
    execute("check", "frobnicate\n");
    assertFalse(world.err().contains("\033["), world.err());
    world = new TestWorld(folder).colour();
    execute("check", "frobnicate\n");
    assertTrue(world.err().contains(":1:1: \033[31merror:\033[0m "), world.err());
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws IOException {
    assertEnds(3, world.execute("run", "-c", file.toString()), file.toString(), "no such file");
    Files.createDirectory(file);
    assertEnds(3, world.execute("run", "-c", file.toString()), "is a directory");
    Path latin = folder.resolve("latin.conf");
    Files.write(latin, new byte[] {'#', (byte) 0xe4, '\n'});
    assertEnds(3, world.execute("run", "-c", latin.toString()), "not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "check"})
  void aFileThatRunsNothingIsRefused(String command) throws IOException {
    String text = GOOD.replace("enable networks 1", "");
    assertEnds(3, execute(command, text), "no network is both registered and enabled");
  }

  @ParameterizedTest
  @CsvSource({
    "0, has 0 bytes",
    "31, has 31 bytes",
    "65537, is larger than 64 KiB",
    "-1, does not exist",
    "-2, is a directory"
  })
  void aClusterKeyThatIsNoneIsRefusedBeforeAnythingIsOpened(int bytes, String what)
      throws IOException {
    Path key = folder.resolve("cluster.key");
    if (bytes >= 0) {
      Files.write(key, new byte[bytes]);
    } else if (bytes == -2) {
      Files.createDirectory(key);
    }
    assertEnds(
        3, execute("run", GOOD + "sync { key \"" + key + "\" }"), "the cluster key " + key, what);
    assertEquals(List.of(), world.opened(), "nothing is opened before the refusal");
  }

  @Test
  void checkSaysWhatIsBalanced() throws IOException {
    assertEnds(
        0,
        execute("check", GOOD + BALANCED.replace("ipaddr 10.0.0.20", "ipaddr 10.0.0.20 arp 1,3")));
    assertFalse(world.out().contains("note:"), world.out());
    assertTrue(
        world.out().contains("and balances server 1 (10.0.0.10 tcp port 80, 1 target)"),
        world.out());
  }

  @Test
  void checkSaysWhatAGoodFileRuns() throws IOException {
    assertEnds(0, execute("check", GOOD));
    assertTrue(world.out().contains("runs network 1 (10.0.0.0/24, tarpit)"), world.out());
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void aPortThatCannotBeOpenedEndsWithACodeOfItsKind(Reason reason) throws IOException {
    int expected =
        switch (reason) {
          case NOT_PERMITTED -> 5;
          case BAD_FILE -> 6;
          default -> 4;
        };
    world.refusing(reason, "eth0 would need CAP_NET_RAW");
    assertEnds(expected, execute("run", GOOD), "pitchlake: eth0 would need CAP_NET_RAW");
  }

  @Test
  void portsThatWereOpenedAreClosedWhenALaterOneFails() throws IOException {
    ClosingPort first = new ClosingPort();
    world.ports((link, engines, spread) -> {
      if (link.id() == 1) {
        return List.of(first);
      }
      throw new PortException(Reason.UNKNOWN_INTERFACE, "there is no eth1");
    });
    String second =
        """
        interface 2 { name eth1 }
        network 2 { mask 24 real 10.0.2.4 interface 2 }
        register networks 2
        enable networks 2
        """;
    assertEnds(4, execute("run", GOOD + second), "there is no eth1");
    assertTrue(first.closed, "eth0 is closed");
  }

  @Test
  void runEndsInOrderWhenItIsAskedTo() throws IOException {
    ClosingPort port = new ClosingPort();
    world.ports((link, engines, spread) -> List.of(port)).host("10.0.0.4");
    assertEnds(0, execute("run", GOOD));
    assertEquals("eth0", world.opened().getFirst().link().toString());
    assertTrue(port.closed, "the port is closed");
    assertEquals("", world.err());
  }

  @Test
  void anInterfaceThatGoesAwayEndsTheRunWithFour() throws IOException {
    world.ports((link, engines, spread) ->
        List.of(
            new ClosingPort() {
              @Override
              void look() {
                throw new PortClosedException("interface 'eth0' has disappeared");
              }
            }));
    assertEnds(4, execute("run", GOOD), "interface 'eth0' has disappeared");
  }

  @Test
  void anInterfaceThatIsToBeWaitedForMayGoAway() throws IOException {
    world.ports((link, engines, spread) -> {
      if (world.opened().size() > 1) {
        throw new PortException(Reason.UNKNOWN_INTERFACE, "there is no eth0");
      }
      return List.of(
          new ClosingPort() {
            @Override
            void look() {
              throw new PortClosedException("interface 'eth0' has disappeared");
            }
          });
    });
    assertEnds(0, execute("run", GOOD.replace("name eth0", "name eth0 wait on")));
    assertEquals(2, world.opened().size(), "it began anew and waited");
  }

  @Test
  void onlyAnInterfaceThatMayComeIsWaitedFor() throws IOException {
    String waiting = GOOD.replace("name eth0", "name eth0 wait on");
    world.refusing(Reason.INTERFACE_DOWN, "eth0 is down");
    assertEnds(0, execute("run", waiting));
    world.refusing(Reason.NOT_PERMITTED, "CAP_NET_RAW is missing");
    assertEnds(5, execute("run", waiting), "CAP_NET_RAW is missing");
  }

  @Test
  void variablesInTheFileComeFromTheEnvironment() throws IOException {
    String text = GOOD.replace("10.0.0.4", "10.0.0.${NUMBER}");
    assertEnds(3, execute("check", text), "node.conf:3:26: error: '${NUMBER}' has no value");
    world.environment("NUMBER", "4");
    assertEquals(0, execute("check", text), world::err);
    assertEquals(0, world.execute("check", "--help"));
    assertTrue(world.out().contains("${NAME} and ${NAME:-VALUE}"), world.out());
  }

  @Test
  void aFileThatCannotBeWrittenEndsWithTwo() throws IOException {
    world.ports((link, engines, spread) -> List.of(new ClosingPort()));
    Files.writeString(file, GOOD);
    Path nowhere = folder.resolve("nowhere/alive");
    assertEnds(
        2,
        world.execute("run", "-c", file.toString(), "--alive", nowhere.toString()),
        "--alive " + nowhere + ": cannot be written");
  }

  @Test
  void aFaultOfTheProgramIsOneLine() throws IOException {
    world.ports((link, engines, spread) ->
        List.of(
            new ClosingPort() {
              @Override
              void look() {
                throw new IllegalStateException("boom");
              }
            }));
    assertEnds(70, execute("run", GOOD), "internal error", "boom", "--debug");
    assertEquals(1, world.err().lines().count(), world.err());
  }

  /// A port that hears nothing and knows whether it was closed.
  private static class ClosingPort implements Port {
    private final MemorySegment buffer = Arena.ofAuto().allocate(2048);
    private final Frame frame = new Frame();
    boolean closed;

    /// Called at each receive.
    void look() {}

    @Override
    public String name() {
      return "eth0";
    }

    @Override
    public String access() {
      return "test";
    }

    @Override
    public long mac() {
      return 0x0200_0000_0004L;
    }

    @Override
    public int mtuBytes() {
      return 1500;
    }

    @Override
    public int receive(Batch into) {
      look();
      into.clear();
      return 0;
    }

    @Override
    public Frame newFrame() {
      return frame.wrap(buffer.address(), 0, 2048);
    }

    @Override
    public void transmit(Frame proof) {}

    @Override
    public int flush() {
      return 0;
    }

    @Override
    public void awaitInput(long timeoutNanos) {}

    @Override
    public PortStatistics statistics() {
      return new PortStatistics(0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nowhere",
    "192.0.2.9:0",
    "192.0.2.9:70000",
    "192.0.2.9:x",
    "[2001:db8::9",
    "[]:7801",
    ":7801"
  })
  void aWitnessNeedsAnAddress(String bind) throws IOException {
    Path key = Files.write(folder.resolve("cluster.key"), new byte[32]);
    assertEnds(
        2,
        world.execute("witness", "--bind", bind, "--key", key.toString()),
        "'" + bind + "' is no ADDRESS[:PORT]; write such as 192.0.2.9:7801");
  }

  @Test
  void aWitnessNeedsAKey() throws IOException {
    Path key = Files.write(folder.resolve("cluster.key"), new byte[31]);
    assertEnds(
        3,
        world.execute("witness", "--bind", "127.0.0.1:7901", "--key", key.toString()),
        "--key: error: the cluster key " + key + " has 31 bytes");
  }

  @Test
  void aWitnessSaysWhyAnAddressCannotBeUsed() throws IOException {
    Path key = Files.write(folder.resolve("cluster.key"), new byte[32]);
    assertEnds(
        4,
        world.execute("witness", "--bind", "192.0.2.9", "--key", key.toString()),
        "heartbeats cannot be received at 192.0.2.9, UDP port 7801");
  }
}
