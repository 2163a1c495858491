package io.pitchlake.node.cli;

import ch.qos.logback.classic.Level;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The whole command line: its commands, and what becomes of mistakes.
@Command(
    name = "pitchlake",
    header = "A high-availability tarpit and load balancer for a layer-2 segment.",
    description = {
      "",
      "Pitchlake proves which addresses of a network nobody owns and answers for them: whoever "
          + "scans the segment finds machines that do not exist, and is held there. Machines that "
          + "exist are left alone.",
      "",
      "Run it only on a network that is yours.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "Options:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done as asked",
      "2:the command line makes no sense",
      "3:the configuration is broken, cannot be read or runs nothing",
      "4:an interface is unknown, cannot be used or has gone",
      "5:a privilege is missing; the message names the capability",
      "6:a capture file is broken or cannot be read or written",
      "8:a drill could not be made",
      "9:no node answers at the socket",
      "10:the node refuses what was asked of it; the message says why",
      "11:the doctor has found warnings",
      "12:the doctor has found faults",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pitchlake check -c office.conf",
      "  pitchlake run -c office.conf",
      "  pitchlake replay morning.pcap answers.pcap -c office.conf",
      "  pitchlake pen --print-config -df -O \"dsr_if eth1\" 192.168.2.10:80 192.168.2.2",
      "  pitchlake show status",
      "  pitchlake drain target 2",
      "  pitchlake doctor",
      "  pitchlake run --help"
    },
    versionProvider = VersionCommand.Version.class)
public final class CommandLines implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");

  private final CommandLine commandLine;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli asks the option itself
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("UnusedVariable") // as above
  private boolean version;

  public CommandLines(Surroundings world) {
    commandLine =
        new CommandLine(this)
            .addSubcommand(new RunCommand(world))
            .addSubcommand(new CheckCommand(world))
            .addSubcommand(new ReplayCommand(world))
            .addSubcommand(new PenCommand(world))
            .addSubcommand(new DrillCommand(world))
            .addSubcommand(new WitnessCommand(world));
    OperatorCommands.addTo(commandLine, world, Optional.empty())
        .addSubcommand(new DoctorCommand(world))
        .addSubcommand(new ControlCommand(world))
        .addSubcommand(new CompletionCommand(world))
        .addSubcommand(new VersionCommand(world));
    behave(commandLine, world);
  }

  /// What holds for every line, whoever reads it: where words go to, what becomes of mistakes, and
  /// that a command may be named by any beginning that no other one has.
  static void behave(CommandLine commandLine, Surroundings world) {
    commandLine
        .setOut(world.out())
        .setErr(world.err())
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                world.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler((mistake, arguments) -> usage(mistake, world))
        .setExecutionExceptionHandler((trouble, command, parsed) -> end(trouble, world))
        .setAbbreviatedSubcommandsAllowed(true);
  }

  /// Runs one command line and returns the exit code.
  public int execute(String... arguments) {
    return commandLine.execute(arguments);
  }

  /// Reads one command line as it would be read to be run, and runs nothing.
  CommandLine.ParseResult parse(String... arguments) {
    return commandLine.parseArgs(arguments);
  }

  /// Everything that may be written.
  CommandTree tree() {
    return CommandTree.of(commandLine);
  }

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Log more, and stack traces of the program's own faults.")
  void debug(boolean wanted) {
    if (wanted) {
      logMore();
    }
  }

  static void logMore() {
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
        .setLevel(Level.DEBUG);
  }

  /// No command at all.
  @Override
  public void run() {
    throw new CommandLine.ParameterException(commandLine, "Missing command");
  }

  private static int usage(CommandLine.ParameterException mistake, Surroundings world) {
    CommandLine command = mistake.getCommandLine();
    world.err().println("pitchlake: " + mistake.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(mistake, world.err());
    world.err().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
    world.err().flush();
    return ExitCode.USAGE;
  }

  private static int end(Exception trouble, Surroundings world) {
    int code;
    List<String> lines;
    if (trouble instanceof Failure failure) {
      code = failure.exitCode();
      lines = failure.lines();
    } else {
      LOG.debug("internal error", trouble);
      code = ExitCode.INTERNAL;
      lines =
          List.of(
              "internal error: " + trouble + "; run again with --debug and report the stack trace");
    }
    lines.forEach(line -> world.err().println("pitchlake: " + line));
    world.err().flush();
    return code;
  }
}
