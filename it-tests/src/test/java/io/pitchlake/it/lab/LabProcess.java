package io.pitchlake.it.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A program that runs beside the test, in one of the lab's hosts; its output is kept line by line,
/// in memory and in a file among the lab's records.
///
/// Any thread may call it.
public final class LabProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final Path record;
  private final Thread reader;
  private final List<String> lines = new ArrayList<>();
  private boolean outputEnded;

  private LabProcess(String name, Process process, Path record) {
    this.name = name;
    this.process = process;
    this.record = record;
    this.reader = Thread.ofPlatform().daemon().name("output of " + name).unstarted(this::collect);
  }

  static LabProcess start(String name, ProcessBuilder builder, Path record) {
    try {
      Files.createDirectories(record.getParent());
      Process process = builder.redirectErrorStream(true).start();
      process.getOutputStream().close();
      var started = new LabProcess(name, process, record);
      started.reader.start();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + " in the lab", e);
    }
  }

  private void collect() {
    try (BufferedReader output = process.inputReader();
        Writer file = Files.newBufferedWriter(record)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        file.write(line + "\n");
        file.flush();
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      synchronized (lines) {
        lines.add("(the output could not be read any further: " + e.getMessage() + ")");
      }
    } finally {
      synchronized (lines) {
        outputEnded = true;
        lines.notifyAll();
      }
    }
  }

  /// Waits until a line of output contains `text`, and returns the first that does; an
  /// AssertionError with the whole output when the program ends first or `timeout` passes.
  public String awaitLine(String text, Duration timeout) {
    return awaitLine("a line with \"" + text + "\"", line -> line.contains(text), timeout);
  }

  /// As [#awaitLine(String, Duration)], for any `wanted` line; `description` names it in the error.
  public String awaitLine(String description, Predicate<String> wanted, Duration timeout) {
    return awaitLine(0, description, wanted, timeout);
  }

  /// As [#awaitLine(String, Predicate, Duration)], but looks only behind the first `skipped` lines.
  public String awaitLine(
      int skipped, String description, Predicate<String> wanted, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (lines) {
      int seen = skipped;
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (wanted.test(lines.get(seen))) {
            return lines.get(seen);
          }
        }
        long leftNanos = deadline - System.nanoTime();
        if (outputEnded || leftNanos <= 0) {
          String why = outputEnded ? "it ended" : "waited " + timeout.toSeconds() + " s";
          throw new AssertionError(
              "expected %s from %s; %s; seen:%n%s".formatted(description, name, why, output()));
        }
        waitForOutput(leftNanos);
      }
    }
  }

  private void waitForOutput(long nanos) {
    try {
      TimeUnit.NANOSECONDS.timedWait(lines, Math.max(nanos, 1_000_000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + name, e);
    }
  }

  /// The first line so far that contains `text`.
  public Optional<String> line(String text) {
    synchronized (lines) {
      return lines.stream().filter(line -> line.contains(text)).findFirst();
    }
  }

  /// How many lines it has written so far.
  public int lineCount() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /// Everything it has written so far.
  public String output() {
    synchronized (lines) {
      return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }
  }

  /// Whether it still runs.
  public boolean isAlive() {
    return process.isAlive();
  }

  /// Its process id; a shell that has become another program by `exec` hands its own on.
  public long pid() {
    return process.pid();
  }

  /// Waits until it has ended by itself and returns its exit code; an AssertionError with its
  /// output when `timeout` passes first.
  public int awaitEnd(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "expected the end of %s within %d s; seen:%n%s"
                .formatted(name, timeout.toSeconds(), output()));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + name, e);
    }
  }

  /// The process ids of those it has started.
  Stream<Long> children() {
    return process.children().map(ProcessHandle::pid);
  }

  /// Asks it to read its configuration again (SIGHUP).
  public void hangUp() {
    signal("HUP");
  }

  /// Sends it a signal, such as `STOP`, `CONT` or `KILL`.
  public void signal(String signal) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (code != 0) {
        throw new AssertionError("kill -" + signal + " of " + name + ": exit code " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while signalling " + name, e);
    }
  }

  /// Asks it to end (SIGTERM), ends it after five seconds, and returns its exit code: 143 is "ended
  /// by SIGTERM".
  public int stop() {
    // Not Process.destroy, which closes the streams: what it says at its end is wanted, too.
    process.toHandle().destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      reader.join(GRACE);
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while stopping " + name, e);
    }
  }

  @Override
  public void close() {
    stop();
  }

  @Override
  public String toString() {
    return name;
  }
}
