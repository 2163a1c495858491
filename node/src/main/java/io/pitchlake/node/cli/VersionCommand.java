package io.pitchlake.node.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `pitchlake version`
@Command(
    name = "version",
    header = "Print the version of Pitchlake and of the Java it runs on.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:always"})
public final class VersionCommand implements Callable<Integer> {
  private final Surroundings world;

  public VersionCommand(Surroundings world) {
    this.world = world;
  }

  @Override
  public Integer call() {
    for (String line : new Version().getVersion()) {
      world.out().println(line);
    }
    world.out().flush();
    return ExitCode.OK;
  }

  /// The version from the jar's manifest, and the JVM's.
  public static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"pitchlake " + ofProgram(), "Java " + Runtime.version()};
    }

    /// The program's own.
    static String ofProgram() {
      String version = Version.class.getPackage().getImplementationVersion();
      return version == null ? "(not packaged)" : version;
    }
  }
}
