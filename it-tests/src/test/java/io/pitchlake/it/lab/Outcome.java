package io.pitchlake.it.lab;

import java.util.List;

/// What a command did.
///
/// @param command the words it was started with
/// @param exitCode its exit code
/// @param stdout all it wrote to standard output
/// @param stderr all it wrote to standard error
public record Outcome(List<String> command, int exitCode, String stdout, String stderr) {

  /// This outcome when the command ended with 0, else an AssertionError that shows all it said.
  public Outcome expectSuccess() {
    return expectExit(0);
  }

  /// This outcome when the command ended with `expected`, else an AssertionError that shows all it
  /// said.
  public Outcome expectExit(int expected) {
    if (exitCode != expected) {
      throw new AssertionError("expected exit code " + expected + ", seen " + this);
    }
    return this;
  }

  /// This outcome when standard output has `text` in it, else an AssertionError that shows all it
  /// said.
  public Outcome expectOutput(String text) {
    if (!stdout.contains(text)) {
      throw new AssertionError("expected output with \"" + text + "\", seen " + this);
    }
    return this;
  }

  @Override
  public String toString() {
    return "exit code %d of: %s%n--- stdout%n%s--- stderr%n%s"
        .formatted(exitCode, String.join(" ", command), stdout, stderr);
  }
}
