package io.pitchlake.node.event;

import java.util.Optional;

/// Where an address is said to be and whose network it belongs to. Immutable.
///
/// @param country two letters of ISO 3166-1
/// @param city its name in English
/// @param location degrees north and east
/// @param asn number of the autonomous system
/// @param organisation who runs that
public record Origin(
    Optional<String> country,
    Optional<String> city,
    Optional<Location> location,
    Optional<Long> asn,
    Optional<String> organisation) {
  /// Nothing is known.
  public static final Origin UNKNOWN =
      new Origin(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /// A place on earth, in degrees.
  public record Location(double latitude, double longitude) {}
}
