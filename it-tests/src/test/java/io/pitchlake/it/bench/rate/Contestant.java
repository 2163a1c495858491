package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// A program that traps or forwards.
sealed interface Contestant permits Pen, Pitchlake, Yardstick {
  /// What a contestant can be put through.
  enum Step {
    FLOOD,
    RATES,
    QUIET,
    LATENCY
  }

  /// The name in tables: the technique, then what is special about it.
  String name();

  /// Those of interest; the others' outcome is another contestant's, or they make no sense for it.
  Set<Step> steps();

  /// Its command line, after what it needs has been written to the place's logs.
  List<String> command(Place place) throws IOException;

  /// Variables it is started with.
  default Map<String, String> environment() {
    return Map.of();
  }

  /// Where it listens when it answers no ARP.
  default OptionalLong fixedMac() {
    return OptionalLong.empty();
  }

  /// The cores it may use, as taskset writes them.
  default String cores(Place place) {
    return Integer.toString(place.core());
  }

  /// The name of a file about it.
  default Path file(Place place, String suffix) {
    return place.logs().resolve(name().replace(' ', '-') + suffix);
  }

  /// Starts it. `ip` and `taskset` each become the next program, so the process is its own.
  default Running start(Place place) throws IOException {
    Path collections = file(place, ".gc");
    Files.deleteIfExists(collections);
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", place.namespace()));
    command.addAll(List.of("taskset", "-c", cores(place)));
    command.addAll(command(place));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.redirectOutput(file(place, ".log").toFile());
    builder.environment().putAll(environment());
    builder
        .environment()
        .merge(
            "PITCHLAKE_JAVA_OPTS",
            "-Xlog:gc:file=" + collections,
            (one, other) -> one + " " + other);
    return new Running(name(), builder.start(), file(place, ".log"), collections);
  }
}
