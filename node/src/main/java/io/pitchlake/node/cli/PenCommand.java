package io.pitchlake.node.cli;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.ConfigProblem;
import io.pitchlake.common.config.ConfigWriter;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.ParseResult;
import io.pitchlake.common.config.PenCommandLine;
import io.pitchlake.common.config.PenCommandLine.OwnAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/// `pitchlake pen ...`, with Pen's own command line behind it.
@Command(
    name = "pen",
    preprocessor = PenCommand.Verbatim.class,
    customSynopsis = {
      "pitchlake pen [--print-config] [--real ADDRESS/LEN]... [Pen's options]",
      "                     -O \"dsr_if INTERFACE\" ADDRESS:PORT SERVER..."
    },
    header = "Trap and balance as Pen does in direct server return mode, by Pen's command line.",
    description = {
      "",
      "Takes the options of Pen 0.34 and the commands of penctl behind -O and in the file of -F, so "
          + "that a line of Pen with dsr_if works as it stands:",
      "",
      "  pitchlake pen -df -O \"acl 1 permit 192.168.2.11\" -O \"tarpit_acl 1\" "
          + "-O \"dsr_if eth1\" 192.168.2.10:80 192.168.2.2 192.168.2.3",
      "",
      "SERVER is HOST:PORT:MAX:HARD:WEIGHT:PRIO, of which all but HOST may be left out. The network "
          + "and the address that proofs are sent from are the interface's own. An option that "
          + "belongs to Pen's proxy mode is an error that says what to use instead; one that only "
          + "says how Pen works inside is left out with a note. As everywhere here, an address is "
          + "trapped only after it was proven that nobody lives there, whatever the list permits.",
      "",
      "  --print-config      print the same in this program's language, and exit",
      "  --real ADDRESS/LEN  send proofs from this unused address of the segment, where the",
      "                      interface has no address of its own; repeat it for IPv6",
      "  -d                  log more",
      "  -e, -B HOST[:PORT]  emergency server; abuse server for clients that client_acl denies",
      "  -F FILE             more commands; read again on SIGHUP",
      "  -f                  stay in the foreground, which is so in any case",
      "  -h, -N, -r, -W      by hash; by hash alone; in turn; by connections and weight",
      "  -O, -o COMMAND      a command: acl, client_acl, dsr_if, hash, idle_timeout, include, listen,",
      "                      prio, roundrobin, server, tarpit_acl, tracking, weight; no ...",
      "  -p FILE             write the process id there",
      "  -T SECONDS          how long a client comes back to the same server",
      "  -U                  balance UDP",
      ""
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped as asked, or the configuration was printed",
      "2:the command line makes no sense, or asks for what belongs to a proxy",
      "3:what it says does not fit together",
      "4:an interface is unknown, cannot be used or has gone",
      "5:a privilege is missing; the message names the capability",
      "70:a fault of the program"
    })
public final class PenCommand implements Callable<Integer> {
  private static final Path NAME = Path.of("pen");

  private final Surroundings world;
  private final List<String> arguments = new ArrayList<>();

  public PenCommand(Surroundings world) {
    this.world = world;
  }

  /// Leaves Pen's options alone, of which some look like ours and mean something else (`-h`).
  static final class Verbatim implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> words, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
      if (words.contains("--help")) {
        words.clear();
        words.push("--help");
        return false;
      }
      PenCommand pen = (PenCommand) command.userObject();
      while (!words.isEmpty()) {
        pen.arguments.add(words.pop());
      }
      return true;
    }
  }

  @Override
  public Integer call() throws Failure {
    PenCommandLine line = parse();
    if (line.isPrintConfig()) {
      world.out().println("# pen " + String.join(" ", quoted(arguments)));
      world.out().print(ConfigWriter.write(configuration(line)));
      world.out().flush();
      return ExitCode.OK;
    }
    line.notes().forEach(note -> world.err().println("pitchlake: note: " + note));
    world.err().flush();
    if (line.isDebug()) {
      CommandLines.logMore();
    }
    if (line.pidFile().isEmpty()) {
      return new RunCommand(world).serve(this::load);
    }
    Path file = Path.of(line.pidFile().get());
    try {
      Files.writeString(file, ProcessHandle.current().pid() + "\n");
      try {
        return new RunCommand(world).serve(this::load);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new Failure(
          ExitCode.USAGE, "pen: -p " + file + " cannot be written: " + e.getMessage());
    }
  }

  private static List<String> quoted(List<String> words) {
    return words.stream()
        .map(word -> word.matches("[\\w./:=-]+") ? word : '"' + word + '"')
        .toList();
  }

  private PenCommandLine parse() throws Failure {
    PenCommandLine line =
        PenCommandLine.parse(arguments, file -> ConfigurationFile.text(Path.of(file)));
    refuse(line);
    return line;
  }

  private ConfigurationFile load() throws Failure {
    return new ConfigurationFile(NAME, configuration(parse()));
  }

  private Configuration configuration(PenCommandLine line) throws Failure {
    String text = line.configuration(line.hasOwnAddresses() ? List.of() : ownAddresses(line));
    refuse(line);
    ParseResult result = ConfigParser.parse(NAME.toString(), text);
    return result
        .configuration()
        .orElseThrow(() ->
            new Failure(
                ExitCode.CONFIGURATION,
                result.errors().stream().map(PenCommand::sentence).toList()));
  }

  private List<OwnAddress> ownAddresses(PenCommandLine line) throws Failure {
    String link = line.link().orElseThrow();
    return world
        .linkAddresses()
        .apply(link)
        .orElseThrow(() ->
            new Failure(
                ExitCode.INTERFACE,
                "pen: there is no interface '%s' here; see 'ip link', or write --real ADDRESS/LEN to print what another host would do"
                    .formatted(link)));
  }

  private static void refuse(PenCommandLine line) throws Failure {
    if (!line.errors().isEmpty()) {
      throw new Failure(
          ExitCode.USAGE, line.errors().stream().map(error -> "pen: " + error).toList());
    }
  }

  /// The problem without its place, which would be one in a text that nobody has seen.
  private static String sentence(ConfigProblem problem) {
    return "pen: '%s' %s; %s".formatted(problem.offending(), problem.wrong(), problem.remedy());
  }
}
