package io.pitchlake.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigDiff.Change;
import io.pitchlake.common.wire.Property;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a change is called, and whether a node that runs can do it.
class ConfigDiffTest {
  private static final String BEFORE =
      """
      interface 1 { name eth0 }
      interface 2 { name eth1 }
      network 1 { addr 10.0.0.0 mask 24 real 10.0.0.4 tarpit enable interface 1 }
      network 2 { addr 10.2.0.0 mask 24 real 10.2.0.4 interface 2 }
      server 1 { ipaddr 10.0.0.10 port 80 dsr enable targets 1,2 }
      target 1 { ipaddr 10.0.0.20 }
      target 2 { ipaddr 10.0.0.21 weight 1 }
      acl 1 permit 10.0.0.64/26
      tarpit_acl 1
      register networks 1 enable networks 1
      register servers 1 enable servers 1
      register targets 1,2 enable targets 1,2
      """;

  private static Configuration parsed(String text) {
    ParseResult result = ConfigParser.parse("test", text);
    return result.configuration().orElseThrow(() -> new AssertionError(result.errors()));
  }

  private static List<Change> changes(String from, String to) {
    return ConfigDiff.between(parsed(from), parsed(to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weight 1 | weight 3 | target 2: 'weight 1' becomes 'weight 3'",
        "acl 1 permit 10.0.0.64/26 | acl 1 permit 10.0.0.64/26 acl 1 permit 10.0.0.9"
            + " | 'acl 1 permit 10.0.0.64/26' becomes 'acl 1 permit 10.0.0.64/26 acl 1 permit 10.0.0.9/32'",
        "tarpit_acl 1 | set tarpitlograte 1 | 'tarpit_acl 1' is gone",
        "tarpit enable | tarpit disable | network 1: 'tarpit enable' becomes 'tarpit disable'",
        "targets 1,2 } | targets 1 } | server 1: 'targets 1,2' becomes 'targets 1'",
        "tarpit_acl 1 | events { file /e } tarpit_acl 1 | events is new",
        "real 10.0.0.4 | real 10.0.0.5 | network 1: 'real 10.0.0.4' becomes 'real 10.0.0.5'"
      })
  void aChangeThatIsApplied(String from, String to, String words) {
    List<Change> changes = changes(BEFORE, BEFORE.replace(from, to));
    assertTrue(changes.contains(new Change(words, Optional.empty())), changes.toString());
    assertTrue(changes.stream().allMatch(change -> change.refusal().isEmpty()), changes.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name eth0 | name eth0 access ring | interface 1: 'access auto' becomes 'access ring'",
        "tarpit_acl 1 | set addresses 2048 | 'set addresses 2048' is new",
        "tarpit_acl 1 | set engines 2 | 'set engines 2' is new",
        "tarpit_acl 1 | hostname other | 'hostname other' is new",
        "tarpit_acl 1 | modules arp,hc,master,slb | 'modules vrrp,arp,ping,hc,master,tarpit,slb,tnat,nat,rt' becomes",
        "tarpit_acl 1 | syslog off | 'syslog local' becomes 'syslog off'",
        "tarpit_acl 1 | engine { idle poll } | engine: 'idle adaptive' becomes 'idle poll'",
        "tarpit_acl 1 | sync { cluster x } | sync is new",
        "tarpit_acl 1 | admin { rate 5 } | admin is new",
        "10.0.0.10 | 10.0.0.11 | server 1: 'ipaddr 10.0.0.10' becomes",
        "port 80 | port 81 | server 1: 'port 80' becomes 'port 81'",
        "10.0.0.21 | 10.0.0.22 | target 2: 'ipaddr 10.0.0.21' becomes",
        "networks 1 enable networks 1 | networks 1,2 enable networks 1,2"
            + " | network 2 runs on interface 2"
      })
  void aChangeThatCannotBeAppliedSaysWhatToDo(String from, String to, String words) {
    List<Change> changes = changes(BEFORE, BEFORE.replace(from, to));
    Change refused =
        changes.stream()
            .filter(change -> change.refusal().isPresent())
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing is refused of " + changes));
    assertTrue(refused.what().startsWith(words), refused.toString());
    assertTrue(refused.refusal().get().matches(".*(restart|of its own).*"), refused.toString());
  }

  @Test
  void withSeveralEnginesServersStayWhereTheyAre() {
    String several = BEFORE.replace("name eth0", "name eth0 access ring") + "set engines 2\n";
    String more = several + "server 2 { ipaddr 10.0.0.12 port 81 dsr enable targets 1 }\n";
    assertTrue(
        changes(several, more).stream().anyMatch(change -> change.refusal().isPresent()),
        () -> changes(several, more).toString());
    assertFalse(
        changes(several, several.replace("weight 1", "weight 2")).stream()
            .anyMatch(change -> change.refusal().isPresent()));
  }

  @Test
  void peersThatANetworkNamesAreJoinedAtTheStart() {
    String alone = BEFORE.replace("real 10.0.0.4", "real 10.0.0.4 syncpeer 10.0.0.6");
    String pair = alone + "sync { key /etc/k }\n";
    assertTrue(
        changes(pair, pair.replace("syncpeer 10.0.0.6", "syncpeer 10.0.0.7")).stream()
            .anyMatch(change -> change.refusal().isPresent()));
    assertTrue(
        changes(pair.replace("syncpeer 10.0.0.6", ""), pair).stream()
            .anyMatch(change -> change.refusal().isPresent()),
        "the first peer");
    // Nobody is joined without a key, and 'peers' says who is.
    for (String text : List.of(alone, alone + "sync { key /etc/k peers 10.0.0.9 }\n")) {
      assertFalse(
          changes(text, text.replace("syncpeer 10.0.0.6", "syncpeer 10.0.0.7")).stream()
              .anyMatch(change -> change.refusal().isPresent()));
    }
  }

  @Test
  void targetsThatNoLongerRunAreLeaving() {
    Configuration after =
        parsed(
            BEFORE.replace(
                "register targets 1,2 enable targets 1,2", "register targets 1 enable targets 1"));
    assertEquals(
        List.of(2),
        ConfigDiff.leaving(parsed(BEFORE), after).stream().map(target -> target.id()).toList());
  }

  /// Equal configurations, and only those, differ in nothing.
  @Test
  void noDifferenceIsOverlooked() {
    Property.forAll(
        "no difference is overlooked",
        200,
        random -> {
          List<Configuration> two = RandomConfiguration.configurations(random, 2);
          assertEquals(List.of(), ConfigDiff.between(two.get(0), two.get(0)));
          assertEquals(
              two.get(0).equals(two.get(1)), ConfigDiff.between(two.get(0), two.get(1)).isEmpty());
        });
  }
}
