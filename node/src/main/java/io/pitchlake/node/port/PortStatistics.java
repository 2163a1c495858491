package io.pitchlake.node.port;

/// What a port has counted since it was opened.
///
/// @param receivedFrames frames handed to the engine
/// @param transmittedFrames frames the kernel took
/// @param receiveDropped frames the kernel dropped because nobody read them in time
/// @param receiveOversized frames that arrived but were longer than a buffer of this port, and were
///   dropped
/// @param transmitFailed frames the kernel refused, or that this port cannot send (a super-frame
///   without offload)
public record PortStatistics(
    long receivedFrames,
    long transmittedFrames,
    long receiveDropped,
    long receiveOversized,
    long transmitFailed) {

  /// The counters of two lanes of one port together.
  PortStatistics plus(PortStatistics other) {
    return new PortStatistics(
        receivedFrames + other.receivedFrames,
        transmittedFrames + other.transmittedFrames,
        receiveDropped + other.receiveDropped,
        receiveOversized + other.receiveOversized,
        transmitFailed + other.transmitFailed);
  }
}
