package io.pitchlake.it.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/// A segment of its own for one test class: a bridge, and hosts on veth pairs, each in a network
/// namespace.
///
/// ```java
/// @RegisterExtension
/// static final NetnsLab LAB =
///     NetnsLab.segment()
///         .withHost("scanner", "192.168.2.66/24", "2001:db8:1::66/64")
///         .withHost("node-a");
/// ...
/// LAB.host("scanner").run("ping", "-c", "1", "192.168.2.77").expectSuccess();
/// ```
///
/// Laid before the first test of the class, taken down after the last one with every process in it,
/// also when a test fails or the JVM is told to end. What a killed JVM left behind is removed by
/// the next lab: the names carry the process id. Configurations, logs and captures stay in
/// `it-tests/target/lab/CLASS`; when a test fails, the end of each log is printed.
///
/// Offloads stay at the kernel's defaults, forwarding is off, IPv6 routers are not asked for.
public final class NetnsLab
    implements BeforeAllCallback, AfterAllCallback, TestWatcher, AutoCloseable {
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final Pattern OURS = Pattern.compile("plt(\\d+)x\\d+-.+");
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int LINES_SHOWN_ON_FAILURE = 40;
  private static final String FRONT = "bridge";
  private static final String BACK = "back";

  private final String prefix =
      "plt" + ProcessHandle.current().pid() + "x" + COUNT.getAndIncrement();
  private final Map<String, Machine> machines = new LinkedHashMap<>();
  private final Map<String, LabHost> hosts = new LinkedHashMap<>();
  private final Deque<LabProcess> processes = new ArrayDeque<>();
  private final Thread hook = new Thread(this::takeDown, "lab teardown");
  private Path records;
  private int processCount;

  /// One machine to be laid.
  ///
  /// @param bridges the segments it is on, by `eth0`, `eth1`
  private record Machine(List<String> bridges, List<String> kernelAddresses) {}

  private NetnsLab() {}

  /// An empty segment, to which [#withHost] adds machines.
  public static NetnsLab segment() {
    return new NetnsLab();
  }

  /// Adds a machine with kernel addresses `ADDRESS/LENGTH`. One without any has IPv6 off too: its
  /// kernel is mute, and whatever answers there is the program under test.
  public NetnsLab withHost(String name, String... kernelAddresses) {
    machines.put(name, new Machine(List.of(FRONT), List.of(kernelAddresses)));
    return this;
  }

  /// Adds a machine like [#withHost] to a second segment.
  public NetnsLab withHostBehind(String name, String... kernelAddresses) {
    machines.put(name, new Machine(List.of(BACK), List.of(kernelAddresses)));
    return this;
  }

  /// Adds a mute machine with `eth0` on the segment and `eth1` on the second one.
  public NetnsLab withHostBetween(String name) {
    machines.put(name, new Machine(List.of(FRONT, BACK), List.of()));
    return this;
  }

  /// The machine `name`.
  public LabHost host(String name) {
    return Objects.requireNonNull(
        hosts.get(name), () -> "no host " + name + " in this lab; it has " + hosts.keySet());
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    records =
        Path.of(System.getProperty("pitchlake.records", "target/lab"))
            .resolve(context.getRequiredTestClass().getSimpleName())
            .toAbsolutePath();
    Files.createDirectories(records);
    removeLeftovers();
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      lay();
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  private void lay() {
    makeNamespace("lan");
    machines.values().stream()
        .flatMap(machine -> machine.bridges().stream())
        .distinct()
        .forEach(bridge -> {
          ip("lan", "link add " + bridge + " type bridge stp_state 0 forward_delay 0");
          ip("lan", "link set " + bridge + " up");
        });
    machines.forEach(this::layHost);
  }

  private void layHost(String name, Machine machine) {
    makeNamespace(name);
    var host = new LabHost(this, name);
    hosts.put(name, host);
    for (int i = 0; i < machine.bridges().size(); i++) {
      String link = "eth" + i;
      String port = i == 0 ? name : name + "." + i;
      layLink(name, port, link, machine.bridges().get(i));
    }
    for (String address : machine.kernelAddresses()) {
      ip(name, "addr add " + address + " dev eth0" + (address.contains(":") ? " nodad" : ""));
    }
    if (!machine.kernelAddresses().isEmpty()) {
      ip(name, "route add 224.0.0.0/4 dev eth0");
    }
  }

  private void layLink(String name, String port, String link, String bridge) {
    ip("lan", "link add " + port + " type veth peer name " + link + " netns " + namespace(name));
    ip("lan", "link set " + port + " master " + bridge + " up");
    if (machines.get(name).kernelAddresses().isEmpty()) {
      host(name).sysctl("net.ipv6.conf." + link + ".disable_ipv6=1");
    }
    ip(name, "link set " + link + " up");
  }

  /// Takes `eth0` of a host out, or puts a new one in.
  public void fit(String host, boolean fitted) {
    if (fitted) {
      layLink(host, host, "eth0", FRONT);
    } else {
      ip("lan", "link del " + host);
    }
  }

  /// Runs a command where the segment's bridge is: its port towards a host has the host's name.
  public void onSegment(String... command) {
    var words = new ArrayList<>(List.of("ip", "netns", "exec", namespace("lan")));
    words.addAll(List.of(command));
    root(words.toArray(String[]::new));
  }

  /// Pulls or plugs a host's cable, which its interface notices.
  public void plug(String host, boolean plugged) {
    onSegment("ip", "link", "set", host, plugged ? "up" : "down");
  }

  /// Lets the segment lose every frame to or from a host, or none; nobody is told.
  public void pass(String host, boolean toIt, boolean fromIt) {
    onSegment("nft", "add table bridge cut-" + host);
    onSegment("nft", "delete table bridge cut-" + host);
    onSegment(
        "nft",
        "add table bridge cut-"
            + host
            + "; add chain bridge cut-"
            + host
            + " pass { type filter hook forward priority 0; }");
    if (!fromIt) {
      onSegment("nft", "add rule bridge cut-" + host + " pass iifname " + host + " drop");
    }
    if (!toIt) {
      onSegment("nft", "add rule bridge cut-" + host + " pass oifname " + host + " drop");
    }
  }

  private void makeNamespace(String name) {
    root("ip", "netns", "add", namespace(name));
    ip(name, "link set lo up");
    root(
        "ip",
        "netns",
        "exec",
        namespace(name),
        "sysctl",
        "-qw",
        "net.ipv4.ip_forward=0",
        "net.ipv6.conf.all.forwarding=0",
        "net.ipv6.conf.default.accept_ra=0");
  }

  String namespace(String host) {
    return prefix + "-" + host;
  }

  /// The lab's file `fileName`, kept after the test.
  public Path record(String fileName) {
    return records.resolve(fileName);
  }

  /// The text of a file in `deploy`, such as `lab/alone.conf`.
  public static String deployed(String file) {
    Path path = launcher().resolveSibling(file);
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /// Keeps a text as the lab's file `fileName`.
  public Path writeRecord(String fileName, String text) {
    try {
      return Files.writeString(record(fileName), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + record(fileName), e);
    }
  }

  LabProcess keep(String name, ProcessBuilder builder) {
    LabProcess process =
        LabProcess.start(name, builder, record("%s-%d.log".formatted(name, processCount++)));
    synchronized (processes) {
      processes.push(process);
    }
    return process;
  }

  /// The packaged program's launcher; Maven names it, an IDE finds it beside the module.
  public static Path launcher() {
    return Path.of(System.getProperty("pitchlake.launcher", "../deploy/pitchlake"))
        .toAbsolutePath()
        .normalize();
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    var report = new StringBuilder("--- records of the lab: " + records + "\n");
    synchronized (processes) {
      for (LabProcess process : processes) {
        List<String> lines = process.output().lines().toList();
        report.append("--- last lines of ").append(process).append('\n');
        lines.stream()
            .skip(Math.max(0, lines.size() - LINES_SHOWN_ON_FAILURE))
            .forEach(line -> report.append(line).append('\n'));
      }
    }
    System.out.print(report);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  /// Ends every process in the lab and removes its namespaces. A second call does nothing.
  @Override
  public void close() {
    takeDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and the hook has done or is doing the same.
    }
  }

  private void takeDown() {
    synchronized (processes) {
      while (!processes.isEmpty()) {
        processes.pop().close();
      }
    }
    hosts.clear();
    for (String name : namespaces()) {
      if (name.startsWith(prefix + "-")) {
        remove(name);
      }
    }
  }

  private static void removeLeftovers() {
    for (String name : namespaces()) {
      Matcher ours = OURS.matcher(name);
      if (ours.matches() && ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty()) {
        remove(name);
      }
    }
  }

  private static void remove(String namespace) {
    root("ip", "netns", "pids", namespace)
        .lines()
        .map(Long::parseLong)
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .forEach(ProcessHandle::destroyForcibly);
    root("ip", "netns", "del", namespace);
  }

  private static List<String> namespaces() {
    if (!Files.isDirectory(NAMESPACES)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(NAMESPACES)) {
      return entries.map(path -> path.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + NAMESPACES, e);
    }
  }

  private void ip(String host, String words) {
    var command = new ArrayList<>(List.of("ip", "-n", namespace(host)));
    command.addAll(List.of(words.split(" ", -1)));
    root(command.toArray(String[]::new));
  }

  /// Runs a command outside of the lab's hosts, for ten seconds at most, and returns its output.
  private static String root(String... command) {
    File output = null;
    try {
      output = File.createTempFile("pitchlake-lab", ".out");
      Process process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      String said = Files.readString(output.toPath(), StandardCharsets.UTF_8);
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError(
            "the lab cannot be laid: %s: exit code %d: %s"
                .formatted(String.join(" ", command), process.exitValue(), said));
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException("the lab needs the program " + command[0], e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while laying the lab", e);
    } finally {
      delete(output == null ? null : output.toPath());
    }
  }

  static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }
}
