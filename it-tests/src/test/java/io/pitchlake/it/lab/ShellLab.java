package io.pitchlake.it.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The lab of `deploy/lab.sh`, under a name of its own, with the program that is packaged already.
public final class ShellLab {
  private static final long PATIENCE_SECONDS = 300;

  private final String name;

  private ShellLab(String name) {
    this.name = name;
  }

  /// @param name up to 12 lower-case letters and digits
  public static ShellLab named(String name) {
    return new ShellLab(name);
  }

  /// Runs `deploy/lab.sh WORDS...` to its end, for five minutes at most.
  public Outcome run(String... words) {
    List<String> command = new ArrayList<>();
    command.add(NetnsLab.launcher().resolveSibling("lab.sh").toString());
    command.addAll(List.of(words));
    File stdout = null;
    File stderr = null;
    try {
      // Files, not pipes: what the lab leaves running may keep its output open.
      stdout = File.createTempFile("pitchlake-lab", ".out");
      stderr = File.createTempFile("pitchlake-lab", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(stdout).redirectError(stderr);
      builder.environment().put("PITCHLAKE_LAB", name);
      builder.environment().put("PITCHLAKE_BUILT", "yes");
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
              command,
              process.exitValue(),
              Files.readString(stdout.toPath()),
              Files.readString(stderr.toPath()));
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
      NetnsLab.delete(stdout == null ? null : stdout.toPath());
      NetnsLab.delete(stderr == null ? null : stderr.toPath());
    }
  }
}
