package io.pitchlake.node.port;

/// What a port has counted since it was opened.
///
/// @param receivedFrames frames handed to the engine
/// @param transmittedFrames frames the kernel took
/// @param receiveDropped frames the kernel dropped because nobody read them in time
/// @param transmitFailed frames the kernel refused
public record PortStatistics(
    long receivedFrames, long transmittedFrames, long receiveDropped, long transmitFailed) {}
