package io.pitchlake.node.event.sink;

/// What a sink has done since it was made. What it was given is the sum of the four.
///
/// @param name what it is, unique among a node's sinks
/// @param delivered events that the other end has taken, or that were summed up in one it has taken
/// @param dropped events that found its queue full, or were left in it at the end
/// @param failed events that the other end refused, or did not take in time
/// @param waiting events in its queue now
/// @param limit the most that wait
/// @param trouble why nothing can be delivered now; empty while it can
public record SinkStatus(
    String name,
    long delivered,
    long dropped,
    long failed,
    long waiting,
    long limit,
    String trouble) {}
