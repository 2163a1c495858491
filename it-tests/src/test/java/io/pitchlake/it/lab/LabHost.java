package io.pitchlake.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// One machine of a lab: a network namespace with the interface `eth0` on the segment.
public final class LabHost {
  private static final long POLL_NANOS = 20_000_000;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  private final NetnsLab lab;
  private final String name;

  LabHost(NetnsLab lab, String name) {
    this.lab = lab;
    this.name = name;
  }

  /// Its name in the lab, such as `scanner`.
  public String name() {
    return name;
  }

  /// Runs `command` here to its end, for 60 s at most.
  public Outcome run(String... command) {
    return runFor(DEFAULT_TIMEOUT, command);
  }

  /// Runs `command` here to its end; an AssertionError with what it said when `timeout` passes
  /// first.
  public Outcome runFor(Duration timeout, String... command) {
    List<String> words = List.of(command);
    Path stdout = null;
    Path stderr = null;
    try {
      stdout = Files.createTempFile("pitchlake-lab", ".out");
      stderr = Files.createTempFile("pitchlake-lab", ".err");
      Process process =
          inside(words).redirectOutput(stdout.toFile()).redirectError(stderr.toFile()).start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      var outcome =
          new Outcome(
              words, process.exitValue(), Files.readString(stdout), Files.readString(stderr));
      if (!ended) {
        throw new AssertionError(
            "expected an end within %d s on %s, seen %s"
                .formatted(timeout.toSeconds(), name, outcome));
      }
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", words) + " on " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + String.join(" ", words), e);
    } finally {
      NetnsLab.delete(stdout);
      NetnsLab.delete(stderr);
    }
  }

  /// Runs `command` here again and again until its outcome is what `wanted` asks for, and returns
  /// that one; an AssertionError with the last outcome when `timeout` passes first. `description`
  /// says what was hoped for. For states of kernels and of other programs that nothing announces.
  public Outcome runUntil(
      String description, Predicate<Outcome> wanted, Duration timeout, String... command) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Outcome outcome = run(command);
      if (wanted.test(outcome)) {
        return outcome;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(
            "expected within %d s on %s: %s; last seen %s"
                .formatted(timeout.toSeconds(), name, description, outcome));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /// The MAC address of `eth0`, as in `0a:1b:2c:3d:4e:5f`.
  public String mac() {
    return run("cat", "/sys/class/net/eth0/address").expectSuccess().stdout().strip();
  }

  /// Forgets every neighbour, so that the next frame to each asks anew.
  public void forgetNeighbors() {
    run("ip", "neigh", "flush", "dev", "eth0").expectSuccess();
  }

  /// Starts a living web server here, on port 80 of every address, which says `I am NAME, and I am
  /// real.`
  public LabProcess startWebServer() {
    Path server = NetnsLab.launcher().resolveSibling("lab").resolve("living-host.py");
    LabProcess started = start("python3", server.toString(), name);
    runUntil(
        "a web server on port 80",
        outcome -> outcome.stdout().contains(":80"),
        Duration.ofSeconds(10),
        "ss",
        "-Hltn");
    return started;
  }

  /// Runs the packaged program here with `arguments`, such as `check -c FILE`, to its end.
  public Outcome pitchlake(String... arguments) {
    var command = new ArrayList<>(List.of(NetnsLab.launcher().toString()));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  /// Starts `command` here and leaves it running beside the test, until it is closed or the lab is.
  public LabProcess start(String... command) {
    return lab.keep(name + "-" + Path.of(command[0]).getFileName(), inside(List.of(command)));
  }

  /// Starts Pitchlake here from the packaged launcher, with `configuration` as its file, and waits
  /// up to 90 s for its line `ready:`.
  public LabProcess startPitchlake(String configuration) {
    Path file = lab.writeRecord(name + ".conf", configuration);
    LabProcess pitchlake = start(NetnsLab.launcher().toString(), "run", "-c", file.toString());
    pitchlake.awaitLine("ready:", Duration.ofSeconds(90));
    return pitchlake;
  }

  /// Starts a browser here, to be closed by who has asked for it.
  public LabBrowser startBrowser() {
    return new LabBrowser(lab, lab.namespace(name));
  }

  /// Boots the Debian in the folder `root` here; its processes, files and users are its own, the
  /// network is this host's.
  LabProcess bootContainer(Path root) {
    List<String> command =
        List.of(
            "env",
            // Its systemd gets a cgroup tree of version 2 also where the machine has version 1.
            "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
            // The network is its own to configure.
            "SYSTEMD_NSPAWN_API_VFS_WRITABLE=network",
            "systemd-nspawn",
            "--directory=" + root,
            "--machine=" + lab.namespace(name),
            "--network-namespace-path=/run/netns/" + lab.namespace(name),
            "--capability=CAP_NET_ADMIN,CAP_BPF",
            "--system-call-filter=bpf",
            // The machine's own init need not be systemd.
            "--register=no",
            "--keep-unit",
            "--resolv-conf=off",
            "--console=read-only",
            "--boot",
            "systemd.show_status=yes");
    return lab.keep(name + "-debian", new ProcessBuilder(command));
  }

  /// Records what passes `eth0` here to NAME.pcap among the lab's records, until it is closed.
  public LabProcess capture(String fileName) {
    // -U and --immediate-mode: each frame is in the file as soon as it has passed.
    LabProcess tcpdump =
        start(
            "tcpdump",
            "-n",
            "-U",
            "--immediate-mode",
            "-i",
            "eth0",
            "-w",
            lab.record(fileName).toString());
    tcpdump.awaitLine("listening on", Duration.ofSeconds(10));
    return tcpdump;
  }

  /// Gives this host another address on `eth0`, as `ip addr add` does: IPv6 goes through duplicate
  /// address detection.
  public void addAddress(String addressAndLength) {
    run("ip", "addr", "add", addressAndLength, "dev", "eth0").expectSuccess();
  }

  /// Sets kernel variables of this host, such as `net.ipv4.tcp_timestamps=0`.
  public void sysctl(String... settings) {
    var command = new ArrayList<>(List.of("sysctl", "-qw"));
    command.addAll(List.of(settings));
    run(command.toArray(String[]::new)).expectSuccess();
  }

  private ProcessBuilder inside(List<String> command) {
    var words = new ArrayList<>(List.of("ip", "netns", "exec", lab.namespace(name)));
    words.addAll(command);
    var builder = new ProcessBuilder(words);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder;
  }
}
