package io.pitchlake.common.pcap;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads a classic pcap file of Ethernet frames, one record at a time.
///
///     while (reader.next()) {
///       use(reader.bytes(), reader.length(), reader.timestampNanos());
///     }
///
/// A file header of 24 bytes (magic, version, zone, accuracy, snap length, link type) is followed by
/// records: seconds, fraction, captured length, length on the wire, 4 bytes each, then the captured
/// bytes. The magic tells byte order and the fraction's unit.
public final class PcapReader implements Closeable {
  /// Longest record that is believed: the largest snap length of libpcap.
  public static final int MAX_RECORD_LENGTH = 262_144;

  static final int FILE_HEADER_LENGTH = 24;
  static final int RECORD_HEADER_LENGTH = 16;
  static final int MAGIC_MICROS = 0xa1b2_c3d4;
  static final int MAGIC_NANOS = 0xa1b2_3c4d;
  static final int LINK_TYPE_ETHERNET = 1;

  private static final int PCAPNG_BLOCK_TYPE = 0x0a0d_0d0a;
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final VarHandle INT_BIG =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final String file;
  private final InputStream in;
  private final byte[] header = new byte[FILE_HEADER_LENGTH];
  private final byte[] record = new byte[MAX_RECORD_LENGTH];
  private final boolean littleEndian;
  private final long fractionNanos;
  private long position;
  private long recordOffset;
  private long timestampNanos;
  private int length;
  private int originalLength;

  /// Opens a file and checks its header.
  ///
  /// @throws PcapFormatException when it is no pcap file of Ethernet frames
  /// @throws IOException when it cannot be read
  public static PcapReader open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      return new PcapReader(file.toString(), in);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /// Reads the file header from a stream, which [#close()] closes.
  ///
  /// @param file the name used in messages
  /// @throws PcapFormatException when it is no pcap file of Ethernet frames
  public PcapReader(String file, InputStream in) throws IOException {
    this.file = file;
    this.in = in;
    int got = in.readNBytes(header, 0, FILE_HEADER_LENGTH);
    int magic = got >= 4 ? (int) INT_BIG.get(header, 0) : 0;
    int reversed = Integer.reverseBytes(magic);
    this.littleEndian = reversed == MAGIC_MICROS || reversed == MAGIC_NANOS;
    int native32 = littleEndian ? reversed : magic;
    if (got >= 4 && native32 != MAGIC_MICROS && native32 != MAGIC_NANOS) {
      throw problem(0, wrongMagic(magic));
    }
    if (got < FILE_HEADER_LENGTH) {
      throw problem(
          got,
          got == 0
              ? "the file is empty; a pcap file starts with a header of 24 bytes"
              : "the file ends within its header of 24 bytes; it was cut off");
    }
    this.fractionNanos = native32 == MAGIC_NANOS ? 1 : 1_000;
    int versions = word(4);
    int major = littleEndian ? versions & 0xffff : versions >>> 16;
    int minor = littleEndian ? versions >>> 16 : versions & 0xffff;
    if (major != 2 || minor != 4) {
      throw problem(4, "pcap version " + major + "." + minor + ", but only 2.4 is known");
    }
    int linkType = word(20);
    if (linkType != LINK_TYPE_ETHERNET) {
      throw problem(
          20,
          "link type "
              + Integer.toUnsignedString(linkType)
              + ", but only 1 (Ethernet) is known; capture on an Ethernet interface");
    }
    position = FILE_HEADER_LENGTH;
  }

  private static String wrongMagic(int magic) {
    if (magic == PCAPNG_BLOCK_TYPE) {
      return "this is a pcapng file, but only classic pcap is known; convert it with"
          + " 'tcpdump -r IN -w OUT'";
    }
    if (magic >>> 16 == GZIP_MAGIC) {
      return "this is a gzip file; unpack it first";
    }
    return "this is no pcap file: it starts with 0x%08x, where a1b2c3d4 or a1b23c4d belongs"
            .formatted(magic)
        + " (in either byte order)";
  }

  /// Goes on to the next record; false at the end of the file.
  ///
  /// @throws PcapFormatException when the record is cut off or its length is absurd; where the
  ///   record starts is the offset of the latter
  public boolean next() throws IOException {
    length = 0;
    recordOffset = position;
    int got = in.readNBytes(header, 0, RECORD_HEADER_LENGTH);
    position += got;
    if (got == 0) {
      return false;
    }
    if (got < RECORD_HEADER_LENGTH) {
      throw problem(
          position,
          "the file ends within the 16-byte header of the record at byte " + recordOffset);
    }
    int captured = word(8);
    if (captured < 0 || captured > MAX_RECORD_LENGTH) {
      throw problem(
          recordOffset + 8,
          "a record of "
              + Integer.toUnsignedString(captured)
              + " bytes, but no capture has more than "
              + MAX_RECORD_LENGTH
              + "; the file is damaged");
    }
    got = in.readNBytes(record, 0, captured);
    position += got;
    if (got < captured) {
      throw problem(
          position,
          "the file ends after %d of the %d bytes of the record at byte %d; it was cut off"
              .formatted(got, captured, recordOffset));
    }
    timestampNanos =
        Integer.toUnsignedLong(word(0)) * 1_000_000_000L
            + Integer.toUnsignedLong(word(4)) * fractionNanos;
    originalLength = word(12);
    length = captured;
    return true;
  }

  /// The captured bytes, from index 0 to [#length()]; overwritten by the next [#next()].
  public byte[] bytes() {
    return record;
  }

  /// How many bytes were captured.
  public int length() {
    return length;
  }

  /// How many bytes the frame had on the wire; more than [#length()] when the capture cut it.
  public int originalLength() {
    return originalLength;
  }

  /// When the frame was captured, in nanoseconds since the epoch.
  public long timestampNanos() {
    return timestampNanos;
  }

  /// Where the record starts, in bytes from the start of the file.
  public long recordOffset() {
    return recordOffset;
  }

  private int word(int offset) {
    int value = (int) INT_BIG.get(header, offset);
    return littleEndian ? Integer.reverseBytes(value) : value;
  }

  private PcapFormatException problem(long offset, String what) {
    return new PcapFormatException(file, offset, what);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
