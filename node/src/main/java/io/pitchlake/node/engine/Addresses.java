package io.pitchlake.node.engine;

import io.pitchlake.common.metric.DropReason;
import io.pitchlake.common.session.AddressTable;

/// The address table and the proofs behind it: what the tarpit asks before it opens its mouth.
/// Implemented by `arp`.
public interface Addresses {
  /// Who is real, simulated, being proved or held.
  AddressTable table();

  /// A station asks who has an address (ARP request, neighbour solicitation). An address proven
  /// free is answered, an unknown candidate is put to the proof with the station waiting;
  /// everything else is silence.
  ///
  /// @param vlanTci tag control information of the station's frame, -1 for untagged
  /// @return why there was no answer now, or null when there was one
  DropReason ask(
      NetworkView network,
      long high,
      long low,
      long stationMac,
      long stationHigh,
      long stationLow,
      int vlanTci,
      long nowNanos);

  /// Whether a station was seen giving out leases, or a client has named it as its server. It asks
  /// and pings before it offers, and an answer makes it abandon the address: it is never answered.
  boolean isDhcpServer(NetworkView network, long stationMac, long stationHigh, long stationLow);

  /// Whether a station that asks everybody for an IPv4 address, or pings it, may be a server that
  /// nobody has heard yet, for a client looks for a lease at this time: it gets no answer either.
  ///
  /// @param low the address that it asks for
  boolean mayBeDhcpServer(NetworkView network, long stationMac, long low, long nowNanos);

  /// A frame for an address nobody knows has reached the virtual MAC: a peer still believes in it,
  /// so it is proved again, with nobody waiting.
  void prove(NetworkView network, long high, long low, long nowNanos);

  /// A simulated address is in use by a peer: it moves to the young end of its list and, once per
  /// period, a proof goes out beside the answer.
  void used(int entry, long nowNanos);

  /// The MAC under which a simulated address answers. One of its own is given up for the virtual
  /// one where a living machine has shown itself under it.
  long decoyMac(NetworkView network, long high, long low);

  /// Whether frames that still reach the virtual MAC for a released address are passed on to its
  /// owner, whose MAC the table knows.
  boolean isPassedOn(int entry, long nowNanos);
}
