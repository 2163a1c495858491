package io.pitchlake.node.event.sink;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Small files that a sink's directive names: keys and certificates. What stands in them is never
/// shown.
final class SinkFiles {
  private static final int LONGEST_BYTES = 1 << 20;

  private SinkFiles() {}

  /// The whole text.
  ///
  /// @throws SinkException it cannot be read, or is larger than a megabyte
  static String text(Path file) throws SinkException {
    try {
      if (Files.size(file) > LONGEST_BYTES) {
        throw new SinkException(
            file + " is larger than a megabyte, which neither keys nor certificates are");
      }
      return Files.readString(file);
    } catch (MalformedInputException e) {
      throw new SinkException(file + " is no text");
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static SinkException unreadable(Path file, IOException why) {
    return new SinkException(
        file
            + switch (why) {
              case NoSuchFileException _ -> " does not exist";
              case AccessDeniedException _ -> " may not be read by this user";
              default -> Files.isDirectory(file) ? " is a directory" : " cannot be read";
            });
  }
}
