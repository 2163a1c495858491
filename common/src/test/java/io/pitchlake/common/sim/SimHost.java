package io.pitchlake.common.sim;

import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.MacAddress;
import io.pitchlake.common.wire.ArpHeader;
import io.pitchlake.common.wire.EthernetHeader;
import io.pitchlake.common.wire.IcmpHeader;
import io.pitchlake.common.wire.Icmpv6Header;
import io.pitchlake.common.wire.Ipv4Header;
import io.pitchlake.common.wire.Ipv6Header;
import io.pitchlake.common.wire.NativeBuffer;
import io.pitchlake.common.wire.NdpOptions;
import io.pitchlake.common.wire.TcpHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// A machine on a [SimLan]: it resolves addresses, answers for its own, pings and connects, and
/// takes an address the way RFC 5227 (IPv4) and RFC 4862 (IPv6) tell. Its neighbour cache is what a
/// test looks at.
public final class SimHost implements AutoCloseable {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /// What a host has received, in words.
  public enum Received {
    ECHO_REPLY,
    SYN_ACK,
    RESET
  }

  private final SimClock clock;
  private final String name;
  private final long mac;
  private final SimLan.Attachment attachment;
  private final NativeBuffer buffer = new NativeBuffer(2048);
  private final Set<IpAddress> addresses = new HashSet<>();

  /// The least of its addresses of each family, or null: what it asks from.
  private IpAddress own4;

  private IpAddress own6;
  private final Map<IpAddress, Long> neighbors = new HashMap<>();
  private final Map<IpAddress, List<Received>> received = new HashMap<>();
  private final List<byte[]> frames = new ArrayList<>();
  private final Set<IpAddress> claiming = new HashSet<>();
  private final Set<IpAddress> conflicts = new HashSet<>();
  private Consumer<byte[]> listener = frame -> {};
  private long replyDelayNanos;
  private int lastSequence;
  private boolean keepsFrames = true;

  private final EthernetHeader ethernet = new EthernetHeader();
  private final ArpHeader arp = new ArpHeader();
  private final Ipv4Header ipv4 = new Ipv4Header();
  private final Ipv6Header ipv6 = new Ipv6Header();
  private final IcmpHeader icmp = new IcmpHeader();
  private final Icmpv6Header icmpv6 = new Icmpv6Header();
  private final TcpHeader tcp = new TcpHeader();
  private final NdpOptions options = new NdpOptions();

  public SimHost(SimClock clock, SimLan lan, String name, long mac) {
    this.clock = clock;
    this.name = name;
    this.mac = mac;
    this.attachment = lan.attach(name, this::receive);
  }

  public String name() {
    return name;
  }

  public long mac() {
    return mac;
  }

  public SimLan.Attachment attachment() {
    return attachment;
  }

  /// The addresses it owns now.
  public Set<IpAddress> addresses() {
    return addresses;
  }

  /// MAC of a neighbour as it believes, or null.
  public Long neighbor(IpAddress address) {
    return neighbors.get(address);
  }

  /// Believes what it is told, as after a static entry.
  public void believe(IpAddress address, long neighborMac) {
    neighbors.put(address, neighborMac);
  }

  /// Sequence number of the last SYN-ACK it received.
  public int lastSequence() {
    return lastSequence;
  }

  /// Forgets what it knows of its neighbours.
  public void forgetNeighbors() {
    neighbors.clear();
  }

  /// What has come from an address.
  public List<Received> received(IpAddress from) {
    return received.getOrDefault(from, List.of());
  }

  /// Every frame that reached it, as bytes.
  public List<byte[]> frames() {
    return frames;
  }

  /// Does not remember the frames it receives, which saves the memory of long histories.
  public SimHost forgetful() {
    keepsFrames = false;
    return this;
  }

  /// Whether somebody answered while it checked an address for duplicates.
  public boolean sawConflict(IpAddress address) {
    return conflicts.contains(address);
  }

  /// How long it takes to answer for its own addresses.
  public SimHost replyDelayNanos(long nanos) {
    replyDelayNanos = nanos;
    return this;
  }

  /// Hands every frame that is sent to its MAC alone to a listener, too.
  public SimHost listener(Consumer<byte[]> told) {
    listener = told;
    return this;
  }

  /// Owns an address without telling anybody.
  public SimHost own(IpAddress address) {
    claiming.remove(address);
    has(address);
    return this;
  }

  /// Is gone from an address without telling anybody.
  public SimHost abandon(IpAddress address) {
    claiming.remove(address);
    addresses.remove(address);
    chooseOwn();
    return this;
  }

  private void has(IpAddress address) {
    addresses.add(address);
    chooseOwn();
  }

  private void chooseOwn() {
    own4 = least(true);
    own6 = least(false);
  }

  private IpAddress least(boolean isIpv4) {
    return addresses.stream()
        .filter(address -> address.isIpv4() == isIpv4)
        .min(IpAddress::compareTo)
        .orElse(null);
  }

  /// Takes an address as a machine does that comes up: three probes and two announcements for IPv4
  /// (RFC 5227), one duplicate address detection for IPv6 (RFC 4862). A conflict makes it give up.
  public void claim(IpAddress address) {
    claiming.add(address);
    conflicts.remove(address);
    if (address.isIpv4()) {
      for (int i = 0; i < 3; i++) {
        clock.after(i * SECOND_NANOS + 1, () -> whileClaiming(address, () -> probe(address)));
      }
      clock.after(5 * SECOND_NANOS, () -> whileClaiming(address, () -> take(address)));
    } else {
      whileClaiming(address, () -> solicitForDuplicates(address));
      clock.after(SECOND_NANOS, () -> whileClaiming(address, () -> take(address)));
    }
  }

  private void whileClaiming(IpAddress address, Runnable step) {
    if (claiming.contains(address) && !conflicts.contains(address)) {
      step.run();
    }
  }

  /// Somebody has the address: it gives up.
  private void conflict(IpAddress address) {
    claiming.remove(address);
    conflicts.add(address);
  }

  private void take(IpAddress address) {
    claiming.remove(address);
    has(address);
    announce(address);
  }

  /// Announces an address: a gratuitous ARP request, or an unsolicited advertisement.
  public void announce(IpAddress address) {
    if (address.isIpv4()) {
      sendArp(MacAddress.BROADCAST, ArpHeader.REQUEST, address.ipv4(), 0, address.ipv4());
    } else {
      sendNeighbor(
          0x3333_0000_0001L,
          address,
          new IpAddress(Icmpv6Header.LINK_GROUP_HIGH, Icmpv6Header.ALL_NODES_LOW),
          Icmpv6Header.NEIGHBOR_ADVERTISEMENT,
          address,
          false,
          true);
    }
  }

  /// An ARP probe: a request from 0.0.0.0.
  public void probe(IpAddress address) {
    sendArp(MacAddress.BROADCAST, ArpHeader.REQUEST, 0, 0, address.ipv4());
  }

  /// A solicitation from `::`.
  public void solicitForDuplicates(IpAddress address) {
    sendNeighbor(
        Ipv6Header.multicastMac(Icmpv6Header.solicitedNodeLow(address.low())),
        new IpAddress(0, 0),
        solicitedNode(address),
        Icmpv6Header.NEIGHBOR_SOLICITATION,
        address,
        false,
        false);
  }

  /// Asks who has an address, from one of its own of the same family.
  public void resolve(IpAddress target) {
    IpAddress own = own(target.isIpv4());
    if (target.isIpv4()) {
      sendArp(MacAddress.BROADCAST, ArpHeader.REQUEST, own.ipv4(), 0, target.ipv4());
    } else {
      sendNeighbor(
          Ipv6Header.multicastMac(Icmpv6Header.solicitedNodeLow(target.low())),
          own,
          solicitedNode(target),
          Icmpv6Header.NEIGHBOR_SOLICITATION,
          target,
          false,
          false);
    }
  }

  /// Pings an address at the MAC it believes in; nothing when it knows none.
  public void ping(IpAddress target) {
    Long to = neighbors.get(target);
    if (to == null) {
      return;
    }
    int length = 8 + 24;
    if (target.isIpv4()) {
      long at = beginIpv4(to, target, IcmpHeader.PROTOCOL, length);
      icmp.create(at, length).type(IcmpHeader.ECHO_REQUEST).identifier(7).sequence(1);
      icmp.updateChecksum();
      send(EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH + length);
    } else {
      long at = beginIpv6(to, target, Icmpv6Header.PROTOCOL, length);
      icmpv6.create(at, length, Icmpv6Header.ECHO_REQUEST).identifier(7).sequence(1);
      icmpv6.updateChecksum(ipv6);
      send(EthernetHeader.LENGTH + Ipv6Header.LENGTH + length);
    }
  }

  /// Sends a SYN to an address at the MAC it believes in; nothing when it knows none.
  public void connect(IpAddress target, int port) {
    segment(target, port, TcpHeader.SYN, 1000, 0);
  }

  /// Sends a segment with these flags to an address at the MAC it believes in.
  public void segment(IpAddress target, int port, int flags, int sequence, int acknowledgment) {
    segment(target, 40_000, port, flags, sequence, acknowledgment);
  }

  /// The same from another port than the usual.
  public void segment(
      IpAddress target, int fromPort, int port, int flags, int sequence, int acknowledgment) {
    Long to = neighbors.get(target);
    if (to == null) {
      return;
    }
    int length = TcpHeader.MIN_LENGTH;
    long at =
        target.isIpv4()
            ? beginIpv4(to, target, TcpHeader.PROTOCOL, length)
            : beginIpv6(to, target, TcpHeader.PROTOCOL, length);
    tcp.create(at, length, length)
        .sourcePort(fromPort)
        .destinationPort(port)
        .sequence(sequence)
        .acknowledgment(acknowledgment)
        .window(64_240)
        .flags(flags);
    if (target.isIpv4()) {
      tcp.updateChecksum(ipv4);
      send(EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH + length);
    } else {
      tcp.updateChecksum(ipv6);
      send(EthernetHeader.LENGTH + Ipv6Header.LENGTH + length);
    }
  }

  /// Sends bytes as they are.
  public void sendRaw(byte[] frame) {
    attachment.send(frame);
  }

  private IpAddress own(boolean isIpv4) {
    IpAddress own = isIpv4 ? own4 : own6;
    if (own == null) {
      throw new IllegalStateException(name + " has no address of this family");
    }
    return own;
  }

  private static IpAddress solicitedNode(IpAddress target) {
    return new IpAddress(Icmpv6Header.LINK_GROUP_HIGH, Icmpv6Header.solicitedNodeLow(target.low()));
  }

  private void sendArp(long to, int operation, int sender, long targetMac, int target) {
    ethernet
        .create(buffer.address(), 60)
        .destination(to)
        .source(mac)
        .etherType(ArpHeader.ETHER_TYPE);
    arp.create(ethernet.payloadAddress(), ArpHeader.LENGTH)
        .operation(operation)
        .senderMac(mac)
        .senderAddress(sender)
        .targetMac(targetMac)
        .targetAddress(target);
    send(EthernetHeader.LENGTH + ArpHeader.LENGTH);
  }

  private void sendNeighbor(
      long to,
      IpAddress from,
      IpAddress destination,
      int type,
      IpAddress target,
      boolean solicited,
      boolean override) {
    boolean unspecified = from.high() == 0 && from.low() == 0;
    int length = Icmpv6Header.NEIGHBOR_LENGTH + (unspecified ? 0 : NdpOptions.LINK_LAYER_LENGTH);
    ethernet
        .create(buffer.address(), buffer.capacity())
        .destination(to)
        .source(mac)
        .etherType(Ipv6Header.ETHER_TYPE);
    ipv6.create(ethernet.payloadAddress(), Ipv6Header.LENGTH + length, Icmpv6Header.PROTOCOL)
        .hopLimit(255)
        .source(from.high(), from.low())
        .destination(destination.high(), destination.low());
    icmpv6.create(ipv6.upperAddress(), length, type).target(target.high(), target.low());
    if (type == Icmpv6Header.NEIGHBOR_ADVERTISEMENT) {
      icmpv6.flags(false, solicited, override);
    }
    if (!unspecified) {
      options.create(
          icmpv6.optionsAddress(),
          NdpOptions.LINK_LAYER_LENGTH,
          type == Icmpv6Header.NEIGHBOR_ADVERTISEMENT
              ? NdpOptions.TARGET_LINK_LAYER_ADDRESS
              : NdpOptions.SOURCE_LINK_LAYER_ADDRESS,
          mac);
    }
    icmpv6.updateChecksum(ipv6);
    send(EthernetHeader.LENGTH + Ipv6Header.LENGTH + length);
  }

  private long beginIpv4(long to, IpAddress target, int protocol, int length) {
    ethernet
        .create(buffer.address(), buffer.capacity())
        .destination(to)
        .source(mac)
        .etherType(Ipv4Header.ETHER_TYPE);
    ipv4.create(ethernet.payloadAddress(), Ipv4Header.MIN_LENGTH + length)
        .timeToLive(64)
        .protocol(protocol)
        .source(own(true).ipv4())
        .destination(target.ipv4())
        .updateChecksum();
    return ipv4.payloadAddress();
  }

  private long beginIpv6(long to, IpAddress target, int protocol, int length) {
    IpAddress own = own(false);
    ethernet
        .create(buffer.address(), buffer.capacity())
        .destination(to)
        .source(mac)
        .etherType(Ipv6Header.ETHER_TYPE);
    ipv6.create(ethernet.payloadAddress(), Ipv6Header.LENGTH + length, protocol)
        .hopLimit(64)
        .source(own.high(), own.low())
        .destination(target.high(), target.low());
    return ipv6.upperAddress();
  }

  private void send(int length) {
    attachment.send(buffer.get(Math.max(length, 60)));
  }

  private void receive(byte[] frame) {
    if (keepsFrames) {
      frames.add(frame);
    }
    boolean isVrrp = frame.length > 23 && frame[12] == 8 && frame[13] == 0 && frame[23] == 112;
    if (isVrrp || !ethernet.wrap(buffer.put(frame), frame.length)) {
      return;
    }
    boolean ours = ethernet.destination() == mac || MacAddress.isGroup(ethernet.destination());
    if (!ours) {
      return;
    }
    if (ethernet.destination() == mac) {
      listener.accept(frame);
      ethernet.wrap(buffer.put(frame), frame.length);
    }
    switch (ethernet.payloadType()) {
      case ArpHeader.ETHER_TYPE -> receiveArp();
      case Ipv4Header.ETHER_TYPE -> receiveIpv4();
      case Ipv6Header.ETHER_TYPE -> receiveIpv6();
      default -> {}
    }
  }

  private void receiveArp() {
    if (!arp.wrap(ethernet.payloadAddress(), ethernet.payloadLength())) {
      return;
    }
    IpAddress sender = IpAddress.ofIpv4(arp.senderAddress());
    IpAddress target = IpAddress.ofIpv4(arp.targetAddress());
    long senderMac = arp.senderMac();
    if (claiming.contains(sender) || claiming.contains(target) && arp.isProbe()) {
      conflict(claiming.contains(sender) ? sender : target);
    }
    if (arp.operation() == ArpHeader.REPLY) {
      neighbors.put(sender, senderMac);
    } else if (neighbors.containsKey(sender)) {
      neighbors.put(sender, senderMac);
    }
    if (arp.operation() == ArpHeader.REQUEST
        && addresses.contains(target)
        && !sender.equals(target)) {
      int senderAddress = arp.senderAddress();
      later(
          target,
          () -> sendArp(senderMac, ArpHeader.REPLY, target.ipv4(), senderMac, senderAddress));
    }
  }

  private void receiveIpv4() {
    if (!ipv4.wrap(ethernet.payloadAddress(), ethernet.payloadLength())
        || !addresses.contains(IpAddress.ofIpv4(ipv4.destination()))) {
      return;
    }
    IpAddress from = IpAddress.ofIpv4(ipv4.source());
    if (ipv4.protocol() == IcmpHeader.PROTOCOL
        && icmp.wrap(ipv4.payloadAddress(), ipv4.payloadLength())
        && icmp.isChecksumGood()
        && icmp.type() == IcmpHeader.ECHO_REPLY) {
      note(from, Received.ECHO_REPLY);
    } else if (ipv4.protocol() == TcpHeader.PROTOCOL
        && tcp.wrap(ipv4.payloadAddress(), ipv4.payloadLength())) {
      noteSegment(from);
    }
  }

  private void receiveIpv6() {
    if (!ipv6.wrap(ethernet.payloadAddress(), ethernet.payloadLength())) {
      return;
    }
    IpAddress from = new IpAddress(ipv6.sourceHigh(), ipv6.sourceLow());
    if (ipv6.upperProtocol() == TcpHeader.PROTOCOL
        && tcp.wrap(ipv6.upperAddress(), ipv6.upperLength())) {
      noteSegment(from);
      return;
    }
    if (ipv6.upperProtocol() != Icmpv6Header.PROTOCOL
        || !icmpv6.wrap(ipv6.upperAddress(), ipv6.upperLength())) {
      return;
    }
    switch (icmpv6.type()) {
      case Icmpv6Header.ECHO_REPLY -> note(from, Received.ECHO_REPLY);
      case Icmpv6Header.NEIGHBOR_SOLICITATION -> receiveSolicitation(from);
      case Icmpv6Header.NEIGHBOR_ADVERTISEMENT -> receiveAdvertisement();
      default -> {}
    }
  }

  private void receiveSolicitation(IpAddress from) {
    IpAddress target = new IpAddress(icmpv6.targetHigh(), icmpv6.targetLow());
    long asker = ethernet.source();
    if (claiming.contains(target)) {
      if (from.high() == 0 && from.low() == 0) {
        conflict(target);
      }
      return;
    }
    if (addresses.contains(target)) {
      boolean unspecified = from.high() == 0 && from.low() == 0;
      IpAddress to =
          unspecified
              ? new IpAddress(Icmpv6Header.LINK_GROUP_HIGH, Icmpv6Header.ALL_NODES_LOW)
              : from;
      later(
          target,
          () ->
              sendNeighbor(
                  unspecified ? 0x3333_0000_0001L : asker,
                  target,
                  to,
                  Icmpv6Header.NEIGHBOR_ADVERTISEMENT,
                  target,
                  !unspecified,
                  true));
    }
  }

  /// RFC 4861 7.2.5: without override an advertisement changes nothing that is known.
  private void receiveAdvertisement() {
    IpAddress target = new IpAddress(icmpv6.targetHigh(), icmpv6.targetLow());
    if (claiming.contains(target)) {
      conflict(target);
    }
    if (options.wrap(icmpv6.optionsAddress(), icmpv6.optionsLength())
        && options.hasTargetLinkLayerAddress()
        && (icmpv6.isOverride() || !neighbors.containsKey(target))) {
      neighbors.put(target, options.targetLinkLayerAddress());
    }
  }

  private void noteSegment(IpAddress from) {
    if (tcp.hasAny(TcpHeader.RST)) {
      note(from, Received.RESET);
    } else if (tcp.hasAny(TcpHeader.SYN) && tcp.hasAny(TcpHeader.ACK)) {
      lastSequence = tcp.sequence();
      note(from, Received.SYN_ACK);
    }
  }

  private void note(IpAddress from, Received what) {
    received.computeIfAbsent(from, unused -> new ArrayList<>()).add(what);
  }

  private void later(IpAddress address, Runnable answer) {
    clock.after(
        replyDelayNanos,
        () -> {
          if (addresses.contains(address)) {
            answer.run();
          }
        });
  }

  /// Gives its buffer back; only after the last frame.
  @Override
  public void close() {
    buffer.close();
  }
}
