package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program that traps: Pitchlake by one of its ways to read frames, or Pen.
///
/// @param name the name in tables
/// @param latencyOnly whether its rates are another contestant's, so that its latency alone is of
///   interest
/// @param configuration Pitchlake's file; empty for Pen
record Contestant(String name, boolean latencyOnly, Optional<String> configuration) {
  private static final String PEN = "pen";

  /// Where a contestant runs.
  ///
  /// @param namespace the engine's network namespace
  /// @param link the interface there
  /// @param core the core it is pinned to, the whole process
  /// @param launcher `deploy/pitchlake`
  /// @param logs a folder for what it says
  record Place(String namespace, String link, int core, Path launcher, Path logs) {}

  /// Pitchlake's ways to wait for frames; it is adaptive when nothing is said.
  enum Idle {
    ADAPTIVE,
    BUSY,
    POLL
  }

  static Contestant pen() {
    return new Contestant(PEN, false, Optional.empty());
  }

  /// @param access `ring`, `xdp` or `pcap`
  /// @param idle how it waits for frames
  static Contestant pitchlake(String access, Idle idle, Place place) {
    String configuration =
        """
        # Written by deploy/bench.sh.
        hostname  bench
        modules   arp,ping,hc,master,tarpit
        engine    { idle %s }
        interface 1 { name %s access %s }
        network   1 { addr %s mask 255.255.255.0 real %s tarpit enable interface 1 }
        syslog    off
        register  networks 1
        enable    networks 1
        """
            .formatted(
                idle.name().toLowerCase(Locale.ROOT),
                place.link(),
                access,
                Segment.NETWORK,
                Segment.NODE);
    return new Contestant(
        idle == Idle.ADAPTIVE ? access : access + " " + idle.name().toLowerCase(Locale.ROOT),
        idle == Idle.BUSY,
        Optional.of(configuration));
  }

  boolean isPen() {
    return configuration.isEmpty();
  }

  /// Starts it; [Watcher#awaitTraps] waits until it traps.
  Running start(Place place) throws IOException {
    String file = name.replace(' ', '-');
    Path log = place.logs().resolve(file + ".log");
    Path collections = place.logs().resolve(file + ".gc");
    Files.deleteIfExists(collections);
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", place.namespace()));
    command.addAll(List.of("taskset", "-c", Integer.toString(place.core())));
    if (isPen()) {
      // As in its HOWTO, less the debugging: a trap for half of the network, and one service.
      command.addAll(List.of("pen", "-f", "-O", "acl 1 permit 10.9.0.128 255.255.255.128"));
      command.addAll(List.of("-O", "tarpit_acl 1", "-O", "dsr_if " + place.link()));
      command.addAll(List.of("10.9.0.10:80", "10.9.0.2"));
    } else {
      Path written = place.logs().resolve(file + ".conf");
      Files.writeString(written, configuration.get());
      command.addAll(List.of(place.launcher().toString(), "run", "-c", written.toString()));
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(log.toFile());
    builder
        .environment()
        .merge(
            "PITCHLAKE_JAVA_OPTS",
            "-Xlog:gc:file=" + collections,
            (one, other) -> one + " " + other);
    return new Running(name, builder.start(), log, collections);
  }

  /// A started contestant. `ip`, `taskset` and the launcher each become the next program, so the
  /// process is the contestant's own.
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
    long residentBytes() {
      return read(Path.of("/proc", Long.toString(process.pid()), "status"))
          .lines()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
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
}
