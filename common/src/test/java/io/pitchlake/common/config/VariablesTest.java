package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pitchlake.common.config.Configuration.Vrrp;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// `${NAME}` in a file; what is wrong with one stands in `problems.txt`.
class VariablesTest {
  private static ParseResult parse(String text, Map<String, String> variables) {
    return ConfigParser.parse("f", text, variables::get);
  }

  private static String hostname(String written, String value) {
    ParseResult result = parse("hostname " + written, Map.of("NODE", value));
    assertEquals(List.of(), result.problems());
    return result.configuration().flatMap(Configuration::hostname).orElseThrow();
  }

  @Test
  void aValueIsAWordOrAPartOfOne() {
    assertEquals("node-a", hostname("${NODE}", "node-a"));
    assertEquals("the-a-node", hostname("the-${NODE}-node", "a"));
    assertEquals("ab", hostname("${NODE}${OTHER:-b}", "a"));
    assertEquals("node a", hostname("\"node ${NODE}\"", "a"));
  }

  @Test
  void aValueNeverEndsAWord() {
    for (String value : List.of("a b", "a # b", "a } b", "a,b", "\"a\"", "${NODE}", "a\\")) {
      assertEquals(value, hostname("${NODE}", value));
      assertEquals(value, hostname("\"${NODE}\"", value));
    }
  }

  @Test
  void aDefaultStandsInForWhatIsNotSetOrEmpty() {
    assertEquals("node-c", hostname("${NODE:-node-c}", ""));
    assertEquals("node-c", hostname("${NOBODY:-node-c}", "node-a"));
    assertEquals("node-a", hostname("${NODE:-node-c}", "node-a"));
    assertEquals("node c", hostname("\"${NOBODY:-node c}\"", "node-a"));
  }

  @Test
  void twoDollarsAreNoVariable() {
    assertEquals("${NODE}", hostname("\"$${NODE}\"", "node-a"));
    assertEquals("$NODE", hostname("$NODE", "node-a"));
  }

  @Test
  void aFileMayBeTheSameOnAllNodes() {
    String text =
        """
        interface 1 { name eth0 }
        network 1 { addr 10.0.0.0 mask 24 real 10.0.0.${N} virt 10.0.0.5 interface 1 }
        vrrp 1 { vrid 50 priority ${PITCHLAKE_PRIORITY:-100} network 1 }
        """;
    assertEquals(Optional.of(100), priority(parse(text, Map.of("N", "4"))));
    assertEquals(
        Optional.of(254), priority(parse(text, Map.of("N", "4", "PITCHLAKE_PRIORITY", "254"))));
  }

  private static Optional<Integer> priority(ParseResult result) {
    return result
        .configuration()
        .map(Configuration::vrrps)
        .map(all -> all.get(1))
        .map(Vrrp::priority);
  }

  @Test
  void whatIsWrongWithAValueIsSaidAtItsPlace() {
    ParseResult result =
        parse("\nvrrp 1 { priority ${PITCHLAKE_PRIORITY} }", Map.of("PITCHLAKE_PRIORITY", "much"));
    assertEquals(
        "f:2:19: error: 'much' is not a priority; write a number from 1 to 254",
        result.errors().stream()
            .map(ConfigProblem::toString)
            .filter(line -> line.contains("much"))
            .findFirst()
            .orElse(""));
    assertEquals(
        List.of("f:1:10: error: '${NODE}' has a control character in its value; set NODE to text"),
        parse("hostname ${NODE}", Map.of("NODE", "a\nb")).errors().stream()
            .map(ConfigProblem::toString)
            .toList());
  }
}
