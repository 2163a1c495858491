package io.pitchlake.node.history;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.sim.SimWire;
import io.pitchlake.common.wire.PacketBuilder;
import io.pitchlake.common.wire.TcpHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The LAN of a history without its nodes: one switch or two, hosts that come and go, two scanners
/// and clients, two targets.
final class Segment {
  static final IpAddress VIRT = IpAddress.parse("192.168.2.5");
  static final IpAddress VIRT6 = IpAddress.parse("2001:db8:1::5");
  static final IpAddress SERVER = IpAddress.parse("192.168.2.10");
  static final long VIRTUAL_MAC = 0x0000_5e00_0132L;
  static final long VIRTUAL_MAC6 = 0x0000_5e00_0232L;
  private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000L;

  private static final Set<IpAddress> OWN = Set.of(VIRT, VIRT6, SERVER);
  private static final int HOSTS = 2;
  private static final int ADDRESSES = 8;
  private static final int FLOWS = 4;
  private static final int FIRST_PORT = 50_000;
  private static final long HIGH6 = 0x2001_0db8_0001_0000L;

  private final SimClock clock;
  private final RandomGenerator random;
  private final Plan plan;
  private final SimLan[] switches;
  private final Paths paths;
  private final List<Watch> watches;
  private final List<SimHost> hosts = new ArrayList<>();
  private final List<SimHost> scanners = new ArrayList<>();
  private final List<SimHost> targets = new ArrayList<>();
  private final List<IpAddress> pool = new ArrayList<>();
  private final List<IpAddress> addresses = new ArrayList<>(List.of(VIRT));
  private boolean silent;
  private final Glimpse glimpse = new Glimpse();

  Segment(SimClock clock, RandomGenerator random, Plan plan, Paths paths, List<Watch> watches) {
    this.clock = clock;
    this.random = random;
    this.plan = plan;
    this.paths = paths;
    this.watches = watches;
    switches = new SimLan[plan.trunk() ? 2 : 1];
    for (int i = 0; i < switches.length; i++) {
      switches[i] = new SimLan(clock, new Random(random.nextLong()));
      switches[i].monitor(this::said);
    }
    if (plan.trunk()) {
      SimLan.Attachment trunk = switches[0].join(switches[1]);
      paths.trunk(trunk.toSwitch());
      paths.trunk(trunk.fromSwitch());
    }
    for (int i = 0; i < ADDRESSES; i++) {
      if (i % 2 == 0) {
        pool.add(IpAddress.ofIpv4(0xc0a8_0228 + i));
      } else if (plan.ipv6()) {
        pool.add(new IpAddress(HIGH6, 0x100 + i));
      }
    }
    if (plan.ipv6()) {
      addresses.add(VIRT6);
    }
    if (plan.server()) {
      addresses.add(SERVER);
    }
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(host("host" + i, 0x14 + i, random.nextInt(switches.length)));
      targets.add(host("target" + i, 0x1e + i, random.nextInt(switches.length)));
      scanners.add(host("scanner" + i, 0x3c + i, i % switches.length));
    }
  }

  private SimHost host(String name, int last, int theSwitch) {
    SimHost host =
        new SimHost(clock, switches[theSwitch], name, 0x0200_0000_1000L + last)
            .forgetful()
            .own(IpAddress.ofIpv4(0xc0a8_0200 + last));
    if (plan.ipv6()) {
      host.own(new IpAddress(HIGH6, last));
    }
    paths.add(host.attachment(), theSwitch);
    return host;
  }

  /// Whether it is the virtual router's, or that of a maker, as only decoys have it: everybody else
  /// has one that is locally administered.
  static boolean isVirtual(long mac) {
    return (mac & LOCALLY_ADMINISTERED) == 0;
  }

  /// Whether an address belongs to the cluster.
  static boolean isOwn(IpAddress address) {
    return OWN.contains(address);
  }

  /// A switch for a node, by chance.
  SimLan plug(int[] chosen) {
    chosen[0] = random.nextInt(switches.length);
    return switches[chosen[0]];
  }

  List<SimHost> hosts() {
    return hosts;
  }

  List<SimHost> scanners() {
    return scanners;
  }

  List<SimHost> targets() {
    return targets;
  }

  /// Addresses that the owner answers for, whatever happens.
  List<IpAddress> addresses() {
    return addresses;
  }

  /// Addresses that hosts take and scanners ask for.
  List<IpAddress> pool() {
    return pool;
  }

  /// The hosts that have an address.
  List<SimHost> owners(IpAddress address) {
    return hosts.stream().filter(host -> host.addresses().contains(address)).toList();
  }

  private void said(SimLan.Attachment from, byte[] frame) {
    glimpse.at(frame);
    if (isVirtual(glimpse.source) || glimpse.source < 0x0200_0000_1000L) {
      return;
    }
    long nowNanos = clock.nanoTime();
    for (Watch watch : watches) {
      watch.said(glimpse, nowNanos);
    }
  }

  /// Everybody asks for the virtual addresses, again and again.
  void keepAsking() {
    for (SimHost scanner : scanners) {
      clock.after(pauseNanos(plan.askMillis()), () -> ask(scanner));
      clock.after(pauseNanos(40), () -> talk(scanner));
    }
  }

  private long pauseNanos(int meanMillis) {
    return 1_000_000L + random.nextLong(2_000_000L * meanMillis);
  }

  /// Nobody asks or talks any more; what hosts have begun goes on.
  void fallSilent() {
    silent = true;
  }

  private void ask(SimHost scanner) {
    if (silent) {
      return;
    }
    scanner.resolve(addresses.get(random.nextInt(addresses.size())));
    clock.after(pauseNanos(plan.askMillis()), () -> ask(scanner));
  }

  /// Scans an address, or goes on with a flow to the server.
  private void talk(SimHost scanner) {
    if (silent) {
      return;
    }
    IpAddress address = pool.get(random.nextInt(pool.size()));
    switch (random.nextInt(plan.server() ? 6 : 4)) {
      case 0, 1 -> scanner.resolve(address);
      case 2 -> scanner.ping(address);
      case 3 -> scanner.connect(address, random.nextInt(1, 1024));
      case 4 ->
          scanner.segment(
              SERVER, FIRST_PORT + random.nextInt(FLOWS), 80, TcpHeader.SYN, random.nextInt(), 0);
      default ->
          scanner.segment(
              SERVER,
              FIRST_PORT + random.nextInt(FLOWS),
              80,
              TcpHeader.ACK,
              random.nextInt(),
              random.nextInt());
    }
    clock.after(pauseNanos(40), () -> talk(scanner));
  }

  /// Something that a host does; says what.
  String act() {
    SimHost host = hosts.get(random.nextInt(hosts.size()));
    IpAddress address = pool.get(random.nextInt(pool.size()));
    return switch (random.nextInt(8)) {
      case 0 -> {
        host.claim(address);
        yield host.name() + " comes up with " + address;
      }
      case 1, 2 -> {
        abandon(address);
        host.own(address).announce(address);
        yield host.name() + " takes " + address + " and says so";
      }
      case 3 -> {
        abandon(address);
        host.own(address);
        yield host.name() + " takes " + address + " in silence";
      }
      case 4 -> {
        abandon(address);
        yield address + " is left";
      }
      case 5 -> {
        if (address.isIpv4()) {
          host.probe(address);
        } else {
          host.solicitForDuplicates(address);
        }
        yield host.name() + " probes " + address;
      }
      case 6 -> lease(host, address);
      default -> {
        long nanos = random.nextLong(plan.probeGapMillis() * 500_000L);
        host.replyDelayNanos(nanos);
        yield host.name() + " answers after " + nanos / 1000 + " us";
      }
    };
  }

  private void abandon(IpAddress address) {
    hosts.forEach(each -> each.abandon(address));
  }

  /// What a DHCP server says that has asked whether anybody has the address.
  private String lease(SimHost host, IpAddress address) {
    if (!address.isIpv4()) {
      return host.name() + " says nothing";
    }
    host.sendRaw(
        PacketBuilder.ethernet(text(host.mac()), "ff:ff:ff:ff:ff:ff")
            .ipv4(own(host), "255.255.255.255")
            .udp(67, 68)
            .dhcp(2, 2, address.toString(), "02:00:00:00:99:99")
            .build());
    return host.name() + " offers " + address;
  }

  private static String own(SimHost host) {
    return host.addresses().stream()
        .filter(IpAddress::isIpv4)
        .min(IpAddress::compareTo)
        .orElseThrow()
        .toString();
  }

  private static String text(long mac) {
    return new MacAddress(mac).toString();
  }

  /// Every wire between switches and of hosts works again.
  void heal() {
    paths.trunk().forEach(SimWire::heal);
  }

  void close() {
    hosts.forEach(SimHost::close);
    scanners.forEach(SimHost::close);
    targets.forEach(SimHost::close);
  }
}
