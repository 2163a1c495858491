package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.TargetState;

/// What a target gets now, for people.
///
/// @param wanted what the file or an operator wants of it
/// @param administered whether an operator has said so since the start
/// @param weight its share of new flows relative to the others'; 0: none
/// @param sessions it has that are not closing
public record TargetShare(TargetState wanted, boolean administered, int weight, int sessions) {}
