package io.pitchlake.node.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `pitchlake control`
@Command(
    name = "control",
    customSynopsis = "pitchlake control [-s SOCKET]",
    header = "Command a node that runs from an interactive shell.",
    description = {
      "",
      "Takes the commands that ask a node: show, failover, enable, disable, drain, release, reload, "
          + "trace, capture and top; 'help' lists them and 'help COMMAND' explains one. Any beginning that "
          + "no other command has will do: 'sh st' is 'show status'. Tab completes, Ctrl-C ends a command, "
          + "'exit' or Ctrl-D the shell. What was typed is kept in ~/.pitchlake_history if there is a home "
          + "to write to.",
      "",
      "Where standard input is no terminal, its lines are done one after the other; those that begin "
          + "with # are left out, and the exit status is the last one's.",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:left",
      "2:wrong usage",
      "9:no node answers at the socket",
      "70:a fault of the program"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pitchlake control",
      "  printf 'drain target 2\\nshow targets\\n' | pitchlake control"
    })
final class ControlCommand implements Callable<Integer> {
  private static final String PROMPT = "pitchlake> ";
  private static final String HISTORY = ".pitchlake_history";

  private final Surroundings world;
  @Mixin private NodeSocket node;

  ControlCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() throws Failure {
    // Whoever answers is the one that is commanded.
    var _ = node.ask(world, "GET", new Query("/healthz"), false);
    Path socket = node.path(world);
    try {
      if (!world.console().inIsTerminal()) {
        return script(new Shell(world, socket, Optional.empty()));
      }
      try (Terminal terminal = Screen.open()) {
        converse(new Shell(world, socket, Optional.of(terminal)), terminal);
        return ExitCode.OK;
      }
    } catch (IOException e) {
      throw new Failure(ExitCode.USAGE, "the terminal cannot be used: " + e.getMessage());
    }
  }

  private int script(Shell shell) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(world.console().in(), StandardCharsets.UTF_8));
    int code = ExitCode.OK;
    for (String line = lines.readLine();
        line != null && !shell.isLeaving();
        line = lines.readLine()) {
      code = line.isBlank() ? code : shell.execute(line);
    }
    return code;
  }

  private void converse(Shell shell, Terminal terminal) {
    LineReader reader = reader(shell, terminal);
    // While a line is read JLine has a handler of its own.
    terminal.handle(Terminal.Signal.INT, signal -> shell.interrupt());
    while (!shell.isLeaving()) {
      try {
        shell.execute(reader.readLine(PROMPT));
      } catch (UserInterruptException e) {
        continue; // Ctrl-C takes back what was typed
      } catch (EndOfFileException e) {
        return;
      }
    }
  }

  private LineReader reader(Shell shell, Terminal terminal) {
    CommandTree tree = shell.tree();
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("pitchlake")
            .parser(shell.parser())
            .completer((reader, line, candidates) -> complete(tree, line, candidates))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
    Path history = world.console().home().resolve(HISTORY);
    if (Files.isWritable(Files.exists(history) ? history : world.console().home())) {
      builder.variable(LineReader.HISTORY_FILE, history);
    }
    return builder.build();
  }

  private static void complete(CommandTree tree, ParsedLine line, List<Candidate> into) {
    tree.candidates(
            line.words().subList(0, line.wordIndex()), line.word().substring(0, line.wordCursor()))
        .forEach(one ->
            into.add(
                new Candidate(
                    one.word(),
                    one.word(),
                    null,
                    one.summary().isEmpty() ? null : one.summary(),
                    null,
                    null,
                    true)));
  }
}
