package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.markdown.ConsoleBlock;
import io.pitchlake.common.markdown.ConsoleBlock.Step;
import io.pitchlake.common.markdown.MarkdownDocument;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import io.pitchlake.it.lab.ShellLab;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// The lab's part of docs/quickstart.md, typed as it stands there, in a lab of another name: each
/// command does what it should, and says what the page shows.
///
/// What differs from run to run (times, MAC addresses, ports, numbers of processes, which backend
/// it was) is not compared; all other words are.
@RequiresRoot
class QuickStartIT {
  private static final String NAME = "quickstart";
  private static final ShellLab LAB = ShellLab.named(NAME);
  private static final Path PAGE = NetnsLab.launcher().resolveSibling("../docs/quickstart.md");

  /// What is not compared, and what stands for it. In this order.
  private static final List<Map.Entry<Pattern, String>> PASSING =
      List.of(
          Map.entry(Pattern.compile("^[\\d-]+ [\\d:.]+ (?:INFO|WARN) "), ""),
          Map.entry(Pattern.compile("\\b[\\d-]+T[\\d:.]+Z"), "TIME"),
          Map.entry(Pattern.compile("(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"), "MAC"),
          Map.entry(Pattern.compile("(?<![\\d.])\\d+\\.\\d+(?![\\d.])"), "T"),
          Map.entry(Pattern.compile("\\b\\d+(?= ?(?:ms|milliseconds|seconds)\\b)"), "T"),
          Map.entry(Pattern.compile("(?<=  )\\d+(?= |$)"), "N"),
          Map.entry(Pattern.compile("\\d+(?= hosts up)"), "N"),
          Map.entry(Pattern.compile("(?<=192\\.168\\.2\\.66/)\\d+"), "PORT"),
          Map.entry(Pattern.compile("\\bpid \\d+"), "pid N"),
          Map.entry(Pattern.compile("\\bbackend-\\d(?=, and)"), "backend-N"),
          Map.entry(Pattern.compile("\\s+"), " "));

  @AfterAll
  static void takeItDown() {
    LAB.run("down").expectSuccess();
  }

  @Test
  void whatThePageTellsToTypeDoesWhatItShows() throws IOException {
    List<Step> steps =
        MarkdownDocument.read(PAGE).codeBlocks().stream()
            .filter(block -> block.language().equals("console") && block.mark().equals("lab"))
            .flatMap(block -> ConsoleBlock.of(block).steps().stream())
            .toList();
    assertTrue(steps.size() >= 12, () -> "commands for the lab: " + steps);
    assertFalse(steps.stream().allMatch(step -> step.shown().isEmpty()), "nothing is shown");
    for (Step step : steps) {
      Outcome outcome = type(step);
      List<String> seen = new ArrayList<>();
      (outcome.stdout() + outcome.stderr()).lines().map(QuickStartIT::lasting).forEach(seen::add);
      for (String shown : step.shown()) {
        String wanted = lasting(inThisLab(shown));
        assertTrue(
            wanted.equals("...") || seen.contains(wanted),
            () -> "line %d: expected '%s', seen %s".formatted(step.line(), wanted, outcome));
      }
    }
  }

  /// Runs a command as a shell in the clone does, as root already. A connection that hangs is told
  /// by its client's exit code.
  private static Outcome type(Step step) {
    String command = inThisLab(step.command().replace("sudo ", ""));
    Outcome outcome = LAB.type(command);
    boolean hangs = step.shown().stream().anyMatch(line -> line.contains("timed out"));
    return outcome.expectExit(hangs ? 28 : 0);
  }

  private static String inThisLab(String text) {
    return text.replace("/run/pitchlake-lab/", "/run/pitchlake-lab-" + NAME + "/");
  }

  private static String lasting(String line) {
    String text = line.strip();
    for (Map.Entry<Pattern, String> one : PASSING) {
      text = one.getKey().matcher(text).replaceAll(one.getValue());
    }
    return text;
  }
}
