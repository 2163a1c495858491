package io.pitchlake.it.bench.rate;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What `deploy/bench.sh` asks for, as words `NAME=VALUE`.
///
/// @param what the user's word for `parts`
/// @param seconds length of each measurement
/// @param repeats how often each contestant runs
/// @param minutes length of the endurance run
/// @param out folder for results
/// @param only names of contestants; empty: all
/// @param yardstick the C program; none: without
/// @param lab what the namespaces' names begin with
/// @param engineMac MAC of the engine's link
record Options(
    String what,
    int seconds,
    int repeats,
    int minutes,
    Path out,
    List<String> only,
    Optional<Path> yardstick,
    Path launcher,
    String lab,
    long engineMac,
    int engineCore,
    int generatorCore) {
  /// The generator's end of the wire; this program runs in its namespace.
  static final String GENERATOR_LINK = "gen0";

  private static final String ENGINE_LINK = "eng0";
  private static final String BRIDGED_LINK = "eth0";

  static Options of(String[] arguments) {
    Map<String, String> words =
        Arrays.stream(arguments)
            .map(word -> word.split("=", 2))
            .filter(pair -> pair.length == 2)
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    if (!words.keySet().containsAll(List.of("what", "out", "lab", "launcher"))) {
      throw new BenchException("start it by: sudo deploy/bench.sh");
    }
    return new Options(
        words.get("what"),
        Integer.parseInt(words.get("seconds")),
        Integer.parseInt(words.get("repeats")),
        Integer.parseInt(words.get("minutes")),
        Path.of(words.get("out")),
        words.get("only").isEmpty() ? List.of() : List.of(words.get("only").split(",")),
        Optional.of(words.get("yardstick")).filter(file -> !file.isEmpty()).map(Path::of),
        Path.of(words.get("launcher")),
        words.get("lab"),
        Long.parseLong(words.get("engine-mac").replace(":", ""), 16),
        Integer.parseInt(words.get("engine-core")),
        Integer.parseInt(words.get("generator-core")));
  }

  Set<Part> parts() {
    return switch (what) {
      case "tarpit" -> EnumSet.of(Part.TARPIT);
      case "latency" -> EnumSet.of(Part.LATENCY);
      case "forward" -> EnumSet.of(Part.FORWARD, Part.NEW_FLOWS);
      case "bulk" -> EnumSet.of(Part.BULK);
      case "endurance" -> EnumSet.of(Part.ENDURANCE);
      default -> EnumSet.complementOf(EnumSet.of(Part.ENDURANCE));
    };
  }

  /// The engine's end of the wire.
  Place engine(Path logs) {
    return new Place(lab + "-eng", ENGINE_LINK, engineCore, generatorCore, logs);
  }

  /// The node on the bridge of the bulk bed.
  Place bridgedNode(Path logs) {
    return new Place(lab + "-node", BRIDGED_LINK, engineCore, generatorCore, logs);
  }

  /// Another machine on that bridge: `client` or `backend`.
  String bridged(String machine) {
    return lab + "-" + machine;
  }
}
