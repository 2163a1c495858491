package io.pitchlake.node.cli;

import io.pitchlake.common.pcap.PcapWriter;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;

/// Where captured frames go. One thread.
interface FrameSink extends Closeable, Flushable {
  /// Writes one frame; false when there is no room for it and never will be.
  ///
  /// @param timestampNanos since the epoch
  boolean write(long timestampNanos, byte[] frame, int length) throws IOException;

  /// A pcap file on a stream, without bounds.
  static FrameSink to(OutputStream stream) throws IOException {
    PcapWriter writer = new PcapWriter(new BufferedOutputStream(stream));
    return new FrameSink() {
      @Override
      public boolean write(long timestampNanos, byte[] frame, int length) throws IOException {
        writer.write(timestampNanos, frame, 0, length);
        return true;
      }

      @Override
      public void flush() throws IOException {
        writer.flush();
      }

      @Override
      public void close() throws IOException {
        writer.close();
      }
    };
  }
}
