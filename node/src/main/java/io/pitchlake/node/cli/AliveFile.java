package io.pitchlake.node.cli;

import io.pitchlake.node.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// `run --alive FILE`: writes a file anew, a time after a time, as long as every engine turns, so
/// that its age tells whoever can only look from outside (a container's health check) whether they
/// do.
final class AliveFile implements Runnable {
  private final Path file;
  private final List<Node> nodes;

  /// Engines that have not answered the question that was put last.
  private AtomicInteger silent = new AtomicInteger(1);

  private boolean asked;

  private AliveFile(Path file, List<Node> nodes) {
    this.file = file;
    this.nodes = List.copyOf(nodes);
  }

  /// Takes a file of an earlier start away and makes sure that it can be written.
  static AliveFile of(Path file, List<Node> nodes) throws Failure {
    AliveFile alive = new AliveFile(file, nodes);
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
    if (silent.get() == 0) {
      try {
        touch();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      asked = false;
    }
    if (!asked) {
      AtomicInteger question = new AtomicInteger(nodes.size());
      silent = question;
      // One whose queue is full will be asked again; it answers nothing before.
      asked = nodes.stream().allMatch(node -> node.whenTurning(question::decrementAndGet));
    }
  }

  private void touch() throws IOException {
    Files.writeString(file, "every engine turns\n");
  }
}
