package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.Exchange;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.event.sink.Observer;
import io.pitchlake.node.event.sink.SinkException;
import io.pitchlake.node.event.sink.SinkWorld;
import io.pitchlake.node.event.sink.Sinks;
import io.pitchlake.node.port.Carrier;
import io.pitchlake.node.sim.SimPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What SIGHUP does to the engines of a node, and what it says.
class ReloadOfNodesTest {
  private static final String START =
      """
      interface 1 { name eth0 access ring }
      network 1 { addr 10.0.0.0 mask 24 real 10.0.0.4 tarpit enable interface 1 }
      server 1 { ipaddr 10.0.0.10 port 80 dsr enable targets 1,2 }
      target 1 { ipaddr 10.0.0.20 }
      target 2 { ipaddr 10.0.0.21 }
      set engines 2 set addresses 1024 set sessions 1024 set drainto 60
      register networks 1 enable networks 1 register servers 1 enable servers 1
      register targets 1,2 enable targets 1,2
      """;
  private static final String WITHOUT_2 =
      START
          .replace("targets 1,2 }", "targets 1 }")
          .replace("targets 1,2 enable targets 1,2", "targets 1 enable targets 1");

  private final SimClock clock = new SimClock();
  private final Logger logger = (Logger) LoggerFactory.getLogger("pitchlake");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Exchange exchange = new Exchange(2);
  private final List<Node> nodes =
      IntStream.range(0, 2)
          .mapToObj(engine ->
              new Node(
                  parsed(START),
                  List.of(new SimPort("eth0", 0x0200_0000_0004L)),
                  clock,
                  new SplittableRandom(1),
                  Optional.empty(),
                  Set.of(),
                  IdleStrategy.busy(),
                  exchange.seat(engine),
                  Optional.empty(),
                  Carrier.ALWAYS))
          .toList();
  private String file = START;
  private final Reload reload =
      new Reload(
          () -> {
            if (file.isEmpty()) {
              throw new Failure(ExitCode.CONFIGURATION, "node.conf: 1 error");
            }
            return new ConfigurationFile(Path.of("node.conf"), parsed(file));
          },
          parsed(START),
          nodes,
          sinks(),
          Set::of,
          clock);

  private Sinks sinks() {
    try {
      return Sinks.open(
          parsed(START),
          new AccessList(List.of()),
          new SinkWorld(
              new Observer("node-a", "1.2"),
              Path.of("/nowhere/log"),
              clock,
              new SplittableRandom(1)));
    } catch (SinkException e) {
      throw new AssertionError(e);
    }
  }

  private static Configuration parsed(String text) {
    var result = ConfigParser.parse("test", text);
    return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
  }

  @BeforeEach
  void listen() {
    log.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private void reload(String text) {
    file = text;
    reload.run();
  }

  private void assertSaid(String words) {
    List<String> lines = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertTrue(lines.stream().anyMatch(line -> line.contains(words)), words + " in " + lines);
  }

  private void assertRun(Configuration expected) {
    nodes.forEach(node -> assertEquals(expected, node.configuration()));
  }

  @Test
  void aChangeRunsOnEveryEngine() {
    reload(START.replace("10.0.0.21 }", "10.0.0.21 weight 3 }"));
    assertRun(parsed(file));
    assertSaid("target 2: 'weight 1' becomes 'weight 3'");
  }

  @Test
  void whatCannotBeDoneIsRefusedWholeWithEveryReason() {
    reload(
        START
            .replace("access ring", "access auto")
            .replace("set engines 2", "set engines 2 hostname x")
            .replace("10.0.0.21 }", "10.0.0.21 weight 3 }"));
    assertRun(parsed(START));
    assertSaid("interface 1: 'access ring' becomes 'access auto': interfaces are opened");
    assertSaid("'hostname x' is new");
    assertSaid("refused as a whole");
  }

  @Test
  void aBrokenFileChangesNothing() {
    reload("");
    assertRun(parsed(START));
    assertSaid("reload refused: node.conf: 1 error");
  }

  @Test
  void nothingNewIsSaidSo() {
    reload("# a comment\n" + START);
    assertSaid("nothing has changed");
  }

  @Test
  void aTargetThatIsTakenAwayIsKeptForItsTime() {
    reload(WITHOUT_2);
    Configuration before = parsed(START);
    assertRun(parsed(WITHOUT_2).keeping(List.of(before.targets().get(2))));
    assertSaid("target 2 (10.0.0.21) gets no new flows and keeps its own for 60 s");
    nodes.forEach(node -> assertTrue(node.configuration().runningTargets().containsKey(2)));
    clock.advanceSeconds(59);
    reload.tick();
    nodes.forEach(node -> assertTrue(node.configuration().runningTargets().containsKey(2)));
    clock.advanceSeconds(1);
    reload.tick();
    assertRun(parsed(WITHOUT_2));
    assertSaid("target 2 (10.0.0.21) is gone");
  }

  @Test
  void withoutTimeToDrainATargetGoesAtOnce() {
    reload(WITHOUT_2.replace("drainto 60", "drainto 0"));
    assertRun(parsed(file));
  }

  @Test
  void aTargetThatComesBackStays() {
    reload(WITHOUT_2);
    reload(START);
    clock.advanceSeconds(61);
    reload.tick();
    assertRun(parsed(START));
  }

  @Test
  void theNumberOfALeavingTargetIsTaken() {
    reload(WITHOUT_2);
    reload(START.replace("10.0.0.21", "10.0.0.22"));
    assertSaid("target 2: its number still belongs to 10.0.0.21");
    assertTrue(nodes.getFirst().configuration().runningTargets().containsKey(2));
  }

  @Test
  void enginesThatTakeNoCommandsRefuse() {
    // Nobody turns them, so their queues fill up.
    for (int i = 0; i < 70; i++) {
      reload(START.replace("drainto 60", "drainto " + (100 + i)));
    }
    assertSaid("an engine takes no commands");
    assertEquals(nodes.get(0).configuration(), nodes.get(1).configuration());
  }
}
