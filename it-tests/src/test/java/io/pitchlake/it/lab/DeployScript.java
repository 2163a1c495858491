package io.pitchlake.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A script of `deploy`, run on the machine itself as a user does.
///
/// @param name such as `lab.sh`
/// @param environment what it finds there besides the test's own
public record DeployScript(String name, Map<String, String> environment) {
  private static final long PATIENCE_SECONDS = 300;

  /// One with the test's own environment.
  public static DeployScript named(String name) {
    return new DeployScript(name, Map.of());
  }

  /// Runs it with `words` to its end, for five minutes at most.
  public Outcome run(String... words) {
    List<String> command = new ArrayList<>();
    command.add(NetnsLab.launcher().resolveSibling(name).toString());
    command.addAll(List.of(words));
    return outcome(command);
  }

  /// Runs a line of a shell in the clone to its end, for five minutes at most.
  Outcome type(String line) {
    return outcome(List.of("bash", "-c", line));
  }

  private Outcome outcome(List<String> command) {
    Path stdout = null;
    Path stderr = null;
    try {
      // Files, not pipes: what a lab leaves running may keep its output open.
      stdout = Files.createTempFile("pitchlake-lab", ".out");
      stderr = Files.createTempFile("pitchlake-lab", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(NetnsLab.launcher().getParent().getParent().toFile())
              .redirectOutput(stdout.toFile())
              .redirectError(stderr.toFile());
      builder.environment().putAll(environment);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      Outcome outcome =
          new Outcome(
              command, process.exitValue(), Files.readString(stdout), Files.readString(stderr));
      if (!ended) {
        throw new AssertionError("expected an end of " + outcome);
      }
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + command, e);
    } finally {
      NetnsLab.delete(stdout);
      NetnsLab.delete(stderr);
    }
  }
}
