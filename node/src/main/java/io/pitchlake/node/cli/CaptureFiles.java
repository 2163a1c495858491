package io.pitchlake.node.cli;

import io.pitchlake.common.pcap.PcapWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A capture file that is bounded: when it is full it becomes FILE.1, what was FILE.1 becomes
/// FILE.2, and so on up to as many files as are kept; the newest frames are always in FILE. With
/// one file there is no other one, and the capture is full when that is. One thread.
final class CaptureFiles implements FrameSink {
  private static final int RECORD_HEADER_BYTES = 16;
  private static final int FILE_HEADER_BYTES = 24;

  private final Path file;
  private final long mostBytes;
  private final int files;
  private PcapWriter writer;
  private long bytes;

  /// Begins FILE, and overwrites what was there.
  ///
  /// @param mostBytes of one file; the first frame is written in any case
  /// @param files to keep, with FILE
  CaptureFiles(Path file, long mostBytes, int files) throws IOException {
    this.file = file;
    this.mostBytes = mostBytes;
    this.files = files;
    begin();
  }

  private void begin() throws IOException {
    writer = PcapWriter.create(file);
    bytes = FILE_HEADER_BYTES;
  }

  @Override
  public boolean write(long timestampNanos, byte[] frame, int length) throws IOException {
    int wanted = RECORD_HEADER_BYTES + length;
    if (bytes + wanted > mostBytes && bytes > FILE_HEADER_BYTES) {
      if (files == 1) {
        return false;
      }
      rotate();
    }
    writer.write(timestampNanos, frame, 0, length);
    bytes += wanted;
    return true;
  }

  private void rotate() throws IOException {
    writer.close();
    for (int number = files - 1; number > 0; number--) {
      Path older = number == 1 ? file : numbered(number - 1);
      if (Files.exists(older)) {
        Files.move(older, numbered(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    begin();
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public void flush() throws IOException {
    writer.flush();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
