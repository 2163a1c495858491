package io.pitchlake.node.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// `-c FILE`, the same for every command that reads a configuration.
final class FileOption {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description =
          "The configuration. $${NAME} and $${NAME:-VALUE} in it stand for variables of the environment.")
  private Path path;

  Path path() {
    return path;
  }
}
