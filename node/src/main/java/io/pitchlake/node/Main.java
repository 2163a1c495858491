package io.pitchlake.node;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The program: reads the command line and hands over to one of its commands.
///
/// Exit codes: 0 done, 1 a fault of the program, 2 a command line that makes no sense.
@Command(
    name = "pitchlake",
    description = "A high-availability tarpit and load balancer for a layer-2 segment.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main {

  /// Starts the program.
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Command(
      name = "version",
      description = "Print the version of Pitchlake and of the Java it runs on.")
  void version() {
    for (String line : new Version().getVersion()) {
      System.out.println(line);
    }
  }

  /// The version from the jar's manifest, and the JVM's.
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "pitchlake " + (version == null ? "(not packaged)" : version), "Java " + Runtime.version()
      };
    }
  }
}
