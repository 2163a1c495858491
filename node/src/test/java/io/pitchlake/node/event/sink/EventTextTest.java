package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.engine.EventKind;
import io.pitchlake.node.engine.TargetNotice;
import io.pitchlake.node.event.Occurrence;
import io.pitchlake.node.event.Origin;
import io.pitchlake.node.event.SecurityEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// How events are written: the documents that docs/events.schema.json describes, and the Common
/// Event Format.
class EventTextTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Origin HAMBURG =
      new Origin(
          Optional.of("DE"),
          Optional.of("Hamburg"),
          Optional.of(new Origin.Location(53.55, 10.0)),
          Optional.of(64_496L),
          Optional.of("Example & Söhne"));

  private final EventText json = new EcsJson(Samples.OBSERVER);
  private final EventText cef = new CommonEventFormat(Samples.OBSERVER);

  private static JsonSchema schema() throws IOException {
    return JsonSchema.read(Files.readString(DOCS.resolve("events.schema.json")));
  }

  @Test
  void everyEventIsADocumentOfTheSchema() throws IOException {
    JsonSchema schema = schema();
    Set<String> members = new HashSet<>();
    Set<String> kinds = new HashSet<>();
    long number = 0;
    for (SecurityEvent event : Samples.everyEvent("it says <b>\"no\"</b>")) {
      for (Origin origin : List.of(Origin.UNKNOWN, HAMBURG)) {
        String text = json.of(new Occurrence(++number, Samples.WALL_MILLIS, event, origin));
        Map<String, Object> document = JsonReader.object(JsonReader.read(text));
        assertEquals(List.of(), schema.problems(document), text);
        assertFalse(text.contains("\n"), text);
        collect("", document, members);
        kinds.add((String) JsonReader.object(document.get("event")).get("action"));
      }
    }
    assertEquals(EventKind.values().length, kinds.size(), "every kind was tried");
    assertEquals(
        members(schema()),
        members,
        "what the schema describes is what is written, and nothing else");
  }

  private static void collect(String at, Object value, Set<String> members) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, inner) -> {
        members.add(at + name);
        collect(at + name + ".", inner, members);
      });
    }
  }

  private static Set<String> members(JsonSchema schema) {
    Set<String> members = new HashSet<>();
    schema.members("", members);
    return members;
  }

  /// A check that cannot fail is none.
  @Test
  void theSchemaRefusesWhatIsNoEvent() throws IOException {
    JsonSchema schema = schema();
    String good = json.of(Samples.connection(1));
    assertEquals(List.of(), schema.problems(JsonReader.read(good)));
    for (String[] change :
        new String[][] {
          {"\"tcp_synack\"", "\"tcp\""},
          {"\"severity\": 5", "\"severity\": 11"},
          {"\"severity\": 5", "\"severity\": 5.5"},
          {"02-00-00-00-00-42", "02:00:00:00:00:42"},
          {"\"times\": 1", "\"Times\": 1"},
          {"\"alert\"", "true"},
          {"10:00:00.123Z", "10:00:00.123"},
          {"\"ip\": [\"203", "\"ip\": [], \"x\": [\"203"}
        }) {
      assertTrue(good.contains(change[0]), change[0] + " is in " + good);
      String bad = good.replace(change[0], change[1]);
      assertFalse(schema.problems(JsonReader.read(bad)).isEmpty(), bad);
    }
  }

  @Test
  void aConnectionAsJson() {
    SecurityEvent event = Samples.trapped(EventKind.TCP_SYNACK, "203.0.113.5", 3);
    assertEquals(
        """
        {"@timestamp": "2026-11-02T10:00:00.123Z", \
        "message": "TARPIT IPv4 TCP_SYNACK for 192.168.2.77/443 sent to 203.0.113.5/50000 \
        [02:00:00:00:00:42] seen 3 times", \
        "ecs": {"version": "8.17.0"}, \
        "event": {"kind": "alert", "category": ["network", "intrusion_detection"], \
        "type": ["info"], "action": "tcp_synack", "severity": 5, "sequence": 7, \
        "provider": "pitchlake", "dataset": "pitchlake.events"}, \
        "observer": {"name": "node-a", "vendor": "Pitchlake", "product": "Pitchlake", \
        "type": "tarpit", "version": "1.2"}, \
        "network": {"type": "ipv4", "transport": "tcp"}, \
        "source": {"ip": "203.0.113.5", "port": 50000, "mac": "02-00-00-00-00-42", \
        "geo": {"country_iso_code": "DE", "city_name": "Hamburg", \
        "location": {"lat": 53.55, "lon": 10.0}}, \
        "as": {"number": 64496, "organization": {"name": "Example & Söhne"}}}, \
        "destination": {"ip": "192.168.2.77", "port": 443}, \
        "related": {"ip": ["203.0.113.5", "192.168.2.77"]}, \
        "pitchlake": {"times": 3}}\
        """,
        json.of(new Occurrence(7, Samples.WALL_MILLIS, event, HAMBURG)));
  }

  @Test
  void aConnectionAsCommonEventFormat() {
    assertEquals(
        "CEF:0|Pitchlake|Pitchlake|1.2|tcp_synack|connection to a simulated address was trapped|5|"
            + "rt=1793613600123 externalId=7 dvchost=node-a act=tcp_synack cnt=1"
            + " src=203.0.113.5 smac=02:00:00:00:00:42 dst=192.168.2.77 spt=50000 dpt=443 proto=TCP"
            + " msg=TARPIT IPv4 TCP_SYNACK for 192.168.2.77/443 sent to 203.0.113.5/50000"
            + " [02:00:00:00:00:42]",
        cef.of(Samples.connection(7)));
    String ipv6 = cef.of(Samples.at(7, Samples.trapped(EventKind.ECHO_REPLY, "2001:db8:9::5", 1)));
    assertTrue(ipv6.contains(" c6a2=2001:db8:9::5 c6a2Label=Source IPv6 Address smac="), ipv6);
  }

  @Test
  void commonEventFormatEscapesItsOwnMarks() {
    EventText text = new CommonEventFormat(new Observer("a=b|c", "1|2\\3"));
    TargetNotice notice =
        new TargetNotice(
            TargetNotice.Change.TAKEN_OUT,
            IpAddress.parse("10.0.0.9"),
            Samples.mac(9),
            "says a=b|c\\\nsrc=1.2.3.4");
    String line = text.of(Samples.at(1, new SecurityEvent.TargetChanged(notice)));
    assertTrue(line.startsWith("CEF:0|Pitchlake|Pitchlake|1\\|2\\\\3|target_down|"), line);
    assertTrue(line.contains(" dvchost=a\\=b|c "), line);
    assertTrue(line.contains(" reason=says a\\=b|c\\\\?src\\=1.2.3.4 "), line);
  }
}
