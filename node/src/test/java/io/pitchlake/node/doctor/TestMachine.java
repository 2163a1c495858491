package io.pitchlake.node.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A machine as files tell of it, laid in a folder.
final class TestMachine {
  private final Path root;

  /// One with two cores and every capability, on which all is well.
  TestMachine(Path root) {
    this.root = root;
    file("proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\nCpus_allowed_list:\t0-1\n");
    file("proc/self/cmdline", "java\0-XX:+UseZGC\0-jar\0pitchlake.jar\0");
    file("proc/self/cgroup", "0::/\n");
    file("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\n");
    clockSource("tsc", "tsc hpet acpi_pm");
  }

  TestMachine file(String path, String text) {
    try {
      Path file = root.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TestMachine clockSource(String current, String available) {
    String folder = "sys/devices/system/clocksource/clocksource0/";
    return file(folder + "current_clocksource", current + "\n")
        .file(folder + "available_clocksource", available + "\n");
  }

  Machine machine() {
    return new Machine(root);
  }
}
