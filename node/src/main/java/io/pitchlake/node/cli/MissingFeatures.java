package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.node.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the language can say and this build cannot do. Nothing of it is pretended: `run` refuses,
/// `check` notes it. An entry goes when its feature comes.
final class MissingFeatures {
  private MissingFeatures() {}

  /// One sentence for each directive of the file that asks for something missing.
  static List<String> in(ConfigurationFile file) {
    Configuration configuration = file.configuration();
    List<String> missing = new ArrayList<>();
    Node.networksOf(configuration).stream()
        .filter(network -> network.tarpit() && !isHere(network.tarpitMode()))
        .forEach(network ->
            missing.add(
                "'tarpit mode %s' of network %d asks for a way to hold connections"
                    .formatted(lower(network.tarpitMode()), network.id())));
    return missing.stream()
        .map(what -> file.path() + ": " + what + " that this build does not have yet")
        .toList();
  }

  private static boolean isHere(TarpitMode mode) {
    return switch (mode) {
      case HANG, RESET -> true;
      case PERSIST, THROTTLE -> false;
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// Refuses a file that asks for something missing.
  static void refuse(ConfigurationFile file) throws Failure {
    List<String> missing = in(file);
    if (!missing.isEmpty()) {
      throw new Failure(
          ExitCode.MISSING_FEATURE,
          missing.stream().map(line -> line + "; take it out to run the rest").toList());
    }
  }
}
