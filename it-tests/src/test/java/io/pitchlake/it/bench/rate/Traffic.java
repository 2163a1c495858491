package io.pitchlake.it.bench.rate;

/// Kinds of TCP segments; all are [Segment#FRAME_BYTES] long and come from 65,536 sources.
enum Traffic {
  /// New connections to simulated addresses.
  SYNS_TO_TRAPS(true, 1 << 16, Segment.FIRST_TRAP, Segment.TRAPS),

  /// New connections to the balanced address.
  SYNS_TO_SERVER(true, 1 << 16, Segment.SERVER, 1),

  /// 65,536 connections to the balanced address.
  DATA(false, 1, Segment.SERVER, 1),

  /// 1,048,576 of them.
  DATA_OF_A_MILLION(false, 16, Segment.SERVER, 1);

  private static final int PORTS = 1 << 16;

  private final boolean opens;
  private final int ports;
  private final int firstDestination;
  private final int destinations;

  /// @param opens whether they are SYNs; else they carry data of a connection
  /// @param ports how many source ports each source uses, a power of two
  /// @param firstDestination where they go
  /// @param destinations how many addresses from there on, a power of two that divides the first
  ///   one
  Traffic(boolean opens, int ports, int firstDestination, int destinations) {
    this.opens = opens;
    this.ports = ports;
    this.firstDestination = firstDestination;
    this.destinations = destinations;
  }

  boolean opens() {
    return opens;
  }

  /// The bits in which source ports differ.
  int portMask() {
    return ports - 1;
  }

  /// The bits that all source ports have.
  int firstPort() {
    return ports == PORTS ? 0 : 0x4000;
  }

  /// The bits in which destinations differ.
  int destinationMask() {
    return destinations - 1;
  }

  int firstDestination() {
    return firstDestination;
  }
}
