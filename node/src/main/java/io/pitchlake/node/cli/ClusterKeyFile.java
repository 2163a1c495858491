package io.pitchlake.node.cli;

import io.pitchlake.common.config.Configuration.Sync;
import io.pitchlake.common.hash.ClusterKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the file that `sync { key FILE }` names. What stands in it is never shown.
final class ClusterKeyFile {
  private static final Logger LOG = LoggerFactory.getLogger("pitchlake");
  private static final int LONGEST_BYTES = 65_536;
  private static final String REMEDY =
      "make one with 'head -c 32 /dev/urandom > FILE' and copy it to every node";

  private ClusterKeyFile() {}

  /// The key, where the configuration names one.
  static Optional<ClusterKey> of(ConfigurationFile file) throws Failure {
    Optional<Path> path = file.configuration().sync().flatMap(Sync::key);
    return path.isPresent()
        ? Optional.of(read(file.path().toString(), path.get()))
        : Optional.empty();
  }

  /// The key, where the configuration names one; not a word is logged.
  static Optional<ClusterKey> quietly(ConfigurationFile file) throws Failure {
    Optional<Path> path = file.configuration().sync().flatMap(Sync::key);
    return path.isPresent()
        ? Optional.of(readQuietly(file.path().toString(), path.get()))
        : Optional.empty();
  }

  /// The key in a file that `named`, a configuration or an option, names.
  static ClusterKey read(String named, Path path) throws Failure {
    ClusterKey key = readQuietly(named, path);
    if (isOpen(path)) {
      LOG.warn("the cluster key {} can be read by every user of this host; chmod 600 it", path);
    }
    return key;
  }

  private static ClusterKey readQuietly(String named, Path path) throws Failure {
    byte[] secret = new byte[0];
    try {
      if (Files.size(path) > LONGEST_BYTES) {
        throw failure(named, path, "is larger than 64 KiB, which no key is");
      }
      secret = Files.readAllBytes(path);
      if (secret.length < ClusterKey.SHORTEST_BYTES) {
        throw failure(
            named,
            path,
            "has %d bytes, but a key needs at least %d"
                .formatted(secret.length, ClusterKey.SHORTEST_BYTES));
      }
      return new ClusterKey(secret);
    } catch (NoSuchFileException e) {
      throw failure(named, path, "does not exist");
    } catch (AccessDeniedException e) {
      throw failure(named, path, "may not be read by this user");
    } catch (IOException e) {
      throw failure(named, path, Files.isDirectory(path) ? "is a directory" : "cannot be read");
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static Failure failure(String named, Path path, String what) {
    return new Failure(
        ExitCode.CONFIGURATION,
        "%s: error: the cluster key %s %s; %s".formatted(named, path, what, REMEDY));
  }

  /// Whether every user of this host may read it.
  static boolean isOpen(Path path) {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    try {
      return view != null
          && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException e) {
      return false; // who cannot look cannot tell; reading it says what is wrong
    }
  }
}
