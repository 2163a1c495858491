package io.pitchlake.node.health;

import io.pitchlake.common.config.HealthCheck;
import io.pitchlake.node.health.ServiceChecks.Watched;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// `script`: a program with its arguments, started without a shell; 0 is good, anything else bad.
/// It finds in its environment whom it is to check, and nothing of this program's. Longer than the
/// timeout it does not run: it is killed with all its descendants.
final class ScriptAttempt implements Attempt {
  private static final int OUTPUT_BYTES = 1024;

  /// How often its output is taken away while it runs, so that a full pipe never stops it.
  private static final long LOOK_MILLIS = 20;

  /// A program may start others while it is being killed.
  private static final int KILLING_ROUNDS = 5;

  private final Watched watched;
  private final HealthCheck.Script check;
  private final Semaphore programs;

  /// @param programs how many may run at once
  ScriptAttempt(Watched watched, HealthCheck.Script check, Semaphore programs) {
    this.watched = watched;
    this.check = check;
    this.programs = programs;
  }

  @Override
  public Finding run() throws InterruptedException {
    programs.acquire();
    try {
      Process process = builder().start();
      try {
        return await(process);
      } finally {
        kill(process);
      }
    } catch (IOException e) {
      return Finding.bad("cannot be started: " + e.getMessage());
    } finally {
      programs.release();
    }
  }

  private ProcessBuilder builder() {
    ProcessBuilder builder =
        new ProcessBuilder(check.command())
            .directory(new File("/"))
            .redirectErrorStream(true)
            .redirectInput(Redirect.from(new File("/dev/null")));
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("PITCHLAKE_TARGET", Integer.toString(watched.target()));
    environment.put("PITCHLAKE_ADDRESS", watched.address().toString());
    environment.put("PITCHLAKE_PORT", Integer.toString(watched.port()));
    return builder;
  }

  private Finding await(Process process) throws IOException, InterruptedException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    long endNanos = System.nanoTime() + check.timeout().toNanos();
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      takeOutput(process.getInputStream(), output);
      if (System.nanoTime() - endNanos >= 0) {
        return Finding.bad(
            "ran longer than %d ms and was killed".formatted(check.timeout().toMillis()));
      }
    }
    takeOutput(process.getInputStream(), output);
    if (process.exitValue() == 0) {
      return Finding.good();
    }
    String said = output.toString(StandardCharsets.UTF_8).strip().lines().findFirst().orElse("");
    return Finding.bad(
        "ended with " + process.exitValue() + (said.isEmpty() ? "" : ", saying: " + said));
  }

  /// Takes what there is, never waits for more, and keeps the beginning.
  private static void takeOutput(InputStream from, ByteArrayOutputStream output)
      throws IOException {
    byte[] piece = new byte[OUTPUT_BYTES];
    for (int there = from.available(); there > 0; there = from.available()) {
      int read = from.read(piece, 0, Math.min(there, piece.length));
      if (read < 0) {
        return;
      }
      output.write(piece, 0, Math.min(read, OUTPUT_BYTES - output.size()));
    }
  }

  /// Kills the program and its descendants, those first that would else lose their parent and not
  /// be found any more.
  private static void kill(Process process) {
    Set<ProcessHandle> family = new HashSet<>();
    for (int round = 0; round < KILLING_ROUNDS; round++) {
      int before = family.size();
      family.add(process.toHandle());
      Set.copyOf(family).forEach(member -> member.descendants().forEach(family::add));
      family.forEach(ProcessHandle::destroyForcibly);
      if (family.size() == before) {
        return;
      }
    }
  }
}
