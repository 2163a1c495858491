package io.pitchlake.node.engine;

import io.pitchlake.common.net.IpAddress;

/// How another node, or the witness, is heard on the sync link now, for people.
public record PeerStatus(IpAddress address, boolean witness, boolean alive) {}
