package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A started contestant.
record Running(String name, Process process, Path log, Path collectionLog)
    implements AutoCloseable {
  private static final long TICKS_PER_SECOND = 100;
  private static final long STOP_SECONDS = 5;

  void requireAlive() {
    if (!process.isAlive()) {
      throw new BenchException(
          "%s has ended with status %d: %s".formatted(name, process.exitValue(), lastWords()));
    }
  }

  /// Throws when it reads frames in another way than it is called after: its log says why.
  void requireItself() {
    read(log)
        .lines()
        .filter(line -> line.contains(" is read by "))
        .findFirst()
        .ifPresent(line -> {
          throw new BenchException(line.substring(line.indexOf("INFO") + 6));
        });
  }

  /// What it has used of the processor, in user and kernel, all threads.
  long cpuNanos() {
    String stat = read(Path.of("/proc", Long.toString(process.pid()), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12]))
        * (1_000_000_000L / TICKS_PER_SECOND);
  }

  /// Resident memory now.
  double residentMebibytes() {
    return read(Path.of("/proc", Long.toString(process.pid()), "status"))
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
        .findFirst()
        .orElse(0);
  }

  /// Garbage collections since its start; 0 for a program without.
  long collections() {
    if (!Files.exists(collectionLog)) {
      return 0;
    }
    return read(collectionLog)
        .lines()
        .flatMap(line -> Stream.of(line.split(" ")).filter(word -> word.startsWith("GC(")))
        .distinct()
        .count();
  }

  private String lastWords() {
    List<String> lines = read(log).lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
  }

  private String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      requireAlive();
      throw new BenchException(name + ": " + file + " cannot be read: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
