package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.common.wire.Property;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.Origin;
import io.pitchlake.node.event.SecurityEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Whatever a machine on the network says, or a database or a name, stays a word in a line: it ends
/// no line, no field, no message and no page, and moves no cursor. Addresses and ports come from
/// numbers; words are a target's (its agent, its web server, a script's output), a database's and
/// the node's own name.
class InjectionTest {
  private static final List<String> WEAPONS =
      List.of(
          "\n",
          "\r\n",
          "\0",
          "\u001b[2J",
          "\u001b]0;x\u0007",
          "\u0085",
          "\u2028",
          "\u2029",
          "\u009b",
          "\u007f",
          "|",
          "\\",
          "=",
          "\\n",
          "\"",
          "'",
          "<script>",
          "</title>",
          "&lt;",
          "${jndi:ldap://x}",
          "%s%n",
          "\ud800",
          "\udfff",
          "\ud83d\ude00",
          "\u202e",
          "]",
          "[",
          "}",
          "{",
          " src=1.2.3.4",
          "<28>1 ",
          "27 ",
          "CEF:0|",
          "' OR '1'='1",
          "\t",
          "ü",
          ",",
          "#",
          ";");

  private static String hostile(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      text.append(
          random.nextInt(4) == 0
              ? Character.toString((char) random.nextInt(0x10000))
              : WEAPONS.get(random.nextInt(WEAPONS.size())));
      text.append(random.nextBoolean() ? "x" : "");
    }
    return text.toString();
  }

  private static Occurrence occurrence(RandomGenerator random) {
    List<SecurityEvent> events = Samples.everyEvent(hostile(random));
    return new Occurrence(
        1 + random.nextInt(1000),
        Samples.WALL_MILLIS,
        events.get(random.nextInt(events.size())),
        new Origin(
            Optional.of(hostile(random)),
            Optional.of(hostile(random)),
            Optional.empty(),
            Optional.of(1L),
            Optional.of(hostile(random))));
  }

  private static void assertPrintable(String text) {
    assertTrue(
        text.chars().allMatch(c -> c >= ' ' && c <= '~'), () -> "not printable ASCII: " + text);
  }

  @Test
  void aLineOfTheLogStaysALine() {
    Property.forAll(
        "lines of the log are printable",
        2000,
        random -> assertPrintable(occurrence(random).event().line()));
  }

  @Test
  void aDocumentStaysADocumentAndSaysWhatWasSaid() throws Exception {
    JsonSchema schema =
        JsonSchema.read(Files.readString(Path.of("..", "docs", "events.schema.json")));
    Property.forAll(
        "hostile words stay in their fields",
        2000,
        random -> {
          Occurrence event = occurrence(random);
          String name = hostile(random);
          String text = new EcsJson(new Observer(name, "1")).of(event);
          assertFalse(
              text.codePoints()
                  .anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029),
              text);
          assertFalse(text.contains("<") || text.contains(">"), text);
          Map<String, Object> document = JsonReader.object(JsonReader.read(text));
          assertEquals(List.of(), schema.problems(document), text);
          assertEquals(name, JsonReader.object(document.get("observer")).get("name"));
          if (document.get("source") instanceof Map<?, ?> source && source.containsKey("geo")) {
            assertEquals(
                event.origin().city().orElseThrow(),
                JsonReader.object(JsonReader.object(source).get("geo")).get("city_name"));
          }
        });
  }

  /// Split as a reader of the format does, it has its seven heads and the keys that we write.
  @Test
  void aLineOfTheCommonEventFormatHasTheFieldsThatWeWrite() {
    Property.forAll(
        "hostile words end no field of CEF",
        2000,
        random -> {
          Occurrence event = occurrence(random);
          Observer observer = new Observer(hostile(random), hostile(random));
          String line = new CommonEventFormat(observer).of(event);
          assertPrintable(line);
          String[] heads = line.split("(?<!\\\\)(?:\\\\\\\\)*\\|", 8);
          assertEquals(8, heads.length, line);
          assertTrue(heads[6].matches("10|[1-9]"), line);
          assertTrue(heads[7].startsWith("rt=" + Samples.WALL_MILLIS + " externalId="), line);
          String keys = heads[7].replaceAll("\\\\[\\\\=]", "");
          assertFalse(keys.matches(".*=1[.]2[.]3[.]4.*"), line);
        });
  }

  @Test
  void aSyslogMessageHasOneHead() {
    Property.forAll(
        "hostile words begin no message",
        2000,
        random -> {
          SyslogFormat format = new SyslogFormat(hostile(random), 1, ZoneOffset.UTC);
          EventText text =
              random.nextBoolean()
                  ? new EcsJson(new Observer(hostile(random), "1"))
                  : event -> hostile(random);
          String words = text.of(occurrence(random));
          for (byte[] message :
              List.of(
                  format.rfc5424(words, Samples.WALL_MILLIS),
                  format.local(words, Samples.WALL_MILLIS))) {
            String read = new String(message, StandardCharsets.UTF_8);
            assertFalse(read.codePoints().anyMatch(Character::isISOControl), read);
            assertTrue(
                read.matches(
                    "(?s)<28>(1 2026-11-02T10:00:00.123Z [!-~]+ pitchlake 1 TARPIT - |"
                        + "Nov  2 10:00:00 pitchlake\\[1\\]: ).*"),
                read);
          }
        });
  }

  @Test
  void aFileOfAttackersHasAddressesAndNothingElse() {
    Property.forAll(
        "hostile names stay in a bundle",
        500,
        random -> {
          String text =
              new StixBundle(new Observer(hostile(random), hostile(random)), 0)
                  .of(
                      List.of(
                          new Attackers.Attacker(
                              new IpAddress(random.nextLong(), random.nextLong()), 1000, 2000, 3)),
                      3000,
                      1000);
          assertEquals(
              5,
              JsonReader.list(JsonReader.object(JsonReader.read(text)).get("objects")).size(),
              "objects");
        });
  }
}
