package io.pitchlake.node.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jline.reader.EOFError;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/// What the lines of the interactive shell mean: the commands for a node that runs, `help`, `exit`
/// and `quit`, each by any beginning that no other one has. One thread.
final class Shell {
  /// What stands for the program.
  @Command(name = "pitchlake", header = "Commands for a node that runs:", synopsisHeading = "")
  private static final class Root {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        scope = ScopeType.INHERIT,
        description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli asks the option itself
    private boolean help;
  }

  /// `exit`
  @Command(
      name = "exit",
      aliases = "quit",
      header = "Leave.",
      customSynopsis = {"exit", "       quit"})
  private final class Exit implements Runnable {
    @Override
    public void run() {
      leaving = true;
    }
  }

  /// `help COMMAND`
  @Command(
      name = "help",
      header = "Explain a command.",
      customSynopsis = {"help", "       help COMMAND"})
  private final class Help implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Which; none: list them.")
    private List<String> words = List.of();

    @Override
    public Integer call() {
      return commandLine()
          .execute(Stream.concat(words.stream(), Stream.of("--help")).toArray(String[]::new));
    }
  }

  private final Surroundings world;
  private final Path socket;
  private final Optional<Terminal> terminal;
  private final DefaultParser parser = new DefaultParser();
  private boolean leaving;

  /// What ends the command that runs; null between commands.
  private volatile Runnable stop;

  /// @param socket of the node, unless a line names another one
  /// @param terminal empty where nobody sits before one
  Shell(Surroundings world, Path socket, Optional<Terminal> terminal) {
    this.world = world.endingBy(this::whenInterrupted);
    this.socket = socket;
    this.terminal = terminal;
    parser.setEofOnUnclosedQuote(true);
  }

  /// How lines are taken apart.
  Parser parser() {
    return parser;
  }

  /// What may be written.
  CommandTree tree() {
    return CommandTree.of(commandLine());
  }

  boolean isLeaving() {
    return leaving;
  }

  /// Runs one line; returns its exit code, 0 for an empty one and for what begins with `#`.
  int execute(String line) {
    if (line.isBlank() || line.strip().startsWith("#")) {
      return ExitCode.OK;
    }
    List<String> words;
    try {
      words = parser.parse(line, line.length(), Parser.ParseContext.ACCEPT_LINE).words();
    } catch (EOFError e) {
      world.err().println("pitchlake: a quote is open at the end of: " + line);
      world.err().flush();
      return ExitCode.USAGE;
    }
    try {
      return commandLine()
          .execute(words.stream().filter(word -> !word.isEmpty()).toArray(String[]::new));
    } finally {
      stop = null;
    }
  }

  /// Ends the command that runs, if it goes on until it is ended. Any thread.
  void interrupt() {
    Runnable running = stop;
    if (running != null) {
      running.run();
    }
  }

  private void whenInterrupted(Runnable end) {
    stop = end;
  }

  /// A new one for each line, for commands keep what they were told.
  private CommandLine commandLine() {
    CommandLine root =
        OperatorCommands.addTo(new CommandLine(new Root()), world, terminal)
            .addSubcommand(new Exit())
            .addSubcommand(new Help());
    CommandLines.behave(root, world);
    return root.setDefaultValueProvider(argument ->
        argument instanceof OptionSpec option && option.longestName().equals(NodeSocket.OPTION)
            ? socket.toString()
            : null);
  }
}
