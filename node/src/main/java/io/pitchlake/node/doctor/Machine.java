package io.pitchlake.node.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a Linux kernel tells in files about the machine and a process. Nothing is kept: each call
/// reads anew. A file that is not there, or is not what it should be, gives nothing.
///
/// @param root `/`, or where a test has laid `proc` and `sys`
public record Machine(Path root) {
  private static final int POLICY_FIELD = 41;

  /// A process's effective capabilities, one bit each (capabilities(7)).
  OptionalLong capabilities(String process) {
    return lines("proc", process, "status").stream()
        .filter(line -> line.startsWith("CapEff:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
        .findFirst();
  }

  /// The words a process was started with.
  List<String> commandLine(String process) {
    return text("proc", process, "cmdline").map(line -> words(line, "\0")).orElse(List.of());
  }

  /// The scheduling policies (sched(7)) of a process's threads of this name.
  List<Integer> policies(String process, String thread) {
    List<Integer> policies = new ArrayList<>();
    for (Path task : children(path("proc", process, "task"))) {
      String stat = text(task.resolve("stat")).orElse("");
      int name = stat.indexOf('(');
      int behind = stat.lastIndexOf(')');
      if (name >= 0 && behind > name && stat.substring(name + 1, behind).equals(thread)) {
        // Fields are counted from 1; the third one follows the name.
        String[] fields = stat.substring(behind + 1).strip().split(" ", -1);
        int index = POLICY_FIELD - 3;
        number(index < fields.length ? fields[index] : "")
            .ifPresent(policy -> policies.add((int) policy));
      }
    }
    return policies;
  }

  /// A limit on a process's processor time.
  ///
  /// @param group the control group that sets it
  /// @param cores how many cores' time it may use
  /// @param throttled how often a thread of the group was stopped for it so far
  record Quota(Path group, double cores, long throttled) {}

  /// The tightest quota that the control groups of a process set, of either version.
  Optional<Quota> quota(String process) {
    List<Quota> quotas = new ArrayList<>();
    for (String line : lines("proc", process, "cgroup")) {
      String[] fields = line.split(":", 3);
      if (fields.length < 3) {
        continue;
      }
      boolean unified = fields[1].isEmpty();
      if (unified || Arrays.asList(fields[1].split(",", -1)).contains("cpu")) {
        groups(unified, fields[1], fields[2]).forEach(group -> quota(group).ifPresent(quotas::add));
      }
    }
    return quotas.stream().min((a, b) -> Double.compare(a.cores(), b.cores()));
  }

  /// The group's folder and those above it, up to where groups are mounted.
  private List<Path> groups(boolean unified, String controllers, String group) {
    Path mounts = path("sys", "fs", "cgroup");
    Path mount = unified ? mounts : mounts.resolve(controllers);
    if (!unified && !Files.isDirectory(mount)) {
      mount = mounts.resolve("cpu");
    }
    List<Path> all = new ArrayList<>();
    Path at = mount.resolve(group.replaceFirst("^/+", "")).normalize();
    while (at.startsWith(mount)) {
      all.add(at);
      at = at.getParent();
    }
    return all;
  }

  private static Optional<Quota> quota(Path group) {
    String[] max = text(group.resolve("cpu.max")).orElse("").strip().split(" ", -1);
    OptionalLong quota = number(max[0]);
    OptionalLong period = number(max.length > 1 ? max[1] : "");
    if (max.length < 2) {
      quota = number(text(group.resolve("cpu.cfs_quota_us")).orElse(""));
      period = number(text(group.resolve("cpu.cfs_period_us")).orElse(""));
    }
    if (quota.isEmpty() || period.isEmpty() || quota.getAsLong() <= 0 || period.getAsLong() <= 0) {
      return Optional.empty();
    }
    long throttled =
        lines(group.resolve("cpu.stat")).stream()
            .filter(line -> line.startsWith("nr_throttled "))
            .mapToLong(line -> number(line.substring("nr_throttled ".length())).orElse(0))
            .findFirst()
            .orElse(0);
    return Optional.of(
        new Quota(group, (double) quota.getAsLong() / period.getAsLong(), throttled));
  }

  /// Time that processors have had since the start.
  ///
  /// @param all ticks of every kind
  /// @param stolen ticks in which the hypervisor ran something else
  record Ticks(long all, long stolen) {}

  Optional<Ticks> ticks() {
    return lines("proc", "stat").stream()
        .filter(line -> line.startsWith("cpu "))
        .map(line -> line.substring("cpu ".length()).strip().split(" +", -1))
        .filter(fields -> fields.length >= 8)
        .map(fields -> {
          // Guests' time, behind the eighth, is part of the first.
          long[] ticks =
              Arrays.stream(fields).limit(8).mapToLong(field -> number(field).orElse(0)).toArray();
          return new Ticks(Arrays.stream(ticks).sum(), ticks[7]);
        })
        .findFirst();
  }

  /// How the kernel chooses the cores' clock, each way once.
  List<String> governors() {
    return children(path("sys", "devices", "system", "cpu")).stream()
        .filter(cpu -> cpu.getFileName().toString().matches("cpu[0-9]+"))
        .map(cpu -> cpu.resolve("cpufreq"))
        .filter(frequency -> !drivesItself(frequency))
        .flatMap(frequency -> text(frequency.resolve("scaling_governor")).stream())
        .map(String::strip)
        .distinct()
        .sorted()
        .toList();
  }

  /// Drivers whose `powersave` is a hint to the hardware, which clocks up by itself.
  private static boolean drivesItself(Path frequency) {
    String driver = text(frequency.resolve("scaling_driver")).orElse("").strip();
    return driver.equals("intel_pstate") || driver.equals("amd-pstate-epp");
  }

  /// What the kernel reads its time from.
  Optional<String> clockSource() {
    return text("sys", "devices", "system", "clocksource", "clocksource0", "current_clocksource")
        .map(String::strip);
  }

  /// The clock sources that it could read it from, too.
  List<String> clockSources() {
    return text("sys", "devices", "system", "clocksource", "clocksource0", "available_clocksource")
        .map(all -> words(all.strip(), " +"))
        .orElse(List.of());
  }

  /// Whether the kernel passes packets on that come in by this interface.
  boolean forwards(String link, boolean ipv4) {
    return text("proc", "sys", "net", ipv4 ? "ipv4" : "ipv6", "conf", link, "forwarding")
        .map(value -> value.strip().equals("1"))
        .orElse(false);
  }

  /// How many cores this process may run on.
  OptionalInt cores(String process) {
    return lines("proc", process, "status").stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .mapToInt(line -> count(line.substring("Cpus_allowed_list:".length()).strip()))
        .findFirst();
  }

  /// How many numbers a list such as `0-3,6` has.
  private static int count(String list) {
    int count = 0;
    for (String part : list.split(",", -1)) {
      String[] ends = part.split("-", 2);
      long first = number(ends[0]).orElse(0);
      count += (int) (number(ends[ends.length - 1]).orElse(first) - first + 1);
    }
    return count;
  }

  private Path path(String... names) {
    Path path = root;
    for (String name : names) {
      path = path.resolve(name);
    }
    return path;
  }

  private Optional<String> text(String... names) {
    return text(path(names));
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private List<String> lines(String... names) {
    return lines(path(names));
  }

  private static List<String> lines(Path file) {
    return text(file).map(text -> text.lines().toList()).orElse(List.of());
  }

  private static List<Path> children(Path folder) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(children::add);
    } catch (IOException e) {
      return List.of();
    }
    return children;
  }

  private static List<String> words(String text, String separator) {
    return Arrays.stream(text.split(separator, -1)).filter(word -> !word.isEmpty()).toList();
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
