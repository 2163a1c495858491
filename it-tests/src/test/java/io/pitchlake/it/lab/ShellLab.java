package io.pitchlake.it.lab;

import java.util.Map;

/// The lab of `deploy/lab.sh`, under a name of its own, with the program that is packaged already.
public final class ShellLab {
  private final DeployScript script;

  private ShellLab(DeployScript script) {
    this.script = script;
  }

  /// @param name up to 12 lower-case letters and digits
  public static ShellLab named(String name) {
    return new ShellLab(
        new DeployScript("lab.sh", Map.of("PITCHLAKE_LAB", name, "PITCHLAKE_BUILT", "yes")));
  }

  /// Runs `deploy/lab.sh WORDS...` to its end, for five minutes at most.
  public Outcome run(String... words) {
    return script.run(words);
  }

  /// Runs a line of a shell in the clone, in which `deploy/lab.sh` means this lab, to its end.
  public Outcome type(String line) {
    return script.type(line);
  }
}
