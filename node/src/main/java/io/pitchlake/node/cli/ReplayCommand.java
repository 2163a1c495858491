package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.node.Node;
import io.pitchlake.node.engine.IdleStrategy;
import io.pitchlake.node.port.PcapFilePort;
import io.pitchlake.node.port.PortClosedException;
import io.pitchlake.node.port.PortException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `pitchlake replay IN.pcap OUT.pcap -c FILE`
@Command(
    name = "replay",
    customSynopsis = "pitchlake replay IN.pcap OUT.pcap -c FILE [--seed N] [--mac MAC]",
    header = "Run a capture through the engine and write the frames a node would send.",
    description = {
      "",
      "Reads IN.pcap as if its frames arrived now, on the clock of the capture, and writes to "
          + "OUT.pcap what the node would send: its proofs, its answers. Prints the log's lines and a "
          + "table. The same capture, configuration and seed give the same OUT.pcap on every "
          + "machine. Needs no privilege and touches no interface.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the capture was read to its end",
      "2:wrong usage",
      "3:the configuration is broken or runs nothing",
      "6:a capture file is broken or cannot be read or written",
      "70:a fault of the program"
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final long GRACE_NANOS = 2_000_000_000L;

  private final Surroundings world;
  @Mixin private FileOption file;

  @Parameters(index = "0", paramLabel = "IN.pcap", description = "What a node would have heard.")
  private Path input;

  @Parameters(index = "1", paramLabel = "OUT.pcap", description = "What it would have sent.")
  private Path output;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Makes the cookie key; another seed gives other sequence numbers. Default: 0.")
  private long seed;

  @Option(
      names = "--mac",
      defaultValue = "02:00:00:00:00:01",
      paramLabel = "MAC",
      description = "The MAC of the node's interface. Default: ${DEFAULT-VALUE}.")
  private String mac;

  public ReplayCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    long portMac = portMac();
    ConfigurationFile loaded = ConfigurationFile.load(file.path(), world);
    Optional<ClusterKey> cluster = ClusterKeyFile.of(loaded);
    List<Interface> links = Node.interfacesOf(loaded.configuration());
    if (links.size() != 1) {
      throw new Failure(
          ExitCode.CONFIGURATION,
          "%s: error: a capture stands for one interface, but the networks are on %s"
              .formatted(
                  loaded.path(),
                  links.stream()
                      .map(link -> link.link().toString())
                      .collect(Collectors.joining(" and "))));
    }
    try (PcapFilePort port = PcapFilePort.open(input, output, portMac, GRACE_NANOS)) {
      Node node =
          new Node(
              // A capture has no peer that could answer an advert.
              loaded.configuration().alone(),
              List.of(port),
              port.clock(),
              new SplittableRandom(seed),
              cluster,
              Set.of(),
              IdleStrategy.busy());
      replay(node);
    } catch (PortException e) {
      throw new Failure(ExitCode.of(e.reason()), e.getMessage());
    } catch (PortClosedException e) {
      throw new Failure(ExitCode.CAPTURE, e.getMessage());
    }
    world.out().flush();
    return ExitCode.OK;
  }

  private void replay(Node node) {
    node.replay(event -> world.out().println(event.line()));
    new Report(List.of(node)).table(List.of()).forEach(world.out()::println);
  }

  private long portMac() throws Failure {
    try {
      long value = MacAddress.parse(mac).value();
      if (!MacAddress.isGroup(value)) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new Failure(
        ExitCode.USAGE,
        "'" + mac + "' is not the MAC of an interface; write such as 02:00:00:00:00:01");
  }
}
