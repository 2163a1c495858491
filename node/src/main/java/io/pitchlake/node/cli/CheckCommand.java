package io.pitchlake.node.cli;

import io.pitchlake.common.config.ConfigDiff;
import io.pitchlake.common.config.ConfigDiff.Change;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.node.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `pitchlake check -c FILE`
@Command(
    name = "check",
    customSynopsis = "pitchlake check -c FILE [--against RUNNING]",
    header = "Read a configuration and report every problem in it.",
    description = {
      "",
      "Reads FILE as 'run' does, and starts nothing. Problems are printed on stderr, one per line:",
      "",
      "  FILE:LINE:COLUMN: error: 'text' is wrong; what would be right",
      "",
      "Warnings do not make a file wrong. A file that is right but asks for something this build "
          + "does not have gets a note, and 'run' would refuse it.",
      "",
      "With --against, also says what a reload would change in a node that runs the file RUNNING, "
          + "and what of it would be refused.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:the file is right", "2:wrong usage", "3:the file is broken or runs nothing"})
public final class CheckCommand implements Callable<Integer> {
  private final Surroundings world;
  @Mixin private FileOption file;

  @Option(
      names = "--against",
      paramLabel = "RUNNING",
      description = "The file a node runs now, to compare FILE with.")
  private Path running;

  public CheckCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    ConfigurationFile loaded = ConfigurationFile.load(file.path(), world);
    world
        .out()
        .println(
            loaded.path()
                + ": the configuration is right; it runs "
                + Node.networksOf(loaded.configuration()).stream()
                    .map(CheckCommand::network)
                    .collect(Collectors.joining(", "))
                + balanced(loaded.configuration()));
    if (running != null) {
      compare(ConfigurationFile.load(running, world).configuration(), loaded.configuration());
    }
    world.out().flush();
    return ExitCode.OK;
  }

  private void compare(Configuration now, Configuration next) {
    List<Change> changes = ConfigDiff.between(now, next);
    boolean refused = changes.stream().anyMatch(change -> change.refusal().isPresent());
    changes.forEach(change ->
        world.out().println((change.refusal().isPresent() ? "refused: " : "change: ") + change));
    world
        .out()
        .println(
            changes.isEmpty()
                ? "nothing would change"
                : refused
                    ? "a reload would be refused as a whole"
                    : "a reload would apply all of it");
  }

  /// Nothing, or ` and balances server 1 (192.168.2.10 tcp port 80, 2 targets)`.
  static String balanced(Configuration configuration) {
    List<String> servers =
        Node.serversOf(configuration).stream()
            .map(server ->
                "server %d (%s %s%s, %d target%s)"
                    .formatted(
                        server.id(),
                        server.address(),
                        server.protocol().name().toLowerCase(Locale.ROOT),
                        server.port() == 0 ? "" : " port " + server.port(),
                        server.targets().size(),
                        server.targets().size() == 1 ? "" : "s"))
            .toList();
    return servers.isEmpty() ? "" : " and balances " + String.join(", ", servers);
  }

  /// A network in a few words: `network 1 "office" (192.168.2.0/24 2001:db8:1::/64, tarpit hang)`.
  static String network(Network network) {
    StringBuilder text = new StringBuilder("network ").append(network.id());
    network.name().ifPresent(name -> text.append(" \"").append(name).append('"'));
    text.append(" (");
    String separator = "";
    if (network.prefix().isPresent()) {
      text.append(network.prefix().get());
      separator = " ";
    }
    if (network.prefix6().isPresent()) {
      text.append(separator).append(network.prefix6().get());
    }
    network.vlan().ifPresent(vlan -> text.append(", vlan ").append(vlan));
    text.append(network.tarpit() ? ", tarpit)" : ")");
    return text.toString();
  }
}
