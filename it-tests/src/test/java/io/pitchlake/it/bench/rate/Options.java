package io.pitchlake.it.bench.rate;

import java.nio.file.Path;
import java.util.List;

/// What `deploy/bench.sh` asks for.
///
/// @param what `tarpit`, `latency` or `all`
/// @param seconds length of each measurement
/// @param repeats how often each contestant runs
/// @param out folder for results
/// @param link the generator's interface
/// @param only names of contestants; empty: all
record Options(
    String what,
    int seconds,
    int repeats,
    Path out,
    String link,
    String engineNamespace,
    String engineLink,
    int engineCore,
    Path launcher,
    List<String> only) {

  static Options of(String[] arguments) {
    if (arguments.length != 10) {
      throw new BenchException("wants 10 arguments; start it by: sudo deploy/bench.sh");
    }
    return new Options(
        arguments[0],
        Integer.parseInt(arguments[1]),
        Integer.parseInt(arguments[2]),
        Path.of(arguments[3]),
        arguments[4],
        arguments[5],
        arguments[6],
        Integer.parseInt(arguments[7]),
        Path.of(arguments[8]),
        arguments[9].isEmpty() ? List.of() : List.of(arguments[9].split(",")));
  }

  boolean tarpit() {
    return !what.equals("latency");
  }

  boolean latency() {
    return !what.equals("tarpit");
  }
}
