package io.pitchlake.common.wire;

/// Puts other addresses and ports in an IP packet where it lies, and keeps its checksums what they
/// were: right ones right, wrong ones wrong, partial ones partial, none none. Nothing is summed but
/// what changes (RFC 1624, eqn. 3), so a super-frame costs no more than a SYN.
///
/// A partial checksum holds the folded sum of the pseudo-header, not complemented; addresses change
/// it, ports do not, because whoever finishes it sums the ports then.
///
/// For an ICMP error the packet that it quotes is edited like any other; [#gain] tells what the
/// error's own checksum has to follow. Reused for packet after packet; one thread.
public final class AddressEditor {
  private static final int ABSENT = -1;

  private long ip;
  private boolean isIpv4;
  private long transport;
  private int sourcePort;
  private int destinationPort;
  private int checksum;
  private boolean partial;
  private boolean zeroIsNone;
  private boolean pseudoHeader;
  private long gain;

  /// Points at a whole packet, or at a first fragment with its transport header.
  ///
  /// @param ip the IP header
  /// @param protocol of the transport header
  /// @param transportBytes transport header and payload, as the pseudo-header counts them
  /// @param isFragment whether the packet goes on in others
  public AddressEditor packet(
      Frame frame,
      long ip,
      boolean isIpv4,
      int protocol,
      long transport,
      int transportBytes,
      boolean isFragment) {
    point(ip, isIpv4, protocol, transport, transportBytes);
    partial =
        checksum != ABSENT
            && !isFragment
            && (protocol == TcpHeader.PROTOCOL || protocol == UdpHeader.PROTOCOL)
            && isPartial(frame, protocol, transportBytes);
    dropAbsentChecksum();
    return this;
  }

  /// Points at a packet that an ICMP error quotes, as far as it does.
  ///
  /// @param transportBytes bytes of transport header and payload that are there
  public AddressEditor quote(
      long ip, boolean isIpv4, int protocol, long transport, int transportBytes) {
    point(ip, isIpv4, protocol, transport, transportBytes);
    dropAbsentChecksum();
    return this;
  }

  /// Points at a later fragment, which has addresses alone.
  public AddressEditor laterFragment(long ip, boolean isIpv4) {
    point(ip, isIpv4, Ipv6Header.NO_NEXT_HEADER, 0, 0);
    return this;
  }

  private void point(long ip, boolean isIpv4, int protocol, long transport, int transportBytes) {
    this.ip = ip;
    this.isIpv4 = isIpv4;
    this.transport = transport;
    gain = 0;
    partial = false;
    sourcePort = ABSENT;
    destinationPort = ABSENT;
    checksum = ABSENT;
    pseudoHeader = true;
    zeroIsNone = protocol == UdpHeader.PROTOCOL;
    switch (protocol) {
      case TcpHeader.PROTOCOL -> ports(transportBytes, TcpHeader.CHECKSUM);
      case UdpHeader.PROTOCOL -> ports(transportBytes, UdpHeader.CHECKSUM);
      case IcmpHeader.PROTOCOL, Icmpv6Header.PROTOCOL -> identifier(transportBytes);
      default -> {}
    }
  }

  private void ports(int transportBytes, int checksumOffset) {
    if (transportBytes >= 4) {
      sourcePort = 0;
      destinationPort = 2;
    }
    checksum = transportBytes >= checksumOffset + 2 ? checksumOffset : ABSENT;
  }

  /// The identifier of an echo stands for the port of whoever asks.
  private void identifier(int transportBytes) {
    pseudoHeader = !isIpv4;
    if (transportBytes < IcmpHeader.LENGTH) {
      return;
    }
    checksum = IcmpHeader.CHECKSUM;
    int type = Memory.getByte(transport);
    if (type == (isIpv4 ? IcmpHeader.ECHO_REQUEST : Icmpv6Header.ECHO_REQUEST)) {
      sourcePort = IcmpHeader.IDENTIFIER;
    } else if (type == (isIpv4 ? IcmpHeader.ECHO_REPLY : Icmpv6Header.ECHO_REPLY)) {
      destinationPort = IcmpHeader.IDENTIFIER;
    }
  }

  /// Over IPv4 a UDP checksum of 0 says that there is none, and over IPv6 in tunnels (RFC 6935).
  private void dropAbsentChecksum() {
    if (zeroIsNone
        && checksum != ABSENT
        && !partial
        && Memory.getShort(transport + checksum) == 0) {
      checksum = ABSENT;
    }
  }

  private boolean isPartial(Frame frame, int protocol, int transportBytes) {
    return switch (frame.checksumState()) {
      case COMPLETE -> false;
      case PARTIAL -> frame.checksumStart() == (int) (transport - frame.address());
      case UNKNOWN -> looksPartial(protocol, transportBytes);
    };
  }

  /// A final checksum may equal the pseudo-header's sum by chance; then the whole is summed.
  private boolean looksPartial(int protocol, int transportBytes) {
    long sum =
        isIpv4 ? Checksum.sum(ip + Ipv4Header.SOURCE, 8) : Checksum.sum(ip + Ipv6Header.SOURCE, 32);
    sum += protocol + transportBytes;
    int stored = Memory.getShort(transport + checksum);
    return stored == Checksum.fold(sum)
        && Checksum.verify(Frame.ChecksumState.UNKNOWN, sum, transport, transportBytes, stored)
            != Checksum.Verdict.GOOD;
  }

  /// Replaces source address and, where the packet has one, source port.
  public void source(long high, long low, int port) {
    address(isIpv4 ? Ipv4Header.SOURCE : Ipv6Header.SOURCE, high, low);
    port(sourcePort, port);
  }

  /// Replaces destination address and, where the packet has one, destination port.
  public void destination(long high, long low, int port) {
    address(isIpv4 ? Ipv4Header.DESTINATION : Ipv6Header.DESTINATION, high, low);
    port(destinationPort, port);
  }

  /// What the sum of the packet's bytes, from the IP header on, has gained by the edits since it
  /// was pointed at.
  public long gain() {
    return gain;
  }

  /// Follows a change of the ICMP message's own bytes, such as the packet that it quotes.
  public void follow(long changed) {
    if (checksum != ABSENT) {
      updateTransport(changed);
    }
  }

  private void address(int offset, long high, long low) {
    long at = ip + offset;
    long gained;
    if (isIpv4) {
      gained = Checksum.gain32(Memory.getInt(at), (int) low);
      Memory.putInt(at, (int) low);
      long header = ip + Ipv4Header.CHECKSUM;
      int before = Memory.getShort(header);
      int after = Checksum.update(before, gained);
      Memory.putShort(header, after);
      gain += gained + Checksum.gain16(before, after);
    } else {
      gained =
          Checksum.gain64(Memory.getLong(at), high) + Checksum.gain64(Memory.getLong(at + 8), low);
      Memory.putLong(at, high);
      Memory.putLong(at + 8, low);
      gain += gained;
    }
    if (pseudoHeader && checksum != ABSENT) {
      updateTransport(gained);
    }
  }

  private void port(int offset, int port) {
    if (offset == ABSENT) {
      return;
    }
    int before = Memory.getShort(transport + offset);
    long gained = Checksum.gain16(before, port);
    Memory.putShort(transport + offset, port);
    gain += gained;
    if (checksum != ABSENT && !partial) {
      updateTransport(gained);
    }
  }

  private void updateTransport(long gained) {
    int before = Memory.getShort(transport + checksum);
    int after = partial ? Checksum.fold(before + gained) : Checksum.update(before, gained);
    if (zeroIsNone && after == 0) {
      after = 0xffff;
    }
    Memory.putShort(transport + checksum, after);
    gain += Checksum.gain16(before, after);
  }
}
