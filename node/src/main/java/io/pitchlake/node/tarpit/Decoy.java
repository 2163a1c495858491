package io.pitchlake.node.tarpit;

/// What a simulated address is. Many addresses share one; what tells them apart follows from the
/// address itself.
record Decoy(Stack stack, OpenPorts ports) {}
