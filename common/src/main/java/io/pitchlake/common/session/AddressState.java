package io.pitchlake.common.session;

/// What is known of an address. An address without an entry is unknown: nobody answers for it.
public enum AddressState {
  /// Requests of ours are out; nobody has answered yet.
  PROBING,
  /// A living machine owns it; never answered.
  REAL,
  /// Proven free; this cluster answers for it.
  SIMULATED,
  /// Somebody is about to take it (a probe, a DHCP lease); silent until proved again.
  HELD
}
