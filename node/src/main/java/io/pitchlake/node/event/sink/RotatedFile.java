package io.pitchlake.node.event.sink;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// A file that is appended to and never grows beyond a size: then it is renamed to `NAME.1`, what
/// was `NAME.1` to `NAME.2`, and so on, and the oldest is deleted. A file that somebody else has
/// moved away (logrotate) is begun anew, too. Made with mode 0640, whatever the umask. One thread.
final class RotatedFile implements AutoCloseable {
  private static final FileAttribute<Set<PosixFilePermission>> OWN =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;
  private final long sizeBytes;
  private final int keep;
  private FileChannel channel;
  private Object fileKey;

  /// @param keep how many renamed ones stay
  RotatedFile(Path path, long sizeBytes, int keep) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.keep = keep;
  }

  /// Appends whole lines. They stay together in one file, and the file is renamed before them where
  /// they would make it too large.
  ///
  /// @throws IOException nothing of them stands in the file
  void append(byte[] lines) throws IOException {
    if (channel != null && !isStillThere()) {
      close();
    }
    if (channel == null) {
      open();
    }
    if (channel.size() > 0 && channel.size() + lines.length > sizeBytes) {
      close();
      rotate();
      open();
    }
    long before = channel.size();
    try {
      ByteBuffer left = ByteBuffer.wrap(lines);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    } catch (IOException e) {
      takeBack(before);
      throw e;
    }
  }

  /// Half a line of a disk that is full must not become one with what is written later.
  private void takeBack(long sizeBefore) {
    try {
      channel.truncate(sizeBefore);
    } catch (IOException e) {
      close();
    }
  }

  private void open() throws IOException {
    boolean isNew = Files.notExists(path);
    channel = FileChannel.open(path, Set.of(CREATE, WRITE, APPEND), OWN);
    if (isNew) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    }
    fileKey = keyOf(path);
  }

  private static Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private boolean isStillThere() throws IOException {
    try {
      return Objects.equals(fileKey, keyOf(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void rotate() throws IOException {
    Files.deleteIfExists(keep == 0 ? path : numbered(keep));
    for (int i = keep - 1; i >= 0; i--) {
      Path from = i == 0 ? path : numbered(i);
      if (Files.exists(from)) {
        Files.move(from, numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Whether it says so or not, it is written to no more.
    } finally {
      channel = null;
    }
  }
}
