package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// iperf3 between two kernels on the bridge: the backend serves, the client uploads.
final class Upload {
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final long GAP_MILLIS = 500;
  private static final int CONNECT_MILLIS = 500;
  private static final int WARM_UP_SECONDS = 3;
  private static final int STUCK_SECONDS = 10;
  private static final Pattern RATE =
      Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([-+.0-9eE]+)");
  private static final Pattern RETRANSMITS =
      Pattern.compile("\"sum_sent\":\\s*\\{[^}]*\"retransmits\":\\s*(\\d+)");

  private final Options options;
  private final Path logs;

  /// @param logs a folder for what iperf3 says
  Upload(Options options, Path logs) {
    this.options = options;
    this.logs = logs;
  }

  record Outcome(double gigabitsPerSecond, int retransmitted) {}

  /// Starts the backend's server, unless it runs: it ends with its namespace.
  void awaitBackend() throws InterruptedException {
    if (succeeds(Segment.TARGET)) {
      return;
    }
    start("backend", "-s", "-p", Integer.toString(Segment.SERVICE_PORT), "-D");
    awaitSuccess(Segment.TARGET, () -> {});
  }

  /// Waits until the node forwards, with code compiled and the session known.
  void awaitServer(Running node) throws InterruptedException {
    awaitSuccess(Segment.SERVER, node::requireAlive);
  }

  private void awaitSuccess(int address, Runnable check) throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      check.run();
      if (succeeds(address)) {
        return;
      }
      Thread.sleep(GAP_MILLIS);
    }
    throw new BenchException("no upload to " + Segment.text(address) + " succeeds");
  }

  private boolean succeeds(int address) throws InterruptedException {
    return RATE.matcher(upload(address, WARM_UP_SECONDS)).find();
  }

  /// Uploads for `seconds`.
  Outcome run(int address, int seconds) throws InterruptedException {
    String said = upload(address, seconds);
    Matcher rate = RATE.matcher(said);
    Matcher retransmits = RETRANSMITS.matcher(said);
    if (!rate.find() || !retransmits.find()) {
      throw new BenchException(
          "the upload to %s failed: %s".formatted(Segment.text(address), said));
    }
    return new Outcome(
        Double.parseDouble(rate.group(1)) / 1e9, Integer.parseInt(retransmits.group(1)));
  }

  /// What iperf3 says; one whose connection is stuck is ended.
  private String upload(int address, int seconds) throws InterruptedException {
    Process client =
        start(
            "client",
            "-J",
            "-c",
            Segment.text(address),
            "-p",
            Integer.toString(Segment.SERVICE_PORT),
            "-t",
            Integer.toString(seconds),
            "--connect-timeout",
            Integer.toString(CONNECT_MILLIS));
    if (!client.waitFor(seconds + STUCK_SECONDS, TimeUnit.SECONDS)) {
      client.destroyForcibly().waitFor();
    }
    try {
      return Files.readString(log("client"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process start(String machine, String... words) {
    List<String> command =
        new ArrayList<>(List.of("ip", "netns", "exec", options.bridged(machine)));
    command.addAll(List.of("taskset", "-c", Integer.toString(options.generatorCore()), "iperf3"));
    command.addAll(List.of(words));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(log(machine).toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log(String machine) {
    return logs.resolve("iperf3-" + machine + ".log");
  }
}
