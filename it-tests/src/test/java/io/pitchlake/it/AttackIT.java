package io.pitchlake.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.text.JsonReader;
import io.pitchlake.it.lab.Outcome;
import io.pitchlake.it.lab.RequiresRoot;
import io.pitchlake.it.lab.ShellLab;
import io.pitchlake.it.lab.StandstillMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The attacks of the shell lab, short, as a user has them. The command itself fails where an
/// attack is not withstood: where memory grows, the active node gives its place up, or a takeover
/// takes too long.
@RequiresRoot
class AttackIT {
  private static final ShellLab LAB = ShellLab.named("attackit");

  private static final Duration ADVERT = Duration.ofMillis(100);

  @TempDir static Path folder;

  @BeforeAll
  static void layTheLab() {
    LAB.run("up").expectSuccess();
  }

  @AfterAll
  static void takeItDown() {
    LAB.run("down").expectSuccess();
  }

  /// What came of an attack.
  private record Seen(Map<String, Object> all) {
    private Map<String, Object> part(String part) {
      return JsonReader.object(all.get(part));
    }

    private void counts(String part, List<String> names) {
      for (String name : names) {
        assertTrue(part(part).containsKey(name), () -> "expected " + name + " in " + all);
      }
    }

    Seen answered(String... names) {
      counts("answered", List.of(names));
      return this;
    }

    Seen noticed(String... names) {
      counts("noticed", List.of(names));
      return this;
    }

    Seen shed(String... names) {
      counts("shed", List.of(names));
      return this;
    }
  }

  /// Where the machine under the test stood still for longer than adverts are waited for, what a
  /// pair did says nothing of it, and it is tried once more.
  private static Map<String, Seen> attack(String names, String takeovers) throws IOException {
    Path json = folder.resolve("attacks.json");
    Outcome outcome = null;
    for (int tries = 0; tries < 3; tries++) {
      try (StandstillMeter machine = new StandstillMeter()) {
        outcome =
            LAB.run(
                "attack",
                names,
                "--seconds",
                "1",
                "--takeovers",
                takeovers,
                "--json",
                json.toString());
        System.out.print(outcome.stdout());
        if (outcome.exitCode() == 0 || machine.longest().compareTo(ADVERT) < 0) {
          break;
        }
        System.out.println("the machine stood still for " + machine.longest() + ": once more");
      }
    }
    outcome.expectSuccess();
    Map<String, Seen> byName = new LinkedHashMap<>();
    Map<String, Object> report = JsonReader.object(JsonReader.read(Files.readString(json)));
    for (Object one : JsonReader.list(report.get("attacks"))) {
      Seen seen = new Seen(JsonReader.object(one));
      byName.put((String) seen.all().get("attack"), seen);
    }
    return byName;
  }

  @Test
  void everyAttackIsWithstood() throws IOException {
    Map<String, Seen> seen = attack("all", "no");
    seen.get("syn-flood").answered("tarpit_synacks", "balanced").shed("log_held_back");
    seen.get("arp-storm").answered("tarpit_arp_replies", "arp_own_replies");
    seen.get("arp-spoof").answered("own_defended").noticed("own_claimed", "released");
    seen.get("vrrp-forged")
        .shed("dropped: vrrp_ttl", "dropped: vrrp_checksum", "dropped: vrrp_malformed");
    assertFalse(seen.get("vrrp-forged").part("noticed").containsKey("vrrp_rivals"), seen::toString);
    seen.get("vrrp-higher").noticed("vrrp_stepped_down");
    seen.get("fragments").shed("dropped: fragment_without_first", "dropped: unsupported_protocol");
    seen.get("super-frames").answered("balanced");
    seen.get("neighbor-sweep").shed("dropped: proof_rate");
    seen.get("sync-garbage").shed("beats_of_strangers");
    seen.get("slow-http").shed("admin_connections");
  }

  @Test
  void aTakeoverUnderAFloodIsAsQuick() throws IOException {
    Map<String, Object> taken = attack("syn-flood", "yes").get("syn-flood").part("takeover");
    assertTrue(((Number) taken.get("ping")).doubleValue() > 0, taken::toString);
  }
}
