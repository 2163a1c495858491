package io.pitchlake.node.port;

/// Whether the links of an engine's ports are up. Engine thread; costs no more than reading a
/// field.
@FunctionalInterface
public interface Carrier {
  /// Of ports of which nothing is known.
  Carrier ALWAYS = port -> true;

  /// Whether the port, by its place among the engine's, has a link.
  boolean isUp(int port);
}
