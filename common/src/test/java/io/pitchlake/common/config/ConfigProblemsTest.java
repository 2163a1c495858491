package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Syslog;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.wire.Property;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What the parser says about files with mistakes: the exact place, words and remedy of each.
class ConfigProblemsTest {
  private static final String TABLE = "problems.txt";
  private static final String ARROW = "-> ";
  private static final String SPOILERS = "{},\"#\n .:/\\0a\0…";

  /// One file with all its problems as `line:column: severity: sentence`.
  private record Row(String text, List<String> problems) {}

  private static List<Row> table() throws IOException {
    String table;
    try (InputStream in = ConfigProblemsTest.class.getResourceAsStream(TABLE)) {
      table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<Row> rows = new ArrayList<>();
    for (String block : table.split("====\n")) {
      List<String> text = new ArrayList<>();
      List<String> problems = new ArrayList<>();
      for (String line : block.split("\n")) {
        if (line.startsWith(ARROW)) {
          problems.add(line.substring(ARROW.length()));
        } else {
          text.add(line);
        }
      }
      rows.add(new Row(String.join("\n", text) + "\n", problems));
    }
    return rows;
  }

  @TestFactory
  Stream<DynamicTest> everyProblemIsNamedWithItsPlaceAndRemedy() throws IOException {
    List<Row> rows = table();
    assertTrue(rows.size() > 150, "rows: " + rows.size());
    return rows.stream().map(row -> DynamicTest.dynamicTest(row.text().strip(), () -> check(row)));
  }

  private static void check(Row row) {
    ParseResult result = ConfigParser.parse("f", row.text());
    String expected = String.join("\n", row.problems().stream().map(p -> "f:" + p).toList());
    String seen =
        String.join("\n", result.problems().stream().map(ConfigProblem::toString).toList());
    assertEquals(expected, seen);
    assertEquals(result.errors().isEmpty(), result.configuration().isPresent());
  }

  private static List<String> problems(String text) {
    return ConfigParser.parse("f", text).problems().stream().map(ConfigProblem::toString).toList();
  }

  @Test
  void anUnknownSettingGetsTheListOfAll() {
    String seen = problems("set cheese 5").getFirst();
    assertTrue(seen.startsWith("f:1:5: error: 'cheese' is not a setting; write "), seen);
    for (Setting setting : Setting.values()) {
      assertTrue(seen.contains(setting.word()), seen);
    }
  }

  @Test
  void everySettingTakesItsBoundsAndNothingBeyond() {
    for (Setting setting : Setting.values()) {
      for (long value : List.of(setting.minimum(), setting.maximum(), setting.defaultValue())) {
        ParseResult result = ConfigParser.parse("f", "set " + setting.word() + " " + value);
        assertEquals(List.of(), result.problems());
        assertEquals(value, result.configuration().orElseThrow().settings().get(setting));
      }
      for (String value :
          List.of("" + (setting.maximum() + 1), "-1", "1.5", "99999999999999999999")) {
        ParseResult result = ConfigParser.parse("f", "set " + setting.word() + " " + value);
        assertEquals(1, result.errors().size(), setting + " " + value);
        assertTrue(
            result
                .errors()
                .getFirst()
                .remedy()
                .startsWith(
                    "write a number of %s from %d to %d"
                        .formatted(setting.unit(), setting.minimum(), setting.maximum())),
            result.toString());
      }
    }
  }

  @Test
  void syslogLinesGoWhereTheFileSays() {
    assertEquals(new Syslog.Local(), syslog(""));
    assertEquals(new Syslog.Local(), syslog("syslog local"));
    assertEquals(new Syslog.Off(), syslog("syslog OFF"));
    assertEquals(new Syslog.Remote(IpAddress.parse("10.0.0.9"), 514), syslog("syslog 10.0.0.9"));
    assertEquals(
        new Syslog.Remote(IpAddress.parse("10.0.0.9"), 1514), syslog("syslog 10.0.0.9:1514"));
    IpAddress v6 = IpAddress.parse("2001:db8::9");
    assertEquals(new Syslog.Remote(v6, 514), syslog("syslog 2001:db8::9"));
    assertEquals(new Syslog.Remote(v6, 514), syslog("syslog [2001:db8::9]:514"));
  }

  private static Syslog syslog(String text) {
    return ConfigParser.parse("f", text).configuration().orElseThrow().syslog();
  }

  @Test
  void settingsThatAreNotSetHaveTheirDefaults() {
    Configuration empty = ConfigParser.parse("f", "").configuration().orElseThrow();
    for (Setting setting : Setting.values()) {
      assertEquals(setting.defaultValue(), empty.settings().get(setting));
    }
    assertEquals(Configuration.DEFAULT_MODULES, empty.modules());
  }

  @Test
  void columnsCountTabsAsOneAndLinesEndWithEitherMark() {
    assertEquals(
        List.of("f:3:2: error: 'foo' is not a directive; " + topLevelWords()),
        problems("hostname a\r\n\r\n\tfoo 1\r\n"));
    assertEquals(
        List.of("f:1:1: error: 'foo' is not a directive; " + topLevelWords()),
        problems("\ufefffoo\u00a01"));
  }

  private static String topLevelWords() {
    String seen = problems("frobnicate").getFirst();
    return seen.substring(seen.indexOf("write "));
  }

  @Test
  void aFileThatIsNoTextGetsOneProblem() {
    assertEquals(
        List.of(
            "f:2:4: error: '\\u0000' is a control character, so this is not a configuration file;"
                + " name a text file"),
        problems("hostname a\nELF\0\1\2\3\"}}} foo"));
    assertEquals(1, problems("hostname \"a\u001b[31mb\"").size());
  }

  @Test
  void aProblemIsOneLineWhateverStandsInTheFile() {
    String seen = problems("\"" + "x".repeat(500) + "\"").getFirst();
    assertTrue(seen.startsWith("f:1:1: error: '" + "x".repeat(80) + "...' is not"), seen);
    assertEquals(
        "f:1:2: warning: 'a?b' is odd; mend it",
        new ConfigProblem("f", 1, 2, ConfigProblem.Severity.WARNING, "a\nb", "is odd", "mend it")
            .toString());
  }

  @Test
  void oneMistakeDoesNotHideAnother() {
    assertEquals(
        List.of("2:16", "4:11", "5:11", "8:11", "10:19"),
        ConfigParser.parse(
                "f",
                """
                hostname  node-a
                modules   vrrp,aarp,master,tarpit
                network   1 {
                     mask 255.255.0.255
                     real 10.0.0.300
                     tarpit enable
                     interface 1
                     vlan 5000
                }
                register networks 2
                interface 1 { name eth0 }
                register networks 1 enable networks 1
                """)
            .problems()
            .stream()
            .map(problem -> problem.line() + ":" + problem.column())
            .toList());
  }

  /// Whatever is done to a good file, the parser comes to an end, keeps its promise about errors,
  /// and names places that exist.
  @Test
  void survivesEveryMutation() throws IOException {
    String good = Files.readString(Path.of("../deploy/examples/design.conf"));
    Property.forAll(
        "mutated files",
        1000,
        random -> {
          String text = mutate(good, random);
          ParseResult result = ConfigParser.parse("f", text);
          assertEquals(result.errors().isEmpty(), result.configuration().isPresent(), text);
          String[] lines = text.split("\n", -1);
          for (ConfigProblem problem : result.problems()) {
            assertTrue(
                problem.line() >= 1 && problem.line() <= lines.length, problem + "\n" + text);
            int width = lines[problem.line() - 1].length();
            assertTrue(
                problem.column() >= 1 && problem.column() <= width + 1, problem + "\n" + text);
            assertFalse(problem.toString().contains("\n"), problem.toString());
          }
        });
  }

  private static String mutate(String good, RandomGenerator random) {
    StringBuilder text = new StringBuilder(good);
    for (int i = random.nextInt(1, 6); i > 0 && !text.isEmpty(); i--) {
      int at = random.nextInt(text.length());
      int end = Math.min(text.length(), at + random.nextInt(1, 40));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(at, text.substring(at, end));
        case 2 -> text.setLength(Math.max(1, at));
        case 3 -> text.setCharAt(at, SPOILERS.charAt(random.nextInt(SPOILERS.length())));
        default -> {
          int from = random.nextInt(good.length());
          text.insert(at, good, from, Math.min(good.length(), from + 200));
        }
      }
    }
    return text.toString();
  }
}
