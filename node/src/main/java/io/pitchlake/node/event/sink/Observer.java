package io.pitchlake.node.event.sink;

/// Who has seen it: this node.
///
/// @param hostName its name
/// @param version of the program
public record Observer(String hostName, String version) {}
