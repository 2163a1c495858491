package io.pitchlake.node.port;

import io.pitchlake.common.wire.Checksum;
import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Frame.ChecksumState;
import io.pitchlake.common.wire.Memory;

/// Finishes transport checksums that a sender left to hardware, for ports whose kernel interface
/// cannot be told about them. Such a sender stores the folded sum of the pseudo-header (RFC 9293
/// section 3.1, RFC 768, RFC 8200 section 8.1) and expects the rest to be added on the way out; a
/// receiver drops a frame that arrives without.
final class PartialChecksum {
  private static final int ETHERNET_BYTES = 14;
  private static final int IPV6_BYTES = 40;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int UDP_CHECKSUM_OFFSET = 6;

  private PartialChecksum() {}

  /// Makes the checksum of `frame` final. False when that is not enough to send it: a super-frame
  /// wants segmentation.
  ///
  /// A frame of unknown state is completed when its stored checksum equals the folded pseudo-header
  /// sum. Should that hold by chance for a checksum that is already final, completing it yields the
  /// same value again.
  static boolean complete(Frame frame) {
    if (frame.checksumState() == ChecksumState.COMPLETE) {
      return frame.gsoType() == 0;
    }
    if (frame.gsoType() != 0) {
      return false;
    }
    if (frame.checksumState() == ChecksumState.PARTIAL) {
      int start = frame.checksumStart();
      if (start + frame.checksumOffset() + 2 <= frame.length()) {
        finish(frame, start, frame.length() - start, frame.checksumOffset());
      }
    } else {
      completeIfPartial(frame);
    }
    return true;
  }

  private static void completeIfPartial(Frame frame) {
    long at = frame.address();
    int length = frame.length();
    int network = ETHERNET_BYTES;
    if (length < network) {
      return;
    }
    int type = Memory.getShort(at + 12);
    while ((type == 0x8100 || type == 0x88a8) && network + 4 <= length) {
      type = Memory.getShort(at + network + 2);
      network += 4;
    }
    int transport;
    int transportBytes;
    int protocol;
    long sum;
    if (type == 0x0800 && network + 20 <= length) {
      int headerBytes = (Memory.getByte(at + network) & 15) * 4;
      boolean fragment = (Memory.getShort(at + network + 6) & 0x3fff) != 0;
      if (headerBytes < 20 || fragment) {
        return;
      }
      transport = network + headerBytes;
      transportBytes = Memory.getShort(at + network + 2) - headerBytes;
      protocol = Memory.getByte(at + network + 9);
      sum = Checksum.sum(at + network + 12, 8);
    } else if (type == 0x86dd && network + IPV6_BYTES <= length) {
      transport = network + IPV6_BYTES;
      transportBytes = Memory.getShort(at + network + 4);
      protocol = Memory.getByte(at + network + 6);
      sum = Checksum.sum(at + network + 8, 32);
    } else {
      return;
    }
    int offset = protocol == TCP ? 16 : UDP_CHECKSUM_OFFSET;
    if ((protocol != TCP && protocol != UDP)
        || transportBytes < offset + 2
        || transport + transportBytes > length) {
      return;
    }
    if (Memory.getShort(at + transport + offset)
        == Checksum.fold(sum + protocol + transportBytes)) {
      finish(frame, transport, transportBytes, offset);
    }
  }

  private static void finish(Frame frame, int start, int bytes, int offset) {
    long at = frame.address() + start;
    int checksum = Checksum.finish(Checksum.sum(at, bytes));
    if (checksum == 0 && offset == UDP_CHECKSUM_OFFSET) {
      checksum = 0xffff;
    }
    Memory.putShort(at + offset, checksum);
    frame.checksumState(ChecksumState.COMPLETE);
  }
}
