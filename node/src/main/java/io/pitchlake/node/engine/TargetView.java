package io.pitchlake.node.engine;

import io.pitchlake.common.config.Configuration.Duty;
import io.pitchlake.common.net.IpAddress;

/// One target, compiled. Immutable; any thread.
///
/// @param index position in the [View]
/// @param id the number in the configuration, which flows and other nodes know it by
/// @param network the network it stands in
/// @param port where it serves translated clients, 0: the port they ask for
/// @param weight its share of new flows relative to the others'; 0: none
/// @param duty its state at the start, its slow start and limits
/// @param health how it is found out whether it can take frames
public record TargetView(
    int index,
    int id,
    NetworkView network,
    IpAddress address,
    int port,
    int weight,
    Duty duty,
    HealthPlan health) {}
