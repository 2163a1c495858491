package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What may be written next, of the commands as they are.
class CommandTreeTest {
  @TempDir Path folder;
  private CommandTree tree;

  @BeforeEach
  void ofTheProgram() {
    tree = new CommandLines(new TestWorld(folder).surroundings()).tree();
  }

  private List<String> words(String line) {
    List<String> words = Arrays.asList(line.split(" ", -1));
    return tree.candidates(words.subList(0, words.size() - 1), words.getLast()).stream()
        .map(CommandTree.Candidate::word)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "sh|show",
        "re|replay,release,reload",
        "show s|status,sessions,servers,sync",
        "sh mod|modules",
        "show -s /run/x v|vrrp",
        "show addresses --state |real,simulated,probing,held",
        "show --addr|--address",
        "drain |target",
        "trace |flow",
        "tr fl --js|--json",
        "completion |bash,zsh,fish",
        "show status |``",
        "release 10.|``",
        "show -s |``",
        "nothing |``"
      })
  void aBeginningHasItsCandidates(String line, String wanted) {
    List<String> expected = wanted.isEmpty() ? List.of() : Arrays.asList(wanted.split(","));
    assertEquals(sorted(expected), sorted(words(line)), () -> "behind '" + line + "'");
  }

  private static List<String> sorted(List<String> words) {
    return words.stream().sorted().toList();
  }

  @Test
  void everyCommandAndOptionSaysWhatItIsFor() {
    assertTrue(tree.commands().size() > 15, tree.commands()::toString);
    for (CommandTree command : tree.commands()) {
      assertTrue(command.summary().endsWith("."), command.name() + ": " + command.summary());
      command
          .options()
          .forEach(option -> assertTrue(!option.summary().isEmpty(), option.names()::toString));
    }
  }
}
