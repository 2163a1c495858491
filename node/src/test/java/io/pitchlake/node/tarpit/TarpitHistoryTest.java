package io.pitchlake.node.tarpit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.config.Setting;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.session.AddressState;
import io.pitchlake.common.sim.SimClock;
import io.pitchlake.common.sim.SimHost;
import io.pitchlake.common.sim.SimLan;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.NdpOptions;
import io.pitchlake.common.wire.Property;
import io.pitchlake.common.wire.TcpHeader;
import io.pitchlake.node.sim.SimNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Random histories of a segment: machines come, go, move, answer late, stay silent, frames are
/// lost, scanners scan and send nonsense. Whatever happens, the rules hold as invariants, checked
/// frame by frame on the wire.
class TarpitHistoryTest {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long HOLD_NANOS = 10 * SECOND_NANOS;

  /// The shortest `tarpitrealto` a history uses, less the slack of the table's timers.
  private static final long REAL_NANOS = 29 * SECOND_NANOS;

  private static final int ADDRESSES = 12;

  @Test
  void noHistoryBreaksARule() {
    Property.forAll("a living machine is never shadowed", 100, random -> new History(random).run());
  }

  /// One history. Every frame the node sends is judged by what it had heard before.
  private static final class History {
    private final RandomGenerator random;
    private final SimClock clock = new SimClock();
    private final SimLan lan;
    private final List<SimHost> hosts = new ArrayList<>();
    private final SimHost scanner;
    private final SimNode node;
    private final List<IpAddress> pool = new ArrayList<>();
    private final Map<IpAddress, Long> ownerHeardNanos = new HashMap<>();
    private final Map<IpAddress, Long> claimHeardNanos = new HashMap<>();
    private final Map<IpAddress, Long> simulatedNanos = new HashMap<>();
    private final Map<IpAddress, Integer> requests = new HashMap<>();
    private final List<String> log = new ArrayList<>();

    private final NativeBuffer buffer = new NativeBuffer(2048);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpHeader arp = new ArpHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Icmpv6Header icmpv6 = new Icmpv6Header();
    private final NdpOptions options = new NdpOptions();

    History(RandomGenerator random) {
      this.random = random;
      lan = new SimLan(clock, new java.util.Random(random.nextLong()));
      for (int i = 0; i < ADDRESSES; i++) {
        pool.add(
            i % 2 == 0
                ? IpAddress.ofIpv4(0xc0a8_0264 + i)
                : new IpAddress(0x2001_0db8_0001_0000L, 0x100 + i));
      }
      for (int i = 0; i < 4; i++) {
        SimHost host = new SimHost(clock, lan, "host" + i, 0x0200_0000_1000L + i);
        host.own(IpAddress.ofIpv4(0xc0a8_0214 + i));
        host.own(new IpAddress(0x2001_0db8_0001_0000L, 0x14 + i));
        hosts.add(host);
      }
      scanner = new SimHost(clock, lan, "scanner", 0x0200_0000_2000L);
      scanner.own(IpAddress.parse("192.168.2.66")).own(IpAddress.parse("2001:db8:1::66"));
      SimNode.Options machines = new SimNode.Options();
      if (random.nextBoolean()) {
        machines.persona(Persona.LINUX, 1).persona(Persona.PRINTER, 1);
      }
      if (random.nextBoolean()) {
        machines.decoyMacs();
      }
      machines.mode(TarpitMode.values()[random.nextInt(TarpitMode.values().length)]);
      node =
          new SimNode(
              clock,
              lan,
              machines
                  .set(Setting.TARPITSWEEPRATE, random.nextBoolean() ? 200 : 0)
                  .set(Setting.TARPITTRAPTO, 10 + random.nextInt(60))
                  .set(Setting.TARPITREALTO, 30 + random.nextInt(60))
                  .set(Setting.TARPITHOLDTO, 10)
                  .set(Setting.TARPITCHECKTO, 1 + random.nextInt(20))
                  .set(Setting.TARPITMAX6, 1 + random.nextInt(6))
                  .set(Setting.TARPITSTATIONS, 64)
                  .set(Setting.ADDRESSES, 1024));
      node.port().onReceived(this::heardByNode);
      lan.monitor((from, frame) -> {
        if (from == node.port().attachment()) {
          sentByNode(frame);
        }
      });
    }

    void run() {
      int steps = 30 + random.nextInt(60);
      for (int step = 0; step < steps; step++) {
        step();
        clock.advance(random.nextLong(3 * SECOND_NANOS));
        check(node.table().size() <= node.table().capacity(), "the address table overflowed");
        check(node.stations().size() <= node.stations().capacity(), "the pool overflowed");
      }
    }

    private void step() {
      IpAddress address = pool.get(random.nextInt(pool.size()));
      SimHost host = hosts.get(random.nextInt(hosts.size()));
      switch (random.nextInt(14)) {
        case 0 -> act("claims " + address, host, () -> host.claim(address));
        case 1 ->
            act("takes and announces " + address, host, () -> host.own(address).announce(address));
        case 2 -> act("takes silently " + address, host, () -> host.own(address));
        case 3 ->
            act("leaves " + address, host, () -> hosts.forEach(each -> each.abandon(address)));
        case 4 ->
            act(
                "answers late",
                host,
                () -> host.replyDelayNanos(random.nextLong(2 * SECOND_NANOS)));
        case 5 -> act("probes " + address, host, () -> probe(host, address));
        case 6 -> lan.lossRate(random.nextInt(3) == 0 ? random.nextDouble() * 0.5 : 0);
        case 7 -> act("resolves from " + address, host, () -> resolveFrom(host, address));
        case 8 -> act("garbage", scanner, this::garbage);
        case 9 -> pool.forEach(scanner::resolve);
        default ->
            act(
                "scans " + address,
                scanner,
                () -> {
                  scanner.resolve(address);
                  scanner.ping(address);
                  scanner.connect(address, random.nextInt(65_536));
                  scanner.segment(
                      address, 80, random.nextInt(64), random.nextInt(), random.nextInt());
                });
      }
    }

    private void act(String what, SimHost who, Runnable action) {
      log.add(clock.nanoTime() / 1_000_000 + " ms: " + who.name() + " " + what);
      action.run();
    }

    private void probe(SimHost host, IpAddress address) {
      if (address.isIpv4()) {
        host.probe(address);
      } else {
        host.solicitForDuplicates(address);
      }
    }

    private void resolveFrom(SimHost host, IpAddress address) {
      if (host.addresses().contains(address)) {
        host.resolve(pool.get(random.nextInt(pool.size())));
      }
    }

    private void garbage() {
      byte[] frame = new byte[14 + random.nextInt(120)];
      random.nextBytes(frame);
      // Never a source of a machine that lives, or the switch would believe it.
      frame[6] = 2;
      frame[7] = 9;
      int[] types = {0x0806, 0x0800, 0x86dd, 0x8100};
      int type = types[random.nextInt(types.length)];
      frame[12] = (byte) (type >>> 8);
      frame[13] = (byte) type;
      if (random.nextBoolean()) {
        frame[0] = (byte) 0xff;
      }
      scanner.sendRaw(frame);
    }

    /// What a frame that the node has just read tells of its sender.
    private void heardByNode(byte[] frame) {
      long now = clock.nanoTime();
      pool.stream().filter(this::isSimulated).forEach(one -> simulatedNanos.put(one, now));
      long at = buffer.refill().put(frame);
      if (!ethernet.wrap(at, frame.length) || ethernet.isTagged()) {
        return;
      }
      switch (ethernet.payloadType()) {
        case ArpHeader.ETHER_TYPE -> {
          if (arp.wrap(ethernet.payloadAddress(), ethernet.payloadLength())) {
            if (arp.senderAddress() != 0) {
              ownerHeardNanos.put(IpAddress.ofIpv4(arp.senderAddress()), now);
            } else if (arp.operation() == ArpHeader.REQUEST) {
              claimHeardNanos.put(IpAddress.ofIpv4(arp.targetAddress()), now);
            }
          }
        }
        case Ipv6Header.ETHER_TYPE -> {
          if (ipv6.wrap(ethernet.payloadAddress(), ethernet.payloadLength())
              && ipv6.upperProtocol() == Icmpv6Header.PROTOCOL
              && ipv6.hopLimit() == 255
              && icmpv6.wrap(ipv6.upperAddress(), ipv6.upperLength())) {
            IpAddress target =
                icmpv6.type() == Icmpv6Header.NEIGHBOR_SOLICITATION
                        || icmpv6.type() == Icmpv6Header.NEIGHBOR_ADVERTISEMENT
                    ? new IpAddress(icmpv6.targetHigh(), icmpv6.targetLow())
                    : null;
            if (icmpv6.type() == Icmpv6Header.NEIGHBOR_ADVERTISEMENT) {
              ownerHeardNanos.put(target, now);
            } else if (target != null && ipv6.isSourceUnspecified()) {
              claimHeardNanos.put(target, now);
            } else if (target != null) {
              ownerHeardNanos.put(new IpAddress(ipv6.sourceHigh(), ipv6.sourceLow()), now);
            }
          }
        }
        default -> {}
      }
    }

    /// Judges a frame of the node.
    private void sentByNode(byte[] frame) {
      long at = buffer.refill().put(frame);
      check(ethernet.wrap(at, frame.length), "the node sent a frame without a header");
      long source = ethernet.source();
      boolean virtual = isDecoys(source);
      check(virtual || source == SimNode.MAC, "a frame from a MAC that is not the node's");
      boolean group = MacAddress.isGroup(ethernet.destination());
      switch (ethernet.payloadType()) {
        case ArpHeader.ETHER_TYPE -> {
          check(arp.wrap(ethernet.payloadAddress(), ethernet.payloadLength()), "broken ARP");
          IpAddress sender = IpAddress.ofIpv4(arp.senderAddress());
          if (arp.operation() == ArpHeader.REQUEST) {
            check(
                arp.senderAddress() == SimNode.REAL.ipv4() && arp.senderMac() == SimNode.MAC,
                "a proof from " + sender + " instead of the real address");
            requests.merge(IpAddress.ofIpv4(arp.targetAddress()), 1, Integer::sum);
          } else {
            check(!group, "an ARP reply that is not unicast");
            check(arp.targetAddress() != 0, "an answer to a probe");
            if (virtual && arp.senderMac() == source) {
              answersFor(sender, "ARP reply");
            }
          }
        }
        case Ipv4Header.ETHER_TYPE -> {
          check(ipv4.wrap(ethernet.payloadAddress(), ethernet.payloadLength()), "broken IPv4");
          if (virtual) {
            check(!group, "an IPv4 answer that is not unicast");
            answersFor(IpAddress.ofIpv4(ipv4.source()), "IPv4 packet");
          }
        }
        case Ipv6Header.ETHER_TYPE -> {
          check(ipv6.wrap(ethernet.payloadAddress(), ethernet.payloadLength()), "broken IPv6");
          IpAddress from = new IpAddress(ipv6.sourceHigh(), ipv6.sourceLow());
          if (ipv6.upperProtocol() == Icmpv6Header.PROTOCOL
              && icmpv6.wrap(ipv6.upperAddress(), ipv6.upperLength())) {
            sentIcmpv6(from, group);
          } else if (virtual) {
            check(!group, "an IPv6 answer that is not unicast");
            check(ipv6.upperProtocol() == TcpHeader.PROTOCOL, "neither ICMPv6 nor TCP");
            answersFor(from, "IPv6 packet");
          }
        }
        default -> check(false, "the node sent a frame of type " + ethernet.payloadType());
      }
    }

    /// Everybody else's are locally administered.
    private static boolean isDecoys(long mac) {
      return (mac & 0x0200_0000_0000L) == 0;
    }

    private void sentIcmpv6(IpAddress from, boolean group) {
      switch (icmpv6.type()) {
        case Icmpv6Header.NEIGHBOR_SOLICITATION -> {
          if (ethernet.source() == SimNode.MAC && from.equals(SimNode.REAL6)) {
            requests.merge(target(), 1, Integer::sum);
          } else {
            check(!group, "a proof from " + from + " instead of the real address");
          }
        }
        case Icmpv6Header.NEIGHBOR_ADVERTISEMENT -> {
          check(options.wrap(icmpv6.optionsAddress(), icmpv6.optionsLength()), "broken options");
          check(!group, "an advertisement that is not unicast");
          check(!icmpv6.isRouter(), "an advertisement that says router");
          if (isDecoys(ethernet.source())
              && options.targetLinkLayerAddress() == ethernet.source()) {
            check(icmpv6.isSolicited() && !icmpv6.isOverride(), "S=1 O=0 broken");
            answersFor(target(), "neighbour advertisement");
          }
        }
        case Icmpv6Header.ECHO_REPLY -> answersFor(from, "echo reply");
        // A frame passed on to an owner bears the port's MAC.
        default ->
            check(ethernet.source() == SimNode.MAC, "the node sent ICMPv6 type " + icmpv6.type());
      }
    }

    private IpAddress target() {
      return new IpAddress(icmpv6.targetHigh(), icmpv6.targetLow());
    }

    private void answersFor(IpAddress address, String what) {
      if (address.equals(SimNode.VIRT) || address.equals(SimNode.VIRT6)) {
        return;
      }
      long now = clock.nanoTime();
      // What is answered at the turn's beginning may be due for a new proof at its end.
      check(
          isSimulated(address) || simulatedNanos.getOrDefault(address, -1L) == now,
          what + " for " + address + ", which is " + node.state(address));
      check(
          requests.getOrDefault(address, 0) >= 3,
          what + " for " + address + " after " + requests.get(address) + " requests");
      Long owner = ownerHeardNanos.get(address);
      check(
          owner == null || now - owner > REAL_NANOS,
          what + " for " + address + ", whose owner was heard " + age(owner) + " ms ago");
      Long claim = claimHeardNanos.get(address);
      check(
          claim == null || now - claim > HOLD_NANOS,
          what + " for " + address + ", which was probed " + age(claim) + " ms ago");
    }

    private boolean isSimulated(IpAddress address) {
      return node.state(address).filter(AddressState.SIMULATED::equals).isPresent();
    }

    private long age(Long nanos) {
      return nanos == null ? -1 : (clock.nanoTime() - nanos) / 1_000_000;
    }

    private void check(boolean holds, String otherwise) {
      assertTrue(
          holds,
          () ->
              clock.nanoTime() / 1_000_000
                  + " ms: "
                  + otherwise
                  + "; before: "
                  + log.subList(Math.max(0, log.size() - 12), log.size()));
    }
  }
}
