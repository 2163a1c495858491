package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.it.lab.BesideOthers;
import io.pitchlake.it.lab.LabHost;
import io.pitchlake.it.lab.NetnsLab;
import io.pitchlake.it.lab.RequiresRoot;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The completion scripts of the program in a real zsh and a real fish; bash has its unit test.
@RequiresRoot
@BesideOthers
class ShellCompletionIT {
  private static final String LINES =
      """
      pitchlake sh|show
      pitchlake show se|servers,sessions
      pitchlake show addresses --state |held,probing,real,simulated
      pitchlake trace fl|flow
      pitchlake tr|trace
      pitchlake drain |target
      pitchlake completion |bash,fish,zsh
      pitchlake show --addr|--address
      """;

  @RegisterExtension
  static final NetnsLab LAB = NetnsLab.segment().withHost("scanner", "192.168.2.66/24");

  private static LabHost host;
  private static Path fish;
  private static Path zsh;

  @BeforeAll
  static void writeScripts() {
    host = LAB.host("scanner");
    fish = LAB.writeRecord("pitchlake.fish", script("fish"));
    zsh = LAB.writeRecord("_pitchlake", script("zsh"));
  }

  private static String script(String shell) {
    return host.pitchlake("completion", shell).expectSuccess().stdout();
  }

  private static String sorted(Stream<String> words) {
    return words.filter(word -> !word.isEmpty()).sorted().collect(Collectors.joining(","));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = LINES)
  void fishCompletes(String line, String wanted) {
    String offered =
        host.run("fish", "--no-config", "-c", "source %s; complete -C '%s'".formatted(fish, line))
            .expectSuccess()
            .stdout();
    assertEquals(wanted, sorted(offered.lines().map(one -> one.split("\t")[0])), line);
  }

  /// The script is found and loaded by zsh's own completion system; what it hands over to be
  /// offered is printed.
  @ParameterizedTest
  @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = LINES)
  void zshCompletes(String line, String wanted) {
    String[] words = line.split(" ", -1);
    String offered =
        host.run(
                "zsh",
                "-f",
                "-c",
                """
                fpath=(%s $fpath)
                autoload -Uz compinit
                compinit -u -d %s
                [[ ${_comps[pitchlake]} == _pitchlake ]] || exit 1
                words=(%s)
                CURRENT=%d
                _describe() { print -l -- ${(M)${(@)found%%%%:*}:#${cur}*} }
                _pitchlake
                """
                    .formatted(
                        zsh.getParent(),
                        LAB.record("zcompdump"),
                        Stream.of(words)
                            .map(word -> "'" + word + "'")
                            .collect(Collectors.joining(" ")),
                        words.length))
            .expectSuccess()
            .stdout();
    assertEquals(wanted, sorted(offered.lines()), line);
  }
}
