package io.pitchlake.common.pcap;

import java.io.IOException;

/// A capture file is not what it should be. The message is one sentence for the user: which file,
/// at which byte, what is wrong and what would be right.
public final class PcapFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offset;

  PcapFormatException(String file, long offset, String what) {
    super(file + ": byte " + offset + ": " + what);
    this.offset = offset;
  }

  /// Where in the file, in bytes from its start.
  public long offset() {
    return offset;
  }
}
