package io.pitchlake.common.pcap;

import io.pitchlake.common.wire.Frame;
import io.pitchlake.common.wire.Memory;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes a classic pcap file of Ethernet frames: little-endian, microseconds.
public final class PcapWriter implements Closeable, Flushable {
  private static final VarHandle INT_LITTLE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final OutputStream out;
  private final byte[] header = new byte[PcapReader.FILE_HEADER_LENGTH];
  private final byte[] copy = new byte[Frame.MAX_LENGTH];

  /// Creates a file, or empties the one that is there, and writes its header.
  public static PcapWriter create(Path file) throws IOException {
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    try {
      return new PcapWriter(out);
    } catch (IOException e) {
      out.close();
      throw e;
    }
  }

  /// Writes the file header to a stream, which [#close()] closes.
  public PcapWriter(OutputStream out) throws IOException {
    this.out = out;
    word(0, PcapReader.MAGIC_MICROS);
    word(4, 4 << 16 | 2);
    word(8, 0);
    word(12, 0);
    word(16, PcapReader.MAX_RECORD_LENGTH);
    word(20, PcapReader.LINK_TYPE_ETHERNET);
    out.write(header, 0, PcapReader.FILE_HEADER_LENGTH);
  }

  /// Writes one frame as it lies in native memory.
  ///
  /// @param timestampNanos since the epoch; cut to microseconds
  public void write(long timestampNanos, Frame frame) throws IOException {
    Memory.copy(frame.address(), copy, 0, frame.length());
    write(timestampNanos, copy, 0, frame.length());
  }

  /// Writes one frame.
  ///
  /// @param timestampNanos since the epoch; cut to microseconds
  /// @throws IllegalArgumentException when no reader would take a record of that length
  public void write(long timestampNanos, byte[] bytes, int offset, int length) throws IOException {
    if (length > PcapReader.MAX_RECORD_LENGTH) {
      throw new IllegalArgumentException(
          "a record has at most " + PcapReader.MAX_RECORD_LENGTH + " bytes, not " + length);
    }
    word(0, (int) (timestampNanos / 1_000_000_000L));
    word(4, (int) (timestampNanos % 1_000_000_000L / 1_000L));
    word(8, length);
    word(12, length);
    out.write(header, 0, PcapReader.RECORD_HEADER_LENGTH);
    out.write(bytes, offset, length);
  }

  private void word(int offset, int value) {
    INT_LITTLE.set(header, offset, value);
  }

  /// Hands what is buffered to the file.
  @Override
  public void flush() throws IOException {
    out.flush();
  }

  /// Flushes and closes the file.
  @Override
  public void close() throws IOException {
    out.close();
  }
}
