package io.pitchlake.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The script for bash, in a real bash, which every machine that builds this has. The lab tests
/// have zsh and fish, too.
class BashCompletionTest {
  @TempDir Path folder;
  private Path script;

  @BeforeEach
  void writeScript() throws IOException {
    TestWorld world = new TestWorld(folder);
    assertEquals(0, world.execute("completion", "bash"), world::err);
    script = Files.writeString(folder.resolve("pitchlake.bash"), world.out());
  }

  private List<String> bash(String commands) throws IOException, InterruptedException {
    Process bash =
        new ProcessBuilder("bash", "--norc", "-c", commands)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    bash.getOutputStream().close();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, bash.waitFor(), said);
    return said.lines().sorted().toList();
  }

  /// What bash offers for the last word of a line.
  private List<String> offered(String line) throws IOException, InterruptedException {
    List<String> words = Arrays.asList(line.split(" ", -1));
    String array = words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    return bash(
            "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _pitchlake; printf '%%s\\n' \"${COMPREPLY[@]}\""
                .formatted(script, array, words.size() - 1))
        .stream()
        .filter(word -> !word.isEmpty())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "pitchlake sh|show",
        "pitchlake re|release,reload,replay",
        "pitchlake show s|servers,sessions,status,sync",
        "pitchlake show addresses --state |held,probing,real,simulated",
        "pitchlake show addresses --state = s|simulated",
        "pitchlake show -s /run/x --state r|real",
        "pitchlake show --addr|--address",
        "pitchlake drain |target",
        "pitchlake trace fl|flow",
        "pitchlake trace flow --js|--json",
        "pitchlake completion z|zsh",
        "pitchlake show status |``",
        "pitchlake show --limit 3|``",
        "pitchlake capture --write tr|trapped.pcap",
        "pitchlake run -c |pitchlake.bash,trapped.pcap,with space.conf",
        "pitchlake nothing sh|``"
      })
  void aBeginningIsCompleted(String line, String wanted) throws Exception {
    Files.createFile(folder.resolve("trapped.pcap"));
    Files.createFile(folder.resolve("with space.conf"));
    assertEquals(wanted.isEmpty() ? List.of() : Arrays.asList(wanted.split(",")), offered(line));
  }

  @Test
  void itIsReadWithoutAWord() throws Exception {
    assertEquals(List.of(), bash("set -u; source " + script));
    List<String> registered = bash("source " + script + "; complete -p pitchlake");
    assertEquals(List.of("complete -F _pitchlake pitchlake"), registered);
  }

  @Test
  void theOthersAreNamedAndOneThatIsNotIsRefused() {
    TestWorld world = new TestWorld(folder);
    assertEquals(2, world.execute("completion", "csh"));
    assertTrue(world.err().contains("'csh' is none of bash, zsh and fish"), world.err());
    assertEquals(0, world.execute("completion", "zsh"));
    assertTrue(world.out().startsWith("#compdef pitchlake\n"), world.out());
  }
}
