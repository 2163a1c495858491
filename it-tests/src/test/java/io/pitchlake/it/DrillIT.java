package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import io.pitchlake.it.lab.ShellLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The shell lab with its pair, and one run of each drill on it, as a user has them.
///
/// The outages are far above what a quiet machine shows, for tests share theirs; what must not
/// happen at all (two owners, a connection lost) is asserted as it is.
@RequiresRoot
class DrillIT {
  private static final ShellLab LAB = ShellLab.named("drillit");
  private static final Pattern OUTAGE =
      Pattern.compile("\"(arp|ping)\": \\{ \"outageMillis\": ([0-9.]+)");
  private static final Pattern TWO_OWNERS =
      Pattern.compile("(?<=\\s)\"twoOwnersMillis\": ([0-9.]+), \"changes\"");
  private static final Pattern FLOWS =
      Pattern.compile("\"flows\": \\{ \"before\": (\\d+), \"after\": (\\d+) }");

  @TempDir static Path folder;

  @BeforeAll
  static void layTheLab() {
    LAB.run("up").expectSuccess().expectOutput("The lab is up");
  }

  @AfterAll
  static void takeItDown() {
    LAB.run("down").expectSuccess();
  }

  @Test
  void theLabShowsBothNodes() {
    LAB.run("status")
        .expectSuccess()
        .expectOutput("ready in node-a")
        .expectOutput("ready in node-b");
    LAB.run("logs", "node-b").expectSuccess().expectOutput("ready:");
    LAB.run("exec", "node-a", "ping", "-c", "1", "-w", "5", "10.0.0.2").expectSuccess();
  }

  @ParameterizedTest
  @CsvSource({
    "crash, 3000, 0",
    "hang, 3000, 0",
    "switchover, 2000, 0",
    "link, 3000, 0",
    "silent, 3000, 0",
    // Nobody is without an answer, and both give one.
    "partition, 3000, 60000"
  })
  void aDrillMeasuresAndNobodyIsLost(String name, double mostMillis, double mostMillisOfTwo)
      throws IOException {
    Path json = folder.resolve(name + ".json");
    Path svg = folder.resolve(name + ".svg");
    Outcome drill =
        LAB.run("drill", name, "--runs", "1", "--json", json.toString(), "--svg", svg.toString())
            .expectSuccess()
            .expectOutput("two owners at once:");
    System.out.print(drill.stdout());
    String figures = Files.readString(json);
    Matcher outages = OUTAGE.matcher(figures);
    int seen = 0;
    while (outages.find() && seen < 2) {
      seen++;
      double millis = Double.parseDouble(outages.group(2));
      assertTrue(millis < mostMillis, () -> name + ": " + figures);
    }
    assertEquals(2, seen, figures);
    Matcher flows = FLOWS.matcher(figures);
    assertTrue(flows.find(), figures);
    assertEquals("50", flows.group(1), figures);
    assertEquals(flows.group(1), flows.group(2), figures);
    Matcher owners = TWO_OWNERS.matcher(figures);
    assertTrue(owners.find(), figures);
    double both = Double.parseDouble(owners.group(1));
    assertTrue(both <= mostMillisOfTwo, () -> name + ": " + figures);
    assertTrue(Files.readString(svg).startsWith("<svg "), svg::toString);
  }
}
