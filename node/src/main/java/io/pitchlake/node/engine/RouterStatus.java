package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;

/// How a virtual router stands now, for people.
///
/// @param priority now, which is less than the configured one where something tracked has failed
/// @param other whom it has heard of last; its own address when nobody
public record RouterStatus(
    RouterView view,
    RouterRole role,
    RoleCause cause,
    long sinceNanos,
    int priority,
    IpAddress other) {}
