package io.pitchlake.node.cli;

import io.pitchlake.node.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `run --alive FILE`: writes a file anew, a time after a time, as long as every engine turns, so
/// that its age tells whoever can only look from outside (a container's health check) whether they
/// do.
final class AliveFile implements Runnable {
  private final Path file;
  private final EnginePulse pulse;

  private AliveFile(Path file, EnginePulse pulse) {
    this.file = file;
    this.pulse = pulse;
  }

  /// Takes a file of an earlier start away and makes sure that it can be written.
  static AliveFile of(Path file, List<Node> nodes) throws Failure {
    AliveFile alive = new AliveFile(file, new EnginePulse(nodes));
    try {
      alive.touch();
      Files.delete(file);
    } catch (IOException e) {
      throw new Failure(ExitCode.USAGE, "--alive " + file + ": cannot be written: " + e);
    }
    return alive;
  }

  /// Asks every engine, and writes the file when all have answered since the last time.
  @Override
  public void run() {
    if (pulse.hasBeaten()) {
      try {
        touch();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void touch() throws IOException {
    Files.writeString(file, "every engine turns\n");
  }
}
