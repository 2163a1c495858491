package io.pitchlake.it.bench.rate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Pitchlake by one of its ways to read frames.
///
/// @param launcher `deploy/pitchlake`
/// @param configuration its file; `LINK` stands for the interface
/// @param engines how many it has; several use the generator's core, too
record Pitchlake(String name, Set<Step> steps, Path launcher, String configuration, int engines)
    implements Contestant {
  /// Ways to wait for frames; it is adaptive when nothing is said.
  enum Idle {
    ADAPTIVE,
    BUSY,
    POLL;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Every flow is remembered, of however many.
  private static final String A_MILLION_FLOWS =
      """
      set sessions 2097152
      set sessionrate 100000000
      """;

  /// A tarpit.
  ///
  /// @param access `ring`, `xdp` or `pcap`
  static Pitchlake tarpit(Path launcher, String access, Idle idle) {
    // One that polls without pause answers a flood as the adaptive one does.
    Set<Step> steps = idle == Idle.BUSY ? EnumSet.of(Step.LATENCY) : EnumSet.allOf(Step.class);
    String name = idle == Idle.ADAPTIVE ? access : access + " " + idle.word();
    return new Pitchlake(name, steps, launcher, tarpit(access, idle), 1);
  }

  /// A tarpit of several engines. Here they have two cores, of which one makes the flood, too: what
  /// is offered becomes less, and what an answer costs tells what sharing nothing costs.
  static Pitchlake tarpitOfEngines(Path launcher, String access, int engines) {
    return new Pitchlake(
        access + " x" + engines,
        EnumSet.of(Step.FLOOD, Step.RATES),
        launcher,
        tarpit(access, Idle.ADAPTIVE) + "set engines " + engines + "\n",
        engines);
  }

  /// A tarpit that looks its traps up in a list of `entries`; the last one permits them.
  static Pitchlake withAccessList(Path launcher, String access, String variant, int entries) {
    String list =
        IntStream.range(1, entries)
            .mapToObj(i ->
                "acl 1 %s %s\n"
                    .formatted(
                        i % 2 == 0 ? "permit" : "deny",
                        Segment.text(Segment.NETWORK + 256 + 6 * i)))
            .collect(Collectors.joining());
    String permitted = "acl 1 permit " + Segment.text(Segment.NETWORK) + "/24\ntarpit_acl 1\n";
    return new Pitchlake(
        access + " " + variant,
        EnumSet.of(Step.FLOOD),
        launcher,
        tarpit(access, Idle.ADAPTIVE) + list + permitted,
        1);
  }

  /// A balancer with one server and one target.
  static Pitchlake balancer(Path launcher, String access) {
    return new Pitchlake(access, EnumSet.of(Step.FLOOD, Step.RATES), launcher, balancer(access), 1);
  }

  /// A balancer that remembers a million flows.
  static Pitchlake balancerOfAMillionFlows(Path launcher, String access) {
    return new Pitchlake(
        access + " 1m", EnumSet.of(Step.FLOOD), launcher, balancer(access) + A_MILLION_FLOWS, 1);
  }

  private static String tarpit(String access, Idle idle) {
    return """
    # Written by deploy/bench.sh.
    hostname  bench
    modules   arp,ping,hc,master,tarpit
    engine    { idle %s }
    interface 1 { name LINK access %s }
    network   1 { addr %s mask 255.255.255.0 real %s tarpit enable interface 1 }
    syslog    off
    register  networks 1
    enable    networks 1
    """
        .formatted(idle.word(), access, Segment.text(Segment.NETWORK), Segment.text(Segment.NODE));
  }

  /// A flood drowns the target's answers to ARP, too, so it may be silent for long.
  private static String balancer(String access) {
    return """
    # Written by deploy/bench.sh.
    hostname  bench
    modules   arp,ping,hc,master,slb
    interface 1 { name LINK access %s }
    network   1 { addr %s mask 255.255.255.0 real %s interface 1 }
    server    1 { ipaddr %s port %d protocol tcp dsr enable targets 1 }
    target    1 { ipaddr %s aliascheck off }
    set       targetarpto 3600
    syslog    off
    register  networks 1
    register  servers  1
    register  targets  1
    enable    networks 1
    enable    servers  1
    enable    targets  1
    """
        .formatted(
            access,
            Segment.text(Segment.NETWORK),
            Segment.text(Segment.NODE),
            Segment.text(Segment.SERVER),
            Segment.SERVICE_PORT,
            Segment.text(Segment.TARGET));
  }

  @Override
  public String cores(Place place) {
    return engines == 1
        ? Contestant.super.cores(place)
        : place.core() + "," + place.generatorCore();
  }

  @Override
  public List<String> command(Place place) throws IOException {
    Path written = file(place, ".conf");
    Files.writeString(written, configuration.replace("LINK", place.link()));
    return List.of(launcher.toString(), "run", "-c", written.toString());
  }
}
