package io.pitchlake.node.port;

import io.pitchlake.common.wire.Frame;

/// One interface as the engine sees it: frames in, frames out, in batches.
///
/// Lifetimes: frames of a batch are valid until the next [#receive] on the same port; a frame given
/// to [#transmit] must not be touched until [#flush]. So a received frame may be edited where it
/// lies and sent, on this port or another, within one turn. Called by the engine thread alone,
/// except [#statistics].
public interface Port extends AutoCloseable {
  /// The interface's or file's name.
  String name();

  /// How frames are read and written, for log and status: `pcap`, `ring`, `xdp`, `file`, `sim`.
  String access();

  /// The interface's hardware address, 48 bits.
  long mac();

  /// Largest layer-3 packet, in bytes.
  int mtuBytes();

  /// Asks the kernel to keep from the engine what `filter` leaves out, in place of the filter
  /// before. Returns whether it does; where it cannot, everything is handed out, so the engine must
  /// not rely on it.
  default boolean filter(PortFilter filter) {
    return false;
  }

  /// Fills `into` with what is there, without waiting; returns the number of frames, 0 when there
  /// is none. Releases the frames of the previous call. Throws [PortClosedException] when the
  /// source has ended (a file) or is gone.
  int receive(Batch into);

  /// An empty frame to build in, with room for [#mtuBytes()] and headers; valid until [#flush]. A
  /// port whose buffers are used up flushes first, so this never fails.
  Frame newFrame();

  /// Queues a frame. The port may send it at once or at [#flush]. A partial checksum stays partial
  /// where the kernel finishes it and is finished here where it does not; a super-frame that the
  /// port cannot send is counted as failed.
  void transmit(Frame frame);

  /// Sends what is queued; returns how many frames the kernel took. What it refused is counted in
  /// [#statistics].
  int flush();

  /// Forgets what is queued and was not sent yet; returns how many frames. A port that sends at
  /// once has nothing to forget.
  default int discard() {
    return 0;
  }

  /// Waits until input is there or about `timeoutNanos` have passed. For several ports at once see
  /// [PortsWait].
  void awaitInput(long timeoutNanos);

  /// The file descriptors that poll(2) says are readable when input is there; none where the port
  /// can only be waited for by [#awaitInput].
  default int[] inputDescriptors() {
    return new int[0];
  }

  /// Counters since opening. May be called from any thread.
  PortStatistics statistics();

  @Override
  void close();
}
