package io.pitchlake.node.drill;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/// The operator's commands, which `sh -c` runs; `PITCHLAKE_DRILL`, `PITCHLAKE_PEER` (the pair's
/// name) and `PITCHLAKE_RUN` (1, 2, ...) in their environment say for what.
///
/// @param ready ends with 0 when the pair is as it should be before a fault: both nodes run, the
///   first is active
/// @param fault breaks it
/// @param restore mends it
/// @param sessions prints how many sessions the node `PITCHLAKE_NODE` knows
public record Hooks(
    Optional<String> ready,
    Optional<String> fault,
    Optional<String> restore,
    Optional<String> sessions) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// What a command was run for.
  record Occasion(Drill drill, String pair, int run) {
    Map<String, String> environment() {
      return Map.of(
          "PITCHLAKE_DRILL", drill.word(),
          "PITCHLAKE_PEER", pair,
          "PITCHLAKE_RUN", Integer.toString(run));
    }
  }

  private record Ended(int code, String said) {}

  /// Whether the pair is as it should be; without a command it is taken to be.
  boolean isReady(Occasion occasion) throws DrillException {
    return ready.isEmpty() || run(ready.get(), occasion, "").code() == 0;
  }

  void breakIt(Occasion occasion) throws DrillException {
    if (fault.isPresent()) {
      mustSucceed("--fault", fault.get(), occasion);
    }
  }

  void mendIt(Occasion occasion) throws DrillException {
    if (restore.isPresent()) {
      mustSucceed("--restore", restore.get(), occasion);
    }
  }

  /// How many sessions a node says it knows; nothing where it cannot be asked.
  OptionalLong sessionsOf(String node, Occasion occasion) throws DrillException {
    if (sessions.isEmpty()) {
      return OptionalLong.empty();
    }
    Ended ended = run(sessions.get(), occasion, node);
    try {
      return ended.code() == 0
          ? OptionalLong.of(Long.parseLong(ended.said().strip()))
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static void mustSucceed(String option, String command, Occasion occasion)
      throws DrillException {
    Ended ended = run(command, occasion, "");
    if (ended.code() != 0) {
      throw new DrillException(
          "%s '%s' ended with %d in drill %s of %s: %s"
              .formatted(
                  option,
                  command,
                  ended.code(),
                  occasion.drill().word(),
                  occasion.pair(),
                  ended.said().strip()));
    }
  }

  private static Ended run(String command, Occasion occasion, String node) throws DrillException {
    File output = null;
    try {
      // A file, not a pipe: what the command leaves running may keep its output open.
      output = File.createTempFile("pitchlake-drill", ".out");
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", command)
              .redirectErrorStream(true)
              .redirectOutput(output)
              .redirectInput(new File("/dev/null"));
      builder.environment().putAll(occasion.environment());
      builder.environment().put("PITCHLAKE_NODE", node);
      Process process = builder.start();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new DrillException(
            "'%s' did not end within %d s".formatted(command, PATIENCE.toSeconds()));
      }
      return new Ended(process.exitValue(), Files.readString(output.toPath()));
    } catch (IOException e) {
      throw new DrillException("'" + command + "' cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DrillException("interrupted while '" + command + "' ran");
    } finally {
      if (output != null && !output.delete()) {
        output.deleteOnExit();
      }
    }
  }
}
