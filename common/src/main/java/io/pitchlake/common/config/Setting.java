package io.pitchlake.common.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Every `set NAME VALUE`, with its unit, default and bounds: the one list that the parser, the
/// engine and the documentation read.
public enum Setting {
  TARPITREALTO(
      "seconds",
      3600,
      10,
      604_800,
      "how long an address stays known as real after its owner was last heard"),
  TARPITTRAPTO(
      "seconds", 600, 10, 604_800, "how long an address stays simulated before it is proved again"),
  TARPITHOLDTO(
      "seconds",
      30,
      10,
      3600,
      "how long an address that somebody probes or is leased stays silent"),
  TARPITCHECKTO(
      "seconds",
      30,
      1,
      3600,
      "least time between two proofs sent beside answers for one simulated address"),
  TARPITPASSTO(
      "seconds", 120, 0, 3600, "how long frames for a released address are passed on to its owner"),
  TARPITPROBES(
      "requests", 3, 1, 10, "ARP requests or neighbour solicitations that must stay unanswered"),
  TARPITPROBEGAP("milliseconds", 200, 20, 5000, "time between two of them, and after the last"),
  TARPITSWEEPRATE(
      "addresses per second",
      100,
      0,
      10_000,
      "background proofs for IPv4 networks; 0 proves on demand only"),
  TARPITPROOFRATE("addresses per second", 1000, 1, 100_000, "IPv4 proofs started on demand"),
  TARPITPROOFRATE6(
      "addresses per second",
      10,
      1,
      100_000,
      "IPv6 proofs started on demand; each is a place in the neighbour table of the segment's router"),
  TARPITMAX6(
      "addresses per network", 1024, 1, 1_000_000, "simulated IPv6 addresses of one network"),
  TARPITMLD(
      "groups per network",
      0,
      0,
      1024,
      "IPv6 groups joined for decoys, so that a switch that snoops MLD brings questions for them: of the lowest addresses, and as many of addresses simulated now; 0: none"),
  TARPITRSTRATE(
      "segments per second",
      100,
      0,
      1_000_000,
      "resets sent for segments that carry no cookie and SYNs to closed ports"),
  TARPITREPLYRATE(
      "answers per second",
      0,
      0,
      100_000_000,
      "TCP and ping answers of simulated addresses to all sources; 0: no limit"),
  TARPITSOURCERATE(
      "answers per second",
      0,
      0,
      100_000_000,
      "the same to one source, for IPv6 one /64; 0: no limit"),
  TARPITBANDWIDTH(
      "kilobits per second",
      0,
      0,
      10_000_000,
      "the same in bits, with Ethernet headers; 0: no limit"),
  TARPITDRIPTO(
      "seconds", 10, 1, 3600, "time between two lines that a port of mode ssh or http says"),
  TARPITDRIPS(
      "lines",
      4096,
      0,
      1_000_000,
      "lines of such ports that wait for their time, some 120 bytes each; connections beyond them hang in silence"),
  TARPITLOGRATE(
      "lines per minute",
      6,
      0,
      60_000,
      "log lines for one kind and attacker; the rest is summed up"),
  TARPITLOGTOTAL(
      "lines per second", 20, 1, 100_000, "log lines over all attackers; the rest is summed up"),
  TARPITSTATIONS(
      "stations",
      16_384,
      64,
      16_777_216,
      "stations remembered, to be told when a real owner appears"),
  ENGINES(
      "engines",
      1,
      1,
      64,
      "engine threads that share each interface's frames by address; more than one needs access ring"),
  ADDRESSES("entries", 65_536, 1024, 16_777_216, "size of the address table"),
  SESSIONS(
      "flows",
      1_048_576,
      1024,
      268_435_456,
      "size of the session table, 48 bytes each; flows beyond it are forwarded by their hash"),
  SESSIONRATE(
      "flows per second",
      30_000,
      0,
      100_000_000,
      "new flows remembered; those above the rate are forwarded by their hash"),
  SESSIONOPENTO(
      "seconds",
      30,
      1,
      3600,
      "how long a silent TCP flow is kept that has not answered its SYN-ACK"),
  SESSIONTCPTO("seconds", 900, 1, 604_800, "how long a silent established TCP flow is kept"),
  SESSIONCLOSETO("seconds", 60, 1, 3600, "how long a silent TCP flow is kept after FIN or RST"),
  SESSIONUDPTO("seconds", 120, 1, 604_800, "how long a silent UDP flow is kept"),
  PERSISTENCE(
      "clients",
      65_536,
      1024,
      16_777_216,
      "client prefixes whose target servers with persistence remember, 40 bytes each"),
  DRAINTO(
      "seconds",
      300,
      0,
      604_800,
      "how long a target that a reload takes away keeps the flows it has; 0 moves them at once"),
  FRAGMENTS("packets", 4096, 64, 1_048_576, "fragmented packets whose target is remembered"),
  NATSESSIONS(
      "sessions",
      131_072,
      1024,
      16_777_216,
      "size of the table of translated sessions, 120 bytes each; beyond it new ones are dropped"),
  NATPORTS(
      "ports",
      32_768,
      1024,
      64_512,
      "how many of the highest ports and echo identifiers translated sources are given"),
  ICMPRATE(
      "messages per second",
      100,
      0,
      100_000,
      "ICMP errors sent about packets that cannot be passed on"),
  TARGETARPINT(
      "seconds",
      2,
      1,
      3600,
      "time between two ARP or ND requests to a target without its own 'arp'"),
  TARGETARPTO("seconds", 7, 1, 3600, "how long such a target may be silent before it is taken out"),
  TARGETPROBERATE("probes per second", 1000, 1, 100_000, "health probes sent by one engine"),
  TARGETFLAPTO(
      "seconds",
      60,
      0,
      3600,
      "a target lost this soon after it has become ready has flapped; 0: none has"),
  TARGETHOLDMAX(
      "seconds", 300, 0, 86_400, "the longest that a target is kept out because it flaps"),
  GARPREFRESH(
      "seconds",
      60,
      0,
      86_400,
      "time between two announcements of an active virtual router's addresses; 0 announces changes only"),
  SYNCBEATPORT(
      "port", 7801, 1, 65_535, "the UDP port of heartbeats between the nodes' sync addresses");

  /// What sizes tables or makes threads when a node starts.
  private static final Set<Setting> FIXED =
      EnumSet.of(
          ENGINES,
          ADDRESSES,
          TARPITSTATIONS,
          SESSIONS,
          PERSISTENCE,
          FRAGMENTS,
          NATSESSIONS,
          SYNCBEATPORT);

  private final String unit;
  private final long defaultValue;
  private final long minimum;
  private final long maximum;
  private final String meaning;

  Setting(String unit, long defaultValue, long minimum, long maximum, String meaning) {
    this.unit = unit;
    this.defaultValue = defaultValue;
    this.minimum = minimum;
    this.maximum = maximum;
    this.meaning = meaning;
  }

  /// The setting that `set` calls by this name, in any case.
  public static Optional<Setting> named(String word) {
    String wanted = word.toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(setting -> setting.name().equals(wanted)).findFirst();
  }

  /// Whether a node that runs keeps the value it has started with. A setting that is read only when
  /// a node is wired must say so here, or a reload would accept what it does not do.
  public boolean isFixedAtStart() {
    return FIXED.contains(this);
  }

  /// Its name as `set` writes it.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether the value is within bounds.
  public boolean allows(long value) {
    return minimum <= value && value <= maximum;
  }

  /// The unit of its value, in words.
  public String unit() {
    return unit;
  }

  public long defaultValue() {
    return defaultValue;
  }

  public long minimum() {
    return minimum;
  }

  public long maximum() {
    return maximum;
  }

  /// One sentence for the handbook and for errors.
  public String meaning() {
    return meaning;
  }
}
