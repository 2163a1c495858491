package io.pitchlake.node.event.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.ConfigParser;
import io.pitchlake.common.config.Configuration;
import io.pitchlake.common.config.SinkPlan.Listing;
import io.pitchlake.common.config.SinkPlan.ToList;
import io.pitchlake.common.config.SinkPlan.Trap;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.text.JsonReader;
import io.pitchlake.node.engine.EventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who stands in a blocklist, when, and in what form.
class ListSinkTest {
  private static final Predicate<IpAddress> NOBODY = address -> false;

  @TempDir Path folder;
  private final SimClock clock = new SimClock();
  private long number;

  private ToList plan(Listing listing, int threshold, int most, Trap... traps) {
    return new ToList(
        listing,
        folder.resolve("list"),
        Duration.ofMinutes(10),
        threshold,
        Set.of(traps),
        Optional.empty(),
        most,
        10);
  }

  private ListSink plain(int threshold, int most, Trap... traps) {
    return new ListSink(
        plan(Listing.BLOCKLIST, threshold, most, traps), new PlainList(), NOBODY, clock);
  }

  private void hit(ListSink sink, EventKind kind, String attacker, long times) {
    sink.deliver(
        List.of(Samples.at(++number, clock.wallMillis(), Samples.trapped(kind, attacker, times))));
  }

  private void connection(ListSink sink, String attacker) {
    hit(sink, EventKind.TCP_SYNACK, attacker, 1);
  }

  private List<String> written(ListSink sink) throws IOException {
    clock.advanceSeconds(1);
    sink.tick(false);
    return Files.readAllLines(folder.resolve("list")).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  @Test
  void whoeverHasDoneEnoughIsInUntilSilentForTheTimeout() throws Exception {
    try (ListSink sink = plain(3, 10, Trap.TCP)) {
      assertEquals(List.of(), written(sink), "it begins empty");
      connection(sink, "203.0.113.5");
      connection(sink, "203.0.113.5");
      assertEquals(List.of(), written(sink), "two are not enough");
      hit(sink, EventKind.TCP_SYNACK, "2001:db8:9::5", 5);
      assertEquals(List.of("2001:db8:9::5"), written(sink), "one that sums up five is");
      connection(sink, "203.0.113.5");
      assertEquals(List.of("2001:db8:9::5", "203.0.113.5"), written(sink));
      clock.advanceSeconds(590);
      connection(sink, "203.0.113.5");
      clock.advanceSeconds(20);
      assertEquals(List.of("203.0.113.5"), written(sink), "the other was silent for 10 minutes");
      long next = sink.tick(false);
      assertEquals(579, Duration.ofNanos(next).toSeconds(), "and this one has so long");
      clock.advance(next);
      assertEquals(List.of(), written(sink));
      assertEquals(Sink.NEVER, sink.tick(false));
    }
  }

  @Test
  void whatDidNotComeCloseEnoughTogetherIsNoAttack() throws Exception {
    try (ListSink sink = plain(2, 10, Trap.TCP)) {
      for (int i = 0; i < 5; i++) {
        connection(sink, "203.0.113.5");
        clock.advanceSeconds(601);
      }
      assertEquals(List.of(), written(sink));
    }
  }

  @Test
  void onlyTheTrapsThatAreNamedCount() throws Exception {
    try (ListSink sink = plain(1, 10, Trap.ARP, Trap.UDP)) {
      hit(sink, EventKind.ARP_REPLY, "203.0.113.1", 1);
      hit(sink, EventKind.ND6_REPLY, "2001:db8:9::2", 1);
      hit(sink, EventKind.ECHO_REPLY, "203.0.113.3", 1);
      hit(sink, EventKind.TCP_SYNACK, "203.0.113.4", 1);
      hit(sink, EventKind.UDP_PACKET, "203.0.113.5", 1);
      assertEquals(List.of("203.0.113.1", "2001:db8:9::2", "203.0.113.5"), written(sink));
    }
  }

  /// Else whoever forges sources could wash the list out, or fill the memory.
  @Test
  void aFloodOfForgedSourcesDrivesNobodyOut() throws Exception {
    try (ListSink sink = plain(2, 3, Trap.TCP)) {
      for (int i = 1; i <= 3; i++) {
        connection(sink, "203.0.113." + i);
        connection(sink, "203.0.113." + i);
      }
      for (int i = 0; i < 5000; i++) {
        String forged = "198.51.%d.%d".formatted(i / 250, 1 + i % 250);
        connection(sink, forged);
        connection(sink, forged);
      }
      assertEquals(List.of("203.0.113.1", "203.0.113.2", "203.0.113.3"), written(sink));
    }
  }

  @Test
  void whomTheConfigurationNamesIsNeverInIt() throws Exception {
    Configuration configuration =
        ConfigParser.parse("test", "acl 5 deny 198.51.100.0/24\nacl 5 permit 0.0.0.0/0\n")
            .configuration()
            .orElseThrow();
    AccessList gateway =
        new AccessList(List.of(new AccessList.Entry(true, IpPrefix.parse("203.0.113.1/32"))));
    Spared spared = new Spared(configuration, gateway);
    for (String never :
        List.of("203.0.113.1", "198.51.100.9", "fe80::1", "127.0.0.1", "::", "224.0.0.1")) {
      assertTrue(spared.test(IpAddress.parse(never), Optional.of(5)), never);
    }
    assertFalse(spared.test(IpAddress.parse("203.0.113.2"), Optional.of(5)));
    assertFalse(spared.test(IpAddress.parse("198.51.100.9"), Optional.empty()));

    ToList plan = plan(Listing.BLOCKLIST, 1, 10, Trap.TCP);
    try (ListSink sink =
        new ListSink(
            plan, new PlainList(), address -> spared.test(address, Optional.of(5)), clock)) {
      connection(sink, "203.0.113.1");
      connection(sink, "203.0.113.2");
      connection(sink, "198.51.100.9");
      assertEquals(List.of("203.0.113.2"), written(sink));
      spared.configure(
          configuration,
          new AccessList(List.of(new AccessList.Entry(true, IpPrefix.parse("203.0.113.2/32")))));
      connection(sink, "203.0.113.3");
      assertEquals(List.of("203.0.113.3"), written(sink), "nor after it has been named");
    }
  }

  @Test
  void aReaderNeverFindsHalfAFile() throws Exception {
    try (ListSink sink = plain(1, 10, Trap.TCP)) {
      written(sink);
      Object first = key();
      connection(sink, "203.0.113.5");
      clock.advance(1);
      sink.tick(false);
      assertEquals(first, key(), "once a second at most");
      written(sink);
      assertFalse(first.equals(key()), "another file has taken its place");
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(1, files.count(), "and nothing else is left behind");
      }
      connection(sink, "203.0.113.6");
      sink.tick(true);
      assertTrue(
          Files.readString(folder.resolve("list")).contains("203.0.113.6"),
          "the end does not wait");
    }
  }

  private Object key() throws IOException {
    return Files.getAttribute(folder.resolve("list"), "unix:ino");
  }

  @Test
  void nftGetsTwoSetsWithWhatIsLeftOfEachTime() throws Exception {
    try (ListSink sink =
        new ListSink(plan(Listing.NFTSET, 1, 1000, Trap.TCP), new NftScript(1000), NOBODY, clock)) {
      connection(sink, "203.0.113.5");
      connection(sink, "2001:db8:9::5");
      clock.advanceSeconds(30);
      connection(sink, "203.0.113.6");
      assertEquals(
          """
          add table inet pitchlake
          add set inet pitchlake attackers4 { type ipv4_addr; flags timeout; size 1000; }
          flush set inet pitchlake attackers4
          add element inet pitchlake attackers4 {
            203.0.113.5 timeout 569s,
            203.0.113.6 timeout 599s
          }
          add set inet pitchlake attackers6 { type ipv6_addr; flags timeout; size 1000; }
          flush set inet pitchlake attackers6
          add element inet pitchlake attackers6 {
            2001:db8:9::5 timeout 569s
          }\
          """,
          String.join("\n", written(sink)));
    }
  }

  /// STIX 2.1: what each object must have (sections 3, 4.4, 4.5, 4.14, 5.1, 6), and that every
  /// reference leads to an object of the bundle.
  @Test
  void aStixBundleIsWholeAndNamesTheSameThingsAlike() throws Exception {
    try (ListSink sink =
        new ListSink(
            plan(Listing.STIX, 1, 1000, Trap.TCP),
            new StixBundle(Samples.OBSERVER, 0),
            NOBODY,
            clock)) {
      hit(sink, EventKind.TCP_SYNACK, "198.51.100.3", 4);
      connection(sink, "2001:db8:9::5");
      List<Object> first = objects(sink);
      assertEquals(9, first.size());
      Set<Object> ids = new HashSet<>();
      first.forEach(object -> ids.add(checked(JsonReader.object(object)).get("id")));
      assertEquals(9, ids.size(), "each has an identifier of its own");
      for (Object object : first) {
        JsonReader.object(object)
            .forEach((name, value) -> {
              if (name.endsWith("_ref")) {
                assertTrue(ids.contains(value), name + " of " + object);
              }
            });
      }
      assertTrue(
          ids.contains(
              "ipv4-addr--"
                  + StixBundle.named(
                      UUID.fromString("00abedb4-aa42-466c-9c01-fed23315a9b7"),
                      "{\"value\":\"198.51.100.3\"}")),
          ids.toString());
      connection(sink, "198.51.100.3");
      Set<Object> later = new HashSet<>();
      objects(sink).forEach(object -> later.add(JsonReader.object(object).get("id")));
      assertEquals(ids, later, "who goes on is nobody new");
    }
  }

  /// The examples of STIX 2.1, section 2.9, and RFC 9562, appendix A.4.
  @Test
  void namesMakeTheIdentifiersOfTheStandards() {
    assertEquals(
        "28bb3599-77cd-5a82-a950-b5bc3caf07c4",
        StixBundle.named(
                UUID.fromString("00abedb4-aa42-466c-9c01-fed23315a9b7"),
                "{\"value\":\"198.51.100.3\"}")
            .toString());
    assertEquals(
        "2ed6657d-e927-568b-95e1-2665a8aea6a2",
        StixBundle.named(UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com")
            .toString());
  }

  private List<Object> objects(ListSink sink) throws IOException {
    Map<String, Object> bundle =
        JsonReader.object(JsonReader.read(String.join("\n", written(sink))));
    assertEquals("bundle", bundle.get("type"));
    return JsonReader.list(bundle.get("objects"));
  }

  private static Map<String, Object> checked(Map<String, Object> object) {
    String type = (String) object.get("type");
    assertTrue(
        ((String) object.get("id"))
            .matches(
                type + "--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        object.toString());
    assertEquals("2.1", object.get("spec_version"));
    List<String> wanted =
        switch (type) {
          case "identity" -> List.of("name", "created", "modified");
          case "ipv4-addr", "ipv6-addr" -> List.of("value");
          case "observed-data" ->
              List.of("first_observed", "last_observed", "number_observed", "object_refs");
          case "indicator" ->
              List.of("pattern", "pattern_type", "valid_from", "valid_until", "indicator_types");
          case "relationship" -> List.of("relationship_type", "source_ref", "target_ref");
          default -> throw new AssertionError("what is a " + type + "?");
        };
    assertTrue(object.keySet().containsAll(wanted), object.toString());
    if (type.equals("indicator")) {
      assertTrue(
          Instant.parse((String) object.get("valid_until"))
              .isAfter(Instant.parse((String) object.get("valid_from"))),
          object.toString());
      assertTrue(
          ((String) object.get("pattern")).matches("\\[ipv[46]-addr:value = '[0-9a-f.:]+'\\]"),
          object.toString());
    }
    return object;
  }
}
