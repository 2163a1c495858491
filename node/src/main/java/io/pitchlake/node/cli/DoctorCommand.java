package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.hash.ClusterKey;
import io.pitchlake.node.doctor.Doctor;
import io.pitchlake.node.doctor.Examination;
import io.pitchlake.node.doctor.Machine;
import io.pitchlake.node.doctor.NodeVisit;
import io.pitchlake.node.doctor.Report;
import io.pitchlake.node.port.Port;
import io.pitchlake.node.port.PortException;
import io.pitchlake.sync.seal.LinkSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake doctor`
@Command(
    name = "doctor",
    customSynopsis = "pitchlake doctor [-c FILE] [-s SOCKET] [--passive] [--for SECONDS] [--json]",
    header = "Find out why nothing works, and say what helps.",
    description = {
      "",
      "Reads FILE, looks at this machine and at the node that runs here, listens to the segment, and "
          + "asks its machines: privileges, interfaces and their offloads, processor time and clock, "
          + "another VRRP speaker with the same number, other owners of this node's addresses, a "
          + "switch or cloud that drops the virtual MAC, MLD snooping, the sync link, targets "
          + "without their alias. It works before the first start, too.",
      "",
      "Each finding says what was seen, why it matters and what to do; docs/doctor.md has them all.",
      "",
      "What it sends takes no address over and is named at the end: ARP requests and probes, "
          + "neighbour solicitations, SYNs and pings to targets, pings, a connection to each sync "
          + "peer. With --passive it sends nothing. To hear segments it needs CAP_NET_RAW.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:nothing is wrong",
      "2:wrong usage",
      "3:the configuration is broken or runs nothing",
      "11:there are warnings, and no faults",
      "12:there are faults",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pitchlake doctor",
      "  pitchlake doctor -c office.conf --passive",
      "  pitchlake doctor --json"
    })
public final class DoctorCommand implements Callable<Integer> {
  private static final int LONGEST_SECONDS = 60;

  private final Surroundings world;
  @Mixin private SocketOption socket;

  @Option(
      names = {"-c", "--config"},
      defaultValue = "/etc/pitchlake/pitchlake.conf",
      paramLabel = "FILE",
      description = "The node's configuration. Default: ${DEFAULT-VALUE}.")
  private Path path;

  @Option(names = "--passive", description = "Send nothing: look and listen only.")
  private boolean passive;

  @Option(
      names = "--for",
      defaultValue = "5",
      paramLabel = "SECONDS",
      description =
          "Listen for so long, 1 to 60, or for three adverts if that is longer. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  public DoctorCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    if (seconds < 1 || seconds > LONGEST_SECONDS) {
      throw new Failure(
          ExitCode.USAGE,
          "--for %d: write a number from 1 to %d".formatted(seconds, LONGEST_SECONDS));
    }
    ConfigurationFile file = ConfigurationFile.load(path, world);
    Report report;
    AtomicReference<String> doing = new AtomicReference<>("");
    try (Progress _ = Progress.of(world, _ -> doing.get() + " ...")) {
      report = Doctor.examine(order(file, doing::set));
    }
    if (socket.json()) {
      world.out().print(report.json());
    } else {
      report.lines(world.colour()).forEach(world.out()::println);
    }
    world.out().flush();
    return report.hasFaults()
        ? ExitCode.FAULTS
        : report.hasWarnings() ? ExitCode.WARNINGS : ExitCode.OK;
  }

  private Examination order(ConfigurationFile file, Consumer<String> progress) {
    Optional<LinkSecret> secret = Optional.empty();
    Optional<String> problem = Optional.empty();
    try {
      String cluster =
          file.configuration().sync().flatMap(Sync::cluster).orElse(Replication.DEFAULT_CLUSTER);
      Optional<ClusterKey> key = ClusterKeyFile.quietly(file);
      secret = key.map(one -> new LinkSecret(one, cluster));
    } catch (Failure e) {
      problem = Optional.of(e.getMessage().replaceFirst("^.*: error: ", ""));
    }
    return new Examination(
        file.path(),
        file.configuration(),
        secret,
        problem,
        file.configuration().sync().flatMap(Sync::key).filter(ClusterKeyFile::isOpen),
        new Machine(world.root()),
        world.hostAddresses().get(),
        NodeVisit.of(socket.node().given(), file.configuration().admin(), world.runFolder()),
        this::open,
        new RealTimeAttempt(),
        passive,
        Duration.ofSeconds(seconds),
        world.clock(),
        world.random(),
        progress);
  }

  /// Through a packet ring: XDP would take frames away from the node.
  private Port open(String link) throws PortException {
    Interface section = new Interface(1, new Link.Named(link), Access.RING, false);
    return world.ports().open(section, 1, Set.of()).getFirst();
  }
}
