package io.pitchlake.node.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.node.drill.DrillPlan.Pair;
import io.pitchlake.node.drill.Lane.Kind;
import io.pitchlake.node.drill.Lane.Stretch;
import io.pitchlake.node.drill.RunResult.Kept;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/// Table, JSON and picture of runs whose figures are known.
class DrillReportTest {
  private static final long MILLI = 1_000_000;
  private static final long FAULT = 1000 * MILLI;
  private static final long RESTORE = 3000 * MILLI;
  private static final long END = 4000 * MILLI;
  private static final DrillPlan PLAN =
      new DrillPlan(
          List.of(Drill.CRASH),
          3,
          "eth0",
          List.of(
              new Pair(
                  "o\"urs", List.of("node-a", "node<b"), IpAddress.parse("192.168.2.5"), true)),
          Optional.empty(),
          Optional.empty(),
          50,
          new Hooks(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
          10 * MILLI,
          Duration.ofMinutes(1),
          Duration.ofMinutes(1),
          0);

  /// A run in which node A is heard until 5 ms after the fault, and node B `outage` ms later.
  private static RunResult run(int number, long outageMillis) {
    RequestLane ping = new RequestLane(Kind.PING);
    AnswerLane arp = new AnswerLane(Kind.ARP, 2);
    for (long at = 0; at < END; at += MILLI) {
      int asked = ping.ask(at);
      arp.ask(at);
      long since = at - FAULT - 5 * MILLI;
      if (since < 0 || since >= outageMillis * MILLI) {
        int node = since < 0 ? 0 : 1;
        ping.answer(asked, at);
        ping.spoke(asked, node);
        arp.answer(at);
        arp.spoke(node, at);
      }
    }
    Map<Kind, Outcome> fault = new EnumMap<>(Kind.class);
    Map<Kind, Outcome> back = new EnumMap<>(Kind.class);
    for (Lane lane : List.of(ping, arp)) {
      fault.put(lane.kind(), lane.judge(new Stretch(FAULT, RESTORE)));
      back.put(lane.kind(), lane.judge(new Stretch(RESTORE, END)));
    }
    return new RunResult(
        Drill.CRASH,
        "o\"urs",
        number,
        FAULT,
        FAULT + 5 * MILLI,
        RESTORE,
        END,
        fault,
        back,
        1,
        1,
        List.of(OptionalLong.of(50), OptionalLong.of(51)),
        List.of(OptionalLong.empty(), OptionalLong.of(52)),
        new Kept(50, 50),
        new Kept(50, 49),
        List.of(arp, ping));
  }

  private static DrillReport report() {
    List<RunResult> runs = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      runs.add(run(i, 30 + i));
    }
    return new DrillReport(PLAN, runs);
  }

  private static void assertHas(String text, String... words) {
    for (String word : words) {
      assertTrue(text.contains(word), () -> "'" + word + "' in:\n" + text);
    }
  }

  @Test
  void theTableHasMedianAndWorstAndWhatWasKept() {
    String table = String.join("\n", report().table());
    assertTrue(
        table.lines().anyMatch(line -> line.matches(".*ping +32\\.0 +33\\.0 +33\\.0 +33 +0\\.0")),
        table);
    assertHas(
        table,
        "two owners at once: 0.0 ms in the worst of 3 runs",
        "the active node changed 1 times, and coming back 1",
        "flows that kept their target: 150 of 150; trapped peers still held: 147 of 150",
        "50 and 51 before, - and 52 after");
  }

  @Test
  void theJsonIsWhatTheReadmeSays() {
    String json = report().json();
    assertHas(
        json,
        "\"advertMillis\": 10.000",
        "\"drill\": \"crash\", \"pair\": \"o\\\"urs\", \"run\": 3",
        "\"ping\": { \"outageMillis\": 33.000, \"asked\": 2000, \"lost\": 33,",
        "\"sessionsBefore\": [50, 51], \"sessionsAfter\": [null, 52]",
        "\"trapped\": { \"before\": 50, \"after\": 49 }");
    assertEquals(count(json, '{'), count(json, '}'));
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(c -> c == wanted).count();
  }

  @Test
  void thePictureIsWellFormedAndShowsTheRunInTheMiddle() throws Exception {
    String svg = report().svg();
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertHas(svg, "32.0 ms", "node&lt;b answers", "class=\"node0\"", "class=\"node1\"");
    assertEquals(2, svg.lines().filter(line -> line.contains("class=\"lost\"")).count(), svg);
  }
}
