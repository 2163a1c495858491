package io.pitchlake.node.event;

/// An event at its time, as every sink gets it. Immutable.
///
/// @param number counts up from 1 since the start; sinks that lose some show gaps
/// @param wallMillis when it was taken from the engine, since the epoch
/// @param origin where who caused it comes from, as far as is known
public record Occurrence(long number, long wallMillis, SecurityEvent event, Origin origin) {}
