package io.pitchlake.common.config;

import io.pitchlake.common.config.Configuration.Access;
import io.pitchlake.common.config.Configuration.Balancing;
import io.pitchlake.common.config.Configuration.DecoyMac;
import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.config.Configuration.Engine;
import io.pitchlake.common.config.Configuration.Gateway;
import io.pitchlake.common.config.Configuration.Idle;
import io.pitchlake.common.config.Configuration.Interface;
import io.pitchlake.common.config.Configuration.Link;
import io.pitchlake.common.config.Configuration.Network;
import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.PortMode;
import io.pitchlake.common.config.Configuration.Protocol;
import io.pitchlake.common.config.Configuration.Quorum;
import io.pitchlake.common.config.Configuration.Registry;
import io.pitchlake.common.config.Configuration.Scheduler;
import io.pitchlake.common.config.Configuration.Scheduling;
import io.pitchlake.common.config.Configuration.Server;
import io.pitchlake.common.config.Configuration.Settings;
import io.pitchlake.common.config.Configuration.SourceNat;
import io.pitchlake.common.config.Configuration.Target;
import io.pitchlake.common.config.Configuration.TargetState;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Configuration.Track;
import io.pitchlake.common.config.Configuration.Vrrp;
import io.pitchlake.common.config.Configuration.VrrpChecksum;
import io.pitchlake.common.config.Words.Block;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Holds the sections of a [Draft] against each other, and makes the configuration of them. What
/// comes out is only good when nothing was reported as an error.
final class ConfigCheck {
  private static final int LONGEST_INTERFACE_NAME = 15;
  private static final int DEFAULT_PRIORITY = 100;
  private static final int MOST_CHECKS = 16;
  private static final int MOST_PORT_RANGES = 64;
  static final Duration DEFAULT_ADVERT = Duration.ofSeconds(1);
  private static final List<String> BEFORE_MASTER = List.of("vrrp", "arp", "ping", "hc");
  private static final List<String> AFTER_MASTER = List.of("tarpit", "slb", "tnat", "nat", "rt");

  private final Draft draft;
  private final Problems problems;
  private final Map<Integer, Network> networks = new LinkedHashMap<>();
  private final Map<Integer, Server> servers = new LinkedHashMap<>();
  private final Map<Integer, Target> targets = new LinkedHashMap<>();

  ConfigCheck(Draft draft, Problems problems) {
    this.draft = draft;
    this.problems = problems;
  }

  Configuration configuration() {
    List<String> modules = modules();
    Map<Integer, Interface> interfaces = interfaces();
    draft.all(SectionKind.NETWORK).forEach(section -> networks.put(section.id(), network(section)));
    Map<Integer, Vrrp> vrrps = vrrps();
    draft.all(SectionKind.TARGET).forEach(this::target);
    draft.all(SectionKind.SERVER).forEach(this::server);
    Map<Integer, Gateway> gateways = gateways();
    overlaps();
    references();
    modulesInUse(modules);
    personasThatStay();
    decoyMacsThatStay();
    new NatCheck(draft, problems, networks, servers, targets).check(modules);
    return new Configuration(
        Optional.ofNullable(draft.hostname).map(Placed::value),
        modules,
        interfaces,
        vrrps,
        unmodifiable(networks),
        unmodifiable(servers),
        unmodifiable(targets),
        gateways,
        registry(true),
        registry(false),
        List.copyOf(draft.exempt),
        accessLists(),
        Optional.ofNullable(draft.tarpitAcl).map(Placed::value),
        settings(),
        draft.syslog == null ? new Configuration.Syslog.Local() : draft.syslog.value(),
        engine(),
        new SyncCheck(draft, problems).check(),
        new AdminCheck(draft, problems).check(),
        new EventsCheck(draft, problems).check());
  }

  private static <V> Map<Integer, V> unmodifiable(Map<Integer, V> map) {
    return Collections.unmodifiableMap(map);
  }

  // ---- modules

  private List<String> modules() {
    if (draft.modules == null) {
      return Configuration.DEFAULT_MODULES;
    }
    Map<String, Token> chain = new LinkedHashMap<>();
    for (Placed<String> module : draft.modules.value()) {
      if (chain.putIfAbsent(module.value(), module.at()) != null) {
        problems.error(module.at(), "stands twice in the chain", "name each module once");
      }
    }
    List<String> order = List.copyOf(chain.keySet());
    int master = order.indexOf("master");
    for (String module : order) {
      boolean early = BEFORE_MASTER.contains(module);
      if (early && master >= 0 && order.indexOf(module) > master) {
        problems.error(
            chain.get(module),
            "stands after master, but a node that is not master needs it too",
            "write it before master, as in " + String.join(",", Configuration.DEFAULT_MODULES));
      }
      boolean late = AFTER_MASTER.contains(module);
      if (late && order.indexOf(module) < master) {
        problems.error(
            chain.get(module),
            "stands before master, but only the master may answer or forward",
            module.equals("tarpit")
                ? "write it between master and slb: master,tarpit,slb"
                : "write it after master");
      }
      if (late && master < 0) {
        problems.error(
            chain.get(module),
            "has no master before it, and only the master may answer or forward",
            "write master," + (module.equals("tarpit") ? "tarpit,slb" : module) + " in the chain");
      }
    }
    int tarpit = order.indexOf("tarpit");
    int slb = order.indexOf("slb");
    if (slb >= 0 && tarpit > slb) {
      problems.error(
          chain.get("tarpit"),
          "stands after slb",
          "write it between master and slb: master,tarpit,slb");
    }
    return order;
  }

  /// A feature whose module is not in the chain would be configured and never run.
  private void modulesInUse(List<String> modules) {
    if (!modules.contains("tarpit")) {
      draft.all(SectionKind.NETWORK).stream()
          .filter(section -> section.value(Grammar.TARPIT).orElse(false))
          .forEach(section ->
              problems.warning(
                  section.at(Grammar.TARPIT),
                  "tarpit enable",
                  "has no effect, as the module tarpit is not in the chain",
                  "write master,tarpit,slb in modules"));
    }
    if (draft.modulesUnderstood && modules.contains("tarpit") && !modules.contains("arp")) {
      problems.error(
          draft.modules.at(),
          "modules",
          "lists tarpit without arp, which proves the addresses that the tarpit answers for",
          "write arp before master in modules");
    }
    if (!modules.contains("vrrp")) {
      draft
          .all(SectionKind.VRRP)
          .forEach(section ->
              problems.error(
                  section.head(),
                  section.title(),
                  "needs the module vrrp, without which two nodes are master at once",
                  "write vrrp first in modules"));
    } else if (modules.contains("arp") && modules.indexOf("arp") < modules.indexOf("vrrp")) {
      draft
          .all(SectionKind.VRRP)
          .forEach(section ->
              problems.error(
                  section.head(),
                  section.title(),
                  "needs the module vrrp before arp, which takes the other node's adverts for our own",
                  "write vrrp first in modules"));
    }
    if (draft.hasSeveralEngines()) {
      draft
          .all(SectionKind.VRRP)
          .forEach(section ->
              problems.error(
                  section.head(),
                  section.title(),
                  "needs a node with one engine, which hears every advert",
                  "write 'set engines 1', or take the section out"));
    }
    if (draft.modulesUnderstood
        && modules.contains("slb")
        && !draft.enabled(SectionKind.SERVER).isEmpty()) {
      healthInUse(modules);
    }
    if (!modules.contains("slb")) {
      draft
          .enabled(SectionKind.SERVER)
          .forEach((id, at) ->
              problems.warning(
                  at,
                  "server " + id,
                  "has no effect, as the module slb is not in the chain",
                  "write slb after master in modules"));
    }
  }

  /// Targets get nothing before `hc` has found them alive, and it finds them by what `arp` learns.
  private void healthInUse(List<String> modules) {
    if (!modules.contains("hc")) {
      problems.error(
          draft.modules.at(),
          "modules",
          "lists slb without hc, which finds out what targets can take frames",
          "write arp,hc before master in modules");
    } else if (modules.indexOf("hc") < modules.indexOf("arp") || !modules.contains("arp")) {
      problems.error(
          draft.modules.at(),
          "modules",
          "lists hc without arp before it, which learns the targets' MAC addresses",
          "write arp,hc before master in modules");
    }
  }

  // ---- interfaces

  private Map<Integer, Interface> interfaces() {
    Map<Integer, Interface> interfaces = new LinkedHashMap<>();
    Map<String, Section> byName = new HashMap<>();
    for (Section section : draft.all(SectionKind.INTERFACE)) {
      if (section.has(Grammar.SUBNET) && section.has(Grammar.NAME)) {
        problems.error(
            section.at(Grammar.SUBNET),
            "subnet",
            "stands beside a name, and either says which interface is meant",
            "keep one of the two");
      } else if (!section.has(Grammar.SUBNET)) {
        required(
            section,
            Grammar.NAME,
            "write 'name eth0' in it, with the name the host uses, or 'subnet 192.168.2.0/24'");
      }
      String name = section.value(Grammar.NAME).orElse("");
      if (name.length() > LONGEST_INTERFACE_NAME || name.matches(".*[/\\s].*")) {
        problems.error(
            section.at(Grammar.NAME),
            name,
            "is not the name of an interface",
            "write one of at most " + LONGEST_INTERFACE_NAME + " characters, such as eth0");
      }
      Section first = name.isEmpty() ? null : byName.putIfAbsent(name, section);
      if (first != null) {
        problems.error(
            section.at(Grammar.NAME),
            name,
            "is already " + first.title() + " of line " + first.head().line(),
            "use that number for both");
      }
      Access access = section.value(Grammar.ACCESS).orElse(Access.AUTO);
      Link link =
          section.value(Grammar.SUBNET).<Link>map(Link.Within::new).orElse(new Link.Named(name));
      boolean awaited = section.value(Grammar.WAIT).orElse(false);
      interfaces.put(section.id(), new Interface(section.id(), link, access, awaited));
    }
    return unmodifiable(interfaces);
  }

  private void required(Section section, Field<?> field, String remedy) {
    if (!section.has(field)) {
      problems.error(section.head(), section.title(), "has no " + field.word(), remedy);
    }
  }

  // ---- networks

  /// The mode that names no ports, of which there may be one.
  private TarpitMode usualMode(Section section) {
    List<Placed<PortMode>> usual =
        section.placed(Grammar.TARPIT_MODE).stream()
            .filter(mode -> mode.value().ports().isEmpty())
            .toList();
    usual.stream()
        .skip(1)
        .forEach(second ->
            problems.error(
                second.at(),
                "tarpit mode",
                "stands already on line " + usual.getFirst().at().line(),
                "keep one of the two, or say for which ports one is, as in 'tarpit mode persist ports"
                    + " 22,80-90'"));
    return usual.stream().findFirst().map(mode -> mode.value().mode()).orElse(TarpitMode.HANG);
  }

  /// The modes that name ports, of which each port has one.
  private List<PortMode> portModes(Section section) {
    List<PortMode> modes = new ArrayList<>();
    BitSet named = new BitSet();
    for (Placed<PortMode> mode : section.placed(Grammar.TARPIT_MODE)) {
      for (PortMode.Range range : mode.value().ports()) {
        int twice = named.nextSetBit(range.first());
        if (twice >= 0 && twice <= range.last()) {
          problems.error(
              mode.at(), "port " + twice, "is named twice", "take it out of one of the lists");
        }
        named.set(range.first(), range.last() + 1);
      }
      if (!mode.value().ports().isEmpty()) {
        modes.add(mode.value());
      }
    }
    int ranges = modes.stream().mapToInt(mode -> mode.ports().size()).sum();
    if (ranges > MOST_PORT_RANGES) {
      problems.error(
          section.at(Grammar.TARPIT_MODE),
          section.title(),
          "has modes for %d ranges of ports, and each SYN looks through them all".formatted(ranges),
          "write at most " + MOST_PORT_RANGES);
    }
    return List.copyOf(modes);
  }

  /// A decoy that is another machine after each start, or on the other node, gives itself away.
  private void personasThatStay() {
    boolean keyed =
        draft.only(SectionKind.SYNC).filter(section -> section.has(Grammar.KEY)).isPresent();
    draft.all(SectionKind.NETWORK).stream()
        .filter(section -> !keyed && !section.value(Grammar.PERSONAS).orElse(Map.of()).isEmpty())
        .forEach(section ->
            problems.warning(
                section.at(Grammar.PERSONAS),
                "draws other machines at each start and on each node where there is no key",
                "write 'sync { key FILE }', for a node that is alone, too"));
  }

  /// A station that has learnt where a decoy is finds it there after a failover, too, and an engine
  /// hears every machine whose hardware address a decoy might have.
  private void decoyMacsThatStay() {
    boolean keyed =
        draft.only(SectionKind.SYNC).filter(section -> section.has(Grammar.KEY)).isPresent();
    for (Section section : draft.all(SectionKind.NETWORK)) {
      if (section.value(Grammar.DECOY_MAC).orElse(DecoyMac.VIRTUAL) == DecoyMac.VIRTUAL) {
        continue;
      }
      if (!keyed) {
        problems.warning(
            section.at(Grammar.DECOY_MAC),
            "draws other addresses at each start and on each node where there is no key",
            "write 'sync { key FILE }', for a node that is alone, too");
      }
      if (draft.hasSeveralEngines()) {
        problems.error(
            section.at(Grammar.DECOY_MAC),
            "needs one engine that hears everybody, but the file asks for several",
            "take 'set engines' out");
      }
    }
  }

  private Network network(Section section) {
    required(section, Grammar.NETWORK_INTERFACES, "write 'interface 1' in it");
    if (numbers(section, Grammar.NETWORK_INTERFACES).size() > 1) {
      problems.error(
          section.at(Grammar.NETWORK_INTERFACES),
          section.title(),
          "is on several interfaces, but a network is one segment behind one of them",
          "name one, and describe the other segment as a network of its own");
    }
    Optional<IpPrefix> prefix = block(section, Family.IPV4);
    Optional<IpPrefix> prefix6 = block(section, Family.IPV6);
    if (Stream.of(Family.IPV4, Family.IPV6).noneMatch(family -> family.isIn(section))) {
      problems.error(
          section.head(),
          section.title(),
          "has no address",
          "write 'mask' and 'real', or 'mask6' and 'real6', in it");
    }
    return new Network(
        section.id(),
        section.value(Grammar.NAME),
        prefix,
        section.value(Grammar.REAL),
        section.value(Grammar.VIRT),
        prefix6,
        section.value(Grammar.REAL6),
        section.value(Grammar.VIRT6),
        section.values(Grammar.SYNC_PEERS).stream().flatMap(List::stream).toList(),
        section.value(Grammar.TARPIT).orElse(false),
        usualMode(section),
        portModes(section),
        section.value(Grammar.PERSONAS).orElse(Map.of()),
        section.value(Grammar.DECOY_MAC).orElse(DecoyMac.VIRTUAL),
        numbers(section, Grammar.NETWORK_INTERFACES),
        section.value(Grammar.VLAN),
        outbound(section));
  }

  /// A network whose stations are masqueraded is routed, too.
  private static Outbound outbound(Section section) {
    if (section.value(Grammar.NAT).orElse(false)) {
      return Outbound.MASQUERADE;
    }
    return section.value(Grammar.ROUTE).orElse(false) ? Outbound.ROUTE : Outbound.NONE;
  }

  /// The directives of one address family of a network, and what its masks may be.
  private record Family(
      Field<Block> addr,
      Field<Integer> mask,
      Field<IpAddress> real,
      Field<IpAddress> virt,
      int shortest,
      int longest,
      String maskRemedy) {
    static final Family IPV4 =
        new Family(
            Grammar.ADDR,
            Grammar.MASK,
            Grammar.REAL,
            Grammar.VIRT,
            1,
            30,
            "write 'mask 255.255.255.0' in it, with the mask the segment uses");
    static final Family IPV6 =
        new Family(
            Grammar.ADDR6,
            Grammar.MASK6,
            Grammar.REAL6,
            Grammar.VIRT6,
            1,
            127,
            "write 'mask6 64' in it, with the prefix length the segment uses");

    boolean isIn(Section section) {
      return Stream.of(addr, mask, real, virt).anyMatch(section::has);
    }

    /// Whether every directive that stands in the section has a good value.
    boolean isReadable(Section section) {
      return Stream.of(addr, mask, real, virt)
          .allMatch(field -> !section.has(field) || section.value(field).isPresent());
    }
  }

  /// The family's block, empty when the network does not have the family or has it wrong.
  private Optional<IpPrefix> block(Section section, Family family) {
    if (!family.isIn(section)) {
      return Optional.empty();
    }
    boolean tarpit = section.value(Grammar.TARPIT).orElse(false);
    if (tarpit && !section.has(family.real)) {
      problems.error(
          section.at(Grammar.TARPIT),
          "tarpit enable",
          "needs '%s', the sender of the requests that prove an address free"
              .formatted(family.real.word()),
          "write '%s' with an unused address of the network".formatted(family.real.word()));
    }
    if (!family.isReadable(section)) {
      return Optional.empty();
    }
    Optional<Integer> length = maskLength(section, family);
    if (length.isEmpty()) {
      return Optional.empty();
    }
    Optional<IpAddress> inside =
        section
            .value(family.addr)
            .map(Block::address)
            .or(() -> section.value(family.real))
            .or(() -> section.value(family.virt));
    if (inside.isEmpty()) {
      problems.error(
          section.at(family.mask),
          family.mask.word(),
          "stands in %s without an address".formatted(section.title()),
          "write '%s' with it".formatted(family.real.word()));
      return Optional.empty();
    }
    IpPrefix block = IpPrefix.around(inside.get(), length.get());
    Optional<IpAddress> addr = section.value(family.addr).map(Block::address);
    if (addr.isPresent() && !addr.get().equals(block.address())) {
      problems.error(
          section.at(family.addr),
          addr.get().toString(),
          "is not the first address of " + block,
          "write '%s %s'".formatted(family.addr.word(), block.address()));
    }
    own(section, family.real, block);
    own(section, family.virt, block);
    Optional<IpAddress> real = section.value(family.real);
    if (real.isPresent() && real.equals(section.value(family.virt))) {
      problems.error(
          section.at(family.virt),
          real.get().toString(),
          "is both %s and %s of %s"
              .formatted(family.real.word(), family.virt.word(), section.title()),
          "give each node a %s of its own, and all nodes the same %s"
              .formatted(family.real.word(), family.virt.word()));
    }
    return Optional.of(block);
  }

  private Optional<Integer> maskLength(Section section, Family family) {
    Optional<Integer> mask = section.value(family.mask);
    Optional<Integer> slash = section.value(family.addr).flatMap(Block::length);
    if (mask.isEmpty() && slash.isEmpty()) {
      problems.error(
          section.head(), section.title(), "has no " + family.mask.word(), family.maskRemedy);
      return Optional.empty();
    }
    if (mask.isPresent() && slash.isPresent() && !mask.equals(slash)) {
      problems.error(
          section.at(family.mask),
          family.mask.word() + " /" + mask.get(),
          "contradicts the /%d of %s".formatted(slash.get(), family.addr.word()),
          "keep one of the two");
      return Optional.empty();
    }
    int length = mask.or(() -> slash).orElseThrow();
    if (length < family.shortest || length > family.longest) {
      Field<?> at = mask.isPresent() ? family.mask : family.addr;
      problems.error(
          section.at(at),
          at.word() + " /" + length,
          "cannot be the mask of a network",
          "write a mask of %d to %d bits".formatted(family.shortest, family.longest));
      return Optional.empty();
    }
    return Optional.of(length);
  }

  /// Checks that one of the network's own addresses is a host's address in its block.
  private void own(Section section, Field<IpAddress> field, IpPrefix block) {
    Optional<IpAddress> address = section.value(field);
    if (address.isEmpty()) {
      return;
    }
    if (!block.contains(address.get())) {
      problems.error(
          section.at(field),
          address.get().toString(),
          "is outside " + block + " of " + section.title(),
          "write an address from that block after " + field.word());
    } else if (block.isIpv4()
        && (address.get().equals(block.address()) || address.get().equals(block.last()))) {
      String name = address.get().equals(block.address()) ? "network" : "broadcast";
      problems.error(
          section.at(field),
          address.get().toString(),
          "is the %s address of %s".formatted(name, block),
          "write another address of that block after " + field.word());
    }
  }

  /// Two networks on one wire must not claim the same addresses.
  private void overlaps() {
    List<Network> all = List.copyOf(networks.values());
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        Network later = all.get(i);
        Network earlier = all.get(j);
        if (!shareSegment(earlier, later)) {
          continue;
        }
        overlap(Family.IPV4, earlier, earlier.prefix(), later, later.prefix());
        overlap(Family.IPV6, earlier, earlier.prefix6(), later, later.prefix6());
      }
    }
  }

  private static boolean shareSegment(Network one, Network other) {
    return one.vlan().equals(other.vlan())
        && !Collections.disjoint(one.interfaces(), other.interfaces());
  }

  private void overlap(
      Family family,
      Network earlier,
      Optional<IpPrefix> earlierBlock,
      Network later,
      Optional<IpPrefix> laterBlock) {
    if (earlierBlock.isEmpty()
        || laterBlock.isEmpty()
        || !earlierBlock.get().overlaps(laterBlock.get())) {
      return;
    }
    Section section = draft.sections(SectionKind.NETWORK).get(later.id());
    Field<?> at =
        Stream.<Field<?>>of(family.addr, family.real, family.virt, family.mask)
            .filter(section::has)
            .findFirst()
            .orElseThrow();
    problems.error(
        section.at(at),
        laterBlock.get().toString(),
        "overlaps %s of network %d on the same interface and VLAN"
            .formatted(earlierBlock.get(), earlier.id()),
        "give each network a block of its own, or another interface or vlan");
  }

  // ---- vrrp

  private Map<Integer, Vrrp> vrrps() {
    Map<Integer, Vrrp> vrrps = new LinkedHashMap<>();
    Map<Integer, Section> byNetwork = new HashMap<>();
    for (Section section : draft.all(SectionKind.VRRP)) {
      required(section, Grammar.VRID, "write 'vrid 50' in it, the same on every node");
      required(section, Grammar.VRRP_NETWORKS, "write 'network 1' in it");
      for (Placed<Integer> number : placedNumbers(section, Grammar.VRRP_NETWORKS)) {
        vrrpNetwork(section, number, byNetwork);
      }
      Vrrp vrrp =
          new Vrrp(
              section.id(),
              section.value(Grammar.VRID).orElse(0),
              section.value(Grammar.PRIORITY).orElse(DEFAULT_PRIORITY),
              numbers(section, Grammar.VRRP_NETWORKS),
              section.value(Grammar.ADVERT).orElse(DEFAULT_ADVERT),
              section.value(Grammar.PREEMPT).orElse(true),
              section.value(Grammar.PREEMPT_DELAY).orElse(Duration.ZERO),
              section.value(Grammar.VRRP_VERSION).orElse(3),
              section.value(Grammar.VRRP_CHECKSUM).orElse(VrrpChecksum.PSEUDO),
              section.value(Grammar.PEERS).orElse(List.of()),
              tracks(section));
      wholeSeconds(section, vrrp);
      vrrpPeers(section, vrrp);
      for (Vrrp earlier : vrrps.values()) {
        if (vrrp.vrid() > 0 && vrrp.vrid() == earlier.vrid() && shareSegment(earlier, vrrp)) {
          problems.error(
              section.at(Grammar.VRID),
              "vrid " + vrrp.vrid(),
              "is already the vrid of vrrp %d on the same interface and VLAN"
                  .formatted(earlier.id()),
              "give each router on a segment its own vrid");
        }
      }
      vrrps.put(section.id(), vrrp);
    }
    return unmodifiable(vrrps);
  }

  /// Each thing is tracked once, and each server is there.
  private List<Track> tracks(Section section) {
    List<Track> tracks = new ArrayList<>();
    for (Placed<Track> placed : section.placed(Grammar.TRACK)) {
      Track track = placed.value();
      if (track instanceof Track.Quorum(int server, int by)
          && !draft.sections(SectionKind.SERVER).containsKey(server)) {
        undefined(new Placed<>(server, placed.at()), SectionKind.SERVER);
      }
      if (tracks.stream().anyMatch(earlier -> isSame(earlier, track))) {
        problems.error(
            placed.at(),
            "track",
            "names in " + section.title() + " what it has named already",
            "keep one of the two");
      }
      tracks.add(track);
    }
    return List.copyOf(tracks);
  }

  private static boolean isSame(Track one, Track other) {
    return one instanceof Track.Quorum(int server, int by)
            && other instanceof Track.Quorum(int otherServer, int otherBy)
        ? server == otherServer
        : one.getClass() == other.getClass();
  }

  /// Version 2 carries its interval in seconds (RFC 3768 section 5.3.7).
  private void wholeSeconds(Section section, Vrrp vrrp) {
    if (vrrp.version() == 2 && vrrp.advert().getNano() != 0) {
      problems.error(
          section.at(Grammar.ADVERT),
          "advert",
          "is no whole number of seconds, and version 2 can carry nothing else",
          "write 'advert 1s', or 'version 3'");
    }
  }

  private void vrrpPeers(Section section, Vrrp vrrp) {
    for (IpAddress peer : vrrp.peers()) {
      boolean near =
          vrrp.networks().stream()
              .map(networks::get)
              .anyMatch(network -> network != null && holds(network, peer));
      if (!near) {
        problems.error(
            section.at(Grammar.PEERS),
            peer.toString(),
            "is in none of the networks of " + section.title(),
            "write the real address of the other node there");
      }
    }
  }

  private void vrrpNetwork(
      Section section, Placed<Integer> number, Map<Integer, Section> byNetwork) {
    Network network = networks.get(number.value());
    if (network == null) {
      undefined(number, SectionKind.NETWORK);
      return;
    }
    Section first = byNetwork.putIfAbsent(number.value(), section);
    if (first != null) {
      problems.error(
          number.at(),
          "network " + number.value(),
          first == section
              ? "stands twice in " + section.title()
              : "is already a network of " + first.title(),
          "name it once");
    }
    Section networkSection = draft.sections(SectionKind.NETWORK).get(number.value());
    if (!networkSection.has(Grammar.VIRT) && !networkSection.has(Grammar.VIRT6)) {
      problems.error(
          number.at(),
          "network " + number.value(),
          "has no virtual address that a master could hold",
          "write 'virt' or 'virt6' in it");
    } else if (networkSection.has(Grammar.VIRT) && !networkSection.has(Grammar.REAL)) {
      problems.error(
          number.at(),
          "network " + number.value(),
          "has no real address to send adverts from",
          "write 'real' in it, another one on every node");
    }
  }

  private boolean shareSegment(Vrrp one, Vrrp other) {
    return one.networks().stream()
        .map(networks::get)
        .anyMatch(a ->
            other.networks().stream()
                .map(networks::get)
                .anyMatch(b -> a != null && b != null && shareSegment(a, b)));
  }

  // ---- servers, targets, gateways

  private void target(Section section) {
    required(section, Grammar.IPADDR, "write 'ipaddr 192.168.2.2' in it");
    Optional<IpAddress> address = section.value(Grammar.IPADDR);
    if (address.isEmpty()) {
      return;
    }
    targets.put(
        section.id(),
        new Target(
            section.id(),
            section.value(Grammar.NAME),
            address.get(),
            section.value(Grammar.PORT).orElse(0),
            section.value(Grammar.WEIGHT).orElse(1),
            duty(section),
            health(section)));
    notOwn(section, address.get());
    if (draft.enabled(SectionKind.TARGET).containsKey(section.id())) {
      askable(section, address.get());
    }
  }

  /// Targets are asked from `real`, by ARP or neighbour discovery at least.
  private void askable(Section section, IpAddress address) {
    networks.values().stream()
        .filter(network -> holds(network, address))
        .findFirst()
        .filter(network -> (address.isIpv4() ? network.real() : network.real6()).isEmpty())
        .ifPresent(network ->
            problems.error(
                section.at(Grammar.IPADDR),
                address.toString(),
                "is in network %d, which has no %s address to check its health from"
                    .formatted(network.id(), address.isIpv4() ? "IPv4" : "IPv6"),
                "write '%s' in network %d"
                    .formatted(address.isIpv4() ? "real" : "real6", network.id())));
  }

  private HealthCheck.Policy health(Section section) {
    List<Placed<HealthCheck>> checks =
        Grammar.CHECKS.stream()
            .flatMap(field -> section.placed(field).stream())
            .sorted(
                Comparator.comparingInt((Placed<HealthCheck> check) -> check.at().line())
                    .thenComparingInt(check -> check.at().column()))
            .toList();
    checks.stream()
        .skip(MOST_CHECKS)
        .findFirst()
        .ifPresent(check ->
            problems.error(
                check.at(),
                "is one check too many for " + section.title(),
                "keep at most " + MOST_CHECKS + " of them"));
    fastInterval(section, checks);
    return new HealthCheck.Policy(
        checks.stream().map(Placed::value).toList(),
        section.value(Grammar.RISE).orElse(HealthCheck.Policy.DEFAULT_RISE),
        section.value(Grammar.FALL).orElse(HealthCheck.Policy.DEFAULT_FALL),
        section.value(Grammar.FAST_INTERVAL),
        section.value(Grammar.ALIAS_CHECK).orElse(HealthCheck.AliasCheck.AUTO));
  }

  private void fastInterval(Section section, List<Placed<HealthCheck>> checks) {
    Optional<Duration> fast = section.value(Grammar.FAST_INTERVAL);
    checks.stream()
        .filter(check -> fast.isPresent() && fast.get().compareTo(check.value().interval()) > 0)
        .findFirst()
        .ifPresent(check ->
            problems.error(
                section.at(Grammar.FAST_INTERVAL),
                "is longer than the interval of " + check.value().title(),
                "write a shorter one, or take it out"));
  }

  private Duty duty(Section section) {
    return new Duty(
        targetState(section),
        section.has(Grammar.BACKUP),
        section.value(Grammar.SLOW_START).orElse(Duration.ZERO),
        section.value(Grammar.MAX_SESSIONS).orElse(0),
        hardMax(section),
        section.value(Grammar.TARGET_PRIORITY).orElse(0));
  }

  private TargetState targetState(Section section) {
    boolean weightless = section.value(Grammar.WEIGHT).filter(weight -> weight == 0).isPresent();
    if (!section.has(Grammar.MAINTENANCE)) {
      return section.has(Grammar.DRAIN) ? TargetState.DRAIN : TargetState.READY;
    }
    if (section.has(Grammar.DRAIN) || weightless) {
      problems.error(
          section.at(Grammar.MAINTENANCE),
          section.title(),
          "is in two states, maintenance and '%s'"
              .formatted(section.has(Grammar.DRAIN) ? "drain" : "weight 0"),
          "keep maintenance to move its flows away, or drain to let them end where they are");
    }
    return TargetState.MAINTENANCE;
  }

  private int hardMax(Section section) {
    int maxSessions = section.value(Grammar.MAX_SESSIONS).orElse(0);
    Optional<Integer> hardMax = section.value(Grammar.HARD_MAX);
    boolean isReadable =
        !section.has(Grammar.MAX_SESSIONS) || section.value(Grammar.MAX_SESSIONS).isPresent();
    if (hardMax.isPresent() && isReadable && hardMax.get() < Math.max(1, maxSessions)) {
      problems.error(
          section.at(Grammar.HARD_MAX),
          "hardmax " + hardMax.get(),
          "leaves no room for clients that come again above maxsessions " + maxSessions,
          "write a number that is not below maxsessions, or take hardmax out");
    } else if (hardMax.isPresent() && isReadable && maxSessions == 0) {
      problems.error(
          section.at(Grammar.HARD_MAX),
          "hardmax " + hardMax.get(),
          "means nothing without maxsessions, from which on new clients go elsewhere",
          "write 'maxsessions' with it, such as 'maxsessions 100 hardmax 120'");
    }
    return hardMax.orElse(maxSessions);
  }

  /// A target or gateway is another machine, so it cannot have an address of this node.
  private void notOwn(Section section, IpAddress address) {
    for (Network network : networks.values()) {
      boolean own =
          Stream.of(network.real(), network.virt(), network.real6(), network.virt6())
              .flatMap(Optional::stream)
              .anyMatch(address::equals);
      if (own) {
        problems.error(
            section.at(Grammar.IPADDR),
            address.toString(),
            "is an address of network " + network.id() + " and so of this node itself",
            "write the address of the machine that is " + section.title());
      }
    }
  }

  private void server(Section section) {
    required(section, Grammar.IPADDR, "write 'ipaddr 192.168.2.10' in it");
    required(section, Grammar.SERVER_TARGETS, "write 'targets 1,2' in it");
    Optional<IpAddress> address = section.value(Grammar.IPADDR);
    boolean dsr = section.value(Grammar.DSR).orElse(false);
    int port = section.value(Grammar.SERVER_PORT).orElse(0);
    roles(section);
    for (Placed<Integer> number : everyTarget(section)) {
      if (!draft.defines(SectionKind.TARGET, number.value())) {
        undefined(number, SectionKind.TARGET);
        continue;
      }
      Target target = targets.get(number.value());
      if (target != null && address.isPresent()) {
        serverTarget(section, address.get(), port, dsr, number, target);
      }
    }
    clients(section);
    quorum(section);
    if (address.isEmpty()) {
      return;
    }
    Server server =
        new Server(
            section.id(),
            section.value(Grammar.NAME),
            address.get(),
            port,
            section.value(Grammar.PROTOCOL).orElse(Protocol.TCP),
            dsr,
            section.value(Grammar.SNAT).orElse(SourceNat.AUTO),
            numbers(section, Grammar.SERVER_TARGETS),
            balancing(section));
    serverAddress(section, server);
    servers.put(section.id(), server);
  }

  private static Balancing balancing(Section section) {
    return new Balancing(
        section.value(Grammar.SCHEDULER).orElse(Scheduler.MAGLEV),
        section.value(Grammar.PERSISTENCE),
        numbers(section, Grammar.BACKUP_TARGETS),
        section.value(Grammar.EMERGENCY).map(Placed::value),
        section.value(Grammar.ABUSE).map(Placed::value),
        section.value(Grammar.CLIENT_ACL).map(Placed::value),
        section.value(Grammar.QUORUM).orElse(Quorum.ONE));
  }

  /// The targets of a server in whatever role, each where it stands first.
  private static Collection<Placed<Integer>> everyTarget(Section section) {
    Map<Integer, Placed<Integer>> targets = new LinkedHashMap<>();
    Stream.of(
            placedNumbers(section, Grammar.SERVER_TARGETS).stream(),
            placedNumbers(section, Grammar.BACKUP_TARGETS).stream(),
            section.value(Grammar.EMERGENCY).stream(),
            section.value(Grammar.ABUSE).stream())
        .flatMap(numbers -> numbers)
        .forEach(number -> targets.putIfAbsent(number.value(), number));
    return targets.values();
  }

  /// A target has one role in a server, but one may be both emergency and abuse target.
  private void roles(Section section) {
    Set<Integer> normal = Set.copyOf(numbers(section, Grammar.SERVER_TARGETS));
    for (Placed<Integer> number : placedNumbers(section, Grammar.BACKUP_TARGETS)) {
      if (normal.contains(number.value())) {
        twoRoles(section, number, "backup", "targets");
      }
    }
    Set<Integer> backups = Set.copyOf(numbers(section, Grammar.BACKUP_TARGETS));
    for (Field<Placed<Integer>> role : List.of(Grammar.EMERGENCY, Grammar.ABUSE)) {
      section
          .value(role)
          .filter(number -> normal.contains(number.value()) || backups.contains(number.value()))
          .ifPresent(number ->
              twoRoles(
                  section,
                  number,
                  role.word(),
                  normal.contains(number.value()) ? "targets" : "backup"));
    }
  }

  private void twoRoles(Section section, Placed<Integer> number, String role, String other) {
    problems.error(
        number.at(),
        "target " + number.value(),
        "stands after both %s and %s of %s".formatted(other, role, section.title()),
        "take it out of one of the two");
  }

  private void clients(Section section) {
    section
        .value(Grammar.CLIENT_ACL)
        .filter(list -> !draft.accessLists.containsKey(list.value()))
        .ifPresent(this::undefinedList);
    if (section.has(Grammar.ABUSE) && !section.has(Grammar.CLIENT_ACL)) {
      problems.warning(
          section.at(Grammar.ABUSE),
          "abuse",
          "never gets a client, as %s refuses none".formatted(section.title()),
          "write 'client_acl' with the list of the clients that are served");
    }
  }

  private void undefinedList(Placed<Integer> list) {
    problems.error(
        list.at(),
        "is not a defined access list",
        "write 'acl %d permit 192.168.2.0/24', or take client_acl out".formatted(list.value()));
  }

  private void quorum(Section section) {
    long own =
        Stream.of(Grammar.SERVER_TARGETS, Grammar.BACKUP_TARGETS)
            .mapToLong(field -> numbers(section, field).size())
            .sum();
    section
        .value(Grammar.QUORUM)
        .filter(quorum -> own > 0 && quorum.up() > own)
        .ifPresent(quorum ->
            problems.error(
                section.at(Grammar.QUORUM),
                "quorum " + quorum.up(),
                "is never reached, as %s has fewer targets and backups".formatted(section.title()),
                "write a number of at most " + own));
  }

  /// A server's address is asked for in a network, is no node's own, and leads to one server.
  private void serverAddress(Section section, Server server) {
    IpAddress address = server.address();
    if (networks.values().stream().noneMatch(network -> holds(network, address))) {
      problems.error(
          section.at(Grammar.IPADDR),
          address.toString(),
          "is in no network, so nobody would ask for it here",
          "write an address of a network's block, or define the network");
    }
    for (Network network : networks.values()) {
      if (Stream.of(network.real(), network.real6())
          .flatMap(Optional::stream)
          .anyMatch(address::equals)) {
        problems.error(
            section.at(Grammar.IPADDR),
            address.toString(),
            "is the real address of network "
                + network.id()
                + ", which never moves to another node",
            "write an address that nobody has, or the network's virt");
      }
    }
    servers.values().stream()
        .filter(other -> other.address().equals(address) && other.port() == server.port())
        .filter(other ->
            other.protocol() == server.protocol()
                || other.protocol() == Protocol.ANY
                || server.protocol() == Protocol.ANY)
        .findFirst()
        .ifPresent(other ->
            problems.error(
                section.head(),
                section.title(),
                "has the address, protocol and port of server " + other.id(),
                "give it another port, or put the targets of both into one"));
  }

  private void serverTarget(
      Section section,
      IpAddress address,
      int port,
      boolean dsr,
      Placed<Integer> number,
      Target target) {
    String name = "target " + target.id();
    if (target.address().equals(address)) {
      problems.error(
          number.at(),
          name,
          "has the address of " + section.title() + " itself",
          "write the address of the machine behind it in " + name);
    }
    if (target.address().isIpv4() != address.isIpv4()) {
      problems.error(
          number.at(),
          name,
          "is of another address family than " + section.title(),
          "use targets of the server's own family");
    } else if (networks.values().stream().noneMatch(n -> holds(n, target.address()))) {
      problems.error(
          number.at(),
          name,
          "(" + target.address() + ") is in no network, so the node cannot reach it",
          "define the network the target stands in");
    } else if (dsr && target.port() != 0 && target.port() != port) {
      problems.error(
          number.at(),
          name,
          "has another port (%d) than %s, but dsr changes MAC addresses alone"
              .formatted(target.port(), section.title()),
          "write the server's port in both, or 'dsr disable'");
    }
  }

  private static boolean holds(Network network, IpAddress address) {
    return Stream.of(network.prefix(), network.prefix6())
        .flatMap(Optional::stream)
        .anyMatch(prefix -> prefix.contains(address));
  }

  private Map<Integer, Gateway> gateways() {
    Map<Integer, Gateway> gateways = new LinkedHashMap<>();
    for (Section section : draft.all(SectionKind.GATEWAY)) {
      required(section, Grammar.IPADDR, "write 'ipaddr 192.168.2.1' in it");
      section
          .value(Grammar.IPADDR)
          .ifPresent(address -> {
            gateways.put(
                section.id(),
                new Gateway(
                    section.id(),
                    address,
                    section.values(Grammar.GATEWAY_ROUTES).stream()
                        .flatMap(List::stream)
                        .toList()));
            notOwn(section, address);
          });
    }
    return unmodifiable(gateways);
  }

  // ---- references between sections

  private void references() {
    for (Section section : draft.all(SectionKind.NETWORK)) {
      for (Placed<Integer> number : placedNumbers(section, Grammar.NETWORK_INTERFACES)) {
        if (!draft.defines(SectionKind.INTERFACE, number.value())) {
          undefined(number, SectionKind.INTERFACE);
        }
      }
    }
    for (SectionKind kind : SectionKind.values()) {
      if (kind.isRegistrable()) {
        registration(kind);
      }
    }
    if (draft.tarpitAcl != null && !draft.accessLists.containsKey(draft.tarpitAcl.value())) {
      int number = draft.tarpitAcl.value();
      problems.error(
          draft.tarpitAcl.at(),
          "is not a defined access list",
          "write 'acl " + number + " permit 192.168.2.0/24', or take tarpit_acl out");
    }
  }

  private void registration(SectionKind kind) {
    Map<Integer, Token> registered = draft.registered(kind);
    Map<Integer, Token> enabled = draft.enabled(kind);
    registered.forEach((id, at) -> {
      if (!draft.defines(kind, id)) {
        undefined(new Placed<>(id, at), kind);
      }
    });
    enabled.forEach((id, at) -> {
      if (registered.containsKey(id)) {
        return;
      }
      if (draft.defines(kind, id)) {
        problems.error(
            at,
            kind.word() + " " + id,
            "is enabled but not registered",
            "write 'register %s %d'".formatted(kind.plural(), id));
      } else {
        undefined(new Placed<>(id, at), kind);
      }
    });
    for (Section section : draft.all(kind)) {
      idle(section, kind);
    }
  }

  private void idle(Section section, SectionKind kind) {
    if (draft.enabled(kind).containsKey(section.id())) {
      return;
    }
    String enable = "'enable %s %d'".formatted(kind.plural(), section.id());
    if (draft.registered(kind).containsKey(section.id())) {
      problems.warning(
          section.head(),
          section.title(),
          "is not enabled and does nothing",
          "write " + enable + " when it shall work");
    } else {
      problems.warning(
          section.head(),
          section.title(),
          "is neither registered nor enabled and does nothing",
          "write 'register %s %d' and %s when it shall work"
              .formatted(kind.plural(), section.id(), enable));
    }
  }

  private void undefined(Placed<Integer> number, SectionKind kind) {
    problems.error(
        number.at(),
        kind.word() + " " + number.value(),
        "is not defined",
        "write '%s %d { ... }', or take the number out".formatted(kind.word(), number.value()));
  }

  private static List<Placed<Integer>> placedNumbers(
      Section section, Field<List<Placed<Integer>>> field) {
    return section.value(field).orElse(List.of());
  }

  private static List<Integer> numbers(Section section, Field<List<Placed<Integer>>> field) {
    return placedNumbers(section, field).stream().map(Placed::value).distinct().toList();
  }

  // ---- the rest

  private Registry registry(boolean registered) {
    return new Registry(
        ids(SectionKind.NETWORK, registered),
        ids(SectionKind.SERVER, registered),
        ids(SectionKind.TARGET, registered),
        ids(SectionKind.GATEWAY, registered));
  }

  private Set<Integer> ids(SectionKind kind, boolean registered) {
    Map<Integer, Token> numbers = registered ? draft.registered(kind) : draft.enabled(kind);
    return Collections.unmodifiableSet(new LinkedHashSet<>(numbers.keySet()));
  }

  private Map<Integer, AccessList> accessLists() {
    Map<Integer, AccessList> lists = new LinkedHashMap<>();
    draft.accessLists.forEach((number, entries) -> lists.put(number, new AccessList(entries)));
    return unmodifiable(lists);
  }

  private Settings settings() {
    Map<Setting, Long> values = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      Placed<Long> given = draft.settings.get(setting);
      boolean good = given != null && given.value() != null;
      values.put(setting, good ? given.value() : Long.valueOf(setting.defaultValue()));
    }
    return new Settings(Collections.unmodifiableMap(values));
  }

  private Engine engine() {
    Optional<Section> section = draft.only(SectionKind.ENGINE);
    return new Engine(
        section.flatMap(engine -> engine.value(Grammar.IDLE)).orElse(Idle.ADAPTIVE),
        section.flatMap(engine -> engine.value(Grammar.SCHEDULING)).orElse(Scheduling.FIFO));
  }
}
