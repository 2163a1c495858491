package io.pitchlake.node.cli;

import java.util.Optional;
import org.jline.terminal.Terminal;
import picocli.CommandLine;

/// The commands that ask a node that runs, the same on the program's command line and in the
/// interactive shell.
final class OperatorCommands {
  private OperatorCommands() {}

  /// Adds them.
  ///
  /// @param terminal for who fills a screen; empty where it is to find one itself
  static CommandLine addTo(
      CommandLine commandLine, Surroundings world, Optional<Terminal> terminal) {
    return commandLine
        .addSubcommand(new ShowCommand(world))
        .addSubcommand(new FailoverCommand(world))
        .addSubcommand(new TargetCommands.Enable(world))
        .addSubcommand(new TargetCommands.Disable(world))
        .addSubcommand(new TargetCommands.Drain(world))
        .addSubcommand(new ReleaseCommand(world))
        .addSubcommand(new ReloadCommand(world))
        .addSubcommand(
            new CommandLine(new TraceCommand(world)).addSubcommand(new TraceFlowCommand(world)))
        .addSubcommand(new CaptureCommand(world))
        .addSubcommand(new TopCommand(world, terminal));
  }
}
