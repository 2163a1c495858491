package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Outbound;
import io.pitchlake.common.config.Configuration.Persona;
import io.pitchlake.common.config.Configuration.TarpitMode;
import io.pitchlake.common.net.AccessList;
import io.pitchlake.common.net.IpAddress;
import io.pitchlake.common.net.IpPrefix;
import io.pitchlake.common.net.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// One network compiled for the hot path: plain longs, nothing optional, nothing boxed. Immutable;
/// any thread.
///
/// A family that is not configured has a block of length 129 that contains nothing, and addresses
/// of 0.
public final class NetworkView {
  /// What no address equals once it is masked with 0.
  private static final long NOTHING = -1;

  private final int index;
  private final int id;
  private final int port;
  private final int vlan;
  private final Family ipv4;
  private final Family ipv6;
  private final boolean tarpit;
  private final PortModes modes;
  private final Map<Persona, Integer> personas;

  /// Null where all decoys answer under the virtual MAC.
  private final DecoyMacs decoyMacs;

  private final long portMac;
  private final AccessList never;
  private final AccessList candidates;
  private final ServerIndex servers;
  private final Outbound outbound;
  private final int firstIpv4;
  private final int lastIpv4;
  private final long mask4;
  private final long block4;
  private final long maskHigh6;
  private final long maskLow6;
  private final long blockHigh6;
  private final long blockLow6;
  private final long virtualMac4;
  private final long virtualMac6;

  /// One address family of a network.
  ///
  /// @param prefix the block, null when the family is not configured
  /// @param real this node's own address, null when there is none
  /// @param virt the cluster's address, null when there is none
  /// @param answersReal whether the engine answers for `real`; false when the host's kernel owns it
  /// @param answersVirt the same for `virt`
  /// @param virtualMac the MAC under which virtual and simulated addresses answer
  public record Family(
      IpPrefix prefix,
      IpAddress real,
      IpAddress virt,
      boolean answersReal,
      boolean answersVirt,
      long virtualMac) {

    boolean isReal(long high, long low) {
      return real != null && real.low() == low && real.high() == high;
    }

    boolean isVirt(long high, long low) {
      return virt != null && virt.low() == low && virt.high() == high;
    }
  }

  /// @param index position in the [View]
  /// @param id the number in the configuration
  /// @param port index of the port it is on
  /// @param vlan the 802.1Q VLAN it lives in, or -1 for untagged and priority-tagged frames
  /// @param personas as in the configuration; not changed from here on
  /// @param decoyMacs empty: decoys answer under the virtual MAC
  /// @param never permits every address that must never be simulated
  /// @param candidates the tarpit's access list, null when every address is a candidate
  /// @param servers the servers whose addresses lie in this network
  /// @param outbound what its stations may send elsewhere
  public NetworkView(
      int index,
      int id,
      int port,
      int vlan,
      Family ipv4,
      Family ipv6,
      boolean tarpit,
      PortModes modes,
      Map<Persona, Integer> personas,
      Optional<DecoyMacs> decoyMacs,
      long portMac,
      AccessList never,
      AccessList candidates,
      ServerIndex servers,
      Outbound outbound) {
    this.index = index;
    this.id = id;
    this.port = port;
    this.vlan = vlan;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.tarpit = tarpit;
    this.modes = modes;
    this.personas = personas;
    this.decoyMacs = decoyMacs.orElse(null);
    this.portMac = portMac;
    this.never = never;
    this.candidates = candidates;
    this.servers = servers;
    this.outbound = outbound;
    IpPrefix block = ipv4.prefix();
    firstIpv4 = block == null ? 0 : (int) block.address().low();
    lastIpv4 = block == null ? 0 : (int) block.last().low();
    mask4 = block == null ? 0 : block.lowMask();
    block4 = block == null ? NOTHING : block.address().low();
    IpPrefix block6 = ipv6.prefix();
    maskHigh6 = block6 == null ? 0 : block6.highMask();
    maskLow6 = block6 == null ? 0 : block6.lowMask();
    blockHigh6 = block6 == null ? NOTHING : block6.address().high();
    blockLow6 = block6 == null ? NOTHING : block6.address().low();
    virtualMac4 = ipv4.virtualMac();
    virtualMac6 = ipv6.virtualMac();
  }

  /// What stands in a [View] at the position of a network that has gone: it holds no address, is on
  /// no port and answers nothing.
  public static NetworkView gone(int index) {
    Family none = new Family(null, null, null, false, false, 0);
    AccessList nothing = new AccessList(List.of());
    return new NetworkView(
        index,
        0,
        -1,
        -1,
        none,
        none,
        false,
        new PortModes(TarpitMode.HANG, List.of()),
        Map.of(),
        Optional.empty(),
        0,
        nothing,
        nothing,
        ServerIndex.EMPTY,
        Outbound.NONE);
  }

  public int index() {
    return index;
  }

  public int id() {
    return id;
  }

  public int port() {
    return port;
  }

  /// The VLAN it lives in, which is also the tag control information of frames of our own (priority
  /// 0); -1 for untagged.
  public int vlan() {
    return vlan;
  }

  /// Whether `tarpit enable` is set.
  public boolean tarpit() {
    return tarpit;
  }

  /// What becomes of connections to its simulated addresses.
  public PortModes modes() {
    return modes;
  }

  /// How many of its simulated addresses are machines of a kind, relative to the others; empty:
  /// none is any in particular.
  public Map<Persona, Integer> personas() {
    return personas;
  }

  /// The hardware address of the port, under which `real` answers and asks.
  public long portMac() {
    return portMac;
  }

  /// The servers whose addresses lie in this network.
  public ServerIndex servers() {
    return servers;
  }

  /// What becomes of packets that its stations send to the virtual MAC for addresses elsewhere.
  public Outbound outbound() {
    return outbound;
  }

  /// The address that stations of a family have as their gateway, and that stands for those who are
  /// hidden behind the node; null when the node does not answer for one.
  public IpAddress gateway(boolean isIpv4) {
    Family family = family(isIpv4);
    return family.answersVirt() ? family.virt() : null;
  }

  /// Whether the address is the broadcast address or the block's own, of IPv4.
  public boolean isNoHost(long high, long low) {
    return firstIpv4 != lastIpv4
        && IpAddress.isIpv4(high, low)
        && ((int) low == firstIpv4 || (int) low == lastIpv4);
  }

  /// The address family's part.
  public Family family(boolean isIpv4) {
    return isIpv4 ? ipv4 : ipv6;
  }

  /// The MAC under which virtual addresses of a family answer, and simulated ones that have none of
  /// their own.
  public long virtualMac(boolean isIpv4) {
    return isIpv4 ? virtualMac4 : virtualMac6;
  }

  /// The hardware addresses that this node answers for.
  Stream<MacAddress> stations() {
    return LongStream.of(portMac, virtualMac4, virtualMac6).mapToObj(MacAddress::new);
  }

  /// Whether a MAC is one this cluster uses on this network.
  public boolean isClusterMac(long mac) {
    return mac == portMac || mac == virtualMac4 || mac == virtualMac6;
  }

  /// Whether each simulated address has a MAC of its own.
  public boolean hasDecoyMacs() {
    return decoyMacs != null;
  }

  /// The MAC that an address of this network answers under while it is simulated, unless a living
  /// machine has it.
  public long decoyMac(long high, long low) {
    return decoyMacs == null ? virtualMac(IpAddress.isIpv4(high, low)) : decoyMacs.of(high, low);
  }

  /// Whether a MAC is one under which this cluster may answer for the address.
  public boolean isClusterMac(long mac, long high, long low) {
    return isClusterMac(mac) || decoyMacs != null && decoyMacs.of(high, low) == mac;
  }

  /// Whether the address lies in one of the blocks.
  public boolean contains(long high, long low) {
    return contains4(high, low) || contains6(high, low);
  }

  private boolean contains4(long high, long low) {
    return high == 0 && (low & mask4) == block4;
  }

  private boolean contains6(long high, long low) {
    return (high & maskHigh6) == blockHigh6 && (low & maskLow6) == blockLow6;
  }

  /// Whether the address is `real`, whoever answers for it.
  public boolean isReal(long high, long low) {
    return ipv4.isReal(high, low) || ipv6.isReal(high, low);
  }

  /// Whether the engine answers for `real`, and the address is it.
  public boolean isOwnReal(long high, long low) {
    return ipv4.answersReal() && ipv4.isReal(high, low)
        || ipv6.answersReal() && ipv6.isReal(high, low);
  }

  /// Whether the engine answers for the address as master, with the virtual MAC: `virt`, or a
  /// server's.
  public boolean isOwnVirtual(long high, long low) {
    return ipv4.answersVirt() && ipv4.isVirt(high, low)
        || ipv6.answersVirt() && ipv6.isVirt(high, low)
        || servers.contains(high, low);
  }

  /// Whether the address may be simulated once it is proven free: in a tarpit network that has an
  /// address to ask from, permitted by the tarpit's list, and none of the addresses the rules rule
  /// out.
  public boolean isCandidate(long high, long low) {
    boolean isIpv4 = IpAddress.isIpv4(high, low);
    Family family = isIpv4 ? ipv4 : ipv6;
    return tarpit
        && family.real() != null
        && (isIpv4
            ? contains4(high, low) && isOrdinaryIpv4((int) low)
            : contains6(high, low) && isOrdinaryIpv6(high, low))
        && !never.permits(high, low)
        && (candidates == null || candidates.permits(high, low));
  }

  private boolean isOrdinaryIpv4(int address) {
    int top = address >>> 24;
    return address != firstIpv4 && address != lastIpv4 && top != 0 && top != 127 && top < 224;
  }

  /// Not unspecified, loopback or multicast; not the subnet-router anycast address (RFC 4291,
  /// 2.6.1), not one of the reserved subnet anycast addresses (RFC 2526).
  private boolean isOrdinaryIpv6(long high, long low) {
    IpAddress first = ipv6.prefix().address();
    boolean subnetRouter = high == first.high() && low == first.low();
    boolean reservedAnycast =
        (low | 0x7f) == 0xfdff_ffff_ffff_ffffL || (low | 0x7f) == 0xffff_ffff_ffff_ffffL;
    boolean loopbackOrNone = high == 0 && low >>> 1 == 0;
    return !subnetRouter && !reservedAnycast && !loopbackOrNone && high >>> 56 != 0xff;
  }
}
