package io.pitchlake.node.engine;

/// How a server stands now, for people.
///
/// @param inService whether it has as many targets as its quorum asks for
/// @param choice targets among which its scheduler chooses
public record ServerStatus(boolean inService, int choice) {}
